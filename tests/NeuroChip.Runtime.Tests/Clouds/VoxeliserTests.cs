using FsCheck;
using FsCheck.Fluent;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime.Arrays;
using NeuroChip.Runtime.Clouds;
using NeuroChip.TestKit;

namespace NeuroChip.Runtime.Tests.Clouds;

/// <summary>Does every point end in its voxel, and every voxel with what its points say?</summary>
public sealed class VoxeliserTests
{
    private static PointCloud Cloud(params float[] rows) => PointCloud.OfRows("cloud", rows, ["x", "y", "z", "a"]);

    private static VoxelBatch Run(VoxelGrid grid, params PointCloud[] clouds) => Voxeliser.Run(clouds, grid, new());

    private static VoxelGrid Grid(float cell) => new() { Cell = [cell, cell, cell] };

    // Three points in one cell of 0.5, one in another, one far away.
    private static readonly PointCloud Five = Cloud(1.1f, 0.1f, 2.1f, 10, 0.1f, 0.1f, 2.1f, 20, 1.2f, 0.2f, 2.2f, 40, 1.3f, 0.3f, 2.3f, 1, 9, 9, 9, 7);

    [Fact]
    public void VoxelsComeInTheOrderOfTheirFirstPoints()
    {
        var batch = Run(Grid(0.5f), Five);
        var cloud = Assert.Single(batch.Clouds);
        // floor(p / 0.5) = (2,0,4), (0,0,4), (18,18,18), less the least index (0,0,4).
        Assert.Equal([2, 0, 0, 0, 0, 0, 18, 18, 14], cloud.Coordinates.Span<int>().ToArray());
        Assert.Equal([19, 19, 15], batch.Extent.ToArray());
        Assert.Equal(new VoxelCounts(5, 0, 0, 3), cloud.Counts);
        Assert.Equal(["x", "y", "z", "a"], batch.Columns.ToArray());
    }

    [Theory]
    [InlineData(VoxelFeature.First, null, 10)]
    [InlineData(VoxelFeature.First, 2, 10)]
    [InlineData(VoxelFeature.Mean, null, 17)]
    [InlineData(VoxelFeature.Mean, 2, 25)]
    [InlineData(VoxelFeature.Mean, 3, 17)]
    public void FeaturesAreThoseOfTheFirstPoints(VoxelFeature feature, int? most, float expected)
    {
        var batch = Run(Grid(0.5f) with { Feature = feature, MaxPoints = most, Columns = ["a"] }, Five);
        Assert.Equal([expected, 20, 7], batch.Clouds[0].Features.Span<float>().ToArray());
    }

    [Fact]
    public void OpenPcdetCountsFromTheRangeAndPutsZFirst()
    {
        // x: (0.02 - 0) / 0.05 = 0.4; y: (-39.93 + 40) / 0.05 = 1.4; z: (-2.65 + 3) / 0.1 = 3.5. The upper bound itself is outside.
        var warnings = new DiagnosticBag();
        var batch = Voxeliser.Run([Cloud(0.02f, -39.93f, -2.65f, 1, 70.4f, 0, 0, 1, 70.39f, 39.99f, 0.99f, 3)], VoxelGrid.OpenPcdet, warnings);
        Assert.Equal([3, 1, 0, 39, 1599, 1407], batch.Clouds[0].Coordinates.Span<int>().ToArray());
        Assert.Equal([41, 1600, 1408], batch.Extent.ToArray());
        Assert.Equal(new VoxelCounts(3, 0, 1, 2), batch.Clouds[0].Counts);
        Assert.Equal("NC5065", Assert.Single(warnings.Diagnostics).Code);
    }

    [Fact]
    public void E3dsnnScalesToRadiusOneAndLeavesRoomBehind()
    {
        var batch = Run(VoxelGrid.E3dsnnCls, Cloud(10, 0, 0, 1, 14, 0, 0, 2, 12, 1, 0, 3, 12, -1, 0, 4));
        // The mean is (12,0,0), the farthest 2 away: x -1 to 1 and y -0.5 to 0.5 in cells of 0.01.
        Assert.Equal([-1, 0, 0, 1, 1, 0, 0, 2, 0, 0.5f, 0, 3, 0, -0.5f, 0, 4], batch.Clouds[0].Features.Span<float>().ToArray());
        Assert.Equal([200 + 96, 100 + 96, 96], batch.Extent.ToArray());
    }

    [Fact]
    public void AGivenShapeCutsAndIsNotPadded()
    {
        var batch = Run(Grid(0.5f) with { Shape = [4, 3, 3], Padding = [9, 9, 9] }, Five);
        Assert.Equal([4, 3, 3], batch.Extent.ToArray());
        Assert.Equal(new VoxelCounts(5, 0, 1, 2), batch.Clouds[0].Counts);
    }

    [Fact]
    public void PointsThatAreNotFiniteAreDroppedIfAsked()
    {
        var grid = Grid(0.5f) with { SkipNonFinite = true, Columns = ["x", "a"] };
        var (nan, far) = (float.NaN, float.PositiveInfinity);
        var batch = Run(grid, Cloud(0, 0, nan, 1, 0, 0, 0, 2, far, 0, 0, 3, 1, 1, 1, nan));
        Assert.Equal(new VoxelCounts(4, 3, 0, 1), batch.Clouds[0].Counts);
        Assert.Equal([0f, 2], batch.Clouds[0].Features.Span<float>().ToArray());
    }

    [Fact]
    public void AttributesThatAreNoFeatureMayBeAnything() =>
        Assert.Equal(1, Run(Grid(1) with { Columns = ["x"] }, Cloud(0, 0, 0, float.NaN)).Clouds[0].Counts.Voxels);

    [Fact]
    public void SeveralCloudsShareAShapeAndAreToldApartByTheirIndex()
    {
        var arrays = Run(Grid(1) with { Order = AxisOrder.Zyx, Padding = [0, 0, 1] }, Cloud(0, 0, 5, 1, 0, 0, 7, 2), Cloud(3, 1, 0, 9)).Arrays("0");
        Assert.Equal(["0", "coors", "spatial_shape"], arrays.Keys);
        Assert.Equal([0, 0, 0, 0, 0, 2, 0, 0, 1, 0, 0, 0], arrays["coors"].Span<int>().ToArray());
        Assert.Equal([3, 1, 2], arrays["spatial_shape"].Span<long>().ToArray());
        Assert.Equal([3, 4], arrays["0"].Shape.ToArray());
        Assert.Equal([3f, 1, 0, 9], arrays["0"].Span<float>()[8..].ToArray());
    }

    /// <summary>Against a dictionary of cells, over random clouds, cells, ranges and orders.</summary>
    [Fact]
    public void EveryPointIsInItsVoxelAndEveryVoxelHasAPoint() => Prop.ForAll(
        ArbMap.Default.ArbFor<(int Seed, PositiveInt Points, bool Ranged, bool First, bool Zyx)>(),
        given =>
        {
            var random = new Random(given.Seed);
            var rows = Enumerable.Range(0, given.Points.Get * 20 * 4).Select(_ => (float)((random.NextDouble() * 20) - 10)).ToArray();
            var cell = (float)(0.3 + (3 * random.NextDouble()));
            var most = random.Next(1, 5);
            var grid = Grid(cell) with
            {
                Range = given.Ranged ? new CloudRange([-6, -6, -6], [6, 7, 8]) : null,
                Feature = given.First ? VoxelFeature.First : VoxelFeature.Mean,
                MaxPoints = most,
                Columns = ["a", "z"],
                Order = given.Zyx ? AxisOrder.Zyx : AxisOrder.Xyz,
            };
            var batch = Run(grid, Cloud(rows));
            var cloud = batch.Clouds[0];

            float Index(int p, int axis) => MathF.Floor((rows[(p * 4) + axis] - (given.Ranged ? -6 : 0)) / cell);
            var points = Enumerable.Range(0, rows.Length / 4).ToArray();
            var least = Enumerable.Range(0, 3).Select(axis => given.Ranged ? 0 : points.Min(p => Index(p, axis))).ToArray();
            var ends = Enumerable.Range(0, 3).Select(axis => given.Ranged ? Math.Round((12.0 + axis) / cell) : double.PositiveInfinity).ToArray();
            var expected = points.Select(p => (Point: p, Cell: Enumerable.Range(0, 3).Select(axis => Index(p, axis) - least[axis]).ToArray()))
                .Where(v => v.Cell.Zip(ends).All(c => c.First >= 0 && c.First < c.Second))
                .GroupBy(v => string.Join(',', given.Zyx ? v.Cell.Reverse() : v.Cell), v => v.Point).ToArray();

            var coordinates = cloud.Coordinates.Span<int>().ToArray().Chunk(3).Select(c => string.Join(',', c));
            var features = cloud.Features.Span<float>().ToArray().Chunk(2).ToArray();
            return coordinates.SequenceEqual(expected.Select(e => e.Key))
                && cloud.Counts.Placed == expected.Sum(e => e.Count()) && cloud.Counts.Points == points.Length && cloud.Counts.Voxels == expected.Length
                && expected.Zip(features).All(v => Close(v.Second[0], v.First, 3) && Close(v.Second[1], v.First, 2))
                && cloud.Coordinates.Span<int>().ToArray().Select((c, i) => c < batch.Extent[i % 3]).All(inside => inside);

            bool Close(float value, IEnumerable<int> of, int column) => Math.Abs(value - of.Take(given.First ? 1 : most).Average(p => (double)rows[(p * 4) + column])) < 1e-5;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void ManyCellsAreToldApart()
    {
        // More cells than the table begins with, in a pattern that linear probing would cluster.
        var rows = Enumerable.Range(0, 60_000).SelectMany(i => new float[] { i % 40, i / 40 % 40, i / 1600, i }).ToArray();
        var cloud = Run(Grid(1), Cloud(rows)).Clouds[0];
        Assert.Equal(60_000, cloud.Counts.Voxels);
        Assert.Equal(rows, cloud.Features.Span<float>().ToArray());
    }

    [Fact]
    public void ASweepHasTheSiteCountsOfALidar()
    {
        var sweep = new SyntheticSweep();
        var points = sweep.Points();
        Assert.Equal(points, new SyntheticSweep().Points());
        Assert.NotEqual(points, (sweep with { Seed = 2 }).Points());
        var cloud = PointCloud.OfRows("sweep", points, ["x", "y", "z", "intensity"]);
        Assert.InRange(cloud.Count, 80_000, sweep.Beams * sweep.Azimuths);
        Assert.All(cloud.Axis(2), z => Assert.InRange(z, -2.5, 20));
        Assert.All(cloud.Columns[3].Values, i => Assert.InRange(i, 0, 1));
        Assert.True(cloud.Axis(2).Count(z => z > -1.5) > 10_000, "boxes and cylinders stand above the ground");
        Assert.InRange(Run(VoxelGrid.OpenPcdet, cloud).Clouds[0].Counts.Voxels, 10_000, 60_000);
    }

    /// <summary>The features of the corpus are the first points of their voxels: voxelised again they must give the same coordinates and shape.</summary>
    [CorpusTheory]
    [InlineData("cls_T", 0.03f)]
    [InlineData("cls_stage", 0.06f)]
    public void PublishedVoxelsAreReproduced(string name, float cell)
    {
        var arrays = ArrayFile.Read(Path.Combine(CorpusTheoryAttribute.Folder!, "sparse3d", "e3dsnn", name, "inputs.npz"));
        var features = arrays["voxel_features"];
        var cloud = PointCloud.OfRows(name, features.ToFloats(), ["x", "y", "z", "nx", "ny", "nz"]);
        var again = Run(VoxelGrid.E3dsnnCls with { Cell = [cell, cell, cell], Normalise = false }, cloud).Arrays("voxel_features");
        Assert.Equal(arrays["coors"].Span<int>().ToArray(), again["coors"].Span<int>().ToArray());
        Assert.Equal(features.ToFloats(), again["voxel_features"].ToFloats());
        Assert.Equal(arrays["spatial_shape"].Span<long>().ToArray(), again["spatial_shape"].Span<long>().ToArray());
    }
}
