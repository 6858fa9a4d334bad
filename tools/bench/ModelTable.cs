using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using NeuroChip.Compiler;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime;
using NeuroChip.Runtime.Arrays;
using NeuroChip.Runtime.Inputs;
using NeuroChip.Simulator;
using NeuroChip.Simulator.Engines;
using NeuroChip.Simulator.Timing.Events;

namespace NeuroChip.Bench;

/// <summary>
/// How long a model takes: to compile (read, lower, passes; then map), to run one inference in the engine alone and on the simulated chip
/// with all counts and times, beside ONNX Runtime on the same file, on one thread and on two. Medians, with the best in brackets. The input is inputs.npz beside the model where
/// there is one, else seeded random numbers; ONNX Runtime gets random numbers, on which its time does not depend.
/// </summary>
internal static class ModelTable
{
    private const double Seconds = 1;

    /// <summary>Times the simulated chip and ONNX Runtime are measured in turn.</summary>
    private const int Rounds = 3;

    public static int Print(IReadOnlyList<string> models)
    {
        var status = 0;
        foreach (var model in models)
        {
            try
            {
                Console.WriteLine(model);
                Measure(model);
            }
            catch (Exception problem) when (problem is DiagnosticException or IOException)
            {
                Console.WriteLine($"  {problem.Message}");
                status = 1;
            }
        }

        return status;
    }

    private static void Measure(string model)
    {
        var chip = ChipModelReader.Load("spinnaker1");
        var options = new CompileOptions { Precision = "float32" };
        var clock = Stopwatch.StartNew();
        var lowered = Pipeline.Compile(model, chip, options with { StopAfter = Pipeline.Passes[^1].Name });
        Row("compile: read, lower, passes", clock.Elapsed);
        clock.Restart();
        ChipImage? mapped = null;
        try
        {
            mapped = Pipeline.Compile(lowered.Graph, lowered.Module, chip, options).Image!;
            Row("compile: map to spinnaker1", clock.Elapsed, $"{mapped.Cores.Length} cores");
        }
        catch (DiagnosticException problem)
        {
            Console.WriteLine($"  not mapped: {problem.Diagnostics[0].Code}");
        }

        var image = mapped ?? Unmapped(lowered.Module);
        var samples = Samples(model, image);
        foreach (var threads in new[] { 1, 2 }) Compare(model, image, samples, threads);
    }

    /// <summary>
    /// One inference in the engine alone, with everything that is counted and timed around it, and in ONNX Runtime, one after the other with the same number of threads; the last
    /// two again and again, so that what else the machine does meets both.
    /// </summary>
    private static void Compare(string model, ChipImage image, IReadOnlyList<SampleInput> samples, int threads)
    {
        var feeds = samples.Select(s => new SampleFeed(image, s.Arrays)).ToArray();
        using (var engine = SpikeEngines.Cpu.Create(image, threads))
        {
            Row($"run: engine, {threads} thread(s)", Repeat(i =>
            {
                engine.Reset(feeds[i % feeds.Length].Sites);
                for (var step = 0; step < image.Steps; step++) engine.Step(feeds[i % feeds.Length]);
            }), threads == 1 ? $"{Additions(image, samples[0])} synaptic operations" : "");
        }

        if (!image.Cores.IsEmpty)
        {
            using var events = new SimulatedChip(timing: new EventTiming(), threads: threads);
            events.Load(image);
            Row($"run: engine, counts, event timing, {threads} thread(s)", Repeat(i => events.Run(samples[i % samples.Count], RunRecording.Outputs)));
        }

        using var device = new SimulatedChip(threads: threads);
        device.Load(image);
        var ours = new List<double>();
        var theirs = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            ours.AddRange(Repeat(i => device.Run(samples[i % samples.Count], RunRecording.Outputs)));
            theirs.AddRange(OnnxRuntime(model, threads, report: round == 0));
        }

        ours.Sort();
        theirs.Sort();
        Row($"run: engine, counts, timing, {threads} thread(s)", ours);
        if (theirs.Count == 0) return;
        Row($"run: ONNX Runtime, {threads} thread(s)", theirs);
        Console.WriteLine($"  engine, counts and timing take {ours[ours.Count / 2] / theirs[theirs.Count / 2]:F2} of ONNX Runtime's time (best of each: {ours[0] / theirs[0]:F2})");
    }

    private static string Additions(ChipImage image, SampleInput sample)
    {
        using var device = new SimulatedChip();
        device.Load(image);
        var projections = device.Run(sample, RunRecording.Outputs).Activity.Projections;
        return projections.Sum(p => p.SynapticEvents + p.Macs).ToString("N0", CultureInfo.InvariantCulture);
    }

    /// <summary>An image for engines alone.</summary>
    public static ChipImage Unmapped(Module m) => new(m.Name, "", m.Arithmetic, m.Steps, m.TicksPerStep, m.Populations, m.Projections, m.Readouts, [], []) { Sites = m.Sites };

    /// <summary>The samples beside a model, or a random one.</summary>
    public static IReadOnlyList<SampleInput> Samples(string model, ChipImage image)
    {
        var beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(model))!, "inputs.npz");
        if (File.Exists(beside)) return InputBinder.Bind(image, ArrayFile.Read(beside), beside).Samples;
        var random = new Random(1);
        var arrays = ModelInput.Of(image).Select(input => KeyValuePair.Create(
            input.Name,
            Tensor.Of(input.Shape, Enumerable.Range(0, Tensor.Count(input.Shape.AsSpan())).Select(_ => input.Domain == SpikeDomain.Real ? random.NextSingle() : random.Next(5) == 0 ? 1f : 0f).ToArray())));
        return [new SampleInput([.. arrays])];
    }

    /// <summary>Runs for a second after a warm-up; seconds of each run, ascending.</summary>
    private static List<double> Repeat(Action<int> run)
    {
        var warm = Stopwatch.StartNew();
        for (var i = 0; i < 3 || warm.Elapsed.TotalSeconds < Seconds; i++) run(i);
        var times = new List<double>();
        var clock = Stopwatch.StartNew();
        for (var i = 0; times.Count < 5 || clock.Elapsed.TotalSeconds < Seconds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            run(i);
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        times.Sort();
        return times;
    }

    /// <summary>Seconds of each run, none where ONNX Runtime is not there.</summary>
    private static List<double> OnnxRuntime(string model, int threads, bool report, [CallerFilePath] string here = "")
    {
        var script = Path.Combine(Path.GetDirectoryName(here)!, "ort.mjs");
        string? line;
        try
        {
            using var node = Process.Start(new ProcessStartInfo("node", [script, model, threads.ToString(CultureInfo.InvariantCulture), Seconds.ToString(CultureInfo.InvariantCulture)])
            {
                RedirectStandardOutput = true,
            })!;
            line = node.StandardOutput.ReadLine();
            node.WaitForExit();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            if (report) Console.WriteLine("  ONNX Runtime: skipped, there is no node");
            return [];
        }

        using var result = JsonDocument.Parse(line ?? "{}");
        if (!result.RootElement.TryGetProperty("times_ms", out var times))
        {
            var why = result.RootElement.TryGetProperty("error", out var error) ? error.GetString() : "no answer";
            if (report) Console.WriteLine($"  ONNX Runtime: skipped, {why} (npm install --ignore-scripts in tools/bench)");
            return [];
        }

        var version = result.RootElement.GetProperty("version").GetString();
        if (threads == 1 && report) Row($"ONNX Runtime {version}: load", TimeSpan.FromMilliseconds(result.RootElement.GetProperty("load_ms").GetDouble()));
        return [.. times.EnumerateArray().Select(t => t.GetDouble() / 1e3)];
    }

    private static void Row(string what, TimeSpan time, string note = "") => Console.WriteLine($"  {what,-40} {time.TotalMilliseconds,10:F1} ms            {note}");

    private static void Row(string what, List<double> ascending, string note = "") =>
        Console.WriteLine($"  {what,-40} {ascending[ascending.Count / 2] * 1e3,10:F3} ms ({ascending[0] * 1e3:F3}) {note}");
}
