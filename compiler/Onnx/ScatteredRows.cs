using System.Collections.Immutable;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx;

/// <summary>
/// Follows buffers that a loop fills row by row with <c>ScatterND</c> (how <c>y[t] = ...</c> is exported). When every row was written the buffer is
/// the rows joined along axis 0, and a row read back is the row that was written.
/// </summary>
internal sealed class ScatteredRows
{
    private readonly Dictionary<int, (int Base, ImmutableArray<int> Rows)> written = [];

    /// <summary>Notes a node just added; returns the joined rows if it completes a buffer.</summary>
    public int? Track(FlatBuilder builder, FlatBuilder.Site site, OperatorCall call, ImmutableArray<int> inputs, int output)
    {
        if (call.Op != "ScatterND" || call.Attributes.Text("reduction", "none") != "none") return null;
        var (buffer, indices) = (call.In(0), call.In(1));
        // One tuple with one number: the whole row of that number.
        if (indices.Constant is not { Length: 1 } index || indices.Shape[^1] != 1 || buffer.Rank == 0) return null;
        var extent = buffer.Shape[0];
        var at = index.ToLongs()[0];
        var row = AsRow(builder, site, inputs[2], buffer.Shape[1..]);
        if (!written.TryGetValue(inputs[0], out var before)) before = (inputs[0], [.. Enumerable.Repeat(-1, extent)]);
        var rows = before.Rows.SetItem((int)(at < 0 ? at + extent : at), row);
        written[output] = (before.Base, rows);
        if (rows.Contains(-1)) return null;
        var joined = builder.Emit(site, "Concat", OnnxAttributes.None.With("axis", 0L), rows)[0];
        written[joined] = (before.Base, rows);
        return joined;
    }

    /// <summary>Row <paramref name="index"/> of a followed buffer without its leading axis (of what it was filled over, where the row was not written), or null.</summary>
    public int? Read(FlatBuilder builder, FlatBuilder.Site site, int buffer, long index)
    {
        if (!written.TryGetValue(buffer, out var known)) return null;
        if (index < -known.Rows.Length || index >= known.Rows.Length) return null; // reported when the node is checked
        var row = known.Rows[(int)(index < 0 ? index + known.Rows.Length : index)];
        if (row < 0) return builder.Emit(site, "Gather", OnnxAttributes.None.With("axis", 0L), [known.Base, builder.Constant("index", Tensor.Scalar(index))])[0];
        return builder.Emit(site, "Squeeze", OnnxAttributes.None, [row, builder.Constant("axes", Tensor.Vector(0L))])[0];
    }

    /// <summary>The update with a leading axis of 1, as an Unsqueeze of what the exporter reshaped where that can be seen.</summary>
    private static int AsRow(FlatBuilder builder, FlatBuilder.Site site, int update, ImmutableArray<int> rest)
    {
        if (builder.Producer(update) is { Op: "Reshape" or "Unsqueeze" } made && builder[made.Inputs[0]]!.Shape.SequenceEqual(rest)) update = made.Inputs[0];
        return builder[update]!.Shape.SequenceEqual(rest)
            ? builder.Emit(site, "Unsqueeze", OnnxAttributes.None, [update, builder.Constant("axes", Tensor.Vector(0L))], isLast: false)[0]
            : builder.Emit(site, "Reshape", OnnxAttributes.None, [update, builder.Constant("shape", Tensor.Vector([1L, .. rest.Select(d => (long)d)]))], isLast: false)[0];
    }
}
