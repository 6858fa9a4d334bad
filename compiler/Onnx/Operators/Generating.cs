using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx.Kernels;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Operators;

/// <summary>Shape, Size, ConstantOfShape, Range, OneHot, NonZero, EyeLike, Trilu: values made from shapes, numbers and positions.</summary>
internal static class Generating
{
    public static ImmutableArray<Operand> InferShape(OperatorCall call)
    {
        var x = call.In(0);
        var start = Math.Clamp(Wrap(call.Attributes.Int("start", 0), x.Rank), 0, x.Rank);
        var end = Math.Clamp(Wrap(call.Attributes.Int("end", x.Rank), x.Rank), start, x.Rank);
        return [Operand.Of(Tensor.Vector([.. x.Shape[(int)start..(int)end].Select(d => (long)d)]))];
        static long Wrap(long index, int rank) => index < 0 ? index + rank : index;
    }

    public static ImmutableArray<Operand> InferSize(OperatorCall call) => [Operand.Of(Tensor.Scalar((long)Tensor.Count(call.In(0).Shape.AsSpan())))];

    /// <summary>For operators whose result inference already knows.</summary>
    public static Tensor[] Known(OperatorCall call, ImmutableArray<Operand> results) => [results[0].Constant!];

    public static ImmutableArray<Operand> InferConstantOfShape(OperatorCall call)
    {
        var value = call.Attributes.Values.GetValueOrDefault("value") as Tensor;
        return [new Operand(value?.Type ?? DType.Float32, [.. call.Ints(0).Select(d => checked((int)d))])];
    }

    public static Tensor[] ConstantOfShape(OperatorCall call, ImmutableArray<Operand> results)
    {
        var value = call.Attributes.Values.GetValueOrDefault("value") as Tensor ?? Tensor.Scalar(0f);
        return [Movement.BroadcastTo(value.Reshape([]), results[0].Shape)];
    }

    public static ImmutableArray<Operand> InferRange(OperatorCall call)
    {
        var (start, limit, step) = (call.Data(0), call.Data(1), call.Data(2));
        if (step.At(0) == 0) throw call.Mismatch("the step is 0");
        var count = start.Type == DType.Int64
            ? CountLongs(start.Span<long>()[0], limit.ToLongs()[0], step.ToLongs()[0])
            : checked((int)Math.Max(0, Math.Ceiling((limit.At(0) - start.At(0)) / step.At(0))));
        return [new Operand(start.Type, [count])];
    }

    public static Tensor[] Range(OperatorCall call, ImmutableArray<Operand> results)
    {
        var (start, step, count) = (call.Data(0), call.Data(2), results[0].Shape[0]);
        if (start.Type == DType.Int64) return [Tensor.Vector([.. Enumerable.Range(0, count).Select(i => start.Span<long>()[0] + i * step.Span<long>()[0])])];
        var values = Tensor.Vector([.. Enumerable.Range(0, count).Select(i => start.At(0) + i * step.At(0))]);
        return [Conversion.To(values, start.Type)];
    }

    public static ImmutableArray<Operand> InferOneHot(OperatorCall call)
    {
        var (indices, values) = (call.In(0), call.In(2));
        var axis = call.Axis(call.Attributes.Int("axis", -1), indices.Rank + 1);
        return [new Operand(values.Type, indices.Shape.Insert(axis, checked((int)Math.Max(0, call.Data(1).At(0)))))];
    }

    public static Tensor[] OneHot(OperatorCall call, ImmutableArray<Operand> results)
    {
        var indices = call.Data(0);
        var depth = (int)call.Data(1).At(0);
        var axis = call.Axis(call.Attributes.Int("axis", -1), indices.Rank + 1);
        var inner = Tensor.Count(indices.Shape.AsSpan()[axis..]);
        var map = new int[indices.Length * depth];
        for (var i = 0; i < indices.Length; i++)
        {
            var hot = (long)indices.At(i);
            if (hot < 0) hot += depth;
            if (hot >= 0 && hot < depth) map[(i / inner * depth + (int)hot) * inner + i % inner] = 1;
        }

        return [Movement.Take(call.Data(2), map, results[0].Shape)];
    }

    public static ImmutableArray<Operand> InferNonZero(OperatorCall call)
    {
        var x = call.Data(0);
        var hits = new List<int>();
        for (var i = 0; i < x.Length; i++)
            if (x.At(i) != 0) hits.Add(i);
        var strides = Movement.Strides(x.Shape.AsSpan());
        var result = new long[x.Rank * hits.Count];
        for (var axis = 0; axis < x.Rank; axis++)
            for (var i = 0; i < hits.Count; i++) result[axis * hits.Count + i] = hits[i] / strides[axis] % x.Shape[axis];
        return [Operand.Of(Tensor.Of([x.Rank, hits.Count], result))];
    }

    public static ImmutableArray<Operand> InferEyeLike(OperatorCall call)
    {
        var x = call.In(0);
        if (x.Rank != 2) throw call.Mismatch("the input must be a matrix");
        var type = call.Attributes.Has("dtype") ? TensorReader.TypeOf((int)call.Attributes.Int("dtype", 1)) ?? throw call.BadType(x.Type) : x.Type;
        var (rows, columns) = (x.Shape[0], x.Shape[1]);
        var offset = call.Attributes.Int("k", 0);
        var values = new float[rows * columns];
        for (var row = 0; row < rows; row++)
            if (row + offset >= 0 && row + offset < columns) values[row * columns + row + offset] = 1;
        return [Operand.Of(Conversion.To(Tensor.Of([rows, columns], values), type))];
    }

    public static ImmutableArray<Operand> InferTrilu(OperatorCall call)
    {
        if (call.In(0).Rank < 2) throw call.Mismatch("the input must have at least 2 axes");
        return [new Operand(call.In(0).Type, call.In(0).Shape)];
    }

    public static Tensor[] Trilu(OperatorCall call, ImmutableArray<Operand> results)
    {
        var x = call.Data(0);
        var k = call.OptionalInts(1)?[0] ?? 0;
        var upper = call.Attributes.Int("upper", 1) != 0;
        var (rows, columns) = (x.Shape[^2], x.Shape[^1]);
        var map = new int[x.Length];
        for (var i = 0; i < map.Length; i++)
        {
            var (row, column) = (i / columns % rows, i % columns);
            map[i] = (upper ? column >= row + k : column <= row + k) ? i : -1;
        }

        return [Movement.Take(x, map, x.Shape)];
    }

    private static int CountLongs(long start, long limit, long step) => checked((int)Math.Max(0, (limit - start + step - Math.Sign(step)) / step));
}
