using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using NeuroChip.Compiler;
using NeuroChip.Compiler.Emit;
using NeuroChip.Compiler.Mapping;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime;
using NeuroChip.Runtime.Arrays;
using NeuroChip.Runtime.Inputs;
using NeuroChip.Simulator;
using NeuroChip.Simulator.Timing;
using NeuroChip.Simulator.Timing.Events;

namespace NeuroChip.Bench;

/// <summary>
/// Analytic and event timing on the same spikes, as the table of docs/simulator.md: the slowest core of the slowest tick in both; how far apart they are on each core and tick in which a core
/// gets or sends something, in parts of what events say; what would be lost; and how long a sample takes to simulate. Seeded; only the last columns differ from run to run.
/// </summary>
internal static class TimingTable
{
    private static readonly ManyCoreChip Chip = ChipModelReader.Load<ManyCoreChip>("spinnaker1");

    /// <summary>Each is run again and again for so long, the first ones longer: their code is compiled anew meanwhile.</summary>
    private const double Seconds = 1;

    private static readonly HashSet<string> Warm = [];

    private static readonly List<string> NotMapped = [];

    public static int Print(IReadOnlyList<string> models)
    {
        Console.WriteLine("| network | cores | copies | slowest tick, analytic | events | apart | per core and tick: mean | 99 % within | would be lost | ms analytic | ms events |");
        Console.WriteLine("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        var root = Root();
        if (models.Count == 0)
        {
            Row("demo: conv net on digits, int8", () => OfModel(Path.Combine(root, "tools/neurochip/demo/digits-csnn.onnx"), Path.Combine(root, "tools/neurochip/demo/digits.npz"), "int8"));
            foreach (var (name, build) in new (string, Action<Network>)[]
            {
                ("dense 784-1024-1024-10", Dense), ("conv 3x3, 4 layers from 32x32x3", Conv), ("recurrent 256-2048, fan-out 128", Recurrent),
            })
            {
                Row(name, () => Generated(build, Chip));
                Row("the same, nothing lost", () => Generated(build, Patient));
            }

            models = [.. Directory.GetDirectories(Path.Combine(root, "tests/golden/networks")).Order(StringComparer.Ordinal).Select(d => Path.Combine(d, "model.onnx"))];
        }

        foreach (var model in models) Row(Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(model)))!, () => OfModel(model, Path.Combine(Path.GetDirectoryName(Path.GetFullPath(model))!, "inputs.npz"), "float32"));
        if (NotMapped.Count > 0) Console.WriteLine($"\nNot mapped to {Chip.Name}: {string.Join(", ", NotMapped)}.");
        return 0;
    }

    /// <summary>The chip with room for all spikes in the queues of its cores, and routers that wait as long as it takes.</summary>
    private static ManyCoreChip Patient => Chip with
    {
        Core = Chip.Core with { SpikeQueue = Chip.Core.SpikeQueue.With(1 << 20), SpikeQueueEntry = Chip.Core.SpikeQueueEntry.With(0) },
        Noc = Chip.Noc with { RouterWait = Chip.Noc.RouterWait.With(1_000_000_000) },
    };

    private static void Row(string name, Func<(ChipImage Image, IReadOnlyList<SampleInput> Samples)> make)
    {
        try
        {
            var (image, samples) = make();
            if (image.Cores.IsEmpty) return;
            var (analytic, analyticTime) = Run(image, samples, new AnalyticTiming());
            var (events, eventTime) = Run(image, samples, new EventTiming());
            var (a, e) = (Peak(analytic), Peak(events));
            var apart = new List<double>();
            for (var s = 0; s < samples.Count; s++)
            {
                for (var i = 0; i < events[s].Timing.PerTick.Length; i++)
                {
                    if (events[s].Activity.PerTick[i] is { PacketsReceived: 0, SpikesSent: 0 }) continue;
                    var (formula, exact) = (Needed(analytic[s].Timing.PerTick[i]), Needed(events[s].Timing.PerTick[i]));
                    apart.Add(Math.Abs(formula - exact) / exact);
                }
            }

            apart.Sort();
            var lost = events.Sum(r => r.Timing.Events!.Dropped + r.Timing.Events.Overflows);
            var copies = events.Sum(r => r.Timing.Events!.Injected);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {name} | {image.Cores.Length} | {copies / samples.Count:N0} | {a:N0} | {e:N0} | {Math.Round((a - e) / e, 3) + 0.0:+0.0 %;-0.0 %;0.0 %} | {apart.DefaultIfEmpty(0).Average():0.00 %} | {apart.ElementAtOrDefault((int)(0.99 * apart.Count)):0.0 %} | {(copies == 0 ? 0 : (double)lost / copies):0.0 %} | {analyticTime * 1e3:0.00} | {eventTime * 1e3:0.00} |"));
        }
        catch (DiagnosticException problem)
        {
            NotMapped.Add($"{name} ({problem.Diagnostics[0].Code})");
        }
    }

    private static double Needed(CoreTiming time) => time.Busy.Count + time.Waiting.Count;

    private static double Peak(IEnumerable<SampleResult> results) => results.Max(r => r.Timing.SlowestCorePerTick.Max(c => c.Count));

    /// <summary>All samples with what each core did in each tick; seconds of a sample, the best of several runs without.</summary>
    private static (IReadOnlyList<SampleResult> Results, double Seconds) Run(ChipImage image, IReadOnlyList<SampleInput> samples, ITimingModel timing)
    {
        using var device = new SimulatedChip(timing: timing);
        device.Load(image);
        var results = samples.Select(s => device.Run(s, RunRecording.Outputs with { CoreTicks = true })).ToArray();
        var (best, all) = (double.PositiveInfinity, Stopwatch.StartNew());
        for (var i = 0; i < 5 || all.Elapsed.TotalSeconds < (Warm.Contains(timing.Name) ? Seconds : 6 * Seconds); i++)
        {
            var start = Stopwatch.GetTimestamp();
            device.Run(samples[i % samples.Count], RunRecording.Outputs);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        Warm.Add(timing.Name);
        return (results, best);
    }

    private static (ChipImage, IReadOnlyList<SampleInput>) OfModel(string model, string inputs, string precision)
    {
        var image = Pipeline.Compile(model, Chip, new CompileOptions { Precision = precision }).Image!;
        return (image, [.. InputBinder.Bind(image, ArrayFile.Read(inputs), inputs).Samples.Take(8)]);
    }

    private static (ChipImage, IReadOnlyList<SampleInput>) Generated(Action<Network> build, ManyCoreChip chip)
    {
        var network = new Network();
        build(network);
        var module = new Module("generated", Arithmetic.Float32, 8, 1, network.Populations.ToImmutable(), network.Projections.ToImmutable(), [
            new("out", [Signal.Emission(new(network.Populations.Count - 1))], [null], ElementwiseProgram.PassThrough, TimeReduction.Mean, 0, network.Populations[^1].Layout.FrameworkShape),
        ]);
        var image = ImageEmitter.Emit(module, MappingPipeline.Map(module, chip, new MapOptions()), chip);
        var values = Enumerable.Range(0, network.Populations[0].Size).Select(_ => network.Random.Next(10) == 0 ? 1f : 0f).ToArray();
        return (image, [SampleInput.Of("x", Tensor.Of(network.Populations[0].Layout.FrameworkShape, values))]);
    }

    private static void Dense(Network net)
    {
        net.Input(new([1, 784], false));
        foreach (var size in new[] { 1024, 1024, 10 }) net.Layer(new([1, size], false), new DenseMap(net.Populations[^1].Size, size), 0.06);
    }

    private static void Conv(Network net)
    {
        net.Input(new([1, 3, 32, 32], true));
        var (size, channels) = (32, 3);
        foreach (var (to, stride) in new[] { (16, 1), (32, 2), (32, 1), (64, 2) })
        {
            var window = new Window(size, size / stride, 3, stride, 1);
            net.Layer(new([1, to, size / stride, size / stride], true), new ConvMap(window, window, channels, to, 1), 0.2);
            (size, channels) = (size / stride, to);
        }
    }

    private static void Recurrent(Network net)
    {
        const int hidden = 2048, fanOut = 128;
        net.Input(new([1, 256], false));
        net.Layer(new([1, hidden], false), new DenseMap(256, hidden), 0.15);
        var offsets = Enumerable.Range(0, hidden + 1).Select(i => i * fanOut).ToArray();
        var targets = Enumerable.Range(0, hidden).SelectMany(_ => Enumerable.Range(0, hidden).OrderBy(_ => net.Random.Next()).Take(fanOut).Order()).ToArray();
        net.Project(1, 1, new CsrMap([.. offsets], [.. targets], hidden), 0.05, delay: 1);
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));

    /// <summary>A network that is made layer by layer, with random weights of both signs.</summary>
    private sealed class Network
    {
        public Random Random { get; } = new(1);

        public ImmutableArray<Population>.Builder Populations { get; } = ImmutableArray.CreateBuilder<Population>();

        public ImmutableArray<Projection>.Builder Projections { get; } = ImmutableArray.CreateBuilder<Projection>();

        public void Input(Layout layout) => Populations.Add(new(new(0), "x", layout, new SourceNeuron("x", true), SpikeDomain.Binary, [], 0));

        public void Layer(Layout layout, AddressFunction map, double weight)
        {
            var one = new Parameter(1);
            var lif = new LifNeuron("IF", one, Parameter.Zero, Parameter.Zero, Parameter.Zero, one, one, false, Parameter.Zero);
            var index = Populations.Count;
            Populations.Add(new(new(index), $"layer{index}", layout, lif, SpikeDomain.Binary, [null], index));
            Project(index - 1, index, map, weight);
        }

        public void Project(int from, int to, AddressFunction map, double weight, int delay = 0) => Projections.Add(new(
            $"{from}->{to}", new(from), new(to), 0, map, Tensor.Vector(Enumerable.Range(0, map.RowCount).Select(_ => (float)((Random.NextDouble() - 0.48) * weight)).ToArray()), delay, ProjectionKind.Sparse));
    }
}
