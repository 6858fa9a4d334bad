using System.Text.RegularExpressions;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime.Arrays;

namespace NeuroChip.EndToEnd.Tests;

/// <summary>What people see, and which exit code scripts see, when what they ask for cannot be done: goldens in tests/golden/cli.</summary>
public sealed class BadCommandTests : Scratch
{
    private static readonly Dictionary<string, string> Cases = new()
    {
        ["unknown-verb"] = "simulat MODEL",
        ["unknown-option"] = "chips --jsn",
        ["missing-argument"] = "run",
        ["bad-choice"] = "run a.ncimg --input x.npz --engine quantum",
        ["bad-input-shape-option"] = "compile MODEL --input-shape x=1xtwo",
        ["bad-threads"] = "compile MODEL --threads 0",
        ["bad-batch"] = "simulate MODEL --input INPUT --batch 0",
        ["unknown-code"] = "explain NC9999",
        ["unknown-chip"] = "simulate MODEL --chip spinaker1 --input INPUT",
        ["unknown-precision"] = "simulate MODEL --precision int77 --input INPUT",
        ["unknown-placer"] = "compile MODEL --placer magic -o SCRATCH/a.ncimg",
        ["unknown-pass"] = "compile MODEL --stop-after magic",
        ["model-missing"] = "simulate none.onnx --input INPUT",
        ["input-file-missing"] = "simulate MODEL --input none.npz",
        ["input-name"] = "simulate MODEL --input SCRATCH/other-name.npz",
        ["input-shape"] = "simulate MODEL --input SCRATCH/other-shape.npz",
        ["input-type"] = "simulate MODEL --input SCRATCH/other-type.npz",
        ["output-not-writable"] = "simulate MODEL --input INPUT --output SCRATCH/none/y.npz --report SCRATCH/file",
        ["record-unknown"] = "simulate MODEL --input INPUT --record n1,conv9",
        ["labels-missing"] = "simulate MODEL --input INPUT --labels classes",
        ["samples-outside"] = "simulate MODEL --input INPUT --labels labels --samples 40..60",
        ["image-not-an-image"] = "inspect MODEL",
        ["image-of-another-version"] = "run SCRATCH/newer.ncimg --input INPUT",
        ["image-cut-off"] = "inspect SCRATCH/short.ncimg",
        ["report-not-a-report"] = "report SCRATCH/other-name.npz",
        ["report-several"] = "report a.json b.json",
        ["no-attention-core"] = "compile NETWORKS/transformer-v1/model.onnx --chip spinnaker1-board --precision float32 -o SCRATCH/a.ncimg",
        ["layer-fits-no-tile"] = "compile MODEL --chip SCRATCH/small-tiles.yaml -o SCRATCH/a.ncimg",
        ["no-multipliers"] = "compile MODEL --chip SCRATCH/no-encoder.yaml -o SCRATCH/a.ncimg",
        ["pass-for-other-chips"] = "compile MODEL --chip transformer-core --stop-after relay-delays",
        ["attention-choice"] = "compile NETWORKS/transformer-v1/model.onnx --attention software",
        ["nothing-to-run-on"] = "simulate MODEL",
        ["spikes-without-input"] = "simulate MODEL --spikes SCRATCH/last.npz",
        ["workload-network"] = "run WORKLOADS --chip spinnaker1",
        ["workload-without-chip"] = "run WORKLOADS --network lenet5",
        ["workload-on-cores"] = "run WORKLOADS --network lenet5 --chip spinnaker1",
        ["workload-options"] = "run WORKLOADS --network lenet5 --input INPUT --precision int8",
        ["workload-density"] = "run WORKLOADS --network lenet5 --density 3",
        ["image-options"] = "run a.ncimg --input INPUT --density 0.1 --chip spinnaker1",
        ["voxelise-not-finite"] = "voxelise SCRATCH/nan.npz --grid 0.1 --output SCRATCH/v.npz",
        ["voxelise-no-grid"] = "voxelise SCRATCH/nan.npz --output SCRATCH/v.npz",
        ["voxelise-grid"] = "voxelise SCRATCH/nan.npz --grid 0.1,0.2 --output SCRATCH/v.npz",
        ["voxelise-range"] = "voxelise SCRATCH/nan.npz --grid 0.1 --range -1,0,0,1,1,one --output SCRATCH/v.npz",
        ["voxelise-pad"] = "voxelise SCRATCH/nan.npz --grid 0.1 --pad 1.5 --output SCRATCH/v.npz",
        ["voxelise-name"] = "voxelise SCRATCH/nan.npz --grid 0.1 --name coors --output SCRATCH/v.npz",
        ["voxelise-files"] = "voxelise SCRATCH/nan.npz MODEL none.ply --grid 0.1 --output SCRATCH/v.npz",
        ["bad-form"] = "compile MODEL --sepconv sideways",
        ["strict-convolutions"] = "compile NETWORKS/transformer-qsd-conv/model.onnx --precision float32 --sepconv kept --strict spike-driven -o SCRATCH/a.ncimg",
        ["strict-transformer"] = "compile NETWORKS/transformer-meta/model.onnx --precision float32 --repconv kept --strict spike-driven -o SCRATCH/a.ncimg",
        ["site-options"] = "compile MODEL --sites 0 --site-margin -1 --site-extent 3,x",
        ["sites-not-planned"] = "compile SPARSE/cls_tiny/model.onnx -o SCRATCH/a.ncimg",
        ["event-timing-of-tiles"] = "simulate MODEL --input INPUT --chip transformer-core --timing event",
        ["event-timing-of-sites"] = "simulate SPARSE/cls_tiny/model.onnx --input SPARSE/cls_tiny/inputs.npz --precision float32 --chip spinnaker1-board --timing event",
        ["noc-size"] = "noc --size 8",
        ["noc-rate"] = "noc --rate 1.5",
        ["noc-traffic"] = "noc --traffic sideways",
        ["noc-traffic-file"] = "noc --traffic SCRATCH/flows.csv",
        ["noc-torus-channels"] = "noc --topology torus --vcs 3",
        ["strict"] = "compile MODEL --strict spike-driven -o SCRATCH/a.ncimg",
    };

    private static string Workloads => Path.Combine(CommandLine.Root, "tests", "golden", "workloads", "published.json");

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void TextAndExitCodeAreAsAgreed(string name)
    {
        MakeFiles(name);
        var arguments = Cases[name].Split(' ').Select(a => a.Replace("SCRATCH", Folder).Replace("NETWORKS", Golden.Folder("networks")).Replace("SPARSE", Golden.Folder("sparse3d")).Replace("MODEL", CommandLine.DemoModel).Replace("INPUT", CommandLine.DemoInput).Replace("WORKLOADS", Workloads));
        var result = CommandLine.Run(arguments);
        var shown = $"neurochip {Cases[name]}\nexit code {result.ExitCode}\n\n{Clean(result.Error)}";
        Assert.Equal("", result.Output.Trim());
        Golden.AssertEqual(Path.Combine(Golden.Folder("cli"), name + ".expect"), shown);
        Assert.DoesNotContain(Directory.GetFiles(Folder), f => f.EndsWith(".part", StringComparison.Ordinal) || f.EndsWith("a.ncimg", StringComparison.Ordinal));
    }

    // Sizes of images are the compiler's business, not this test's.
    private string Clean(string text) => Regex.Replace(text, "takes [0-9]+ bytes, the file has [0-9]+", "takes N bytes, the file has M").Replace(Folder, "SCRATCH").Replace(Golden.Folder("networks"), "NETWORKS").Replace(Golden.Folder("sparse3d"), "SPARSE").Replace(CommandLine.DemoModel, "MODEL").Replace(CommandLine.DemoInput, "INPUT").Replace(Workloads, "WORKLOADS").Trim('\n') + "\n";

    private void MakeFiles(string name)
    {
        File.WriteAllText(At("file"), "");
        File.WriteAllText(At("flows.csv"), "source,destination,weight\n0,1,2\n0,64,1\n");
        File.WriteAllText(At("small-tiles.yaml"), Chip("small-tiles", "linear: { weight_memory: { value: 16 B, source: \"test\", grade: X } }"));
        File.WriteAllText(At("no-encoder.yaml"), Chip("no-encoder", "encoder: { count: { value: 0 tiles, source: \"test\", grade: X } }"));
        Save("other-name.npz", ("image", Tensor.Of([2, 1, 1, 8, 8], new float[128])));
        Save("other-shape.npz", ("x", Tensor.Of([2, 1, 3, 32, 32], new float[6144])));
        Save("other-type.npz", ("x", Tensor.Of([1, 1, 8, 8], Enumerable.Repeat(0.1, 64).ToArray())));
        Save("nan.npz", ("points", Tensor.Of([2, 3], [0, 0, 0, 1, float.NaN, 1f])));
        Save("last.npz", ("spk:n3", Tensor.Of([4, 1, 10], new sbyte[40])));
        if (!name.StartsWith("image-", StringComparison.Ordinal) || name == "image-options") return;
        CommandLine.RunWell("compile", CommandLine.DemoModel, "-o", At("good.ncimg"));
        var bytes = File.ReadAllBytes(At("good.ncimg"));
        File.WriteAllBytes(At("short.ncimg"), bytes[..(bytes.Length / 2)]);
        bytes[VersionAt]++;
        File.WriteAllBytes(At("newer.ncimg"), bytes);
    }

    private static string Chip(string name, string tiles) => $"extends: transformer-core\nname: {name}\ntiles:\n  {tiles}\n";

    private const int VersionAt = 8;

    private void Save(string name, params (string Key, Tensor Array)[] arrays)
    {
        using var file = File.Create(At(name));
        ArrayFile.Write(file, arrays.ToDictionary(a => a.Key, a => a.Array));
    }
}
