using NeuroChip.Runtime.Reports;
using Spectre.Console;
using static NeuroChip.Runtime.Reports.ReportText;

namespace NeuroChip.Cli.Terminal;

/// <summary>The report as people read it on a terminal of 80 to 100 columns.</summary>
internal static class TerminalReport
{
    /// <summary>Writes the report to standard output.</summary>
    public static void Write(RunReport run) => Write(run, Screen.Out);

    /// <summary>Writes the report to <paramref name="console"/>.</summary>
    public static void Write(RunReport run, IAnsiConsole console)
    {
        console.MarkupLineInterpolated($"[bold]{run.Model.Name}[/] on [bold]{run.Chip.Name}[/] ({run.Chip.Title})");
        console.WriteLine($"{Plural(run.Samples, "sample")}, {Plural(run.Model.Steps, "step")} each, {run.Model.Arithmetic}; {run.Model.Device}");
        console.WriteLine();
        console.Write(Summary(run));
        console.WriteLine();
        if (run.Tiles is { } tiles) TerminalTiles.Write(run, tiles, console);
        else console.Write(Layers(run));
        if (run.Sites is { } sites) TerminalSites.Write(run, sites, console);
        if (run.Events is { } events) TerminalEvents.Write(run, events, console);
        if (run.Energy is { } energy)
        {
            console.WriteLine($"Energy by component: {energy.Title}");
            console.Write(Energy(run, energy));
            console.Write(Points(energy.NotPriced));
        }

        if (run.NotModelled.Length > 0)
        {
            console.WriteLine("Not modelled:");
            console.Write(Points(run.NotModelled));
        }
    }

    // A grid and not plain lines, so that a long one goes on under its own beginning.
    private static Grid Points(IEnumerable<string> points)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadLeft(2).PadRight(1)).AddColumn(new GridColumn().PadRight(0));
        foreach (var point in points) grid.AddRow("-", Markup.Escape(point));
        return grid;
    }

    private static Grid Summary(RunReport run)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadLeft(0).PadRight(2)).AddColumn();
        void Line(string name, string text) => grid.AddRow(new Markup($"[blue]{name}[/]"), new Text(text));
        if (run.Accuracy is { } accuracy) Line("Accuracy", $"{accuracy.Correct} of {accuracy.Samples} = {Percent(accuracy.Fraction)} (labels '{accuracy.Labels}')");
        if (run.Quantisation is { } quantised) Line("Quantised", Quantised(quantised));
        if (run.Tiles is { } tiles) TerminalTiles.Summary(run, tiles, Line);
        else Line("Latency", Latency(run.Timing));
        if (run.Timing.TimeScaleFactor > 1)
            Line("Overrun", $"{Plural(run.Timing.OverrunTicks, "tick")} of cores too short; real time needs ticks {Factor(run.Timing.TimeScaleFactor)} times as long, which the times here assume");
        if (run.Energy is { } energy)
            Line("Energy", $"{Si(energy.JoulesPerInference, "J")} per inference, {Si(energy.Watts, "W")} on average; boundary: {energy.Boundary}");
        if (run.Tiles is null)
        {
            Line("Cores", CoresLine(run));
            Line("Memory", MemoryLine(run));
            Line("Links", LinksLine(run));
            if (run.Events is { } events) TerminalEvents.Summary(run, events, Line);
        }

        if (run.Sites is { } sites) TerminalSites.Summary(run, sites, Line);
        Line("Operations", $"per inference {Count(run.NeuroBench.EffectiveAcs)} ACs + {Count(run.NeuroBench.EffectiveMacs)} MACs effective, {Count(run.NeuroBench.DenseOperations)} dense");
        Line("Sparsity", $"activations {Percent(run.NeuroBench.ActivationSparsity)}, connections {Percent(run.NeuroBench.ConnectionSparsity)}; footprint {Bytes(run.NeuroBench.FootprintBytes)}");
        return grid;
    }

    public static string Quantised(ReportQuantisation q)
    {
        var parts = new List<string>();
        if (q.LeastAgreement is { } agreement) parts.Add($"spikes equal to float32: {Percent(agreement)} in the worst layer");
        if (q.SameClass is { } same) parts.Add($"same class: {Percent(same)}");
        if (q is { FloatAccuracy: { } was, QuantisedAccuracy: { } now }) parts.Add($"accuracy {Percent(was)} to {Percent(now)}");
        return parts.Count == 0 ? "not compared with float32 (no samples)" : $"{string.Join("; ", parts)} (on {Plural(q.Samples, "sample")})";
    }

    private static string Latency(ReportTiming t) =>
        $"{Si(t.LatencySeconds, "s")} per inference = {Plural(t.LatencyTicks, "tick")} of {Si(t.TickSeconds * t.TimeScaleFactor, "s")}, first output after {Count(t.FirstOutputTicks)}";

    private static string CoresLine(RunReport run)
    {
        var text = $"{run.Cores.Length} on {ChipsInUse(run.Chip)}; busy {Percent(run.Timing.MeanUtilisation)} mean, {Percent(run.Timing.MaxUtilisation)} max";
        if (run.Timing.BottleneckCore < 0) return text;
        var core = run.Cores[run.Timing.BottleneckCore];
        return text + $"; slowest {core.Place()} '{core.Layer}': {Count(core.PeakCyclesPerTick)} of {Count(run.Timing.CyclesPerTick)} cycles of a tick";
    }

    private static string MemoryLine(RunReport run)
    {
        var fullest = run.Cores.SelectMany(c => c.Memory.Where(m => m.Limit is > 0).Select(m => (Core: c, Memory: m)))
            .OrderByDescending(m => (double)m.Memory.Bytes / m.Memory.Limit!.Value).FirstOrDefault();
        if (fullest.Core is null) return "no core has a memory of its own";
        var entries = run.Routers.Select(r => r.Entries).DefaultIfEmpty(0).Max();
        return $"fullest {fullest.Core.Place()} '{fullest.Core.Layer}': {Bytes(fullest.Memory.Bytes)} of {Bytes(fullest.Memory.Limit!.Value)} {fullest.Memory.Memory}"
            + (run.Routers.Length > 0 ? $"; longest routing table {entries} of {run.Routers[0].Limit} entries" : "");
    }

    private static string LinksLine(RunReport run)
    {
        if (run.Links.Length == 0) return "no packet left its chip";
        var busiest = run.Links.MaxBy(l => l.PeakLoad)!;
        return $"{run.Links.Length} in use; busiest ({busiest.X},{busiest.Y}){busiest.Direction}: {Plural(busiest.PeakPacketsPerTick, "packet")} in a tick, load {Percent(busiest.PeakLoad)}";
    }

    private static Table Layers(RunReport run)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("layer");
        foreach (var column in (string[])["neurons", "cores", "rate", "ACs/inf", "MACs/inf", "energy/inf"]) table.AddColumn(new TableColumn(column).RightAligned().NoWrap());
        var energy = run.Energy?.ByLayer.ToDictionary(e => e.Name, e => e.Joules) ?? [];
        foreach (var layer in run.Layers)
        {
            var into = run.Projections.Where(p => p.Target == layer.Name).ToArray();
            table.AddRow(
                Markup.Escape(layer.Name),
                Count(layer.Neurons),
                Count(layer.Cores),
                Percent(layer.SpikeRate),
                Count(into.Sum(p => (double)p.SynapticEvents) / run.Samples),
                Count(into.Sum(p => (double)p.Macs) / run.Samples),
                energy.TryGetValue(layer.Name, out var joules) ? Si(joules / run.Samples, "J") : "");
        }

        foreach (var share in run.Energy?.ByLayer.Where(e => !run.Layers.Any(l => l.Name == e.Name)) ?? [])
            table.AddRow(Markup.Escape(share.Name), "", "", "", "", "", Si(share.Joules / run.Samples, "J"));
        return table;
    }

    private static Table Energy(RunReport run, ReportEnergy energy)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("component")
            .AddColumn(new TableColumn("per inference").RightAligned().NoWrap()).AddColumn(new TableColumn("share").RightAligned().NoWrap())
            .AddColumn("price").AddColumn("evidence");
        foreach (var share in energy.ByComponent)
        {
            var price = energy.Prices.FirstOrDefault(p => p.Name == share.Name);
            table.AddRow(
                Markup.Escape(share.Name),
                Si(share.Joules / run.Samples, "J"),
                Percent(energy.Joules > 0 ? share.Joules / energy.Joules : 0),
                Markup.Escape(price?.Value ?? ""),
                Markup.Escape(price?.Grade ?? ""));
        }

        return table;
    }
}
