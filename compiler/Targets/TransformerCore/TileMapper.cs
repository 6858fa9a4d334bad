using System.Collections.Immutable;
using NeuroChip.Compiler.Mapping;
using NeuroChip.Compiler.Passes;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Targets.TransformerCore;

/// <summary>What is computed on which tiles and when, and why so.</summary>
/// <param name="Schedule">The schedule.</param>
/// <param name="Placement">Spatial or time-multiplexed, with the cost of the other.</param>
public sealed record TileMapping(TileSchedule Schedule, Decision Placement);

/// <summary>
/// From a module to a schedule of tiles: legality, kinds, spatial plan or else phases, homes of membranes, check. Sizes and closed forms only, so it takes no
/// longer for a large network than for a small one of as many layers.
/// </summary>
public static class TileMapper
{
    /// <summary>Policies of a schedule.</summary>
    public const string Spatial = "spatial", Multiplexed = "time-multiplexed";

    /// <summary>Maps a module, or says completely why it does not fit.</summary>
    /// <exception cref="DiagnosticException">It does not fit.</exception>
    /// <exception cref="MappingCheckException">The schedule is wrong: a bug of ours.</exception>
    public static TileMapping Map(Module module, TileChip chip, PassContext context, MapOptions options)
    {
        var rates = context.RatesOf(module);
        var layers = TileLayer.Of(module, rates, options.OrdinaryAttention);
        var found = new DiagnosticBag();
        TileLegality.Check(module, chip, layers, found);
        found.ThrowIfErrors();

        var kinds = TileKindChoice.Of(module, chip, layers);
        layers = SiteTableFit.Divide(module, chip, layers, kinds, found);
        found.ThrowIfErrors();
        var spatial = SpatialPlanner.Plan(chip, layers, kinds);
        var multiplexed = MultiplexedPlanner.Plan(chip, layers, kinds, keep: spatial is null);
        var chosen = spatial ?? multiplexed;
        TileLegality.CheckStreamed(module, chip, chosen, found);
        found.ThrowIfErrors();
        var homes = MembraneHomes.Of(module, chip, chosen);
        var schedule = new TileSchedule(spatial is null ? Multiplexed : Spatial, [.. chosen.Layers.Select((l, i) => Stage(chip, l, homes[i]))]);
        var findings = TileScheduleChecker.Check(module, chip, schedule, options.OrdinaryAttention);
        if (!findings.IsEmpty) throw new MappingCheckException(findings);
        return new(schedule, Decide(module, chip, layers, kinds, spatial, multiplexed, rates));
    }

    private static TileStage Stage(TileChip chip, PlannedLayer planned, MembraneHome home)
    {
        var layer = planned.Layer;
        var first = FirstTile(chip, planned.Kind);
        return new(
            layer.Population.Id, planned.Kind, [.. planned.Share.Tiles.Select(t => first + t)], planned.Phase, layer.WeightBits, planned.Streamed,
            layer.MembraneBits, home, layer.InputBits, layer.OutputBits)
        {
            ChannelParts = planned.Share.ChannelParts,
        };
    }

    /// <summary>Number on the chip of the first tile of a kind: kinds follow each other in the order of their names.</summary>
    private static int FirstTile(TileChip chip, string kind) => chip.Tiles.TakeWhile(t => t.Key != kind).Sum(t => t.Value.Count.Count);

    private static Decision Decide(
        Module module, TileChip chip, ImmutableArray<TileLayer> layers, TileKindChoice kinds, TilePlan? spatial, TilePlan multiplexed, FiringRates rates)
    {
        // Where the weights do not fit, the cost of keeping them all is that of a chip whose memory were large enough.
        var pace = spatial?.CyclesPerStep ?? layers.GroupBy(kinds.KindOf).Max(g => g.Sum(l => TileThroughput.Cycles(l, chip.Tiles[g.Key])) / chip.Tiles[g.Key].Count.Count);
        var memory = string.Join(", ", layers.GroupBy(kinds.KindOf).Where(g => g.Any(l => l.WeightBits > 0)).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => $"'{g.Key}' tiles hold {Bits(g.Sum(l => l.WeightBits))} of weights in {Bits(chip.Tiles[g.Key].Count.Count * chip.Tiles[g.Key].WeightMemory.BitsOrNone().Count)}"));
        var why = spatial is null
            ? $"the weights do not fit and {Bits(multiplexed.StreamedBits)} of them come from DRAM in each step; spatial is the cost if they fitted"
            : "all weights fit, and then nothing comes from DRAM";
        return new(
            "placement",
            module.Name,
            spatial is null ? Multiplexed : Spatial,
            "cycles per step",
            [new(Spatial, Math.Round(pace)), new(Multiplexed, Math.Round(multiplexed.CyclesPerStep))],
            $"{why}{(memory.Length > 0 ? $" ({memory})" : "")}; by {rates.Basis}");
    }

    private static string Bits(long bits) => $"{MappingErrors.N((bits + 8191) / 8192)} KiB";
}
