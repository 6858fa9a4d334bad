using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime.Arrays;

namespace NeuroChip.Runtime.Clouds;

/// <summary>
/// A cloud in NumPy's form. <c>.npy</c>: [P, 3+A], columns x, y, z and then <c>c3</c>, <c>c4</c>, ... by their number. <c>.npz</c>: such an array under
/// <c>points</c>, <c>xyz</c> or <c>coord</c>; every other array of P rows gives columns: [P] one of its own name, <c>normal(s)</c> [P,3] gives nx, ny, nz,
/// any other [P,A] gives NAME0, NAME1, ...
/// </summary>
internal static class ArrayCloud
{
    private static readonly ImmutableArray<string> PositionNames = ["points", "xyz", "coord"];

    public static PointCloud Read(byte[] bytes, string path, CloudReadOptions options)
    {
        var arrays = ArrayFile.Read(new MemoryStream(bytes), path, PositionNames[0]);
        var key = PositionNames.FirstOrDefault(arrays.ContainsKey)
            ?? throw Unfit(path, null, $"none of the arrays holds positions ({string.Join(", ", PositionNames)})", "the file holds " + string.Join(", ", arrays.Keys.Select(k => $"'{k}'")));
        var points = arrays[key];
        if (points.Rank != 2 || points.Shape[1] < 3) throw Unfit(path, key, $"positions are {Tensor.FormatShape(points.Shape)}; [P,3] are needed, or more columns for attributes");
        var rows = PointCloud.OfRows(path, points.ToFloats(), [.. Enumerable.Range(0, points.Shape[1]).Select(c => c < 3 ? "xyz".Substring(c, 1) : $"c{c}")]);
        var bag = new DiagnosticBag();
        var attributes = arrays.Where(a => a.Key != key).SelectMany(a => Columns(a.Key, a.Value, rows.Count, path, bag)).ToArray();
        bag.ThrowIfErrors();
        return new PointCloud(path, [.. rows.Columns, .. attributes]);
    }

    private static ImmutableArray<CloudColumn> Columns(string name, Tensor array, int points, string path, DiagnosticBag bag)
    {
        if (array.Rank is 1 or 2 && array.Shape[0] == points)
        {
            var width = array.Rank == 1 ? 1 : array.Shape[1];
            var columns = PointCloud.Split(array.ToFloats(), width);
            var normals = width == 3 && name is "normal" or "normals";
            return [.. columns.Select((values, c) => new CloudColumn(normals ? "n" + "xyz"[c] : width == 1 ? name : $"{name}{c}", values))];
        }

        bag.Add(Unfit(path, name, $"attribute '{name}' is {Tensor.FormatShape(array.Shape)}; one row for each of the {points} points is needed").Diagnostics[0]);
        return [];
    }

    private static DiagnosticException Unfit(string path, string? item, string what, params ReadOnlySpan<string> notes) => new(Diagnostic.Error("NC5062", what, new Place(path, item), notes));
}
