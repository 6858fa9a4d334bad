using System.Collections.Immutable;
using System.Numerics;
using NeuroChip.Compiler.Passes;
using NeuroChip.HwModels;
using NeuroChip.HwModels.Tiles;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Compiler.Targets.TransformerCore;

/// <summary>
/// Which kind of tile does which layer: of the kinds that can, the one on which it is done first, given what was put there before. A layer that only
/// updates neurons (relay, residual sum, a neuron behind a sum) goes where the layer that it hears most from is.
/// </summary>
internal sealed class TileKindChoice
{
    private readonly Dictionary<PopulationId, string> kinds = [];
    private readonly Dictionary<PopulationId, PopulationId> neighbours = [];

    private TileKindChoice()
    {
    }

    /// <summary>Kind of a layer, by its name in the chip model.</summary>
    public string KindOf(TileLayer layer) => kinds[layer.Population.Id];

    /// <summary>The layer on whose tiles a layer without work of its own is done; null for a layer with work or without such a neighbour.</summary>
    public PopulationId? NeighbourOf(TileLayer layer) => neighbours.TryGetValue(layer.Population.Id, out var n) ? n : null;

    /// <summary>Chooses; <see cref="TileLegality"/> has found a kind for every layer.</summary>
    public static TileKindChoice Of(Module module, TileChip chip, ImmutableArray<TileLayer> layers)
    {
        var choice = new TileKindChoice();
        var load = chip.Tiles.ToDictionary(t => t.Key, _ => 0.0);
        foreach (var layer in layers.Where(l => l.Needs != TileWork.None))
        {
            var (name, cycles) = chip.Tiles.Where(t => TileLegality.Does(t.Value, layer) && TileLegality.Holds(module, chip, t.Value, layer) is null)
                .Select(t => (Name: t.Key, Cycles: load[t.Key] + (TileThroughput.Cycles(layer, t.Value) / t.Value.Count.Count), t.Value.Does))
                .OrderBy(t => t.Cycles).ThenBy(t => BitOperations.PopCount((uint)t.Does)).ThenBy(t => t.Name, StringComparer.Ordinal)
                .Select(t => (t.Name, t.Cycles)).First();
            load[name] = cycles;
            choice.kinds[layer.Population.Id] = name;
        }

        choice.Neighbours(module, chip, layers);
        return choice;
    }

    private void Neighbours(Module module, TileChip chip, ImmutableArray<TileLayer> layers)
    {
        var dependencies = Dependency.Of(module).Where(d => d.From != d.To && d.Delay == 0).ToArray();
        var before = dependencies.ToLookup(d => d.To, d => d.From);
        var after = dependencies.ToLookup(d => d.From, d => d.To);
        foreach (var layer in layers.Where(l => l.Needs == TileWork.None))
        {
            var id = layer.Population.Id;
            // Layers come in the order of a step, so whatever it hears in the step has its kind already; inputs have none.
            if (Largest(before[id]) is { } heard) Join(id, heard);
            else if (Largest(after[id]) is { } hears) Join(id, hears);
            else kinds[id] = chip.Tiles.Where(t => TileLegality.Does(t.Value, layer)).OrderByDescending(t => t.Value.Can(TileWork.Sparse)).ThenBy(t => t.Key, StringComparer.Ordinal).First().Key;
        }

        PopulationId? Largest(IEnumerable<PopulationId> ids)
        {
            var known = ids.Where(kinds.ContainsKey).OrderByDescending(i => module[i].Size).ThenBy(i => i.Index).ToArray();
            return known.Length == 0 ? null : known[0];
        }

        void Join(PopulationId id, PopulationId neighbour)
        {
            kinds[id] = kinds[neighbour];
            neighbours[id] = neighbour;
        }
    }
}
