using System.Collections.Immutable;
using System.Diagnostics;
using NeuroChip.Cli.Engines;
using NeuroChip.Cli.Terminal;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime;
using NeuroChip.Runtime.Arrays;
using NeuroChip.Runtime.Inputs;
using NeuroChip.Runtime.Reports;
using NeuroChip.Simulator;
using NeuroChip.Simulator.Timing;

namespace NeuroChip.Cli.Verbs;

/// <summary>Runs an image on the samples of a file and puts the results where the user asked for them.</summary>
internal sealed class Simulation(RunRequest request)
{
    /// <summary>Checks what can be checked of the request before any long work.</summary>
    public void RequireWritable() => OutputFile.RequireWritable([request.Output, request.Trace], request.ReportFolder, ReportWriters.All.Select(w => w.FileName));

    /// <summary>The whole run; returns its report.</summary>
    public RunReport Run(ChipImage image)
    {
        RequireWritable();
        return Run(image, Arrays(), null);
    }

    /// <summary>The arrays of the input file; none without one, which recorded spikes may make up for.</summary>
    public IReadOnlyDictionary<string, Tensor> Arrays()
    {
        if (request.Input is not null) return ArrayFile.Read(request.Input);
        if (request.Spikes is not null) return ImmutableSortedDictionary<string, Tensor>.Empty;
        throw new DiagnosticException(Diagnostic.Error("NC5004", "there is nothing to run on", null, "inputs of the model: --input X.npz", "or recorded spikes: --spikes TRACE.npz"));
    }

    /// <summary>The whole run on arrays that are loaded already, with what compiling found out about the integers.</summary>
    public RunReport Run(ChipImage image, IReadOnlyDictionary<string, Tensor> arrays, ReportQuantisation? quantisation)
    {
        var chip = ChipModelReader.Parse(image.ChipYaml, $"chip model of {image.Name}");
        var warnings = new DiagnosticBag();
        var all = request.Input is null ? null : InputBinder.Bind(image, arrays, request.Input, request.Labels, warnings);
        if (request.Spikes is not null) all = RecordedEmissions.Bind(image, ArrayFile.Read(request.Spikes), request.Spikes, all, warnings);
        ExitCode.Print(warnings.Diagnostics);
        if (request.Labels is not null) Labels.RequireScores(image, request.Labels);
        var labels = request.Labels is null ? default : Labels.Read(arrays, request.Labels, all!, request.Samples, request.Input ?? request.Spikes!);
        var samples = all!.Part(request.Samples);
        var recording = RunRecording.Parse(request.Record, image) with { CoreTicks = request.Trace is not null };
        MemoryPlan.RequireEnough(image, samples.Samples.Length, recording);

        using var device = new SimulatedChip(EngineTable.Find(request.Engine), request.Timing == "analytic" ? null : TimingModels.Find(request.Timing), request.Threads, request.Batch);
        var clock = Stopwatch.StartNew();
        SessionResult result;
        using (var line = new ProgressLine())
        {
            var session = new ChipSession(device, image);
            result = session.Run(samples.Samples, recording, new SampleProgress(line, samples.Samples.Length));
        }

        var seconds = clock.Elapsed.TotalSeconds;
        var accuracy = request.Labels is null ? null : Labels.Judge(image.Readouts[0], result.Samples, labels, request.Labels, request.Input ?? request.Spikes!);
        var report = RunReportBuilder.Build(image, chip, result, device.Description, accuracy, request.Labels) with { Quantisation = quantisation };
        if (request.Output is { } output) OutputFile.Write(output, stream => ArrayFile.Write(stream, OutputArrays.Of(image, samples, result)));
        foreach (var (writer, path) in ReportPaths()) OutputFile.Write(path, stream => writer.Write(report, stream));
        if (request.Trace is { } trace) OutputFile.Write(trace, stream => PerfettoTrace.Write(image, result, stream));
        Print(report, seconds);
        return report;
    }

    private IEnumerable<(IReportWriter Writer, string Path)> ReportPaths() =>
        request.ReportFolder is { } folder ? ReportWriters.All.Select(w => (w, Path.Combine(folder, w.FileName))) : [];

    private void Print(RunReport report, double seconds)
    {
        if (request.Json)
        {
            using var stdout = Console.OpenStandardOutput();
            new JsonReport().Write(report, stdout);
            return;
        }

        TerminalReport.Write(report);
        Console.WriteLine($"Simulated in {ReportText.Si(seconds, "s")} on this machine.");
        foreach (var (writer, path) in ReportPaths()) Console.WriteLine($"{writer.Name,-6} {path}");
        if (request.Output is not null) Console.WriteLine($"arrays {request.Output}");
        if (request.Trace is not null) Console.WriteLine($"trace  {request.Trace}");
    }

    private sealed class SampleProgress(ProgressLine line, int count) : IProgress<int>
    {
        public void Report(int value) => line.Report($"simulating: {value} of {count} samples");
    }
}
