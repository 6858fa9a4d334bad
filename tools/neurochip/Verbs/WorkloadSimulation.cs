using NeuroChip.Cli.Terminal;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Runtime;
using NeuroChip.Runtime.Arrays;
using NeuroChip.Runtime.Workloads;
using NeuroChip.Simulator.Tiles;

namespace NeuroChip.Cli.Verbs;

/// <summary>Runs a workload file on a chip of tiles.</summary>
/// <param name="File">The workload file.</param>
/// <param name="Chip">Name or file of the chip; null if none was named.</param>
/// <param name="Network">Network of the file; null for the only one.</param>
/// <param name="Trace">Recorded spikes, if any.</param>
/// <param name="Density">Probability of a spike where none were recorded; null to draw none.</param>
/// <param name="Seed">Seed of drawn spikes.</param>
/// <param name="Json">Print JSON instead of tables.</param>
/// <param name="Output">Where to write the JSON too, if anywhere.</param>
internal sealed record WorkloadSimulation(string File, string? Chip, string? Network, string? Trace, double? Density, long Seed, bool Json, string? Output)
{
    /// <summary>The whole run.</summary>
    public void Run()
    {
        OutputFile.RequireWritable([Output], null, []);
        var workload = WorkloadReader.Choose(WorkloadReader.Load(File), Network, File);
        var chip = ChipModelReader.Load(Chip ?? throw Needed());
        if (chip is not TileChip tiles) throw NoTiles(chip);
        var run = new WorkloadRun(tiles);
        var spikes = Spikes(workload, run);
        run.Require(workload, spikes, File);
        WorkloadReport report;
        using (var line = new ProgressLine())
            report = run.Run(workload, spikes, Origin(workload, spikes), progress: layer => line.Report($"timing {layer}"));
        if (Output is { } output) OutputFile.Write(output, report.WriteJson);
        if (Json)
        {
            using var stdout = Console.OpenStandardOutput();
            report.WriteJson(stdout);
            return;
        }

        WorkloadTable.Write(report);
        if (Output is not null) Console.WriteLine($"json   {Output}");
    }

    private WorkloadSpikes Spikes(Workload workload, WorkloadRun run)
    {
        var spikes = WorkloadSpikes.None;
        if (Trace is not null)
        {
            var warnings = new DiagnosticBag();
            spikes = WorkloadTrace.Bind(workload, ArrayFile.Read(Trace), Trace, Density is null && run.NeedsSpikes(workload), warnings);
            ExitCode.Print(warnings.Diagnostics);
        }

        return Density is { } density ? spikes.Draw(workload, density, Seed) : spikes;
    }

    private WorkloadReportSpikes Origin(Workload workload, WorkloadSpikes spikes)
    {
        var drawn = Density is null ? 0 : workload.Operands.Count() - spikes.Recorded;
        var source = (spikes.Recorded, drawn) switch { (0, 0) => "none", (_, 0) => "trace", (0, _) => "drawn", _ => "trace and drawn" };
        return new WorkloadReportSpikes(source, Trace is null ? null : Path.GetFileName(Trace), spikes.Recorded, drawn, drawn > 0 ? Density : null, drawn > 0 ? Seed : null);
    }

    private DiagnosticException Needed() => new(Diagnostic.Error("NC5048", "a workload says nothing about a chip; which one is meant?", new Place(File), "--chip NAME or --chip FILE.yaml, a chip of tiles (neurochip chips lists them)"));

    private DiagnosticException NoTiles(ChipModel chip) => new(Diagnostic.Error("NC5048", $"'{chip.Name}' is not a chip of tiles: a workload has no neurons to put on its cores", new Place(File),
        "chips of tiles: " + string.Join(", ", ChipModels.Names.Where(n => ChipModelReader.Load(n) is TileChip)), "or give the model itself (.onnx, .ncimg)"));
}
