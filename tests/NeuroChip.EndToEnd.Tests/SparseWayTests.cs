using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime.Arrays;

namespace NeuroChip.EndToEnd.Tests;

/// <summary>Networks over active sites from the file to the arrays of a run, on both families of chips: tests/golden/sparse3d.</summary>
public sealed class SparseWayTests : Scratch
{
    [Theory]
    [InlineData("cls_batch/model.onnx", "", "spinnaker1")]
    [InlineData("cls_batch/model.onnx", "", "transformer-core")]
    [InlineData("cls_tiny/model_autoware.onnx", "_autoware", "spinnaker1")]
    [InlineData("seg_tiny/model.onnx", "", "transformer-core")]
    [InlineData("seg_tiny/model.onnx", "", "spinnaker1-board")]
    [InlineData("det_tiny/model.onnx", "", "transformer-core")]
    [InlineData("form_planar/model.onnx", "", "spinnaker1")]
    public void OutputsAndSpikesAreThoseOfTheFramework(string model, string suffix, string chip)
    {
        var folder = Path.Combine(Golden.Folder("sparse3d"), Path.GetDirectoryName(model)!);
        var result = CommandLine.Run(["simulate", Path.Combine(Golden.Folder("sparse3d"), model), "--chip", chip, "--precision", "float32",
            "--input", Path.Combine(folder, $"inputs{suffix}.npz"), "--output", At("out.npz"), "--record", "all"]);
        Assert.True(result.ExitCode == 0, result.Error);
        var (expected, actual) = (ArrayFile.Read(Path.Combine(folder, $"golden{suffix}.npz")), ArrayFile.Read(At("out.npz")));
        foreach (var (name, values) in expected.Where(e => !e.Key.StartsWith("spk:", StringComparison.Ordinal))) Close(values, actual[name], name);
        var recorded = actual.Where(a => a.Key.StartsWith("spk:", StringComparison.Ordinal) && !a.Key.EndsWith(":coors", StringComparison.Ordinal)).ToList();
        foreach (var (name, values) in expected.Where(e => e.Key.StartsWith("spk:", StringComparison.Ordinal)))
        {
            var same = recorded.FindIndex(r => r.Value.ToFloats().SequenceEqual(values.ToFloats()));
            Assert.True(same >= 0, $"no layer sent {name}");
            Assert.Equal(values.Shape[0], actual[recorded[same].Key + ":coors"].Shape[0]);
            recorded.RemoveAt(same);
        }
    }

    [Fact]
    public void ACloudWithMoreSitesThanPlannedStopsTheRun()
    {
        var folder = Path.Combine(Golden.Folder("sparse3d"), "cls_tiny");
        Assert.Equal(0, CommandLine.Run(["compile", Path.Combine(folder, "model.onnx"), "--precision", "float32", "--sites", "100", "-o", At("a.ncimg")]).ExitCode);
        var run = CommandLine.Run(["run", At("a.ncimg"), "--input", Path.Combine(folder, "inputs.npz"), "--output", At("out.npz")]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("NC5083", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(At("out.npz")));
    }

    private static void Close(Tensor expected, Tensor actual, string what)
    {
        Assert.Equal(Tensor.FormatShape(expected.Shape), Tensor.FormatShape(actual.Shape));
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected.At(i) - actual.At(i)) <= 1e-4 * Math.Max(1, Math.Abs(expected.At(i))), $"{what}: element {i} is {actual.At(i)}, not {expected.At(i)}");
    }
}
