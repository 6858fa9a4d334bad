using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using NeuroChip.Runtime.Arrays;
using NeuroChip.TestKit;

namespace NeuroChip.EndToEnd.Tests;

/// <summary>From a point cloud to the report of a network on it.</summary>
public sealed class CloudWayTests : Scratch
{
    /// <summary>A sweep of 64 beams over planes, boxes and cylinders through a detection backbone: voxels on the host, the network on the chip, the report with pictures of each resolution.</summary>
    [Fact]
    public void ASweepIsVoxelisedComputedAndReported()
    {
        File.WriteAllBytes(At("scan.bin"), new SyntheticSweep { Azimuths = 512 }.Kitti());
        var host = CommandLine.RunWell("voxelise", At("scan.bin"), "--preset", "openpcdet", "--grid", "0.4", "--range", "0,-40,-3,70.4,40,1", "--name", "0", "--output", At("voxels.npz")).Output;
        Assert.Contains("ms", host); // Said on its own, apart from the chip's time.
        var extent = string.Join(',', ArrayFile.Read(At("voxels.npz"))["spatial_shape"].ToLongs().Select(e => e.ToString(CultureInfo.InvariantCulture)));
        var model = Path.Combine(Golden.Folder("sparse3d"), "det_tiny", "model.onnx");
        CommandLine.RunWell("simulate", model, "--site-extent", extent, "--chip", "transformer-core", "--precision", "float32", "--input", At("voxels.npz"), "--output", At("y.npz"), "--report", At("report"));
        using var json = JsonDocument.Parse(File.ReadAllText(At("report/report.json")));
        var report = json.RootElement;
        Assert.True(report.GetProperty("energy").GetProperty("joules").GetDouble() > 0);
        Assert.True(report.GetProperty("timing").GetProperty("latencySeconds").GetDouble() > 0);
        var tables = report.GetProperty("sites").GetProperty("tables").EnumerateArray().ToArray();
        Assert.Equal(4, tables.Length); // The input's resolution, two halved ones, and one halved upwards only.
        var voxels = ArrayFile.Read(At("voxels.npz"))["coors"].Shape[0];
        Assert.Equal(voxels, tables[0].GetProperty("sites").GetInt32());
        Assert.InRange(voxels, 1000, 20000);

        // Without the membership test the same events add to more targets, and nothing is looked up.
        var total = report.GetProperty("sites").GetProperty("total");
        Assert.True(total.GetProperty("vanillaOperations").GetInt64() > total.GetProperty("operations").GetInt64());
        Assert.True(total.GetProperty("pairs").GetInt64() < total.GetProperty("probes").GetInt64());
        var page = File.ReadAllText(At("report/report.html"));
        Assert.True(Regex.Count(page, "<svg") >= tables.Length);
        foreach (var table in tables) Assert.Contains(table.GetProperty("name").GetString()!, page);
    }
}
