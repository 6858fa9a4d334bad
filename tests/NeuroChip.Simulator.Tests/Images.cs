using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Simulator.Tests;

/// <summary>Where a slice of a population sits.</summary>
internal sealed record Seat(int Population, int First, int Count, int X, int Y, int Core);

/// <summary>Where a population is computed on a chip of tiles.</summary>
internal sealed record TileSeat(int Population, int Tile, int Phase);

/// <summary>Images made straight from modules, without the compiler.</summary>
internal static class Images
{
    /// <summary>No mapping: what spikes does not depend on cores.</summary>
    public static ChipImage WithoutCores(Module module) => new(
        module.Name, "", module.Arithmetic, module.Steps, module.TicksPerStep, module.Populations, module.Projections, module.Readouts, [], [])
    {
        Sites = module.Sites,
    };

    /// <summary>On given tiles, one each; weights resident, membranes on the tile.</summary>
    public static ChipImage OnTiles(Module module, TileChip chip, params ReadOnlySpan<TileSeat> seats)
    {
        var sites = chip.Sites();
        var bits = module.Arithmetic.AccumulatorBits;
        var stages = ImmutableArray.CreateBuilder<TileStage>();
        foreach (var (index, tile, phase) in seats)
        {
            var population = module.Populations[index];
            var weights = module.Projections.Where(p => p.Target.Index == index).Sum(p => (long)p.Rows.Length) * module.Arithmetic.WeightBits;
            var state = (long)population.Size * population.Neuron.States * bits;
            stages.Add(new(population.Id, sites[tile].Kind, [tile], phase, weights, false, state, MembraneHome.Tile, 0, population.Size));
        }

        return WithoutCores(module) with { ChipYaml = chip.ToYaml(), Schedule = new("by hand", stages.ToImmutable()) };
    }

    /// <summary>
    /// On given cores, in order of population and first address. Packets go along x first, then along y, without wrapping; keys are blocks of 65536 per
    /// slice. Stages follow the longest way of projections without delay.
    /// </summary>
    public static ChipImage OnCores(Module module, ManyCoreChip chip, params Seat[] seats)
    {
        var stages = new int[module.Populations.Length];
        foreach (var id in StepOrder.Of(module.Populations, module.Projections))
            foreach (var p in module.Projections.Where(p => p.Target == id && p.Delay == 0)) stages[id.Index] = Math.Max(stages[id.Index], stages[p.Source.Index] + 1);
        ImmutableArray<ImageCore> cores =
        [
            .. seats.Select((s, i) => new ImageCore(s.X, s.Y, s.Core, new(new(s.Population), s.First, s.Count, (uint)i << 16, 0xFFFF0000), [])),
        ];
        var entries = new SortedDictionary<(int X, int Y), SortedDictionary<uint, uint>>();
        foreach (var sender in cores)
        {
            foreach (var receiver in cores)
            {
                if (!module.Projections.Any(p => p.Source == sender.Slice.Population && p.Target == receiver.Slice.Population)) continue;
                var (x, y) = (sender.X, sender.Y);
                while ((x, y) != (receiver.X, receiver.Y))
                {
                    var link = x < receiver.X ? 0 : x > receiver.X ? 3 : y < receiver.Y ? 2 : 5;
                    Mark(x, y, sender.Slice.Key, 1u << link);
                    (x, y) = (x + (link == 0 ? 1 : link == 3 ? -1 : 0), y + (link == 2 ? 1 : link == 5 ? -1 : 0));
                }

                Mark(x, y, sender.Slice.Key, 1u << (6 + receiver.Core));
            }
        }

        return WithoutCores(module) with
        {
            ChipYaml = chip.ToYaml(),
            Populations = [.. module.Populations.Select(p => p with { Stage = stages[p.Id.Index] })],
            Cores = cores,
            Routers = [.. entries.Select(e => new ImageRouter(e.Key.X, e.Key.Y, [.. e.Value.Select(v => new RoutingEntry(v.Key, 0xFFFF0000, v.Value))]))],
        };

        void Mark(int x, int y, uint key, uint bit)
        {
            if (!entries.TryGetValue((x, y), out var table)) entries.Add((x, y), table = []);
            table[key] = table.GetValueOrDefault(key) | bit;
        }
    }
}
