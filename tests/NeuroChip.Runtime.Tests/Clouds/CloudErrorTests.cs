using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime.Clouds;

namespace NeuroChip.Runtime.Tests.Clouds;

/// <summary>The text of every error about point clouds is a golden in tests/golden/cloud-errors.</summary>
public sealed class CloudErrorTests : CloudFolder
{
    private static readonly string Goldens = Golden.Folder("cloud-errors");

    private const string Vertices = "property float x\nproperty float y\nproperty float z\nend_header\n";

    private static Dictionary<string, Action<CloudErrorTests>> Cases => new()
    {
        ["files-missing"] = t => Files("none.ply", Path.Combine(t.Folder, "none"), t.Save("cloud.pcd", "x")),
        ["folder-without-clouds"] = t => Files(t.Folder),
        ["kitti-cut-off"] = t => Files(t.Save("a.bin", new byte[38])),
        ["npy-cut-off"] = t => Files(t.Save("a.npy", "\x93NUMPY")),
        ["arrays-without-positions"] = t => Files(t.Save("a.npz", ("x", Tensor.Vector(1f)), ("y", Tensor.Vector(1f)))),
        ["arrays-positions-shape"] = t => Files(t.Save("a.npz", ("points", Tensor.Of([3, 2], new float[6])))),
        ["arrays-attribute-rows"] = t => Files(t.Save("a.npz", ("points", Tensor.Of([3, 3], new float[9])), ("intensity", Tensor.Vector(1f, 2)), ("label", Tensor.Scalar(7)))),
        ["ply-not"] = t => Files(t.Save("a.ply", "x,y,z\n")),
        ["ply-big-endian"] = t => Files(t.Save("a.ply", "ply\nformat binary_big_endian 1.0\nelement vertex 1\n" + Vertices + "0123456789ab")),
        ["ply-header-line"] = t => Files(t.Save("a.ply", "ply\nformat ascii 1.0\nelements vertex 3\n")),
        ["ply-header-ends"] = t => Files(t.Save("a.ply", "ply\nformat ascii 1.0\nelement vertex 3\n")),
        ["ply-count"] = t => Files(t.Save("a.ply", "ply\nformat ascii 1.0\nelement vertex 99999999\n" + Vertices)),
        ["ply-type"] = t => Files(t.Save("a.ply", "ply\nformat ascii 1.0\nelement vertex 3\nproperty half x\n")),
        ["ply-no-vertex"] = t => Files(t.Save("a.ply", "ply\nformat ascii 1.0\nelement face 0\nend_header\n")),
        ["ply-no-positions"] = t => Files(t.Save("a.ply", "ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float u\nend_header\n1 2\n")),
        ["ply-ascii-word"] = t => Files(t.Save("a.ply", "ply\nformat ascii 1.0\nelement vertex 2\n" + Vertices + "1 2 3\n4 five 6\n")),
        ["ply-ascii-more"] = t => Files(t.Save("a.ply", "ply\nformat ascii 1.0\nelement vertex 2\n" + Vertices + "1 2 3 4\n5 6 7 8\n")),
        ["ply-ascii-cut-off"] = t => Files(t.Save("a.ply", "ply\nformat ascii 1.0\nelement vertex 2\n" + Vertices + "1 2 3\n4\n")),
        ["ply-binary-cut-off"] = t => Files(t.Save("a.ply", "ply\nformat binary_little_endian 1.0\nelement vertex 2\n" + Vertices + "0123456789ab012345")),
        ["off-keyword"] = t => Files(t.Save("a.off", "COFF\n3 1 0\n")),
        ["off-corner"] = t => Files(t.Save("a.off", "OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 3\n")),
        ["off-no-surface"] = t => Files(t.Save("a.off", "OFF 3 1 0\n0 0 0\n1 0 0\n2 0 0\n3 0 1 2\n")),
        ["empty-cloud"] = t => Files(t.Save("a.bin", "")),
        ["nan-points"] = _ => Voxels(Grid, Rows(0, 0, 0, 1, float.NaN, 0, 0, 1, 0, 0, 0, float.PositiveInfinity), Rows(float.NaN, 0, 0, 1)),
        ["nan-points-only"] = _ => Voxels(Grid with { SkipNonFinite = true }, Rows(float.NaN, 0, 0, 1)),
        ["none-in-range"] = _ => Voxels(Grid with { SkipNonFinite = true, Range = new([0, 0, 0], [1, 1, 1.5f]) }, Rows(2, 0, 0, 1, float.NaN, 0, 0, 1)),
        ["column-unknown"] = _ => Voxels(Grid with { Columns = ["x", "ring", "time"] }, Rows(0, 0, 0, 1)),
        ["columns-differ"] = _ => Voxels(Grid, Rows(0, 0, 0, 1), PointCloud.OfRows("other", [0, 0, 0], ["x", "y", "z"])),
        ["grid-numbers"] = _ => Voxels(Grid with { Cell = [0.1f, 0, 0.1f], MaxPoints = 0, Shape = [5, 5], Padding = [1, 2, -3] }, Rows(0, 0, 0, 1)),
        ["grid-range"] = _ => Voxels(Grid with { Range = new([0, 0, 0], [1, -1, 1]) }, Rows(0, 0, 0, 1)),
        ["grid-range-cells"] = _ => Voxels(Grid with { Cell = [0.1f, 3, 1e-7f], Range = new([0, 0, 0], [1, 1, 1]) }, Rows(0, 0, 0, 1)),
        ["grid-too-fine"] = _ => Voxels(Grid, Rows(0, 0, 0, 1, 3e6f, 5, 1e38f, 1)),
    };

    public static TheoryData<string> CaseNames => [.. Cases.Keys];

    private static VoxelGrid Grid => new() { Cell = [1, 1, 1] };

    [Theory]
    [MemberData(nameof(CaseNames))]
    public void TextOfErrorIsAsAgreed(string name)
    {
        var stop = Assert.Throws<DiagnosticException>(() => Cases[name](this));
        AssertText(name, stop.Diagnostics);
    }

    [Fact]
    public void PointsOutOfRangeAreTold()
    {
        var warnings = new DiagnosticBag();
        Voxeliser.Run([Rows(0, 0, 0, 1, 5, 0, 0, 1)], Grid with { Range = new([0, 0, -0.5f], [2, 2, 0.5f]) }, warnings);
        Voxeliser.Run([Rows(0, 0, 0, 1, 5, 0, 0, 1)], Grid with { Shape = [2, 2, 2] }, warnings);
        AssertText("out-of-range", warnings.Diagnostics);
    }

    [Fact]
    public void EveryCodeOfCloudsIsShown()
    {
        var shown = string.Concat(Directory.GetFiles(Goldens, "*.expect").Select(File.ReadAllText));
        Assert.All(DiagnosticCatalog.Entries.Keys.Where(c => c.StartsWith("NC506", StringComparison.Ordinal)), code => Assert.Contains(code, shown));
    }

    private void AssertText(string name, IEnumerable<Diagnostic> diagnostics) =>
        Golden.AssertEqual(Path.Combine(Goldens, name + ".expect"), string.Join("\n\n", diagnostics.Select(d => d.ToString())).Replace(Folder, "SCRATCH") + "\n");

    private static void Files(params string[] paths) => Voxeliser.Run(CloudFiles.Read(paths, new CloudReadOptions()), Grid, new());

    private static void Voxels(VoxelGrid grid, params PointCloud[] clouds) => Voxeliser.Run(clouds, grid, new());

    private static PointCloud Rows(params float[] rows) => PointCloud.OfRows("cloud.bin", rows, ["x", "y", "z", "intensity"]);
}
