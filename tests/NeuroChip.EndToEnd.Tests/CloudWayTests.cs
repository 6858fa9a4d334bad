using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime.Arrays;
using NeuroChip.TestKit;

namespace NeuroChip.EndToEnd.Tests;

/// <summary>Networks over active sites, from point clouds to reports.</summary>
public sealed class CloudWayTests : Scratch
{
    private static readonly string Networks = Path.Combine(CommandLine.Root, "tests", "golden", "sparse3d");

    [Theory]
    [InlineData("cls_tiny", "", "spinnaker1-board")]
    [InlineData("cls_tiny", "_autoware", "transformer-core")]
    [InlineData("cls_batch", "", "transformer-core")]
    [InlineData("seg_tiny", "", "transformer-core-small")]
    [InlineData("seg_tiny", "", "spinnaker1-board")]
    [InlineData("det_tiny", "", "transformer-core")]
    public void SitesFeaturesAndSpikesAreThoseOfTheExporter(string name, string dialect, string chip)
    {
        var home = Path.Combine(Networks, name);
        CommandLine.RunWell("simulate", Path.Combine(home, $"model{dialect}.onnx"), "--chip", chip, "--precision", "float32", "--input", Path.Combine(home, $"inputs{dialect}.npz"), "--output", At("y.npz"), "--record", "all");
        var (golden, outputs) = (ArrayFile.Read(Path.Combine(home, $"golden{dialect}.npz")), ArrayFile.Read(At("y.npz")));
        foreach (var (output, expected) in golden.Where(g => !g.Key.Contains(':') && !g.Key.StartsWith("idx", StringComparison.Ordinal)))
        {
            var (a, b) = (Rows(golden, output), Rows(outputs, output));
            Assert.Equal(a.Keys, b.Keys);
            foreach (var (site, values) in a)
                for (var c = 0; c < values.Length; c++) Assert.InRange(b[site][c], values[c] - 1e-4, values[c] + 1e-4);
            Assert.NotEqual(0, expected.Length);
        }

        // Every layer of spikes of the exporter is one of ours, site by site and count by count.
        var ours = outputs.Keys.Where(IsSpikes).ToDictionary(k => k, k => Rows(outputs, k));
        foreach (var layer in golden.Keys.Where(IsSpikes))
        {
            var expected = golden[layer];
            Assert.Contains(ours.Values, rows => rows.Count == expected.Shape[0] && rows.Values.SelectMany(v => v).Sum() == expected.ToFloats().Sum());
        }
    }

    /// <summary>A sweep of 64 beams over planes, boxes and cylinders through a detection backbone: voxels on the host, the network on the chip, the report with pictures of each resolution.</summary>
    [Fact]
    public void ASweepIsVoxelisedComputedAndReported()
    {
        File.WriteAllBytes(At("scan.bin"), new SyntheticSweep { Azimuths = 512 }.Kitti());
        var host = CommandLine.RunWell("voxelise", At("scan.bin"), "--preset", "openpcdet", "--grid", "0.4", "--range", "0,-40,-3,70.4,40,1", "--name", "0", "--output", At("voxels.npz")).Output;
        Assert.Contains("ms", host); // Said on its own, apart from the chip's time.
        var extent = string.Join(',', ArrayFile.Read(At("voxels.npz"))["spatial_shape"].ToLongs().Select(e => e.ToString(CultureInfo.InvariantCulture)));
        var model = Path.Combine(Networks, "det_tiny", "model.onnx");
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

    /// <summary>An image planned for one cloud takes a smaller one and refuses a greater one with a code, and nothing is written.</summary>
    [Fact]
    public void APlanThatIsTooSmallIsAnError()
    {
        File.WriteAllBytes(At("sparse.bin"), new SyntheticSweep { Azimuths = 64 }.Kitti());
        File.WriteAllBytes(At("dense.bin"), new SyntheticSweep { Azimuths = 256 }.Kitti());
        foreach (var name in new[] { "sparse", "dense" })
            CommandLine.RunWell("voxelise", At($"{name}.bin"), "--preset", "openpcdet", "--grid", "0.4", "--range", "0,-40,-3,70.4,40,1", "--name", "0", "--output", At($"{name}.npz"));
        var extent = string.Join(',', ArrayFile.Read(At("dense.npz"))["spatial_shape"].ToLongs().Select(e => e.ToString(CultureInfo.InvariantCulture)));
        CommandLine.RunWell("compile", Path.Combine(Networks, "det_tiny", "model.onnx"), "--site-extent", extent, "--chip", "transformer-core", "--precision", "float32", "--calibrate", At("sparse.npz"), "-o", At("a.ncimg"));
        CommandLine.RunWell("run", At("a.ncimg"), "--input", At("sparse.npz"), "--output", At("y.npz"));
        var refused = CommandLine.Run("run", At("a.ncimg"), "--input", At("dense.npz"), "--output", At("z.npz"));
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("NC5083", refused.Error);
        Assert.False(File.Exists(At("z.npz")));
    }

    private static bool IsSpikes(string key) => key.StartsWith("spk:", StringComparison.Ordinal) && !key.EndsWith(":coors", StringComparison.Ordinal);

    /// <summary>Rows by site; by their number where the array is not at sites.</summary>
    private static SortedDictionary<string, float[]> Rows(IReadOnlyDictionary<string, Tensor> arrays, string name)
    {
        var (values, coordinates) = (arrays[name].ToFloats(), arrays.TryGetValue($"{name}:coors", out var c) ? c.ToLongs() : null);
        var rows = arrays[name].Shape[0];
        var (width, columns) = (values.Length / rows, coordinates is null ? 0 : coordinates.Length / rows);
        var by = new SortedDictionary<string, float[]>(StringComparer.Ordinal);
        for (var r = 0; r < rows; r++)
            by.Add(coordinates is null ? r.ToString(CultureInfo.InvariantCulture) : string.Join(' ', coordinates[(r * columns)..((r + 1) * columns)]), values[(r * width)..((r + 1) * width)]);
        return by;
    }
}
