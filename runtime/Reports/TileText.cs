using System.Collections.Immutable;
using static NeuroChip.Runtime.Reports.ReportText;

namespace NeuroChip.Runtime.Reports;

/// <summary>How reports put what happened on tiles into words, the same on a terminal and in a page.</summary>
public static class TileText
{
    /// <summary>Names of what can take time, in the order in which charts colour them.</summary>
    public static ImmutableArray<string> Units { get; } = ["adders", "macs", "events", "probes", "neurons", "array", "dram", "noc", "buffer", "addresses"];

    /// <summary>How layers share the chip, in a sentence.</summary>
    public static string Policy(ReportTiles tiles) => tiles.Phases > 1
        ? $"Time-multiplexed: {Plural(tiles.Phases, "phase")} one after the other in each step."
        : $"Spatial: all layers are resident, a pipeline over steps; {Bottleneck(tiles)} sets the pace.";

    /// <summary>What sets the pace, in words.</summary>
    public static string Bottleneck(ReportTiles tiles) => tiles.Bottleneck switch
    {
        "dram" => "the DRAM channel",
        "buffer" => "the global buffer",
        "noc" => "the busiest link",
        var other => other,
    };

    /// <summary>Where a layer is: kind and number of tiles, phase, streamed or not.</summary>
    public static string Place(ReportTileLayer layer, ReportTiles tiles) =>
        $"{layer.Tiles.Length} {layer.Kind}{(tiles.Phases > 1 ? $", phase {layer.Phase}" : "")}{(layer.Streamed ? ", streamed" : "")}";

    /// <summary>Cycles of all layers by what decided them, most first.</summary>
    public static ImmutableArray<ReportUnit> Decisive(ReportTiles tiles) =>
        [.. tiles.Layers.SelectMany(l => l.Decisive).GroupBy(d => d.Unit).Select(g => new ReportUnit(g.Key, g.Sum(d => d.Cycles))).OrderByDescending(u => u.Cycles).ThenBy(u => u.Unit, StringComparer.Ordinal)];

    /// <summary>Cycles per cycle of the run.</summary>
    public static double Part(long cycles, ReportTiles tiles) => tiles.TotalCycles > 0 ? (double)cycles / tiles.TotalCycles : 0;

    /// <summary>Energy of a layer by the papers' formula; MACs of real values it has no place for are named.</summary>
    public static string Formula(ReportPaperLayer layer) =>
        layer.OtherMacs > 0 ? $"{(layer.Joules > 0 ? Si(layer.Joules, "J") + " + " : "")}{Si(layer.OtherMacs, "")}MACs" : Si(layer.Joules, "J");
}
