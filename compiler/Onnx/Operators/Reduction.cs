using System.Collections.Immutable;
using System.Numerics;
using NeuroChip.Compiler.Onnx.Kernels;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Operators;

/// <summary>ReduceSum, ReduceMean, ReduceMax, ReduceMin, ReduceProd, ReduceL1, ReduceL2, ReduceSumSquare, ReduceLogSumExp, ArgMax, ArgMin, CumSum.</summary>
internal static class Reduction
{
    internal interface IReduction
    {
        static abstract T Apply<T>(ReadOnlySpan<T> row) where T : unmanaged, INumber<T>;
    }

    public static ImmutableArray<Operand> Infer(OperatorCall call)
    {
        var x = call.In(0);
        var axes = Axes(call);
        return [new Operand(x.Type, Shape(x, axes, call.Attributes.Int("keepdims", 1) != 0))];
    }

    public static Tensor[] Evaluate<TOp>(OperatorCall call, ImmutableArray<Operand> results) where TOp : IReduction
    {
        var (x, axes) = (call.Data(0), Axes(call));
        var rows = Rows(x, axes);
        return [x.Type switch
        {
            DType.Float32 => Run<TOp, float>(rows, results[0].Shape),
            DType.Float64 => Run<TOp, double>(rows, results[0].Shape),
            DType.Int8 => Run<TOp, sbyte>(rows, results[0].Shape),
            DType.UInt8 => Run<TOp, byte>(rows, results[0].Shape),
            DType.Int16 => Run<TOp, short>(rows, results[0].Shape),
            DType.Int32 => Run<TOp, int>(rows, results[0].Shape),
            DType.Int64 => Run<TOp, long>(rows, results[0].Shape),
            _ => throw call.BadType(x.Type),
        }];
    }

    /// <summary>A reduction that only makes sense on real numbers.</summary>
    public static Func<OperatorCall, ImmutableArray<Operand>, Tensor[]> Real(Func<float[], float> reduce) => (call, results) =>
    {
        if (call.In(0).Type != DType.Float32) throw call.BadType(call.In(0).Type);
        var rows = Rows(call.Data(0), Axes(call));
        var result = new float[Tensor.Count(results[0].Shape.AsSpan())];
        var length = result.Length == 0 ? 0 : rows.Length / result.Length;
        for (var i = 0; i < result.Length; i++) result[i] = reduce(rows.Span<float>().Slice(i * length, length).ToArray());
        return [Tensor.Of(results[0].Shape, result)];
    };

    public static ImmutableArray<Operand> InferArg(OperatorCall call)
    {
        var x = call.In(0);
        var axis = call.Axis(call.Attributes.Int("axis", 0), x.Rank);
        return [new Operand(DType.Int64, Shape(x, [axis], call.Attributes.Int("keepdims", 1) != 0))];
    }

    public static Tensor[] ArgMax(OperatorCall call, ImmutableArray<Operand> results) => Arg(call, results, 1);

    public static Tensor[] ArgMin(OperatorCall call, ImmutableArray<Operand> results) => Arg(call, results, -1);

    public static ImmutableArray<Operand> InferCumSum(OperatorCall call)
    {
        call.Axis(call.Ints(1)[0], call.In(0).Rank);
        return [new Operand(call.In(0).Type, call.In(0).Shape)];
    }

    public static Tensor[] CumSum(OperatorCall call, ImmutableArray<Operand> results) => call.Data(0).Type switch
    {
        DType.Float32 => CumSum<float>(call),
        DType.Float64 => CumSum<double>(call),
        DType.Int32 => CumSum<int>(call),
        DType.Int64 => CumSum<long>(call),
        var other => throw call.BadType(other),
    };

    private static Tensor[] CumSum<T>(OperatorCall call) where T : unmanaged, INumber<T>
    {
        var x = call.Data(0);
        var axis = call.Axis(call.Ints(1)[0], x.Rank);
        var (exclusive, reverse) = (call.Attributes.Int("exclusive", 0) != 0, call.Attributes.Int("reverse", 0) != 0);
        var (extent, inner) = (x.Shape[axis], Tensor.Count(x.Shape.AsSpan()[(axis + 1)..]));
        var from = x.Span<T>();
        var result = new T[from.Length];
        for (var start = 0; start < from.Length; start += extent * inner)
            for (var i = 0; i < inner; i++)
            {
                var sum = T.Zero;
                for (var step = 0; step < extent; step++)
                {
                    var at = start + (reverse ? extent - 1 - step : step) * inner + i;
                    if (exclusive) result[at] = sum;
                    sum += from[at];
                    if (!exclusive) result[at] = sum;
                }
            }

        return [Tensor.Of(x.Shape, result)];
    }

    private static Tensor[] Arg(OperatorCall call, ImmutableArray<Operand> results, int sign)
    {
        var x = call.Data(0);
        var axis = call.Axis(call.Attributes.Int("axis", 0), x.Rank);
        var last = call.Attributes.Int("select_last_index", 0) != 0;
        var rows = Rows(x, [axis]);
        var result = new long[Tensor.Count(results[0].Shape.AsSpan())];
        for (var row = 0; row < result.Length; row++)
        {
            var best = 0;
            for (var i = 1; i < x.Shape[axis]; i++)
            {
                var order = sign * rows.At(row * x.Shape[axis] + i).CompareTo(rows.At(row * x.Shape[axis] + best));
                if (order > 0 || (order == 0 && last)) best = i;
            }

            result[row] = best;
        }

        return [Tensor.Of(results[0].Shape, result)];
    }

    private static int[] Axes(OperatorCall call)
    {
        var rank = call.In(0).Rank;
        var given = call.OptionalInts(1);
        if (given is { Length: > 0 }) return [.. given.Select(a => call.Axis(a, rank)).Distinct().Order()];
        return call.Attributes.Int("noop_with_empty_axes", 0) != 0 ? [] : [.. Enumerable.Range(0, rank)];
    }

    private static ImmutableArray<int> Shape(Operand x, int[] axes, bool keep) => keep
        ? [.. x.Shape.Select((d, i) => axes.Contains(i) ? 1 : d)]
        : [.. x.Shape.Where((_, i) => !axes.Contains(i))];

    /// <summary>The tensor with the reduced axes last.</summary>
    private static Tensor Rows(Tensor x, int[] axes)
    {
        int[] order = [.. Enumerable.Range(0, x.Rank).Where(i => !axes.Contains(i)), .. axes];
        return order.SequenceEqual(Enumerable.Range(0, x.Rank)) ? x : Movement.Transpose(x, order);
    }

    private static Tensor Run<TOp, T>(Tensor rows, ImmutableArray<int> shape)
        where TOp : IReduction
        where T : unmanaged, INumber<T>
    {
        var result = new T[Tensor.Count(shape.AsSpan())];
        var length = result.Length == 0 ? 0 : rows.Length / result.Length;
        for (var i = 0; i < result.Length; i++) result[i] = TOp.Apply(rows.Span<T>().Slice(i * length, length));
        return Tensor.Of(shape, result);
    }

    internal readonly struct Sum : IReduction
    {
        public static T Apply<T>(ReadOnlySpan<T> row) where T : unmanaged, INumber<T>
        {
            var sum = T.Zero;
            foreach (var value in row) sum += value;
            return sum;
        }
    }

    internal readonly struct Mean : IReduction
    {
        public static T Apply<T>(ReadOnlySpan<T> row) where T : unmanaged, INumber<T> => Sum.Apply(row) / T.CreateChecked(row.Length);
    }

    internal readonly struct Max : IReduction
    {
        public static T Apply<T>(ReadOnlySpan<T> row) where T : unmanaged, INumber<T>
        {
            var best = row[0];
            foreach (var value in row) best = T.Max(best, value);
            return best;
        }
    }

    internal readonly struct Min : IReduction
    {
        public static T Apply<T>(ReadOnlySpan<T> row) where T : unmanaged, INumber<T>
        {
            var best = row[0];
            foreach (var value in row) best = T.Min(best, value);
            return best;
        }
    }

    internal readonly struct Prod : IReduction
    {
        public static T Apply<T>(ReadOnlySpan<T> row) where T : unmanaged, INumber<T>
        {
            var product = T.One;
            foreach (var value in row) product *= value;
            return product;
        }
    }
}
