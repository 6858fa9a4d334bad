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

        var (x, y, z) = Axes(cloud, grid);
        var voxelOf = new int[cloud.Count];
        var table = new VoxelTable(voxelOf.Length);
        var outOfRange = Place(x, y, z, table, voxelOf);
        var counts = new VoxelCounts(points, nonFinite, outOfRange, table.Keys.Length);
        if (outOfRange > 0)
        {
            var bounds = grid.Range is { } r ? $"the range {Bounds(r)}" : $"the spatial shape [{string.Join(", ", grid.Shape!.Value)}]";
            if (counts.Voxels == 0) throw Error("NC5064", cloud, $"none of {points} points lies in {bounds}", nonFinite > 0 ? [$"not finite: {nonFinite} of them"] : []);
            warnings.Add(Diagnostic.Warning("NC5065", $"{outOfRange} of {points} points lie outside {bounds}; they are dropped", new Place(cloud.Name)));
        }

        var coordinates = Coordinates(table.Keys, grid.Order);
        for (var i = 0; i < coordinates.Length; i++) extent[i % 3] = Math.Max(extent[i % 3], coordinates[i] + 1);
        var features = Features(Columns(cloud, grid), grid, voxelOf, counts.Voxels);
        return new VoxelCloud(cloud.Name, Tensor.Of([counts.Voxels, 3], coordinates), Tensor.Of([counts.Voxels, used.Length], features), counts, watch.Elapsed);
    }

    private static (bool[] Finite, int Others) Finite(PointCloud cloud, ImmutableArray<CloudColumn> used)
    {
        var finite = new bool[cloud.Count];
        Array.Fill(finite, true);
        foreach (var column in used.Union(cloud.Columns.Take(3)))
            for (var p = 0; p < finite.Length; p++) finite[p] &= float.IsFinite(column.Values[p]);
        return (finite, finite.Count(f => !f));
    }

    private static (GridAxis X, GridAxis Y, GridAxis Z) Axes(PointCloud cloud, VoxelGrid grid)
    {
        var axes = Enumerable.Range(0, 3).Select(a => GridAxis.Of(cloud.Axis(a), grid.Cell[a], grid.Range?.Min[a], grid.Cells?[a])).ToArray();
        if (axes.Any(a => !(a.Cells <= VoxelGrid.MaxCells)))
            throw Error("NC5067", cloud, $"the points lie in {string.Join(" x ", axes.Select(a => a.Cells.ToString(a.Cells < 1e9 ? "0" : "0.#e0", CultureInfo.InvariantCulture)))} cells; {VoxelGrid.MaxCells} along an axis are possible", "choose larger cells, or a range");
        return (axes[0], axes[1], axes[2]);
    }

    // The voxel of each point, or -1; gives how many have none.
    private static int Place(GridAxis x, GridAxis y, GridAxis z, VoxelTable table, int[] voxelOf)
    {
        var outOfRange = 0;
        for (var p = 0; p < voxelOf.Length; p++)
        {
            var (i, j, k) = (x.IndexOf(p), y.IndexOf(p), z.IndexOf(p));
            if ((i | j | k) < 0)
            {
                voxelOf[p] = -1;
                outOfRange++;
                continue;
            }

            voxelOf[p] = table.NumberOf(((ulong)i << 42) | ((ulong)j << 21) | (uint)k);
        }

        return outOfRange;
    }

    private static int[] Coordinates(ReadOnlySpan<ulong> keys, AxisOrder order)
    {
        var coordinates = new int[keys.Length * 3];
        var (x, z) = order == AxisOrder.Xyz ? (0, 2) : (2, 0);
        for (var v = 0; v < keys.Length; v++)
        {
            coordinates[(v * 3) + x] = (int)(keys[v] >> 42);
            coordinates[(v * 3) + 1] = (int)(keys[v] >> 21) & (VoxelGrid.MaxCells - 1);
            coordinates[(v * 3) + z] = (int)keys[v] & (VoxelGrid.MaxCells - 1);
        }

        return coordinates;
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

    /// <summary>How positions along an axis become indices.</summary>
    /// <param name="Values">Positions.</param>
    /// <param name="Origin">Taken off the position.</param>
    /// <param name="Cell">Size of a cell.</param>
    /// <param name="Least">Taken off the index.</param>
    /// <param name="Cells">Indices there are, from 0.</param>
    private readonly record struct GridAxis(float[] Values, float Origin, float Cell, float Least, float Cells)
    {
        /// <summary>An axis that begins at <paramref name="from"/>, or at the cell of the least position; with <paramref name="cells"/>, or all that positions need.</summary>
        public static GridAxis Of(float[] values, float cell, float? from, int? cells)
        {
            var (least, greatest) = (float.PositiveInfinity, float.NegativeInfinity);
            foreach (var value in values) (least, greatest) = (MathF.Min(least, value), MathF.Max(greatest, value));
            // Division and floor are monotonic: the least index is that of the least position.
            var first = from is null ? MathF.Floor(least / cell) : 0;
            return new GridAxis(values, from ?? 0, cell, first, cells ?? MathF.Floor(greatest / cell) - first + 1);
        }

        /// <summary>The index of a point; -1 if there is none.</summary>
        public int IndexOf(int point)
        {
            var index = MathF.Floor((Values[point] - Origin) / Cell) - Least;
            return index >= 0 && index < Cells ? (int)index : -1;
        }
    }

    private static string Bounds(CloudRange range) => string.Join(", ", range.Min.Zip(range.Max, (a, b) => FormattableString.Invariant($"{a} to {b}")));

    private static DiagnosticException Error(string code, PointCloud cloud, string what, params ReadOnlySpan<string> notes) => new(Diagnostic.Error(code, what, new Place(cloud.Name), notes));
}
