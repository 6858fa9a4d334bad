using System.Collections.Immutable;
using System.Text.Json;
using NeuroChip.Compiler.Lowering;
using NeuroChip.Compiler.Onnx;
using NeuroChip.Compiler.Rolling;
using NeuroChip.Compiler.Tests.Onnx;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Graphs;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Tests.Lowering;

/// <summary>
/// Networks exported by the frameworks (tests/golden/exports) and from our own descriptions (tests/golden/networks, written by
/// tools/export/make_network_goldens.py): rolled up, lowered and interpreted, they compute what the framework computed.
/// </summary>
public class ExportTests
{
    private static readonly string Golden = Path.GetFullPath(Path.Combine(OperatorGoldenTests.Golden("."), ".."));

    public static TheoryData<string> Files()
    {
        var data = new TheoryData<string>();
        foreach (var folder in new[] { "exports", "networks" })
            foreach (var path in Directory.GetFiles(Path.Combine(Golden, folder), "*.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
                data.Add(Path.GetRelativePath(Golden, path));
        return data;
    }

    public static TheoryData<string> Descriptions()
    {
        var data = new TheoryData<string>();
        foreach (var folder in Directory.GetDirectories(Path.Combine(Golden, "networks")).Order(StringComparer.Ordinal)) data.Add(Path.GetFileName(folder));
        return data;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void ComputesWhatTheFrameworkComputed(string file)
    {
        var path = Path.Combine(Golden, file);
        var folder = Path.GetDirectoryName(path)!;
        var (inputs, golden) = (Arrays.ReadNpz(Path.Combine(folder, "inputs.npz")), Arrays.ReadNpz(Path.Combine(folder, "golden.npz")));
        var module = Verifier.VerifyOrThrow(GraphLowering.Lower(Rolled(path, inputs)));
        var interpreter = new ModuleInterpreter(module);
        for (var sample = 0; sample < Math.Min(2, inputs.Values.First().Shape[0]); sample++)
        {
            var given = module.Populations.Select(p => p.Neuron).OfType<SourceNeuron>().ToDictionary(s => s.Input, s => Arrays.Row(inputs[s.Input], sample));
            var run = interpreter.Run(given, record: true);
            foreach (var (name, expected) in golden)
            {
                if (sample >= expected.Shape[0]) continue;
                if (name.StartsWith("spk:", StringComparison.Ordinal)) SameSpikes(module, run, name[4..], Arrays.Row(expected, sample));
                else Close(Arrays.Row(expected, sample), run.Outputs[name], $"{name}, sample {sample}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Descriptions))]
    public void NeuronsAreRecognisedByWhatTheyCompute(string name)
    {
        var folder = Path.Combine(Golden, "networks", name);
        var expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "case.json"))).RootElement.GetProperty("neurons").GetString()!;
        var module = GraphLowering.Lower(Rolled(Path.Combine(folder, "model.onnx"), Arrays.ReadNpz(Path.Combine(folder, "inputs.npz"))));
        Assert.Contains(module.Populations, p => p.Neuron.Title.StartsWith(expected, StringComparison.Ordinal) && p.Neuron is not SourceNeuron);
    }

    [Theory]
    [InlineData("sj-digits-mlp", "sj-digits-mlp-loop")]
    [InlineData("sj-digits-csnn", "sj-digits-csnn-loop")]
    [InlineData("sj-digits-csnn-s2a", "sj-digits-csnn-s2a-folded")]
    public void HoweverTimeAndNormalisationWereExportedTheNetworkIsTheSame(string one, string other)
    {
        var (a, b) = (Lower(one), Lower(other));
        Assert.Equal(Structure(a), Structure(b));

        Module Lower(string name)
        {
            var folder = Path.Combine(Golden, "exports", name);
            return GraphLowering.Lower(Rolled(Path.Combine(folder, "model.onnx"), Arrays.ReadNpz(Path.Combine(folder, "inputs.npz"))));
        }

        static string Structure(Module m) => string.Join('\n', m.Populations.Select(p => $"{p.Size} {p.Neuron.Title} {p.Domain}").Concat(m.Projections.Select(p => $"{p.Source}->{p.Target} {p.Map.Keyword} {p.Delay}")));
    }

    [Theory]
    [InlineData("neuron")]
    [InlineData("steps")]
    [InlineData("shuffled")]
    [InlineData("softmax")]
    [InlineData("heads")]
    [InlineData("step")]
    [InlineData("last-product")]
    [InlineData("other-start")]
    [InlineData("restless")]
    public void WhatCannotBeLoweredIsExplained(string name)
    {
        var folder = Path.Combine(Golden, "lowering-errors");
        var path = Path.Combine(folder, name + ".onnx");
        Expect(name, () => GraphLowering.Lower(TimeRolling.Roll(OnnxLoader.Load(path), RollOptions.Default)));
    }

    [Fact]
    public void StepsGivenTwiceAreExplained() => Expect("timesteps", () => TimeRolling.Roll(OnnxLoader.Load(Network("neuron-sign")), new(3, ImmutableDictionary<string, string>.Empty)));

    [Fact]
    public void WrongStatePairsAreExplained() =>
        Expect("state", () => TimeRolling.Roll(OnnxLoader.Load(Path.Combine(Golden, "lowering-errors", "step.onnx")), new(4, ImmutableDictionary<string, string>.Empty.Add("v", "w"))));

    [Fact]
    public void StatesArePairedByName()
    {
        var graph = TimeRolling.Roll(OnnxLoader.Load(Path.Combine(Golden, "lowering-errors", "step.onnx")), new(4, ImmutableDictionary<string, string>.Empty));
        Assert.Single(graph.Nodes, n => n.Op == "Delay");
        Assert.Equal(4, graph.Steps);
    }

    [Fact]
    public void StrictRefusesMultiplications()
    {
        var graph = TimeRolling.Roll(OnnxLoader.Load(Network("leaky-subtract")), RollOptions.Default);
        Expect("strict", () => Pipeline.Compile(graph, GraphLowering.Lower(graph), HwModels.ChipModelReader.Load("spinnaker1"), new() { Precision = "float32", StrictSpikeDriven = true }));
    }

    [Fact]
    public void UnknownPassesAndPrecisionsAreExplained()
    {
        Expect("pass", () => Pipeline.Find("balance"));
        Expect("precision", () => Pipeline.ArithmeticOf(HwModels.ChipModelReader.Load("spinnaker1"), "int7"));
    }

    private static string Network(string name) => Path.Combine(Golden, "networks", name, "model.onnx");

    private static void Expect(string name, Func<object> compile)
    {
        var folder = Path.Combine(Golden, "lowering-errors");
        var text = Assert.Throws<DiagnosticException>(compile).Message.Replace(Golden + Path.DirectorySeparatorChar, "", StringComparison.Ordinal) + "\n";
        var expected = Path.Combine(folder, name + ".expect");
        if (Environment.GetEnvironmentVariable("NEUROCHIP_UPDATE_GOLDENS") == "1") File.WriteAllText(expected, text);
        Assert.Equal(File.ReadAllText(expected), text);
    }

    /// <summary>The graph of a file; a single-step model runs for as many steps as its inputs have.</summary>
    private static Graph Rolled(string path, Dictionary<string, Tensor> inputs)
    {
        int? steps = Path.GetDirectoryName(path)!.EndsWith("-step", StringComparison.Ordinal) ? inputs["x"].Shape[1] : null;
        return TimeRolling.Roll(OnnxLoader.Load(path), new(steps, ImmutableDictionary<string, string>.Empty));
    }

    private static void Close(Tensor expected, Tensor actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected.At(i) - actual.At(i)) <= 1e-4 * Math.Max(1, Math.Abs(expected.At(i))), $"{what}: element {i} is {actual.At(i)}, not {expected.At(i)}");
    }

    private static void SameSpikes(Module module, ModuleRun run, string layer, Tensor expected)
    {
        // Scripted neurons carry no module path in the file, and wrappers of single steps add one.
        if (module.Populations.FirstOrDefault(p => p.Name == layer) is not { Domain: not SpikeDomain.Real } population) return;
        // Slices of a neuron without state are moved before it: it becomes a population for each.
        if (module.Populations.Any(p => p.Name == layer + "#2")) return;
        var recorded = ModuleRun.ToFrameworkLayout(run.Emissions[population.Id.Index], population.Layout);
        Assert.Equal(expected.Length, recorded.Length);
        var same = Enumerable.Range(0, expected.Length).Count(i => expected.At(i) == (float)(recorded.At(i) * population.Unit));
        Assert.True(same >= 0.999 * expected.Length, $"{layer}: {same} of {expected.Length} spikes");
    }
}
