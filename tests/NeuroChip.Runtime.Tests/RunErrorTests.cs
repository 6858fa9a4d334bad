using System.Text.RegularExpressions;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime.Arrays;
using NeuroChip.Runtime.Inputs;
using NeuroChip.Runtime.Reports;

namespace NeuroChip.Runtime.Tests;

/// <summary>The text of every error of a run is a golden in tests/golden/run-errors.</summary>
public sealed class RunErrorTests : IDisposable
{
    private static readonly string Folder = Golden.Folder("run-errors");

    private static readonly string Files = Path.Combine(Golden.Root, "tests", "NeuroChip.Runtime.Tests", "files");

    private readonly string scratch = Directory.CreateTempSubdirectory("neurochip-").FullName;

    private static Dictionary<string, Action<string>> Cases => new()
    {
        ["file-missing"] = _ => ArrayFile.Read("none/inputs.npz"),
        ["file-not-arrays"] = s => ArrayFile.Read(Scratch(s, "inputs.npz", "these are not arrays"u8)),
        ["file-empty"] = s => ArrayFile.Read(Scratch(s, "inputs.npz", [])),
        ["file-cut-off"] = s => ArrayFile.Read(Scratch(s, "inputs.npz", File.ReadAllBytes(Path.Combine(Files, "numpy-stored.npz")).AsSpan(0, 300))),
        ["file-flipped-bit"] = s => ArrayFile.Read(Scratch(s, "inputs.npz", Flipped("numpy-stored.npz"))),
        ["npy-cut-off"] = s => ArrayFile.Read(Scratch(s, "x.npy", File.ReadAllBytes(Path.Combine(Files, "lone.npy")).AsSpan(0, 140))),
        ["npy-big-endian"] = s => ArrayFile.Read(Copy(s, "big-endian.npy")),
        ["npy-complex"] = s => ArrayFile.Read(Copy(s, "complex.npy")),
        ["input-missing"] = _ => Bind(("features", Zeros(2, 1, 4)), ("labels", Tensor.Vector(1L, 0))),
        ["input-shape"] = _ => Bind(("x", Zeros(3, 28, 28))),
        ["input-shape-steps"] = _ => InputBinder.Bind(TinyNetwork.Image(perStep: true), new Dictionary<string, Tensor> { ["x"] = Zeros(8, 10, 1, 4) }, "inputs.npz"),
        ["input-type"] = _ => Bind(("x", Tensor.Of([1, 4], [0.5, 0.1, 0, 0]))),
        ["input-not-finite"] = _ => Bind(("x", Tensor.Of([2, 1, 4], [0f, 0, 0, 0, 0, float.NaN, 0, 0]))),
        ["input-no-sample"] = _ => Bind(("x", Zeros(0, 1, 4))),
        ["input-not-spikes"] = _ => InputBinder.Bind(TinyNetwork.Image(domain: SpikeDomain.Binary), new Dictionary<string, Tensor> { ["x"] = Tensor.Of([1, 4], [0f, 1, 0.25f, 0]) }, "inputs.npz"),
        ["clouds-without-coordinates"] = _ => Clouds(("f", Zeros(3, 2))),
        ["clouds-coordinates-type"] = _ => Clouds(("f", Zeros(3, 2)), ("coors", Zeros(3, 4))),
        ["clouds-coordinates-shape"] = _ => Clouds(("f", Zeros(3, 2)), ("coors", Tensor.Of([6], new int[6]))),
        ["clouds-coordinates-batch"] = _ => Clouds(("f", Zeros(2, 2)), ("coors", Tensor.Of([2, 4], [0, 1, 1, 1, -1, 2, 2, 2]))),
        ["clouds-empty"] = _ => Clouds(("f", Zeros(0, 2)), ("coors", Tensor.Of([0, 4], Array.Empty<int>()))),
        ["clouds-rows"] = _ => Clouds(("f", Zeros(3, 2)), ("coors", Tensor.Of([2, 3], [1, 1, 1, 2, 2, 2]))),
        ["clouds-not-finite"] = _ => Clouds(("f", Tensor.Of([2, 2], [0f, 1, float.NaN, 0])), ("coors", Tensor.Of([2, 3], [1, 1, 1, 2, 2, 2]))),
        ["clouds-grid"] = _ => Clouds(("f", Zeros(1, 2)), ("coors", Tensor.Of([1, 3], [1, 1, 1])), ("spatial_shape", Tensor.Vector(4L, 9, 4))),
        ["clouds-features-missing"] = _ => Clouds(("coors", Tensor.Of([1, 3], [1, 1, 1]))),
        ["clouds-recorded"] = _ => RecordedEmissions.Bind(CloudTests.AtSites, Arrays(("spk:x", Zeros(1, 4))), "trace.npz", null, new()),
        ["labels-missing"] = _ => Labels.Read(Arrays(("x", Zeros(2, 1, 4))), "labels", Two, null, "inputs.npz"),
        ["labels-count"] = _ => Labels.Read(Arrays(("y", Tensor.Vector(1L, 2, 3))), "y", Two, null, "inputs.npz"),
        ["labels-class"] = _ => Labels.Judge(TinyNetwork.Image().Readouts[0], new ChipSession(new TinyNetwork.Device(), TinyNetwork.Image()).Run(Two.Samples, RunRecording.Outputs).Samples, [0, 9], "y", "inputs.npz"),
        ["samples-malformed"] = _ => Two.Part("1-2"),
        ["samples-outside"] = _ => Two.Part("1..5"),
        ["record-unknown"] = _ => RunRecording.Parse("n,conv1,conv2", TinyNetwork.Image()),
        ["output-not-writable"] = s => OutputFile.RequireWritable([s + "/no/such/folder/out.npz", Scratch(s, "file", "x"u8) + "/out.npz", s, null], s + "/file", ["report.json"]),
        ["report-not-json"] = s => JsonReport.Read(Scratch(s, "report.json", "{\"format\": "u8)),
        ["report-of-another-kind"] = s => JsonReport.Read(Scratch(s, "report.json", "{\"format\": \"other\", \"version\": 1}"u8)),
        ["report-of-another-version"] = s => JsonReport.Read(Scratch(s, "report.json", "{\"format\": \"neurochip-run\", \"version\": 99}"u8)),
        ["sites-none"] = _ => ActiveSites.Of(Cloud(4), []),
        ["sites-none-reached"] = _ => ActiveSites.Of(Cloud(4), [0, 0, 7]).Reached(Strided(4)),
        ["sites-outside"] = _ => ActiveSites.Of(Cloud(4), [0, 0, 0, 2, 4, 8, -1, 0, 0]),
        ["sites-twice"] = _ => ActiveSites.Of(Cloud(4), [3, 1, 2, 0, 0, 0, 3, 1, 2]),
        ["sites-too-many"] = _ => ActiveSites.Of(Cloud(1), [0, 0, 0, 1, 1, 1]),
        ["sites-too-many-reached"] = _ => ActiveSites.Of(Cloud(4), [0, 0, 0, 3, 3, 3]).Reached(Strided(1)),
        ["memory"] = _ => MemoryPlan.RequireEnough(TinyNetwork.Image(), 1_000_000, RunRecording.All, available: 1 << 20),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    private static SampleSet Two => InputBinder.Bind(TinyNetwork.Image(), Arrays(("x", Zeros(2, 1, 4))), "inputs.npz");

    [Theory]
    [MemberData(nameof(Names))]
    public void TextOfErrorIsAsAgreed(string name)
    {
        var stop = Assert.Throws<DiagnosticException>(() => Cases[name](scratch));
        var text = string.Join("\n\n", stop.Diagnostics.Select(d => d.ToString())).Replace(scratch, "SCRATCH") + "\n";
        Golden.AssertEqual(Path.Combine(Folder, name + ".expect"), text);
    }

    [Fact]
    public void TextOfTheWarningIsAsAgreed()
    {
        var warnings = new DiagnosticBag();
        InputBinder.Bind(TinyNetwork.Image(), Arrays(("x", Zeros(1, 4)), ("labels", Tensor.Vector(1L))), "inputs.npz", null, warnings);
        Golden.AssertEqual(Path.Combine(Folder, "array-not-used.expect"), warnings.Diagnostics.Single() + "\n");
    }

    [Fact]
    public void NothingIsLeftOfAWriteThatFails()
    {
        var target = Path.Combine(scratch, "out.npz");
        Assert.Throws<InvalidOperationException>(() => OutputFile.Write(target, stream =>
        {
            stream.WriteByte(1);
            throw new InvalidOperationException();
        }));
        Assert.Empty(Directory.GetFiles(scratch));
    }

    [Fact]
    public void EveryCodeOfRunningIsExplainedAndShown()
    {
        // NC503x are of routing tables that lead nowhere; the simulator's tests show them. NC504x are of workloads and NC506x of clouds, which have goldens of their own, as have the verbs.
        static bool IsShownHere(string code) => string.CompareOrdinal(code, "NC5030") < 0 || (string.CompareOrdinal(code, "NC5080") >= 0 && string.CompareOrdinal(code, "NC5100") < 0);
        var shown = Directory.GetFiles(Folder, "*.expect").SelectMany(f => Regex.Matches(File.ReadAllText(f), "NC5[0-9]{3}")).Select(m => m.Value).ToHashSet();
        var explained = DiagnosticCatalog.Entries.Keys.Where(c => c.StartsWith("NC5", StringComparison.Ordinal) && IsShownHere(c));
        Assert.Equal(explained.Order(StringComparer.Ordinal), shown.Where(IsShownHere).Order(StringComparer.Ordinal));
    }

    public void Dispose() => Directory.Delete(scratch, recursive: true);

    private static SiteTable Cloud(int capacity) => new(new(0), "cloud", [4, 5, 8], capacity, "coors");

    /// <summary>Every third voxel along x: the last one is seen by no window.</summary>
    private static SiteTable Strided(int capacity) => new(new(1), "coarse", [4, 5, 3], capacity, "", new(new(0), new(new(4, 4, 1), new(5, 5, 1), new(8, 3, 1, 3))));

    private static void Bind(params (string, Tensor)[] arrays) => InputBinder.Bind(TinyNetwork.Image(), Arrays(arrays), "inputs.npz");

    private static void Clouds(params (string, Tensor)[] arrays) => InputBinder.Bind([CloudTests.Features], Arrays(arrays), "cloud.npz");

    private static Dictionary<string, Tensor> Arrays(params (string Name, Tensor Array)[] arrays) => arrays.ToDictionary(a => a.Name, a => a.Array);

    private static Tensor Zeros(params int[] shape) => Tensor.Of([.. shape], new float[Tensor.Count(shape)]);

    private static string Scratch(string folder, string name, ReadOnlySpan<byte> content)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, content.ToArray());
        return path;
    }

    private static string Copy(string folder, string file) => Scratch(folder, file, File.ReadAllBytes(Path.Combine(Files, file)));

    private static byte[] Flipped(string file)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Files, file));
        bytes[200] ^= 0x10;
        return bytes;
    }
}
