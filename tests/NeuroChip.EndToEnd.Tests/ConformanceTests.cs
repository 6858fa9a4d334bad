using System.Collections.Immutable;
using System.Diagnostics;
using NeuroChip.Compiler;
using NeuroChip.Compiler.Lowering;
using NeuroChip.HwModels;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime;
using NeuroChip.Runtime.Arrays;
using NeuroChip.Runtime.Inputs;
using NeuroChip.Simulator;
using NeuroChip.Simulator.Engines;
using Xunit.Abstractions;

namespace NeuroChip.EndToEnd.Tests;

/// <summary>A theory over the folder of real exports that NEUROCHIP_CORPUS names; skipped, and shown as skipped, without it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CorpusTheoryAttribute : TheoryAttribute
{
    /// <summary>Skips where there is no corpus.</summary>
    public CorpusTheoryAttribute()
    {
        if (Environment.GetEnvironmentVariable("NEUROCHIP_CORPUS") is null) Skip = "set NEUROCHIP_CORPUS to the folder of real exports";
    }
}

/// <summary>
/// Real exports, compiled for a chip: the interpreter before the passes that serve the chip, the interpreter after them and every engine on the
/// image give the same bits in both arithmetics, and the image is the same bytes on any number of threads and after reading it back.
/// </summary>
public sealed class ConformanceTests(ITestOutputHelper log)
{
    /// <summary>The interpreter adds about a million synapses a second; above this many synaptic additions a sample only engines are compared.</summary>
    private const long MostForTheInterpreter = 20_000_000;

    public static TheoryData<string, string> Bundled()
    {
        var data = new TheoryData<string, string>();
        foreach (var path in Models(Golden.Folder("."), "exports", "networks"))
            foreach (var precision in new[] { "float32", "int8" }) data.Add(path, precision);
        return data;
    }

    public static TheoryData<string, string> Corpus()
    {
        var data = new TheoryData<string, string>();
        if (Environment.GetEnvironmentVariable("NEUROCHIP_CORPUS") is not { } corpus) return data;
        foreach (var path in Models(corpus, "dense"))
            foreach (var precision in new[] { "float32", "int8" }) data.Add(path, precision);
        return data;
    }

    [Theory]
    [MemberData(nameof(Bundled))]
    public void EveryStageOfABundledExportGivesTheSameBits(string model, string precision) => Conform(Path.Combine(Golden.Folder("."), model), precision);

    [CorpusTheory]
    [MemberData(nameof(Corpus))]
    public void EveryStageOfACorpusExportGivesTheSameBits(string model, string precision) =>
        Conform(Path.Combine(Environment.GetEnvironmentVariable("NEUROCHIP_CORPUS")!, model), precision);

    private void Conform(string path, string precision)
    {
        var watch = Stopwatch.StartNew();
        var chip = ChipModelReader.Load(path.Contains("transformer-", StringComparison.Ordinal) ? "transformer-core" : "spinnaker1");
        var arrays = ArrayFile.Read(Path.Combine(Path.GetDirectoryName(path)!, "inputs.npz"));
        var isSingleStep = Path.GetDirectoryName(path)!.EndsWith("step", StringComparison.Ordinal);
        var options = new CompileOptions
        {
            Precision = precision,
            Timesteps = isSingleStep ? arrays["x"].Shape[1] : null,
            ArrayShapes = arrays.ToImmutableDictionary(a => a.Key, a => a.Value.Shape),
        };
        var graph = Pipeline.Import(path, options);
        var lowered = GraphLowering.Lower(graph);
        var isSmall = lowered.Projections.Sum(p => p.Map.Total) * lowered.Steps <= MostForTheInterpreter;
        var samples = Samples(lowered, arrays, path).Take(isSmall ? 2 : 1).ToArray();
        // Calibration runs in the interpreter here, so large networks take their scales from the weights.
        options = options with { Samples = _ => isSmall ? [.. samples.Select(s => s.Arrays)] : [] };

        var before = Pipeline.Compile(graph, lowered, chip, options with { StopAfter = "quantise" }).Module;
        var compiled = Pipeline.Compile(graph, lowered, chip, options with { Verify = true });
        var after = compiled.Module;
        var bytes = Bytes(compiled.Image!);
        Assert.True(bytes.AsSpan().SequenceEqual(Bytes(Pipeline.Compile(graph, lowered, chip, options with { Map = options.Map with { Threads = 2 } }).Image!)), "the image depends on the number of threads");
        var image = ChipImageReader.Read(new MemoryStream(bytes), "read back");
        Assert.True(bytes.AsSpan().SequenceEqual(Bytes(image)), "the image is not what was written");

        foreach (var sample in samples)
        {
            // A large network's slowest witness is the reference engine, which finds the same afferents one by one.
            var expected = isSmall ? Interpret(after, sample) : Simulate(image, SpikeEngines.Reference, 1, sample);
            if (isSmall)
            {
                var early = Interpret(before, sample);
                Assert.Subset(expected.Keys.ToHashSet(), early.Keys.ToHashSet());
                Same(early, expected, "module before and after balance-delays");
                Same(expected, Simulate(image, SpikeEngines.Reference, 1, sample), "interpreter and reference engine");
            }

            Same(expected, Simulate(image, SpikeEngines.Cpu, 1, sample), "cpu engine on one thread");
            Same(expected, Simulate(image, SpikeEngines.Cpu, 2, sample), "cpu engine on two threads");
        }

        log.WriteLine($"{before.Populations.Length} populations before and {after.Populations.Length} after, {after.Projections.Sum(p => p.Map.Total)} synapses, {bytes.Length} bytes, {samples.Length} samples, interpreted: {isSmall}, {watch.Elapsed.TotalSeconds:F1} s");
    }

    private static ImmutableArray<SampleInput> Samples(Module module, IReadOnlyDictionary<string, Tensor> arrays, string path)
    {
        var inputs = ModelInput.Of(module).Select(i => i with { Domain = SpikeDomain.Real }).ToImmutableArray();
        return InputBinder.Bind(inputs, arrays, path).Samples;
    }

    private static Dictionary<string, Tensor> Interpret(Module module, SampleInput sample)
    {
        var run = new ModuleInterpreter(module).Run(sample.Arrays, record: true);
        var all = run.Outputs.ToDictionary(o => $"output '{o.Key}'", o => o.Value);
        foreach (var p in module.Populations) all.Add($"emissions of '{p.Name}'", InUnits(p, ModuleRun.ToFrameworkLayout(run.Emissions[p.Id.Index], p.Layout)));
        return all;
    }

    /// <summary>What is recorded where a payload is worth something else than 1.</summary>
    private static Tensor InUnits(Population population, Tensor emissions) =>
        population.Unit == 1 ? emissions : Tensor.Of(emissions.Shape, Enumerable.Range(0, emissions.Length).Select(i => (float)(emissions.At(i) * population.Unit)).ToArray());

    private static Dictionary<string, Tensor> Simulate(ChipImage image, SpikeEngineEntry engine, int threads, SampleInput sample)
    {
        using var device = new SimulatedChip(engine, null, threads);
        var everything = RunRecording.Of([.. image.Populations.Select(p => p.Name)]);
        var result = new ChipSession(device, image).Run([sample], everything).Samples[0];
        var all = result.Outputs.ToDictionary(o => $"output '{o.Key}'", o => o.Value);
        foreach (var (name, emissions) in result.Recorded) all.Add($"emissions of '{name}'", emissions);
        return all;
    }

    /// <summary>Everything of <paramref name="wanted"/> is in <paramref name="actual"/>, with the same bits; a recording may be in a narrower type.</summary>
    private static void Same(Dictionary<string, Tensor> wanted, Dictionary<string, Tensor> actual, string what)
    {
        foreach (var (name, expected) in wanted)
        {
            var got = actual[name];
            Assert.True(expected.Shape.SequenceEqual(got.Shape), $"{what}: {name} is {got}, not {expected}");
            for (var i = 0; i < expected.Length; i++)
            {
                if (BitConverter.DoubleToInt64Bits(expected.At(i)) != BitConverter.DoubleToInt64Bits(got.At(i)))
                    Assert.Fail($"{what}: {name}, element {i} is {got.At(i):R}, not {expected.At(i):R}");
            }
        }
    }

    private static byte[] Bytes(ChipImage image)
    {
        using var stream = new MemoryStream();
        ChipImageWriter.Write(image, stream);
        return stream.ToArray();
    }

    private static IEnumerable<string> Models(string root, params string[] folders) => folders
        .SelectMany(f => Directory.GetFiles(Path.Combine(root, f), "model*.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        .Select(p => Path.GetRelativePath(root, p));
}
