using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx.Operators;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx;

/// <summary>Rewrites of a single node that change no value: see the list at <see cref="OnnxLoader"/>.</summary>
internal static class Simplifier
{
    /// <summary>An existing or simpler value that the node stands for, found from its inputs alone; or null.</summary>
    public static int? Before(FlatBuilder builder, ScatteredRows rows, FlatBuilder.Site site, OperatorCall call, ImmutableArray<int> inputs)
    {
        if (!call.Has(0)) return null;
        switch (call.Op)
        {
            case "Sum" or "Max" or "Min" or "Mean" or "Concat" when inputs.Length == 1:
                return inputs[0];
            case "Cast" when TensorReader.TypeOf((int)call.Attributes.Int("to", 0)) == call.In(0).Type:
                return inputs[0];
            case "Gather" when call.Has(1) && call.In(1) is { Rank: 0, Constant: { } index } && call.Attributes.Int("axis", 0) == 0:
                return rows.Read(builder, site, inputs[0], index.ToLongs()[0]);
            case "Squeeze" or "Unsqueeze" when builder.Producer(inputs[0]) is { } made && made.Op == (call.Op == "Squeeze" ? "Unsqueeze" : "Squeeze") && made.Inputs.Length > 1 && inputs.Length > 1 && made.Inputs[1] == inputs[1]:
                return made.Inputs[0];
            case "Reshape" when builder.Producer(inputs[0]) is { Op: "Reshape" } made && call.Inputs.Length > 1:
                var target = Reshaping.Infer(call)[0].Shape;
                return builder.Emit(site, "Reshape", Literal(target), [made.Inputs[0], Extents(builder, site, target)])[0];
            case "Transpose" when builder.Producer(inputs[0]) is { Op: "Transpose" } made:
                var (first, second) = (Order(made.Attributes, call.In(0).Rank), Order(call.Attributes, call.In(0).Rank));
                return builder.Emit(site, "Transpose", OnnxAttributes.None.With("perm", second.Select(axis => first[axis]).ToArray()), [made.Inputs[0]])[0];
            default:
                return null;
        }
    }

    /// <summary>The input, where the node turns out to change nothing; or null.</summary>
    public static int? After(FlatBuilder builder, OperatorCall call, ImmutableArray<int> inputs, ImmutableArray<Operand> results)
    {
        if (results.Length != 1 || !call.Has(0) || results[0].Type != call.In(0).Type || !results[0].Shape.AsSpan().SequenceEqual(call.In(0).Shape.AsSpan())) return null;
        var same = call.Op switch
        {
            "Reshape" or "Expand" or "Tile" or "Squeeze" or "Unsqueeze" => true,
            "Transpose" => Order(call.Attributes, call.In(0).Rank).Select((axis, i) => axis == i).All(b => b),
            "Slice" => Joining.Ranges(call).All(r => r.Step == 1 || r.Count <= 1),
            "Pad" => call.Ints(1).All(p => p == 0),
            "ReduceSum" or "ReduceMean" or "ReduceMax" or "ReduceMin" or "ReduceProd" => true,
            _ => false,
        };
        return same ? inputs[0] : null;
    }

    /// <summary>Explicit extents, and axes and indices that count from the front, so that equal nodes look equal.</summary>
    public static (OnnxAttributes Attributes, ImmutableArray<int> Inputs) Normal(FlatBuilder builder, OperatorCall call, ImmutableArray<int> inputs, ImmutableArray<Operand> results)
    {
        var (attributes, site) = (call.Attributes, new FlatBuilder.Site(call.Op, call.Op, []));
        if (attributes.Has("axis") && call.Has(0)) attributes = attributes.With("axis", (long)call.Axis(attributes.Int("axis", 0), call.In(0).Rank, orEnd: true));
        switch (call.Op)
        {
            case "Reshape" or "Expand":
                return (Literal(results[0].Shape), inputs.SetItem(1, Extents(builder, site, results[0].Shape)));
            case "Gather" when call.In(1).Constant is { } indices:
                var extent = call.In(0).Shape[call.Axis(attributes.Int("axis", 0), call.In(0).Rank)];
                return (attributes, inputs.SetItem(1, builder.Constant("index", Tensor.Of(indices.Shape, [.. indices.ToLongs().Select(i => i < 0 ? i + extent : i)]))));
            case "Squeeze" or "Unsqueeze" when call.Has(1):
                return (attributes, inputs.SetItem(1, Axes(builder, call, 1, call.Op == "Squeeze" ? call.In(0).Rank : results[0].Rank)));
            case "Squeeze":
                return (attributes, [inputs[0], builder.Constant("axes", Tensor.Vector([.. call.In(0).Shape.Select((d, i) => (d, (long)i)).Where(p => p.d == 1).Select(p => p.Item2)]))]);
            case "Slice":
                var ranges = Joining.Ranges(call);
                var cut = Enumerable.Range(0, ranges.Length).Where(i => ranges[i].Count != call.In(0).Shape[i] || ranges[i].Step != 1).Select(i => (long)i).ToArray();
                // A downward slice that ends before element 0 must not have its end read as "last".
                return (attributes, [inputs[0],
                    builder.Constant("starts", Tensor.Vector([.. cut.Select(i => (long)ranges[i].Start)])),
                    builder.Constant("ends", Tensor.Vector([.. cut.Select(i => End(ranges[i], call.In(0).Shape[(int)i]))])),
                    builder.Constant("axes", Tensor.Vector(cut)),
                    builder.Constant("steps", Tensor.Vector([.. cut.Select(i => (long)ranges[i].Step)]))]);
            case var op when op.StartsWith("Reduce", StringComparison.Ordinal):
                if (call.Has(1) && call.Ints(1).Length > 0) return (attributes, inputs.SetItem(1, Axes(builder, call, 1, call.In(0).Rank)));
                return (attributes, [inputs[0], builder.Constant("axes", Tensor.Vector([.. Enumerable.Range(0, call.In(0).Rank).Select(i => (long)i)]))]);
            default:
                return (attributes, inputs);
        }
    }

    private static long End((int Start, int Step, int Count) range, int extent)
    {
        var end = range.Start + (long)range.Step * (range.Count - 1) + Math.Sign(range.Step);
        return range.Count == 0 ? range.Start : end < 0 ? end - extent : end;
    }

    /// <summary>A 0 in an explicit shape means an empty axis, not a copied one.</summary>
    private static OnnxAttributes Literal(ImmutableArray<int> shape) => shape.Contains(0) ? OnnxAttributes.None.With("allowzero", 1L) : OnnxAttributes.None;

    private static int Extents(FlatBuilder builder, FlatBuilder.Site site, ImmutableArray<int> shape) =>
        builder.Constant(site.Node + "/shape", Tensor.Vector([.. shape.Select(d => (long)d)]));

    private static int Axes(FlatBuilder builder, OperatorCall call, int input, int rank) =>
        builder.Constant("axes", Tensor.Vector([.. call.Ints(input).Select(a => (long)call.Axis(a, rank)).Order()]));

    private static long[] Order(OnnxAttributes attributes, int rank) => attributes.Ints("perm", [.. Enumerable.Range(0, rank).Select(i => (long)(rank - 1 - i))]);
}
