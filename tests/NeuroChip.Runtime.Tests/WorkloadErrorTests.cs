using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime.Inputs;
using NeuroChip.Runtime.Workloads;

namespace NeuroChip.Runtime.Tests;

/// <summary>The text of every error about workload files and traces is a golden in tests/golden/workload-errors.</summary>
public sealed class WorkloadErrorTests
{
    private static readonly string Folder = Golden.Folder("workload-errors");

    private static Dictionary<string, Action> Cases => new()
    {
        ["file-missing"] = () => WorkloadReader.Load("none/net.json"),
        ["not-json"] = () => Read("{\n  \"networks\": [}"),
        ["not-an-object"] = () => Read("[]"),
        ["no-networks"] = () => Read("""{"layers": []}"""),
        ["networks-empty"] = () => Read("""{"networks": {}}"""),
        ["network-without-layers"] = () => Read("""{"networks": {"a": []}}"""),
        ["fields-unknown"] = () => Read("""{"fields": {"fc": ["in", "out"], "conv3d": ["H"]}, "networks": {"a": [{"layer": "fc_1", "shape": [4, 2, 1, 1, 3]}]}}"""),
        ["layers-malformed"] = () => Network("""{"name": "fc_1"}, 7, {"layer": "linear_1", "shape": []}, {"layer": "fc_1", "shape": [4, 2, 1, 1, 3], "bias": true}"""),
        ["layer-twice"] = () => Network("""{"layer": "lif_1", "shape": [4, 1, 1]}, {"layer": "lif_1", "shape": [4, 1, 1]}"""),
        ["form-unknown"] = () => Network("""{"layer": "attention_1", "shape": [8, 4, 2, 1, 1], "form": "linear"}"""),
        ["shape-length"] = () => Network("""{"layer": "conv2d_1", "shape": [32, 3, 64, 3, 1, 1, 4]}"""),
        ["shape-values"] = () => Network("""{"layer": "conv2d_1", "shape": [0, 3, 64.5, 3, -1, "1", 1, 4]}"""),
        ["shape-misfit"] = () => Network("""{"layer": "conv2d_1", "shape": [4, 3, 8, 7, 1, 1, 1, 4]}, {"layer": "attention_1", "shape": [100, 64, 12, 1, 4]}, {"layer": "fc_1", "shape": [100000, 100000, 1, 1, 4]}"""),
        ["network-not-chosen"] = () => WorkloadReader.Choose(Two, null, "net.json"),
        ["network-unknown"] = () => WorkloadReader.Choose(Two, "vgg19", "net.json"),
        ["trace-shape"] = () => Bind(("conv2d_1", new byte[2 * 3 * 4 * 5], [2, 3, 4, 5]), ("fc_1", new byte[12], [2, 6]), ("attention_1_q", new byte[16], [2, 2, 4]), ("attention_1_k", new byte[16], [2, 2, 4]), ("attention_1_v", new byte[16], [16])),
        ["trace-incomplete"] = () => Bind(("conv2d_1", new byte[96], [2, 3, 4, 4]), ("spikes", new byte[3], [3])),
        ["trace-empty"] = () => WorkloadTrace.Bind(Small, new Dictionary<string, Tensor>(), "trace.npz", false, new()),
        ["trace-not-spikes"] = () => Bind(("conv2d_1", [.. Enumerable.Repeat((byte)3, 96)], [2, 3, 4, 4]), ("fc_1", new byte[12], [2, 6]), ("attention_1_q", new byte[16], [2, 2, 4]), ("attention_1_k", new byte[16], [2, 2, 4]), ("attention_1_v", new byte[16], [2, 2, 4])),
        ["recorded-shape"] = () => Recorded(("n", Tensor.Of([1, 3, 5], new float[15]))),
        ["recorded-value"] = () => Recorded(("spk:n", Tensor.Of([3, 1, 2], [0f, 0.5f, 1f, 0, 0, 0]))),
        ["recorded-samples"] = () => Recorded(("n", Tensor.Of([2, 3, 1, 2], new float[12])), ("x", Tensor.Of([5, 3, 1, 4], new float[60]))),
        ["recorded-nothing"] = () => Recorded(("conv1", Tensor.Of([1, 3], new float[3]))),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    private static System.Collections.Immutable.ImmutableArray<Workload> Two =>
        WorkloadReader.Parse("""{"networks": {"a": [{"layer": "lif_1", "shape": [4, 1, 1]}], "b": [{"layer": "lif_1", "shape": [4, 1, 1]}]}}""", "net.json");

    private static Workload Small => WorkloadReader.Parse(
        """{"networks": {"small": [{"layer": "conv2d_1", "shape": [4, 3, 2, 3, 1, 1, 1, 2]}, {"layer": "lif_1", "shape": [32, 1, 2]}, {"layer": "fc_1", "shape": [6, 2, 1, 1, 2]}, {"layer": "attention_1", "shape": [4, 2, 2, 1, 2]}]}}""", "net.json")[0];

    [Theory]
    [MemberData(nameof(Names))]
    public void TextOfErrorIsAsAgreed(string name)
    {
        var stop = Assert.Throws<DiagnosticException>(Cases[name]);
        Golden.AssertEqual(Path.Combine(Folder, name + ".expect"), string.Join("\n\n", stop.Diagnostics.Select(d => d.ToString())) + "\n");
        Assert.All(stop.Diagnostics, d => Assert.True(DiagnosticCatalog.Entries.ContainsKey(d.Code), d.Code));
    }

    [Fact]
    public void ArraysThatNobodyTakesAreTold()
    {
        var warnings = new DiagnosticBag();
        WorkloadTrace.Bind(Small, new Dictionary<string, Tensor> { ["fc_1"] = Tensor.Of([2, 6], new byte[12]), ["fc_9"] = Tensor.Of([1], new byte[1]) }, "trace.npz", complete: false, warnings);
        Assert.Equal("NC5046", Assert.Single(warnings.Diagnostics).Code);
    }

    private static void Read(string json) => WorkloadReader.Parse(json, "net.json");

    private static void Network(string layers) => Read("""{"networks": {"net": [LAYERS]}}""".Replace("LAYERS", layers));

    private static void Bind(params (string Name, byte[] Values, int[] Shape)[] arrays) =>
        WorkloadTrace.Bind(Small, arrays.ToDictionary(a => a.Name, a => Tensor.Of([.. a.Shape], a.Values)), "trace.npz", complete: true, new());

    private static void Recorded(params (string Name, Tensor Array)[] arrays) =>
        RecordedEmissions.Bind(TinyNetwork.Image(domain: SpikeDomain.Real), arrays.ToDictionary(a => a.Name, a => a.Array), "trace.npz", null, new());
}
