using System.Text.Json;
using System.Text.RegularExpressions;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime.Arrays;
using NeuroChip.TestKit;

namespace NeuroChip.EndToEnd.Tests;

/// <summary>Point clouds on the command line.</summary>
public sealed class VoxeliseTests : Scratch
{
    public VoxeliseTests()
    {
        Directory.CreateDirectory(At("scans"));
        foreach (var seed in (int[])[1, 2]) File.WriteAllBytes(At($"scans/{seed}.bin"), (new SyntheticSweep { Seed = seed, Azimuths = 256 }).Kitti());
    }

    [Fact]
    public void SweepsBecomeOneFileOfVoxels()
    {
        string[] arguments = ["voxelise", At("scans"), "--preset", "openpcdet", "--name", "0", "--output", At("v.npz"), "--json"];
        var result = CommandLine.RunWell(arguments);
        var bytes = File.ReadAllBytes(At("v.npz"));
        CommandLine.RunWell(arguments);
        Assert.Equal(bytes, File.ReadAllBytes(At("v.npz")));
        Assert.Equal(2, Regex.Count(result.Error, "warning NC5065"));

        using var json = JsonDocument.Parse(result.Output);
        var clouds = json.RootElement.GetProperty("clouds").EnumerateArray().ToArray();
        var arrays = ArrayFile.Read(At("v.npz"));
        Assert.Equal(["0", "coors", "spatial_shape"], arrays.Keys);
        Assert.Equal([41, 1600, 1408], arrays["spatial_shape"].Span<long>().ToArray());
        var voxels = clouds.Select(c => c.GetProperty("voxels").GetInt32()).ToArray();
        Assert.Equal([voxels.Sum(), 4], arrays["0"].Shape.ToArray());
        var coordinates = arrays["coors"].Span<int>().ToArray().Chunk(4).ToArray();
        Assert.Equal(voxels, coordinates.CountBy(c => c[0]).OrderBy(c => c.Key).Select(c => c.Value).ToArray());
        Assert.Equal(coordinates.Length, coordinates.Select(c => string.Join(',', c)).Distinct().Count());
        Assert.Equal(new FileInfo(At("scans/1.bin")).Length / 16, clouds[0].GetProperty("points").GetInt32());
    }

    [Fact]
    public void OptionsChangeThePreset()
    {
        CommandLine.RunWell("voxelise", At("scans/1.bin"), "--preset", "openpcdet", "--range", "-50,-50,-3,50,50,5", "--grid", "0.5,0.25,0.5", "--features", "intensity,z", "--order", "xyz", "--pad", "2", "--per-voxel", "first", "-o", At("v.npz"));
        var arrays = ArrayFile.Read(At("v.npz"));
        Assert.Equal([202, 402, 18], arrays["spatial_shape"].Span<long>().ToArray());
        Assert.Equal(2, arrays["voxel_features"].Shape[1]);
    }

    [Fact]
    public void TheTableIsAsAgreed()
    {
        File.WriteAllBytes(At("nan.npy"), Npy());
        var result = CommandLine.RunWell("voxelise", At("nan.npy"), "--grid", "0.5", "--skip-nan", "--range", "0,0,0,4,4,4", "-o", At("v.npz"));
        // The time is what it is.
        var shown = Regex.Replace(result.Output, "[0-9.]+ [mµn]?s  $", "TIME  ", RegexOptions.Multiline);
        Golden.AssertEqual(Path.Combine(Golden.Folder("cli"), "voxelise.expect"), Regex.Replace((shown + result.Error).Replace(Folder, "SCRATCH"), " +$|─{3,}\n", "", RegexOptions.Multiline).Trim('\n') + "\n");
    }

    private static byte[] Npy()
    {
        using var stream = new MemoryStream();
        NpyFormat.Write(stream, Tensor.Of([6, 3], [0f, 0, 0, 0.1f, 0.2f, 0.3f, float.NaN, 1, 1, 1, 1, 1, 5, 1, 1, 3.9f, 3.9f, 3.9f]));
        return stream.ToArray();
    }
}
