using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Rolling;

/// <summary>
/// Builds the nodes of single steps out of a model in which steps may be batched: a slice along the axis of steps is pushed up through
/// every operator that treats the steps alike (convolutions over T*N images, element-wise operators, reshapes, ...) until it meets the
/// operators of one step or a piece of an input.
/// </summary>
internal sealed class StepExpansion
{
    private readonly FlatModel model;
    private readonly StepGraph graph;
    private readonly (FlatNode Node, int Output)[] producers;
    private readonly int[] whole;
    private readonly Dictionary<(int Value, int Axis, int Start, int Count), int> slices = [];

    public StepExpansion(FlatModel model, StepGraph graph)
    {
        this.model = model;
        this.graph = graph;
        producers = new (FlatNode, int)[model.Values.Length];
        whole = new int[model.Values.Length];
        Array.Fill(whole, -1);
        foreach (var node in model.Nodes)
            for (var o = 0; o < node.Outputs.Length; o++)
                if (node.Outputs[o] >= 0) producers[node.Outputs[o]] = (node, o);
    }

    /// <summary>The node that made a value, or null for inputs and constants.</summary>
    public FlatNode? Producer(int value) => producers[value].Node;

    /// <summary>A value as it is in the file.</summary>
    public int Whole(int value)
    {
        if (value < 0) return -1;
        if (whole[value] >= 0) return whole[value];
        var v = model.Values[value];
        var id = v.Constant is not null ? graph.Constant(v.Constant, v.Name)
            : producers[value].Node is null ? graph.Input(new(value, -1, 0, 0), v.Name, v.Type, v.Shape)
            : MakeWhole(value, v, producers[value].Node, producers[value].Output);
        return whole[value] = id;
    }

    /// <summary>Elements <paramref name="start"/>.. along an axis of a value.</summary>
    public int Slice(int value, int axis, int start, int count)
    {
        var v = model.Values[value];
        if (start == 0 && count == v.Shape[axis]) return Whole(value);
        var key = (value, axis, start, count);
        if (slices.TryGetValue(key, out var id)) return id;
        var shape = v.Shape.SetItem(axis, count);
        id = v.Constant is not null ? graph.Constant(SliceOf(v.Constant, axis, start, count), v.Name)
            : producers[value].Node is null ? graph.Input(new(value, axis, start, count), v.Name, v.Type, shape)
            : MakeSlice(value, v, producers[value].Node, axis, start, count, shape);
        slices[key] = id;
        return id;
    }

    private int MakeWhole(int value, FlatValue v, FlatNode node, int output)
    {
        if (OperatorKinds.OnlyRenamesAxes(node.Op) || node.Op == "Identity") return graph.Reshape(Whole(node.Inputs[0]), v.Shape);
        if (node.Op == "Concat" && node.Inputs.Length == 1) return Whole(node.Inputs[0]);
        if (node.Op is "Expand" or "Tile" && Tensor.Count(v.Shape.AsSpan()) == Tensor.Count(ShapeOf(node, 0).AsSpan())) return graph.Reshape(Whole(node.Inputs[0]), v.Shape);
        if (node.Op == "Cast" && model.Values[node.Inputs[0]].Type == v.Type) return Whole(node.Inputs[0]);
        if (node.Op == "Gather" && model.Values[node.Inputs[1]].Constant is { Length: 1 } index)
        {
            var shape = ShapeOf(node, 0);
            var axis = Axis(node.Attributes.Int("axis", 0), shape.Length);
            var at = (int)index.At(0);
            return graph.Reshape(Slice(node.Inputs[0], axis, at < 0 ? at + shape[axis] : at, 1), v.Shape);
        }
        if (node.Op == "Slice" && SingleSlice(node) is var (slicedAxis, start, count) && slicedAxis >= 0) return Slice(node.Inputs[0], slicedAxis, start, count);
        if (node.Op == "Gemm") return MakeGemm(node, [.. node.Inputs.Select(Whole)], v, v.Shape);
        var attributes = output == 0 ? node.Attributes : node.Attributes.With("output", (long)output);
        return graph.Make(node.Name, node.Op, attributes, [.. node.Inputs.Select(Whole)], v.Type, v.Shape);
    }

    private int MakeSlice(int value, FlatValue v, FlatNode node, int axis, int start, int count, ImmutableArray<int> shape)
    {
        if (OperatorKinds.OnlyRenamesAxes(node.Op))
            return SliceBehindReshape(v.Shape, node.Inputs[0], axis, start, count) is { } source && source >= 0 ? graph.Reshape(source, shape) : Residual();
        if (OperatorKinds.IsElementwise(node.Op)) return Again(node.Inputs.Select(o => SliceBroadcast(o, v.Shape.Length, axis, start, count)));
        if (OperatorKinds.IsBatchedOnAxis0(node.Op) && axis == 0 && producers[value].Output == 0)
            return Again(node.Inputs.Select((o, i) => i == 0 ? Slice(o, 0, start, count) : Whole(o)));
        switch (node.Op)
        {
            case "MatMul":
                var (a, b) = (ShapeOf(node, 0), ShapeOf(node, 1));
                if (axis == v.Shape.Length - 1 || a.Length < 2) break;
                var left = SliceBroadcast(node.Inputs[0], v.Shape.Length, axis, start, count);
                var right = axis == v.Shape.Length - 2 ? Whole(node.Inputs[1]) : SliceBroadcast(node.Inputs[1], v.Shape.Length, axis, start, count);
                return b.Length < 2 ? Residual() : Again([left, right]);
            case "Gemm" when axis == 0 && node.Attributes.Int("transA", 0) == 0:
                return MakeGemm(node, [.. node.Inputs.Select((o, i) => i == 0 ? Slice(o, 0, start, count) : i == 2 && o >= 0 ? SliceBroadcast(o, 2, 0, start, count) : Whole(o))], v, shape);
            case "Transpose":
                var permutation = node.Attributes.Ints("perm", [.. Enumerable.Range(0, v.Shape.Length).Reverse().Select(i => (long)i)]);
                return Again([Slice(node.Inputs[0], (int)permutation[axis], start, count)]);
            case "Concat":
                return SliceConcat(node, axis, start, count, shape);
            case "Gather" when model.Values[node.Inputs[1]] is { Constant: not null } indices:
                var gathered = Axis(node.Attributes.Int("axis", 0), ShapeOf(node, 0).Length);
                if (axis < gathered) return Again([Slice(node.Inputs[0], axis, start, count), Whole(node.Inputs[1])]);
                if (axis >= gathered + indices.Shape.Length)
                    return Again([Slice(node.Inputs[0], axis - indices.Shape.Length + 1, start, count), Whole(node.Inputs[1])]);
                break;
            case "Slice" when SingleSlice(node) is var (slicedAxis, from, _) && slicedAxis >= 0:
                return slicedAxis == axis
                    ? Slice(node.Inputs[0], axis, from + start, count)
                    : Again(node.Inputs.Select((o, i) => i == 0 ? Slice(o, axis, start, count) : Whole(o)));
            case "Expand" or "Tile":
                var source0 = ShapeOf(node, 0);
                var sourceAxis = axis - (v.Shape.Length - source0.Length);
                if (sourceAxis >= 0 && source0[sourceAxis] != 1 && source0[sourceAxis] != v.Shape[axis]) break;
                var repeated = sourceAxis < 0 || source0[sourceAxis] == 1 ? Whole(node.Inputs[0]) : Slice(node.Inputs[0], sourceAxis, start, count);
                if (Tensor.Count(graph[repeated].Shape.AsSpan()) == Tensor.Count(shape.AsSpan())) return graph.Reshape(repeated, shape);
                return graph.Make(node.Name, "Expand", OnnxAttributes.None, [repeated, graph.Constant(Tensor.Vector(shape.Select(d => (long)d).ToArray()), node.Name)], v.Type, shape);
            case "Pad" when model.Values[node.Inputs[1]].Constant is { } pads && pads.At(axis) == 0 && pads.At(axis + v.Shape.Length) == 0:
                return Again(node.Inputs.Select((o, i) => i == 0 ? Slice(o, axis, start, count) : Whole(o)));
            case "ScatterND" when SliceAssigned(node, v, axis, start, count) is { } operands:
                return Again(operands);
            case "Softmax" or "LogSoftmax" or "LayerNormalization" when axis < Axis(node.Attributes.Int("axis", -1), v.Shape.Length):
                return Again(node.Inputs.Select((o, i) => i == 0 ? Slice(o, axis, start, count) : Whole(o)));
            default:
                if (OperatorKinds.IsReduction(node.Op) && ReducedAxes(node) is { } reduced)
                {
                    var keep = node.Attributes.Int("keepdims", 1) != 0;
                    var inputAxis = keep ? axis : Enumerable.Range(0, ShapeOf(node, 0).Length).Where(i => !reduced.Contains(i)).ElementAt(axis);
                    if (!reduced.Contains(inputAxis)) return Again(node.Inputs.Select((o, i) => i == 0 ? Slice(o, inputAxis, start, count) : Whole(o)));
                }
                break;
        }
        return Residual();

        int Again(IEnumerable<int> operands) => graph.Make(node.Name, node.Op, node.Attributes, [.. operands], v.Type, shape);

        int Residual() => graph.Make(node.Name, "Slice", OnnxAttributes.None.With("axis", (long)axis).With("start", (long)start), [Whole(value)], v.Type, shape);
    }

    /// <summary>
    /// Data, indices and updates of a slice assignment for a part of an axis: where the indices are a grid that counts the axis up (what exporters write for
    /// <c>y[:, :, 0] = b</c>), the same part of the grid, counted from its own start. Null for other indices.
    /// </summary>
    private int[]? SliceAssigned(FlatNode node, FlatValue v, int axis, int start, int count)
    {
        if (model.Values[node.Inputs[1]].Constant is not { } indices || indices.Rank < 2) return null;
        var (depth, grid) = (indices.Shape[^1], indices.Rank - 1);
        var data = Slice(node.Inputs[0], axis, start, count);
        // An axis of the rows that are written, and not of the places.
        if (axis >= depth) return [data, Whole(node.Inputs[1]), Slice(node.Inputs[2], grid + axis - depth, start, count)];
        if (axis >= grid || indices.Shape[axis] != v.Shape[axis]) return null;
        var values = indices.ToLongs();
        var inner = 1;
        for (var d = axis + 1; d < grid; d++) inner *= indices.Shape[d];
        for (var i = 0; i * depth < values.Length; i++)
            if (values[(i * depth) + axis] != i / inner % v.Shape[axis]) return null;
        var part = SliceOf(indices, axis, start, count).ToLongs().ToArray();
        for (var i = axis; i < part.Length; i += depth) part[i] -= start;
        var places = graph.Constant(Tensor.Of(indices.Shape.SetItem(axis, count), part), node.Name);
        return [data, places, Slice(node.Inputs[2], axis, start, count)];
    }

    /// <summary>A matrix product to which an optimiser fused the addition of a value of the step (a state, say) is taken apart again.</summary>
    private int MakeGemm(FlatNode node, ImmutableArray<int> operands, FlatValue v, ImmutableArray<int> shape)
    {
        if (operands.Length < 3 || operands[2] < 0 || graph[operands[2]].Constant is not null) return graph.Make(node.Name, "Gemm", node.Attributes, operands, v.Type, shape);
        var product = graph.Make(node.Name, "Gemm", node.Attributes, operands[..2], v.Type, shape);
        var added = operands[2];
        var beta = node.Attributes.Float("beta", 1);
        if (beta != 1) added = graph.Make(node.Name, "Mul", OnnxAttributes.None, [added, graph.Constant(Tensor.Scalar(beta), node.Name)], v.Type, graph[added].Shape);
        return graph.Make(node.Name, "Add", OnnxAttributes.None, [product, added], v.Type, shape);
    }

    /// <summary>Axes a reduction runs over, ascending.</summary>
    public int[]? ReducedAxes(FlatNode node)
    {
        var rank = ShapeOf(node, 0).Length;
        if (node.Inputs.Length > 1 && node.Inputs[1] >= 0)
            return model.Values[node.Inputs[1]].Constant is { } axes ? [.. axes.ToLongs().Select(a => Axis(a, rank)).Order()] : null;
        var attribute = node.Attributes.Ints("axes", []);
        return attribute.Length == 0 ? [.. Enumerable.Range(0, rank)] : [.. attribute.Select(a => Axis(a, rank)).Order()];
    }

    /// <summary>
    /// The axis of a reshape's operand whose elements are those of <paramref name="axis"/> of its result: same extents outside, and steps of
    /// <paramref name="unit"/> elements of the axis are whole steps there. Returns -1 if there is none.
    /// </summary>
    public static int AxisBehindReshape(ImmutableArray<int> result, ImmutableArray<int> operand, int axis, int unit)
    {
        long outer = 1, inner = 1;
        for (var i = 0; i < axis; i++) outer *= result[i];
        for (var i = axis + 1; i < result.Length; i++) inner *= result[i];
        long before = 1;
        for (var i = 0; i < operand.Length; i++)
        {
            long after = 1;
            for (var j = i + 1; j < operand.Length; j++) after *= operand[j];
            if (before == outer && operand[i] != 1 && unit * inner % after == 0 && operand[i] * after % (unit * inner) == 0) return i;
            before *= operand[i];
        }
        return -1;
    }

    private int? SliceBehindReshape(ImmutableArray<int> result, int operand, int axis, int start, int count)
    {
        var source = model.Values[operand].Shape;
        var at = AxisBehindReshape(result, source, axis, count);
        if (at < 0) return null;
        long inner = 1, after = 1;
        for (var i = axis + 1; i < result.Length; i++) inner *= result[i];
        for (var i = at + 1; i < source.Length; i++) after *= source[i];
        if (start * inner % after != 0) return null;
        return Slice(operand, at, (int)(start * inner / after), (int)(count * inner / after));
    }

    private int SliceBroadcast(int operand, int rank, int axis, int start, int count)
    {
        if (operand < 0) return -1;
        var shape = model.Values[operand].Shape;
        var at = axis - (rank - shape.Length);
        return at < 0 || shape[at] == 1 ? Whole(operand) : Slice(operand, at, start, count);
    }

    private int SliceConcat(FlatNode node, int axis, int start, int count, ImmutableArray<int> shape)
    {
        var joined = Axis(node.Attributes.Int("axis", 0), shape.Length);
        var type = model.Values[node.Outputs[0]].Type;
        if (joined != axis)
            return graph.Make(node.Name, "Concat", node.Attributes, [.. node.Inputs.Select(o => Slice(o, axis, start, count))], type, shape);
        var pieces = new List<int>();
        var offset = 0;
        foreach (var operand in node.Inputs)
        {
            var extent = model.Values[operand].Shape[axis];
            var from = Math.Max(start, offset);
            var to = Math.Min(start + count, offset + extent);
            if (from < to) pieces.Add(Slice(operand, axis, from - offset, to - from));
            offset += extent;
        }
        return pieces.Count == 1 ? pieces[0] : graph.Make(node.Name, "Concat", node.Attributes, [.. pieces], type, shape);
    }

    /// <summary>A Slice operator with step 1 that cuts one axis only: the axis, where it starts and how many; axis -1 otherwise.</summary>
    private (int Axis, int Start, int Count) SingleSlice(FlatNode node)
    {
        var none = (-1, 0, 0);
        var shape = ShapeOf(node, 0);
        var result = model.Values[node.Outputs[0]].Shape;
        var starts = model.Values[node.Inputs[1]].Constant?.ToLongs();
        if (starts is null) return none;
        var axes = node.Inputs.Length > 3 && node.Inputs[3] >= 0 ? model.Values[node.Inputs[3]].Constant?.ToLongs() : [.. Enumerable.Range(0, starts.Length).Select(i => (long)i)];
        var steps = node.Inputs.Length > 4 && node.Inputs[4] >= 0 ? model.Values[node.Inputs[4]].Constant?.ToLongs() : [.. starts.Select(_ => 1L)];
        if (axes is null || steps is null || steps.Any(s => s != 1)) return none;
        var cut = none;
        for (var i = 0; i < axes.Length; i++)
        {
            var axis = Axis(axes[i], shape.Length);
            if (result[axis] == shape[axis]) continue;
            if (cut.Item1 >= 0) return none;
            var start = starts[i] < 0 ? starts[i] + shape[axis] : starts[i];
            cut = (axis, (int)Math.Clamp(start, 0, shape[axis]), result[axis]);
        }
        return cut;
    }

    private ImmutableArray<int> ShapeOf(FlatNode node, int input) => model.Values[node.Inputs[input]].Shape;

    /// <summary>An axis counted from the front.</summary>
    public static int Axis(long axis, int rank) => (int)(axis < 0 ? axis + rank : axis);

    internal static Tensor SliceOf(Tensor tensor, int axis, int start, int count) => tensor.Type switch
    {
        DType.Float32 => Cut(tensor.Array<float>(), tensor, axis, start, count),
        DType.Float64 => Cut(tensor.Array<double>(), tensor, axis, start, count),
        DType.Int64 => Cut(tensor.Array<long>(), tensor, axis, start, count),
        DType.Int32 => Cut(tensor.Array<int>(), tensor, axis, start, count),
        DType.Bool => Cut(tensor.Array<bool>(), tensor, axis, start, count),
        DType.Int16 => Cut(tensor.Array<short>(), tensor, axis, start, count),
        DType.Int8 => Cut(tensor.Array<sbyte>(), tensor, axis, start, count),
        _ => Cut(tensor.Array<byte>(), tensor, axis, start, count),
    };

    private static Tensor Cut<T>(T[] data, Tensor of, int axis, int start, int count) where T : unmanaged
    {
        int outer = Tensor.Count(of.Shape.AsSpan()[..axis]), inner = Tensor.Count(of.Shape.AsSpan()[(axis + 1)..]), extent = of.Shape[axis];
        var result = new T[outer * count * inner];
        for (var o = 0; o < outer; o++)
            Array.Copy(data, ((o * extent) + start) * inner, result, o * count * inner, count * inner);
        return Tensor.Of(of.Shape.SetItem(axis, count), result);
    }
}
