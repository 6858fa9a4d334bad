using System.Collections.Immutable;
using System.Text.RegularExpressions;
using NeuroChip.HwModels;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Runtime.Reports;

/// <summary>The part of a report that is about tiles.</summary>
internal static partial class TileReportBuilder
{
    /// <summary>The chip: one, of so many tiles.</summary>
    public static ReportChip Chip(ChipImage image, TileChip chip) => new(
        chip.Name, chip.Title, chip.Boundary.ToString().ToLowerInvariant(), chip.Mesh.Width.Count, chip.Mesh.Height.Count, 1, 1, (int)chip.TileCount, 1, image.ChipYaml);

    /// <summary>What happened on its tiles.</summary>
    public static ReportTiles Tiles(ChipImage image, TileChip chip, SessionResult run)
    {
        var schedule = image.Schedule!;
        var timing = run.Timing.Tiles!;
        var total = Math.Max(1, timing.Total.Count);
        var tiles = chip.Sites().Select((s, i) => new ReportTile(s.X, s.Y, s.Kind, timing.TileBusy[i].Count, (double)timing.TileBusy[i].Count / total)).ToImmutableArray();
        return new(
            schedule.Policy,
            schedule.Phases,
            timing.ClockHertz,
            timing.Latency.Count,
            timing.FirstOutput.Count,
            timing.Interval.Count,
            timing.Bottleneck,
            timing.Total.Count,
            timing.DramBusy.Count,
            timing.BufferBusy.Count,
            timing.LinkBusy.Count,
            Parameters(image),
            [.. chip.Tiles.Where(t => t.Value.Count.Count > 0).Select(t => Kind(t.Key, schedule, [.. tiles.Where(x => x.Kind == t.Key)]))],
            tiles,
            [.. schedule.Stages.Select((s, i) => Layer(image, s, run.Activity.Tiles[i], timing.Stages[i], run))]);
    }

    private static ReportTileKind Kind(string name, TileSchedule schedule, ReportTile[] tiles) => new(
        name,
        tiles.Length,
        tiles.Count(t => t.BusyCycles > 0),
        schedule.Stages.Count(s => s.TileKind == name),
        tiles.Select(t => t.Utilisation).DefaultIfEmpty(0).Average(),
        tiles.Select(t => t.Utilisation).DefaultIfEmpty(0).Max());

    private static ReportTileLayer Layer(ChipImage image, TileStage stage, TileActivity did, StageTiming time, SessionResult run)
    {
        var population = image.Populations[stage.Population.Index];
        var into = image.Projections.Index().Where(p => p.Item.Target == stage.Population).ToArray();
        double events = 0, chances = 0;
        foreach (var (index, p) in into)
        {
            events += run.Activity.Projections[index].Events;
            chances += run.Activity.Populations[p.Source.Index].NeuronSteps;
        }

        return new(
            population.Name,
            Form(image, population.Name, [.. into.Select(p => p.Item)]),
            stage.TileKind,
            stage.Tiles,
            stage.Phase,
            stage.WeightBits,
            stage.Streamed,
            Words(stage.MembraneHome.ToString()),
            chances > 0 ? events / chances : 0,
            into.Sum(p => run.Activity.Projections[p.Index].DenseSlots),
            did,
            time.Cycles.Count,
            time.TileCycles.Count,
            time.Bound,
            Units(time.Units),
            Units(time.Decisive));
    }

    /// <summary>What the compiler chose for the layer or for what goes into it; without a choice, what its greatest projection is.</summary>
    private static string Form(ChipImage image, string layer, Projection[] into)
    {
        var names = into.Select(p => p.Name).Append(layer).ToHashSet(StringComparer.Ordinal);
        var chosen = image.Decisions.Where(d => d.Topic != "placement" && names.Contains(d.Subject)).Select(d => d.Chosen).Distinct().ToArray();
        if (chosen.Length > 0) return string.Join("; ", chosen);
        if (into.Length == 0) return "neurons";
        var greatest = into.MaxBy(p => MacSlots.Of(p).Slots)!;
        return greatest.RowsFrom is not null ? "attention" : greatest.Kind == ProjectionKind.Analog ? $"{greatest.Map.Keyword}, real inputs" : greatest.Map.Keyword;
    }

    private static ImmutableArray<ReportUnit> Units(ImmutableArray<UnitTime> units) => [.. units.Select(u => new ReportUnit(u.Unit, u.Cycles.Count))];

    /// <summary>Weights of maps that store any, and biases; a tensor that is shared counts once.</summary>
    private static long Parameters(ChipImage image) => image.Projections.Where(p => p.RowsFrom is null).Select(p => p.Rows)
        .Concat(image.Populations.SelectMany(p => p.Bias).OfType<Tensor>()).Distinct(ReferenceEqualityComparer.Instance).Cast<Tensor>().Sum(t => (long)t.Length);

    private static string Words(string name) => Camel().Replace(name, "-$1").TrimStart('-').ToLowerInvariant();

    [GeneratedRegex("([A-Z])")]
    private static partial Regex Camel();
}
