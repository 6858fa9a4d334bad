using System.Collections.Immutable;
using NeuroChip.Compiler.Mapping;
using NeuroChip.HwModels;
using NeuroChip.HwModels.Tiles;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Compiler.Targets.TransformerCore;

/// <summary>
/// Checks a schedule against the module and the chip model with code of its own: nothing of the planners is used. Every layer but the inputs has one stage, on tiles
/// that do what it asks; sizes are not smaller than they can be; memories hold what lies in them, phase by phase; phases follow the order of a step.
/// </summary>
public static class TileScheduleChecker
{
    private const int MostFindings = 32;

    /// <summary>What is wrong with a schedule; empty if nothing is.</summary>
    public static ImmutableArray<Diagnostic> Check(Module module, TileChip chip, TileSchedule schedule, bool ordinaryAttention)
    {
        var findings = new List<string>();
        Shape(module, schedule, findings);
        if (findings.Count == 0)
        {
            var sites = chip.Sites();
            foreach (var stage in schedule.Stages) Stage(module, chip, sites, stage, ordinaryAttention, findings);
            Phases(module, schedule, findings);
            if (findings.Count == 0)
            {
                Weights(module, chip, schedule, findings);
                Membranes(chip, schedule, findings);
                SiteTables(module, chip, schedule, findings);
            }
        }

        return [.. findings.Take(MostFindings).Select(f => Diagnostic.Error(MappingChecker.Code, f, new Place(module.Name)))];
    }

    private static void Shape(Module module, TileSchedule schedule, List<string> findings)
    {
        var stages = new int[module.Populations.Length];
        foreach (var stage in schedule.Stages)
        {
            if (stage.Population.Index < 0 || stage.Population.Index >= stages.Length) findings.Add($"a stage is of population {stage.Population}, which does not exist");
            else stages[stage.Population.Index]++;
            if (stage.Tiles.IsEmpty || stage.Tiles.Distinct().Count() != stage.Tiles.Length) findings.Add($"the stage of {stage.Population} has no tiles or one twice");
            if (stage.ChannelParts < 1 || stage.Tiles.Length % stage.ChannelParts != 0) findings.Add($"the stage of {stage.Population} has {stage.Tiles.Length} tiles for {stage.ChannelParts} parts along channels");
        }

        foreach (var population in module.Populations)
        {
            var expected = population.Neuron is SourceNeuron ? 0 : 1;
            if (stages[population.Id.Index] != expected) findings.Add($"'{population.Name}' has {stages[population.Id.Index]} stages, not {expected}");
        }
    }

    private static void Stage(Module module, TileChip chip, ImmutableArray<TileSite> sites, TileStage stage, bool ordinaryAttention, List<string> findings)
    {
        var population = module[stage.Population];
        var name = $"'{population.Name}'";
        if (!chip.Tiles.TryGetValue(stage.TileKind, out var kind))
        {
            findings.Add($"{name} is on tiles '{stage.TileKind}', which the chip does not have");
            return;
        }

        foreach (var tile in stage.Tiles)
            if (tile < 0 || tile >= sites.Length || sites[tile].Kind != stage.TileKind) findings.Add($"{name} is on tile {tile}, which is no tile '{stage.TileKind}'");
        if (kind.Does == TileWork.None) findings.Add($"{name} is on tiles '{stage.TileKind}', which compute nothing");
        var channels = population.Layout.Channels;
        if (stage.ChannelParts > channels || stage.Tiles.Length / stage.ChannelParts > population.Size / channels)
            findings.Add($"{name} is divided into {stage.ChannelParts} x {stage.Tiles.Length / stage.ChannelParts} parts; it has {channels} channels of {population.Size / channels} positions");

        long weights = 0, state = (long)population.Neuron.States * population.Size * Math.Min(32, module.Arithmetic.AccumulatorBits);
        var seen = new List<object>();
        foreach (var projection in module.Projections)
        {
            if (projection.Target != stage.Population) continue;
            var oneToOne = projection.Map is IdentityMap or PermutationMap || (projection.Map is StridedMap strided && strided.Axes.All(a => a.Extent == 1 || (a.Source != 0 && a.Target != 0)));
            if (projection.RowsFrom is not null)
            {
                if (!kind.Can(ordinaryAttention ? TileWork.Sparse : TileWork.Attention)) findings.Add($"'{projection.Name}' takes payloads for rows; tiles '{stage.TileKind}' do not");
            }
            else if (!oneToOne && !seen.Contains(projection.Rows))
            {
                seen.Add(projection.Rows);
                weights += (long)projection.Rows.Length * module.Arithmetic.WeightBits;
            }

            var multiplies = projection.Kind == ProjectionKind.Analog && (projection.RowsFrom is not null || (!oneToOne && projection.Rows.ToFloats().ToArray().Distinct().Take(2).Count() > 1));
            if (multiplies && !kind.Can(TileWork.Analog)) findings.Add($"'{projection.Name}' multiplies; tiles '{stage.TileKind}' do not");
            if (!multiplies && !oneToOne && projection.RowsFrom is null && !kind.Can(TileWork.Sparse)) findings.Add($"'{projection.Name}' adds rows of weights; tiles '{stage.TileKind}' do not");
            if (projection.Map is SiteMap && kind.AddressUnit is null) findings.Add($"'{projection.Name}' looks up active sites; tiles '{stage.TileKind}' have no address unit");
            if (projection.Delay > 0) state += (long)projection.Delay * module[projection.Source].Size;
        }

        if (stage.WeightBits < weights) findings.Add($"{name} claims {stage.WeightBits} bits of weights; it has {weights}");
        if (module.Steps > 1 && stage.MembraneBits < state) findings.Add($"{name} claims {stage.MembraneBits} bits of membranes; it keeps {state}");
        if ((stage.MembraneBits > 0) == (stage.MembraneHome == MembraneHome.None)) findings.Add($"{name} has {stage.MembraneBits} bits of membranes and keeps them in {stage.MembraneHome}");
    }

    private static void Phases(Module module, TileSchedule schedule, List<string> findings)
    {
        var phases = schedule.Stages.ToDictionary(s => s.Population, s => s.Phase);
        var used = phases.Values.ToHashSet();
        for (var phase = 0; phase < schedule.Phases; phase++)
            if (!used.Contains(phase)) findings.Add($"phase {phase} of {schedule.Phases} does nothing");
        var spatial = schedule.Phases <= 1 && !schedule.Stages.Any(s => s.Streamed);
        if (spatial != (schedule.Policy == TileMapper.Spatial)) findings.Add($"the policy is '{schedule.Policy}'; there are {schedule.Phases} phases");
        foreach (var projection in module.Projections)
        {
            var to = phases[projection.Target];
            if (projection.Delay == 0 && phases.TryGetValue(projection.Source, out var from) && from > to) findings.Add($"'{projection.Name}' goes from phase {from} to phase {to}");
            if (projection.RowsFrom is { } rows && phases.TryGetValue(rows, out var of) && of > to) findings.Add($"the rows of '{projection.Name}' are made in phase {of} and needed in phase {to}");
        }
    }

    /// <summary>Per tile and phase: what stays, and what is streamed for the phase. A layer that alone is too large comes channel by channel.</summary>
    private static void Weights(Module module, TileChip chip, TileSchedule schedule, List<string> findings)
    {
        var kept = new Dictionary<int, long>();
        var streamed = new Dictionary<(int Tile, int Phase), long>();
        foreach (var stage in schedule.Stages)
        {
            var kind = chip.Tiles[stage.TileKind];
            if (stage.WeightBits == 0 || (kind.Engine == TileEngine.DenseArray && kind.WeightMemory is null)) continue;
            var channels = module[stage.Population].Layout.Channels;
            var most = channels / stage.ChannelParts + (channels % stage.ChannelParts > 0 ? 1 : 0);
            var bits = (long)Math.Floor((double)stage.WeightBits / channels * most);
            var alone = !schedule.Stages.Any(s => s != stage && s.Streamed && s.Phase == stage.Phase && s.TileKind == stage.TileKind && s.WeightBits > 0);
            if (stage.Streamed && alone && bits > kind.WeightsAtATime.Count)
            {
                if (stage.WeightBits / channels > kind.WeightsAtATime.Count) findings.Add($"'{module[stage.Population].Name}': a channel of {stage.WeightBits / channels} bits is more than a tile '{stage.TileKind}' holds");
                continue;
            }

            foreach (var tile in stage.Tiles)
            {
                if (stage.Streamed) streamed[(tile, stage.Phase)] = streamed.GetValueOrDefault((tile, stage.Phase)) + bits;
                else kept[tile] = kept.GetValueOrDefault(tile) + bits;
            }
        }

        var sites = chip.Sites();
        foreach (var (tile, bits) in kept)
            if (bits > chip.Tiles[sites[tile].Kind].WeightMemory.BitsOrNone().Count) findings.Add($"tile {tile} keeps {bits} bits of weights");
        foreach (var ((tile, phase), bits) in streamed)
        {
            var kind = chip.Tiles[sites[tile].Kind];
            if (bits > kind.WeightsAtATime.Count || bits + kept.GetValueOrDefault(tile) > kind.WeightMemory.BitsOrNone().Count) findings.Add($"tile {tile} gets {bits} bits of weights in phase {phase} beside {kept.GetValueOrDefault(tile)} that stay");
        }

        var outside = schedule.Stages.Where(s => s.Streamed).Sum(s => s.WeightBits) + schedule.Stages.Where(s => s.MembraneHome == MembraneHome.Dram).Sum(s => s.MembraneBits);
        if (outside > chip.Dram.Size.Bits.Count) findings.Add($"{outside} bits are outside the chip; DRAM has {chip.Dram.Size.Bits.Count}");
    }

    private static void Membranes(TileChip chip, TileSchedule schedule, List<string> findings)
    {
        var sites = chip.Sites();
        var inside = new Dictionary<int, long>();
        foreach (var stage in schedule.Stages.Where(s => s.MembraneHome == MembraneHome.Tile))
            foreach (var tile in stage.Tiles) inside[tile] = inside.GetValueOrDefault(tile) + (stage.MembraneBits / stage.Tiles.Length);
        foreach (var (tile, bits) in inside)
            if (bits > (chip.Tiles[sites[tile].Kind].MembraneMemory.BitsOrNone().Count)) findings.Add($"tile {tile} keeps {bits} bits of membranes");
        long In(MembraneHome home) => schedule.Stages.Where(s => s.MembraneHome == home).Sum(s => s.MembraneBits);
        if (In(MembraneHome.GlobalBuffer) > chip.GlobalBuffer.Size.Bits.Count) findings.Add($"{In(MembraneHome.GlobalBuffer)} bits of membranes are in the global buffer");
        long holders = 0;
        foreach (var kind in chip.Tiles.Values)
            if (kind.Does == TileWork.None) holders += kind.Count.Count * (kind.MembraneMemory.BitsOrNone().Count);
        if (In(MembraneHome.MembraneTiles) > holders) findings.Add($"{In(MembraneHome.MembraneTiles)} bits of membranes are in tiles that hold {holders}");
    }

    /// <summary>Per tile, its parts of all tables that a layer on it reads; of a table that several layers read the largest.</summary>
    private static void SiteTables(Module module, TileChip chip, TileSchedule schedule, List<string> findings)
    {
        var held = new Dictionary<(int Tile, int Table, bool Coordinates), long>();
        foreach (var stage in schedule.Stages)
        {
            foreach (var projection in module.Projections)
            {
                if (projection.Target != stage.Population || projection.Map is not SiteMap map) continue;
                Hold(map.From, true, module.Sites[map.From.Index].CoordinateBits);
                if (map.To is { } to) Hold(to, false, module.Sites[to.Index].LookupBits);

                void Hold(SiteTableId table, bool coordinates, long all)
                {
                    var bits = (long)Math.Ceiling((double)all * stage.ChannelParts / stage.Tiles.Length);
                    foreach (var tile in stage.Tiles) held[(tile, table.Index, coordinates)] = Math.Max(held.GetValueOrDefault((tile, table.Index, coordinates)), bits);
                }
            }
        }

        var sites = chip.Sites();
        foreach (var tile in held.GroupBy(h => h.Key.Tile))
        {
            var room = chip.Tiles[sites[tile.Key].Kind].AddressUnit?.TableMemory.Bits.Count ?? 0;
            if (tile.Sum(h => h.Value) > room) findings.Add($"tile {tile.Key} holds {tile.Sum(h => h.Value)} bits of tables of active sites in {room}");
        }
    }
}
