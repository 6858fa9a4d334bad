using NeuroChip.Runtime.Workloads;
using Spectre.Console;
using static NeuroChip.Runtime.Reports.ReportText;

namespace NeuroChip.Cli.Terminal;

/// <summary>The report of a workload on a terminal.</summary>
internal static class WorkloadTable
{
    /// <summary>Writes the report to standard output.</summary>
    public static void Write(WorkloadReport run) => Write(run, Screen.Out);

    /// <summary>Writes the report to <paramref name="console"/>.</summary>
    public static void Write(WorkloadReport run, IAnsiConsole console)
    {
        console.MarkupLineInterpolated($"[bold]{run.Network}[/] on [bold]{run.Chip.Name}[/] ({run.Chip.Title})");
        console.WriteLine($"{Plural(run.Layers.Length, "layer")}, {Plural(run.Total.Samples, "sample")}; {Spikes(run.Spikes)}");
        console.WriteLine();
        console.Write(Layers(run));
        console.Write(Summary(run));
        foreach (var line in run.Energy?.NotPriced ?? []) console.WriteLine($"  - {line}");
        console.WriteLine("Not modelled:");
        foreach (var line in run.NotModelled) console.WriteLine($"  - {line}");
    }

    private static string Spikes(WorkloadReportSpikes spikes)
    {
        var parts = new List<string>();
        if (spikes.Recorded > 0) parts.Add($"spikes of {Plural(spikes.Recorded, "input")} recorded in {spikes.Trace}");
        if (spikes.Drawn > 0) parts.Add($"spikes of {Plural(spikes.Drawn, "input")} drawn at a density of {Factor(spikes.Density ?? 0)}, seed {spikes.Seed}");
        return parts.Count == 0 ? "shapes alone, no spikes" : string.Join("; ", parts);
    }

    private static Table Layers(WorkloadReport run)
    {
        var product = run.Total.ProductDensity is not null;
        var density = run.Total.BitDensity is not null;
        var table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("layer").NoWrap()).AddColumn(new TableColumn("M x K x N").NoWrap());
        foreach (var column in (string[])["cycles", "share", "DRAM", .. density ? ["bits set"] : (string[])[], .. product ? ["to add"] : (string[])[], "energy"])
            table.AddColumn(new TableColumn(column).RightAligned().NoWrap());
        var energy = run.Energy?.ByLayer.ToDictionary(e => e.Name, e => e.Joules) ?? [];
        foreach (var l in run.Layers.Where(l => l.Cycles > 0 || l.DramReadBits + l.DramWrittenBits > 0))
        {
            table.AddRow(
            [
                Markup.Escape(l.Name),
                l.Inputs > 0 ? $"{l.Rows}x{l.Inputs}x{l.Outputs}" : l.NeuronUpdates > 0 ? $"{Count(l.NeuronUpdates)} updates" : "",
                Count(l.Cycles),
                Percent((double)l.Cycles / Math.Max(1, run.Total.Cycles)),
                Si(l.DramReadBits + l.DramWrittenBits, "bit"),
                .. density ? [l.BitDensity is { } b ? Percent(b) : ""] : (string[])[],
                .. product ? [l.ProductDensity is { } p ? Percent(p) : ""] : (string[])[],
                energy.TryGetValue(l.Name, out var joules) ? Si(joules, "J") : "",
            ]);
        }

        return table;
    }

    private static Grid Summary(WorkloadReport run)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadLeft(0).PadRight(2)).AddColumn();
        void Line(string name, string text) => grid.AddRow(new Markup($"[blue]{name}[/]"), new Text(text));
        Line("Time", $"{Count(run.Total.Cycles)} cycles of {Si(run.Chip.ClockHertz, "Hz")} = {Si(run.Total.Seconds, "s")}");
        Line("DRAM", $"{Count(run.Total.DramBits)} bits");
        if (run.Total.BitDensity is { } bits)
            Line("Density", $"{Percent(bits)} of bits set" + (run.Total.ProductDensity is { } product ? $"; {Percent(product)} left to add after product sparsity ({Factor(product > 0 ? bits / product : 0)} x fewer)" : ""));
        Line("Operations", $"{Count(run.Total.Additions)} additions, {Count(run.Total.Macs)} MACs, {Count(run.Total.NeuronUpdates)} neuron updates");
        if (run.Energy is { } energy)
            Line("Energy", $"{Si(energy.Joules, "J")} ({energy.Title}): {string.Join(", ", energy.ByComponent.Select(c => $"{c.Name} {Si(c.Joules, "J")}"))}; boundary: {energy.Boundary}");
        return grid;
    }
}
