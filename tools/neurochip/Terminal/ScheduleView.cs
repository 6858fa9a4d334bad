using System.Globalization;
using System.Text.Json.Nodes;
using NeuroChip.HwModels;
using NeuroChip.HwModels.Tiles;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Runtime.Reports;
using Spectre.Console;

namespace NeuroChip.Cli.Terminal;

/// <summary>The schedule of an image for a chip of tiles, as people read it: which kind of tile does how many layers, what stays, what is streamed, and why.</summary>
internal static class ScheduleView
{
    /// <summary>The schedule in two or three lines: policy, tiles in use by kind, what comes from DRAM.</summary>
    public static IEnumerable<string> Summary(ChipImage image, TileChip chip)
    {
        var schedule = image.Schedule!;
        var kinds = schedule.Stages.GroupBy(s => s.TileKind).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => $"{ReportText.Plural(g.Count(), "layer")} on {Tiles(g)} of {chip.Tiles[g.Key].Count.Count} {g.Key} tiles");
        yield return $"mapped to {chip.Name}, {schedule.Policy}, {ReportText.Plural(schedule.Phases, "phase")}: {string.Join(", ", kinds)}";
        var streamed = schedule.Stages.Where(s => s.Streamed).ToArray();
        yield return streamed.Length == 0
            ? $"weights: {Bytes(schedule.Stages.Sum(s => s.WeightBits))} stay in the tiles, nothing is streamed"
            : $"weights: {Bytes(streamed.Sum(s => s.WeightBits))} of {ReportText.Plural(streamed.Length, "layer")} streamed from DRAM in each step, {Bytes(schedule.Stages.Where(s => !s.Streamed).Sum(s => s.WeightBits))} stay in the tiles";
        yield return $"membranes: {string.Join(", ", Homes(schedule))}";
        foreach (var d in image.Decisions.Where(d => d.Topic == "placement"))
            yield return $"why {d.Chosen}: {string.Join(", ", d.Alternatives.Select(a => $"{a.Form} {a.Cost.ToString("#,0", Spaced)}"))} {d.Unit}; {d.Reason}";
    }

    /// <summary>A table with a row for each kind of tile.</summary>
    public static Table Kinds(ChipImage image, TileChip chip)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("kind", "does", "layers", "tiles used", "of", "weights", "streamed per step", "weight memory in all", "membranes in tiles");
        foreach (var (name, kind) in chip.Tiles.Where(t => t.Value.Count.Count > 0))
        {
            var stages = image.Schedule!.Stages.Where(s => s.TileKind == name).ToArray();
            var does = kind.Does == TileWork.None ? "holds membranes" : kind.Does.ToString().ToLowerInvariant();
            table.AddRow(
                Markup.Escape(name), does, $"{stages.Length}", $"{Tiles(stages)}", $"{kind.Count.Count}",
                Bytes(stages.Sum(s => s.WeightBits)), Bytes(stages.Where(s => s.Streamed).Sum(s => s.WeightBits)),
                kind.WeightMemory is { } memory ? Bytes(memory.Bits.Count * kind.Count.Count) : "-",
                Bytes(stages.Where(s => s.MembraneHome == MembraneHome.Tile).Sum(s => s.MembraneBits)));
        }

        return table;
    }

    /// <summary>A table with a row for each layer, in the order of a step; parts are along channels x along positions.</summary>
    public static Table Stages(ChipImage image)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("phase", "layer", "neurons", "kind", "tiles", "parts", "weights", "", "membrane", "kept in");
        foreach (var s in image.Schedule!.Stages)
        {
            var p = image.Populations[s.Population.Index];
            table.AddRow(
                $"{s.Phase}", Markup.Escape(p.Name), ReportText.Count(p.Size), Markup.Escape(s.TileKind), Runs([.. s.Tiles]), $"{s.ChannelParts} x {s.PositionParts}",
                Bytes(s.WeightBits), s.WeightBits == 0 ? "" : s.Streamed ? "streamed" : "resident", Bytes(s.MembraneBits), s.MembraneBits == 0 ? "" : Home(s.MembraneHome));
        }

        return table;
    }

    /// <summary>The schedule for programs.</summary>
    public static JsonObject Json(ChipImage image, TileChip chip) => new()
    {
        ["policy"] = image.Schedule!.Policy,
        ["phases"] = image.Schedule.Phases,
        ["streamedBitsPerStep"] = image.Schedule.Stages.Where(s => s.Streamed).Sum(s => s.WeightBits),
        ["kinds"] = new JsonArray([.. chip.Tiles.Select(t => (JsonNode)new JsonObject
        {
            ["kind"] = t.Key, ["tiles"] = t.Value.Count.Count, ["used"] = Tiles(image.Schedule.Stages.Where(s => s.TileKind == t.Key)), ["layers"] = image.Schedule.Stages.Count(s => s.TileKind == t.Key),
        })]),
        ["stages"] = new JsonArray([.. image.Schedule.Stages.Select(s => (JsonNode)new JsonObject
        {
            ["layer"] = image.Populations[s.Population.Index].Name,
            ["kind"] = s.TileKind,
            ["tiles"] = new JsonArray([.. s.Tiles.Select(t => (JsonNode)t)]),
            ["channelParts"] = s.ChannelParts,
            ["phase"] = s.Phase,
            ["weightBits"] = s.WeightBits,
            ["streamed"] = s.Streamed,
            ["membraneBits"] = s.MembraneBits,
            ["membraneHome"] = Home(s.MembraneHome),
            ["inputBits"] = s.InputBits,
            ["outputBits"] = s.OutputBits,
        })]),
    };

    private static readonly NumberFormatInfo Spaced = new() { NumberGroupSeparator = " " };

    private static int Tiles(IEnumerable<TileStage> stages) => stages.SelectMany(s => s.Tiles).Distinct().Count();

    private static IEnumerable<string> Homes(TileSchedule schedule)
    {
        var kept = schedule.Stages.Where(s => s.MembraneBits > 0).GroupBy(s => s.MembraneHome).OrderBy(g => g.Key).ToArray();
        return kept.Length == 0 ? ["none"] : kept.Select(g => $"{Bytes(g.Sum(s => s.MembraneBits))} of {ReportText.Plural(g.Count(), "layer")} in {Home(g.Key)}");
    }

    private static string Home(MembraneHome home) => home switch
    {
        MembraneHome.Tile => "tiles",
        MembraneHome.MembraneTiles => "membrane tiles",
        MembraneHome.GlobalBuffer => "global buffer",
        MembraneHome.Dram => "DRAM",
        _ => "none",
    };

    private static string Bytes(long bits) => ReportText.Bytes((bits + 7) / 8);

    private static string Runs(IReadOnlyList<int> numbers)
    {
        var runs = new List<string>();
        for (var i = 0; i < numbers.Count;)
        {
            var last = i;
            while (last + 1 < numbers.Count && numbers[last + 1] == numbers[last] + 1) last++;
            runs.Add(last == i ? $"{numbers[i]}" : $"{numbers[i]}-{numbers[last]}");
            i = last + 1;
        }

        return string.Join(' ', runs);
    }
}
