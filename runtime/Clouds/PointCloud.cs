using System.Collections.Immutable;

namespace NeuroChip.Runtime.Clouds;

/// <summary>One number per point of a cloud.</summary>
/// <param name="Name">What it is: <c>x</c>, <c>intensity</c>, <c>nx</c>.</param>
/// <param name="Values">The numbers, one per point, in the order of the file; shared, never changed.</param>
public sealed record CloudColumn(string Name, float[] Values);

/// <summary>Points in space with attributes, column by column. The unit of positions is the file's.</summary>
public sealed record PointCloud
{
    /// <summary>A cloud of <paramref name="columns"/>, of which the first three are the positions <c>x</c>, <c>y</c>, <c>z</c>; all of one length.</summary>
    public PointCloud(string name, ImmutableArray<CloudColumn> columns)
    {
        if (columns.Length < 3 || columns.Any(c => c.Values.Length != columns[0].Values.Length)) throw new ArgumentException("a cloud has three positions and columns of one length", nameof(columns));
        Name = name;
        Columns = columns;
    }

    /// <summary>Where it comes from: the path of its file.</summary>
    public string Name { get; }

    /// <summary>Positions first (x, y, z), then attributes in the order of the file.</summary>
    public ImmutableArray<CloudColumn> Columns { get; }

    /// <summary>Number of points.</summary>
    public int Count => Columns[0].Values.Length;

    /// <summary>Positions along axis 0 (x), 1 (y) or 2 (z).</summary>
    public float[] Axis(int axis) => Columns[axis].Values;

    /// <summary>A cloud of rows: <paramref name="values"/> is [P, names], row by row; the first three are the positions.</summary>
    public static PointCloud OfRows(string name, ReadOnlySpan<float> values, ImmutableArray<string> names)
    {
        var columns = Split(values, names.Length);
        return new PointCloud(name, [.. names.Select((n, c) => new CloudColumn(n, columns[c]))]);
    }

    /// <summary>The columns of <paramref name="rows"/> [P, width].</summary>
    internal static float[][] Split(ReadOnlySpan<float> rows, int width)
    {
        var columns = new float[width][];
        for (var c = 0; c < width; c++)
        {
            columns[c] = new float[rows.Length / width];
            for (var p = 0; p < columns[c].Length; p++) columns[c][p] = rows[(p * width) + c];
        }

        return columns;
    }

    /// <summary>The points that <paramref name="keep"/> marks, in their order.</summary>
    public PointCloud Where(ReadOnlySpan<bool> keep)
    {
        var rows = new List<int>();
        for (var p = 0; p < keep.Length; p++)
            if (keep[p]) rows.Add(p);
        return new PointCloud(Name, [.. Columns.Select(c => c with { Values = [.. rows.Select(p => c.Values[p])] })]);
    }

    /// <summary>
    /// The mean of the points moved to the origin and the farthest point to distance 1, as Pointcept's <c>NormalizeCoord</c> (after PointNet++) does
    /// before ModelNet40 is voxelised. Attributes stay. A cloud of one place stays at the origin.
    /// </summary>
    public PointCloud Normalised()
    {
        var centred = Columns.Take(3).Select(column =>
        {
            var mean = (float)(column.Values.Sum(v => (double)v) / Math.Max(1, Count));
            return column with { Values = [.. column.Values.Select(v => v - mean)] };
        }).ToArray();
        var (x, y, z) = (centred[0].Values, centred[1].Values, centred[2].Values);
        var farthest = 0f;
        for (var p = 0; p < Count; p++) farthest = Math.Max(farthest, MathF.Sqrt((x[p] * x[p]) + (y[p] * y[p]) + (z[p] * z[p])));
        if (farthest > 0)
        {
            foreach (var column in centred)
                for (var p = 0; p < Count; p++) column.Values[p] /= farthest;
        }

        return new PointCloud(Name, [.. centred, .. Columns.Skip(3)]);
    }
}
