using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Runtime.Inputs;

/// <summary>One cloud of an input file: the rows with one batch index.</summary>
/// <param name="Batch">Batch index in the file.</param>
/// <param name="Coordinates">Voxels, int32 [N, 3] along the axes of the grid, in the file's order.</param>
/// <param name="Rows">Their rows in the file.</param>
public sealed record Cloud(int Batch, Tensor Coordinates, ImmutableArray<int> Rows)
{
    /// <summary>Name of the array that says on which grid the coordinates of a file are.</summary>
    public const string GridArray = "spatial_shape";

    /// <summary>
    /// The clouds of an array of coordinates, ascending by batch index: integers [N, 4], batch index first, or [N, 3] for a single cloud.
    /// </summary>
    /// <param name="arrays">Arrays of the file.</param>
    /// <param name="name">Name of the coordinates.</param>
    /// <param name="file">The file, named in errors.</param>
    /// <exception cref="DiagnosticException">NC5080, NC5084, NC5085: no voxel, no coordinates, none of that form.</exception>
    public static ImmutableArray<Cloud> Of(IReadOnlyDictionary<string, Tensor> arrays, string name, string file)
    {
        if (!arrays.TryGetValue(name, out var array))
        {
            throw new DiagnosticException(Diagnostic.Error("NC5084", $"the coordinates '{name}' of the voxels are not in the input file", new Place(file),
                $"the file holds {InputBinder.List(arrays)}", $"in NumPy: savez('{file}', **{{'{name}': array}}) with an int32 array [N, 4], batch index first"));
        }

        var place = new Place(file, name);
        if (array.Rank != 2 || array.Shape[1] is not (3 or 4) || array.Type is DType.Float32 or DType.Float64 or DType.Bool)
        {
            throw new DiagnosticException(Diagnostic.Error("NC5085", $"coordinates '{name}' are {InputBinder.Name(array.Type)} {Tensor.FormatShape(array.Shape)}", place,
                "integers [N, 4] are needed, batch index first, or [N, 3] for a single cloud"));
        }

        var (rows, width) = (array.Shape[0], array.Shape[1]);
        if (rows == 0) throw new DiagnosticException(Diagnostic.Error("NC5080", $"coordinates '{name}' hold no voxel", place, "check range and grid size of the voxelisation"));
        var values = array.ToLongs();
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] >= int.MinValue && values[i] <= int.MaxValue && (values[i] >= 0 || width == 3 || i % width != 0)) continue;
            throw new DiagnosticException(Diagnostic.Error("NC5085", $"coordinates '{name}' hold {values[i]} at row {i / width}{(i % width == 0 && width == 4 ? ", as a batch index" : "")}", place, "voxels count from 0 along each axis, and so do clouds"));
        }

        var of = new SortedDictionary<int, List<int>>();
        for (var r = 0; r < rows; r++)
        {
            var batch = width == 4 ? (int)values[r * width] : 0;
            if (!of.TryGetValue(batch, out var list)) of.Add(batch, list = []);
            list.Add(r);
        }

        return [.. of.Select(c => new Cloud(c.Key, Coordinates(c.Value), [.. c.Value]))];

        Tensor Coordinates(List<int> of)
        {
            var own = new int[3 * of.Count];
            for (var i = 0; i < own.Length; i++) own[i] = (int)values[(of[i / 3] * width) + width - 3 + (i % 3)];
            return Tensor.Of([of.Count, 3], own);
        }
    }

    /// <summary>The rows of this cloud of an array [outer, rows of the file, channels].</summary>
    internal float[] RowsOf(ReadOnlySpan<float> all, int outer, int channels)
    {
        var own = new float[outer * Rows.Length * channels];
        var rows = all.Length / (outer * channels);
        for (var o = 0; o < outer; o++)
        {
            for (var i = 0; i < Rows.Length; i++)
                all.Slice(((o * rows) + Rows[i]) * channels, channels).CopyTo(own.AsSpan(((o * Rows.Length) + i) * channels));
        }

        return own;
    }
}
