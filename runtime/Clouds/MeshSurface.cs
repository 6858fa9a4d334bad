using NeuroChip.Ir.Diagnostics;
using NeuroChip.Runtime.Reports;

namespace NeuroChip.Runtime.Clouds;

/// <summary>A place in space.</summary>
internal readonly record struct Vertex(double X, double Y, double Z)
{
    public static Vertex operator +(Vertex a, Vertex b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);

    public static Vertex operator -(Vertex a, Vertex b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);

    public static Vertex operator *(double factor, Vertex a) => new(factor * a.X, factor * a.Y, factor * a.Z);

    public static Vertex Cross(Vertex a, Vertex b) => new((a.Y * b.Z) - (a.Z * b.Y), (a.Z * b.X) - (a.X * b.Z), (a.X * b.Y) - (a.Y * b.X));

    public double Length => Math.Sqrt((X * X) + (Y * Y) + (Z * Z));
}

/// <summary>Points on the surface of a mesh: independent and uniform over its area.</summary>
internal static class MeshSurface
{
    /// <summary>
    /// A triangle with a probability proportional to its area, then a place in it by Osada et al., "Shape Distributions" (ACM TOG 2002), eq. 1. Attributes are the unit normals
    /// of the triangles, which the order of their corners orients.
    /// </summary>
    public static PointCloud Sample(string path, Vertex[] vertices, List<(int A, int B, int C)> triangles, CloudReadOptions options)
    {
        var upTo = new double[triangles.Count];
        var area = 0.0;
        for (var t = 0; t < upTo.Length; t++)
        {
            var (a, b, c) = triangles[t];
            area += 0.5 * Vertex.Cross(vertices[b] - vertices[a], vertices[c] - vertices[a]).Length;
            upTo[t] = area;
        }

        if (!(area > 0 && double.IsFinite(area)))
            throw CloudFiles.Damaged(new Place(path), $"the mesh has {ReportText.Plural(triangles.Count, "triangle")}, but no surface of finite area to sample");

        var random = new SplitMix64(options.Seed);
        var rows = new float[options.MeshPoints * 6];
        for (var p = 0; p < options.MeshPoints; p++)
        {
            // Rounding can put the product at the total itself; a triangle of no area never comes first at its bound.
            var t = Math.Min(FirstAbove(upTo, random.NextUnit() * area), upTo.Length - 1);
            var (a, b, c) = (vertices[triangles[t].A], vertices[triangles[t].B], vertices[triangles[t].C]);
            var (root, part) = (Math.Sqrt(random.NextUnit()), random.NextUnit());
            var place = ((1 - root) * a) + (root * (1 - part) * b) + (root * part * c);
            var normal = Vertex.Cross(b - a, c - a);
            normal = 1 / normal.Length * normal;
            ReadOnlySpan<double> row = [place.X, place.Y, place.Z, normal.X, normal.Y, normal.Z];
            for (var i = 0; i < row.Length; i++) rows[(p * row.Length) + i] = (float)row[i];
        }

        return PointCloud.OfRows(path, rows, ["x", "y", "z", "nx", "ny", "nz"]);
    }

    private static int FirstAbove(double[] ascending, double value)
    {
        var (low, high) = (0, ascending.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (ascending[middle] > value) high = middle;
            else low = middle + 1;
        }

        return low;
    }
}
