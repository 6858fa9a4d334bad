using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Runtime.Clouds;

/// <summary>
/// Puts points into the cells of a grid, on the host: what comes before a sparse network, and is timed apart from it. Voxels are numbered in the order of their first
/// points, so equal clouds give equal bytes.
/// </summary>
public static class Voxeliser
{
    /// <summary>
    /// The voxels of <paramref name="clouds"/>, a sample each. Errors: NC5063 points that are not finite (unless the grid skips them), NC5064 a cloud without points, NC5066
    /// columns that are not there or differ, NC5067 a grid that cannot be. Points out of range are dropped, counted, and told as NC5065 in <paramref name="warnings"/>.
    /// </summary>
    public static VoxelBatch Run(IEnumerable<PointCloud> clouds, VoxelGrid grid, DiagnosticBag warnings)
    {
        grid.Require();
        var done = ImmutableArray.CreateBuilder<VoxelCloud>();
        var extent = new int[3];
        ImmutableArray<string> columns = [];
        var errors = new DiagnosticBag();
        foreach (var cloud in clouds)
        {
            try
            {
                var used = Columns(cloud, grid);
                ImmutableArray<string> names = [.. used.Select(c => c.Name)];
                if (done.Count > 0 && !names.SequenceEqual(columns))
                    throw Error("NC5066", cloud, $"the columns are {string.Join(", ", names)}; those of '{done[0].Name}' are {string.Join(", ", columns)}", "all clouds of a file of voxels have the same features: --features a,b,c chooses common ones");
                columns = names;
                done.Add(Voxels(cloud, grid, used, extent, warnings));
            }
            catch (DiagnosticException stop)
            {
                // One bad scan of many is told together with the other bad ones.
                foreach (var diagnostic in stop.Diagnostics) errors.Add(diagnostic);
            }
        }

        errors.ThrowIfErrors();
        IEnumerable<int> cells = grid.Range is null ? extent : grid.InOrder(grid.Cells!.Value);
        return new VoxelBatch(done.ToImmutable(), columns, grid.Shape ?? [.. cells.Zip(grid.Padding, (e, p) => e + p)]);
    }

    private static ImmutableArray<CloudColumn> Columns(PointCloud cloud, VoxelGrid grid)
    {
        if (grid.Columns.IsEmpty) return cloud.Columns;
        string[] missing = [.. grid.Columns.Where(name => cloud.Columns.All(c => c.Name != name))];
        if (missing.Length > 0) throw Error("NC5066", cloud, $"the cloud has no column {string.Join(", ", missing)}", "it has " + string.Join(", ", cloud.Columns.Select(c => c.Name)));
        return [.. grid.Columns.Select(name => cloud.Columns.First(c => c.Name == name))];
    }

    // extent grows to the greatest index + 1 over all clouds, in the order of the grid.
    private static VoxelCloud Voxels(PointCloud cloud, VoxelGrid grid, ImmutableArray<CloudColumn> used, int[] extent, DiagnosticBag warnings)
    {
        var watch = Stopwatch.StartNew();
        var points = cloud.Count;
        if (points == 0) throw Error("NC5064", cloud, "the cloud has no points");
        var (finite, nonFinite) = Finite(cloud, used);
        if (nonFinite > 0 && !grid.SkipNonFinite)
            throw Error("NC5063", cloud, $"{nonFinite} of {points} points have NaN or infinity among {string.Join(", ", used.Select(c => c.Name).Union(["x", "y", "z"]))}; the first is point {finite.AsSpan().IndexOf(false)}", "--skip-nan drops and counts them");
        if (nonFinite == points) throw Error("NC5064", cloud, $"none of {points} points is finite");
        if (nonFinite > 0) cloud = cloud.Where(finite);
        if (grid.Normalise) cloud = cloud.Normalised();

        var indices = Indices(cloud, grid, out var cells);
        var voxelOf = new int[cloud.Count];
        var table = new VoxelTable();
        var coordinates = new List<int>();
        var outOfRange = 0;
        for (var p = 0; p < voxelOf.Length; p++)
        {
            // One comparison each: a negative index is a great unsigned one.
            var (x, y, z) = ((uint)indices[0][p], (uint)indices[1][p], (uint)indices[2][p]);
            if (x >= cells[0] || y >= cells[1] || z >= cells[2])
            {
                voxelOf[p] = -1;
                outOfRange++;
                continue;
            }

            voxelOf[p] = table.NumberOf(((ulong)x << 42) | ((ulong)y << 21) | z);
            if (voxelOf[p] * 3 == coordinates.Count) coordinates.AddRange(grid.Order == AxisOrder.Xyz ? [(int)x, (int)y, (int)z] : [(int)z, (int)y, (int)x]);
        }

        var counts = new VoxelCounts(points, nonFinite, outOfRange, table.Count);
        if (outOfRange > 0)
        {
            var bounds = grid.Range is { } r ? $"the range {Bounds(r)}" : $"the spatial shape [{string.Join(", ", grid.Shape!.Value)}]";
            if (counts.Voxels == 0) throw Error("NC5064", cloud, $"none of {points} points lies in {bounds}", nonFinite > 0 ? [$"{nonFinite} of them are not finite"] : []);
            warnings.Add(Diagnostic.Warning("NC5065", $"{outOfRange} of {points} points lie outside {bounds}; they are dropped", new Place(cloud.Name)));
        }

        for (var i = 0; i < coordinates.Count; i++) extent[i % 3] = Math.Max(extent[i % 3], coordinates[i] + 1);
        var features = Features(Columns(cloud, grid), grid, voxelOf, counts.Voxels);
        return new VoxelCloud(cloud.Name, Tensor.Of([counts.Voxels, 3], coordinates.ToArray()), Tensor.Of([counts.Voxels, used.Length], features), counts, watch.Elapsed);
    }

    private static (bool[] Finite, int Others) Finite(PointCloud cloud, ImmutableArray<CloudColumn> used)
    {
        var finite = new bool[cloud.Count];
        Array.Fill(finite, true);
        foreach (var column in used.Union(cloud.Columns.Take(3)))
            for (var p = 0; p < finite.Length; p++) finite[p] &= float.IsFinite(column.Values[p]);
        return (finite, finite.Count(f => !f));
    }

    // Indices along x, y, z; those outside int32 come out as -1. Cells are the indices that are taken.
    private static int[][] Indices(PointCloud cloud, VoxelGrid grid, out ImmutableArray<int> cells)
    {
        var floors = new float[3][];
        var spans = new double[3];
        for (var axis = 0; axis < 3; axis++)
        {
            var (values, cell, origin) = (cloud.Axis(axis), grid.Cell[axis], grid.Range?.Min[axis] ?? 0);
            floors[axis] = new float[values.Length];
            for (var p = 0; p < values.Length; p++) floors[axis][p] = MathF.Floor((values[p] - origin) / cell);
            if (grid.Range is not null) continue;
            var least = floors[axis].Min();
            spans[axis] = (double)floors[axis].Max() - least + 1;
            for (var p = 0; p < values.Length; p++) floors[axis][p] -= least;
        }

        if (grid.Cells is null && spans.Any(s => !(s <= VoxelGrid.MaxCells)))
            throw Error("NC5067", cloud, $"the points lie in {string.Join(" x ", spans.Select(s => s.ToString("0", CultureInfo.InvariantCulture)))} cells; {VoxelGrid.MaxCells} along an axis are possible", "choose larger cells, or a range");
        cells = grid.Cells ?? [.. spans.Select(s => (int)s)];
        return [.. floors.Select(f => Array.ConvertAll(f, v => v is >= 0 and < VoxelGrid.MaxCells ? (int)v : -1))];
    }

    private static float[] Features(ImmutableArray<CloudColumn> columns, VoxelGrid grid, int[] voxelOf, int voxels)
    {
        var most = grid.Feature == VoxelFeature.First ? 1 : grid.MaxPoints ?? int.MaxValue;
        var taken = new int[voxels];
        var counts = new bool[voxelOf.Length];
        for (var p = 0; p < voxelOf.Length; p++) counts[p] = voxelOf[p] >= 0 && taken[voxelOf[p]]++ < most;
        var features = new float[voxels * columns.Length];
        var sums = new double[voxels]; // in float64, so that the mean of many points is as good as that of few
        for (var c = 0; c < columns.Length; c++)
        {
            Array.Clear(sums);
            for (var p = 0; p < voxelOf.Length; p++)
                if (counts[p]) sums[voxelOf[p]] += columns[c].Values[p];
            for (var v = 0; v < voxels; v++) features[(v * columns.Length) + c] = (float)(sums[v] / Math.Min(taken[v], most));
        }

        return features;
    }

    private static string Bounds(CloudRange range) => string.Join(", ", range.Min.Zip(range.Max, (a, b) => FormattableString.Invariant($"{a} to {b}")));

    private static DiagnosticException Error(string code, PointCloud cloud, string what, params ReadOnlySpan<string> notes) => new(Diagnostic.Error(code, what, new Place(cloud.Name), notes));
}
