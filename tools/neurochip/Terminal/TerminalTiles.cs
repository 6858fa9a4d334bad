using NeuroChip.Runtime.Reports;
using Spectre.Console;
using static NeuroChip.Runtime.Reports.ReportText;

namespace NeuroChip.Cli.Terminal;

/// <summary>What the terminal's report says about tiles. Networks have hundreds of layers: the ones that matter are shown, the others are in the files.</summary>
internal static class TerminalTiles
{
    private const int LayersShown = 12;

    /// <summary>Characters of a name; what tells layers apart is mostly at its end.</summary>
    private const int NameWidth = 22;

    /// <summary>Lines of the summary.</summary>
    public static void Summary(RunReport run, ReportTiles tiles, Action<string, string> line)
    {
        line("Latency", $"{Si(run.Timing.LatencySeconds, "s")} per inference = {Plural(tiles.LatencyCycles, "cycle")} of {Si(tiles.ClockHertz, "Hz")}, first step after {Count(tiles.FirstOutputCycles)}");
        line("Throughput", $"{Si(tiles.InferencesPerSecond(), "")} inferences/s at most; bound by {TileText.Bottleneck(tiles)}");
        line("Schedule", TileText.Policy(tiles));
        if (run.Paper is { } paper)
        {
            line("Paper", $"{Si(paper.Joules, "J")} per inference by the papers' formula: {paper.MacPicojoules} pJ x {Si(paper.FirstLayerMacs, "")}MACs + {paper.AcPicojoules} pJ x {Si(paper.SynapticOperations, "")}SOPs; "
                + $"{Si(paper.DenseSlotsPerStep, "")}dense MACs per step, T = {run.Model.Steps}, {Si(tiles.Parameters, "")}parameters");
            if (paper.OtherMacs > 0) line("", $"not in it: {Si(paper.OtherMacs, "")}MACs of real values that are not the input, {Si(paper.OtherMacJoules, "J")} at the price of a MAC");
        }

        line("Tiles", string.Join("; ", tiles.Kinds.Select(k => $"{k.Name} {k.InUse} of {k.Tiles}, busy {Percent(k.Utilisation)}")));
        line("Shared", $"DRAM channel busy {Percent(TileText.Part(tiles.DramBusyCycles, tiles))}, global buffer {Percent(TileText.Part(tiles.BufferBusyCycles, tiles))}, busiest link {Percent(TileText.Part(tiles.LinkBusyCycles, tiles))}; "
            + $"{Bytes(tiles.Layers.Sum(l => l.Counts.DramBits()) / 8 / run.Samples)} to and from DRAM per inference");
        var sums = TileText.Decisive(tiles);
        var all = Math.Max(1, sums.Sum(s => s.Cycles));
        line("Time goes to", string.Join(", ", sums.Where(s => s.Cycles * 200 >= all).Select(s => $"{s.Unit} {Percent((double)s.Cycles / all)}")));
        foreach (var topic in run.Decisions.GroupBy(d => d.Topic))
            line("Chosen", $"{topic.Key}: {string.Join(", ", topic.GroupBy(d => d.Chosen).OrderByDescending(g => g.Count()).Take(3).Select(g => g.Count() > 1 ? $"{g.Key} ({g.Count()} x)" : g.Key))}");
    }

    /// <summary>The layers that take most time, and those of the others that take most energy.</summary>
    public static void Write(RunReport run, ReportTiles tiles, IAnsiConsole console)
    {
        var energy = run.Energy?.ByLayer.ToDictionary(e => e.Name, e => e.Joules) ?? [];
        double Joules(ReportTileLayer layer) => energy.GetValueOrDefault(layer.Name);
        var shown = tiles.Layers.OrderByDescending(l => l.Cycles).Take(LayersShown).Concat(tiles.Layers.OrderByDescending(Joules).Take(LayersShown)).ToHashSet();
        var rest = tiles.Layers.Where(l => !shown.Contains(l)).ToArray();
        if (rest.Length > 0) console.WriteLine($"The {shown.Count} of {tiles.Layers.Length} layers that take most time or energy, per inference; report.csv and report.html have all.");
        var table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("layer").NoWrap().Padding(0, 0, 1, 0)).AddColumn(new TableColumn("on").NoWrap().Padding(0, 0, 1, 0));
        foreach (var column in (string[])["rate in", "operations", "cycles", "bound", "energy", "papers'"]) table.AddColumn(new TableColumn(column).RightAligned().NoWrap().Padding(0, 0, 1, 0));
        var paper = run.Paper?.Layers.ToDictionary(l => l.Name) ?? [];
        foreach (var layer in tiles.Layers.Where(shown.Contains))
        {
            paper.TryGetValue(layer.Name, out var formula);
            Row(Markup.Escape(Shorten(layer.Name)), Markup.Escape(Place(layer, tiles)), Percent(layer.InputRate), layer.Counts.Additions, layer.Counts.Macs, layer.Cycles, layer.Bound, Joules(layer),
                formula is null ? "" : TileText.Formula(formula));
        }

        if (rest.Length > 0)
        {
            Row($"{rest.Length} others", "", "", rest.Sum(l => l.Counts.Additions), rest.Sum(l => l.Counts.Macs), rest.Sum(l => l.Cycles), "", rest.Sum(Joules),
                Si(rest.Sum(l => paper.TryGetValue(l.Name, out var f) ? f.Joules : 0), "J"));
        }

        foreach (var share in run.Energy?.ByLayer.Where(e => !tiles.Layers.Any(l => l.Name == e.Name)) ?? [])
            table.AddRow(Markup.Escape(share.Name), "", "", "", "", "", Si(share.Joules / run.Samples, "J"), "");
        console.Write(table);
        if (tiles.Phases > 1) console.WriteLine("on: tiles, and after the colon the phase of the step; * where weights are streamed from DRAM in each step.");

        void Row(string name, string place, string rate, long additions, long macs, long cycles, string bound, double joules, string papers) => table.AddRow(
            name, place, rate, macs > additions ? $"{Of(macs)} MAC" : Of(additions), Of(cycles), bound, Si(joules / run.Samples, "J"), papers);
        string Of(long count) => count == 0 ? "" : Si((double)count / run.Samples, "").TrimEnd();
    }

    private static string Shorten(string name) => name.Length <= NameWidth ? name : name[..5] + "…" + name[^(NameWidth - 6)..];

    private static string Place(ReportTileLayer layer, ReportTiles tiles) => $"{layer.Tiles.Length} {layer.Kind}{(tiles.Phases > 1 ? $":{layer.Phase}" : "")}{(layer.Streamed ? "*" : "")}";
}
