#if GPU
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using NeuroChip.Compiler;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Tensors;
using NeuroChip.Simulator.Engines;
using NeuroChip.Simulator.Gpu;
using NeuroChip.Simulator.Observers;
#endif

namespace NeuroChip.Bench;

/// <summary>
/// The GPU engine on every device there is, beside the CPU engine on all processors: models, and a recurrent network of a million neurons with a hundred million synapses drawn at random.
/// Medians of the time for a batch of samples, everything included but compiling and uploading weights; with the counts of actions too, on the device. The lowest memory traffic of the
/// random network (what its lists of synapses must move in a step) is set against what copying on the device reaches.
/// </summary>
internal static class GpuTable
{
#if GPU
    private const int FanOut = 100;
    private static readonly int[] Batches = [1, 16];

    public static int Print(IReadOnlyList<string> models, int neurons)
    {
        foreach (var (kind, reason) in GpuDevice.Missing()) Console.WriteLine($"{kind}: {reason}");
        foreach (var device in GpuDevice.All) Console.WriteLine($"{device.Kind}: {device.Name}, copies {device.CopyBandwidth() / 1e9:F1} GB/s (read and written)");
        foreach (var model in models)
        {
            try
            {
                var chip = ChipModelReader.Load("spinnaker1");
                var lowered = Pipeline.Compile(model, chip, new CompileOptions { Precision = "float32", StopAfter = Pipeline.Passes[^1].Name }).Module;
                var image = ModelTable.Unmapped(lowered);
                var samples = ModelTable.Samples(model, image);
                Measure(model, image, [.. samples.Select(s => new SampleFeed(image, s))], isRandom: false);
            }
            catch (Exception problem) when (problem is DiagnosticException or IOException)
            {
                Console.WriteLine($"{model}: {problem.Message}");
            }
        }

        foreach (var arithmetic in new[] { Arithmetic.Float32, new Arithmetic(ArithmeticKind.Integer, 16, 32) })
        {
            var image = ModelTable.Unmapped(RandomNetwork.Of(neurons, FanOut, arithmetic));
            Measure(image.Name, image, [new SampleFeed(image, ImmutableDictionary<string, Tensor>.Empty)], isRandom: true);
        }

        return 0;
    }

    /// <param name="title">What is measured.</param>
    /// <param name="image">The network.</param>
    /// <param name="feeds">Its samples, repeated to fill batches.</param>
    /// <param name="isRandom">Whether it is a <see cref="RandomNetwork"/>, whose traffic can be told.</param>
    private static void Measure(string title, ChipImage image, SampleFeed[] feeds, bool isRandom)
    {
        var threads = Environment.ProcessorCount;
        long events = 0;
        double onCpu;
        long operations = 0;
        using (var cpu = SpikeEngines.Cpu.Create(image, threads))
        {
            var observer = new ActivityObserver(image, null);
            observer.Reset(feeds[0].Sites);
            cpu.Reset(feeds[0].Sites);
            for (var step = 0; step < image.Steps; step++)
            {
                cpu.Step(feeds[0]);
                observer.Observe(step, cpu);
                foreach (var projection in image.Projections) events += cpu.EventCount(projection.Source);
            }

            operations = observer.Finish().Projections.Sum(p => p.SynapticEvents + p.Macs);
            onCpu = Median(() =>
            {
                cpu.Reset(feeds[0].Sites);
                for (var step = 0; step < image.Steps; step++) cpu.Step(feeds[0]);
            });
        }

        Console.WriteLine($"{title}: {operations.ToString("N0", CultureInfo.InvariantCulture)} synaptic operations a sample");
        Row($"cpu, {threads} threads", onCpu, 1, operations, onCpu);
        // What is read back of the last step; that waits for the device.
        var last = image.Readouts.Length > 0 ? image.Readouts[0].Signals[0] : Signal.Emission(image.Populations[^1].Id);
        foreach (var device in GpuDevice.All)
        {
            foreach (var wanted in Batches)
            {
                foreach (var counts in new[] { false, true })
                {
                    try
                    {
                        var tallies = counts ? new ActivityObserver(image, null).LeaveToEngine().Plan : TallyPlan.None;
                        using var engine = device.Create(image, new([last], tallies), wanted);
                        var batch = Enumerable.Range(0, Math.Min(wanted, engine.Capacity)).Select(i => feeds[i % feeds.Length]).ToArray();
                        var seconds = Median(() => _ = Read(engine.Run(batch).At(0, image.Steps - 1), last, image.Arithmetic));
                        Row($"{device.Kind}, {batch.Length} at once{(counts ? ", counts" : "")}", seconds, batch.Length, operations, onCpu);
                        if (isRandom && !counts)
                        {
                            var bytes = RandomNetwork.TrafficPerSample(image, events) * batch.Length;
                            Console.WriteLine($"    {bytes / seconds / 1e9:F1} GB/s of synapses and payloads at least, {bytes / seconds / device.CopyBandwidth():P0} of copying");
                        }
                    }
                    catch (DiagnosticException problem)
                    {
                        Console.WriteLine($"  {device.Kind}: {problem.Message}");
                    }
                }
            }
        }
    }

    private static int Read(IStepView view, Signal signal, Arithmetic arithmetic) =>
        arithmetic.Kind == ArithmeticKind.Integer ? view.Numbers<int>(signal).Length : view.Numbers<float>(signal).Length;

    private static void Row(string what, double seconds, int samples, long operations, double onCpu) => Console.WriteLine(
        $"  {what,-32} {seconds * 1e3 / samples,10:F3} ms a sample {samples / seconds,12:F1} samples/s {operations * samples / seconds / 1e9,9:F3} 10^9 additions/s {onCpu * samples / seconds,8:F2} x cpu");

    private static double Median(Action run)
    {
        run();
        var times = new List<double>();
        var clock = Stopwatch.StartNew();
        while (times.Count < 3 || (clock.Elapsed.TotalSeconds < 2 && times.Count < 1000))
        {
            var start = Stopwatch.GetTimestamp();
            run();
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        times.Sort();
        return times[times.Count / 2];
    }
#else
    public static int Print(IReadOnlyList<string> models, int neurons)
    {
        Console.WriteLine("the GPU engine is not in this build: docs/gpu.md says how to get it");
        return 1;
    }
#endif
}
