using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx.Kernels;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Operators;

/// <summary>MatMul and Gemm.</summary>
internal static class Products
{
    public static ImmutableArray<Operand> InferMatMul(OperatorCall call)
    {
        var (a, b) = (call.In(0), call.In(1));
        if (a.Type != b.Type) throw call.Mismatch("element types differ");
        var (left, right) = (Left(a.Shape), Right(b.Shape));
        if (a.Rank == 0 || b.Rank == 0 || left[^1] != right[^2]) throw call.Mismatch("the inner extents differ");
        var batch = Broadcast.Shape(call, [left[..^2], right[..^2]]);
        var shape = batch;
        if (a.Rank > 1) shape = shape.Add(left[^2]);
        if (b.Rank > 1) shape = shape.Add(right[^1]);
        return [new Operand(a.Type, shape)];
    }

    public static Tensor[] MatMul(OperatorCall call, ImmutableArray<Operand> results)
    {
        var (a, b) = (call.Data(0), call.Data(1));
        var (left, right) = (Left(a.Shape), Right(b.Shape));
        var (m, k, n) = (left[^2], left[^1], right[^1]);
        var batch = Broadcast.Shape(call, [left[..^2], right[..^2]]);
        // One matrix for all of the left side: the batch is just more rows.
        if (right[..^2].All(d => d == 1))
        {
            m *= Tensor.Count(left.AsSpan()[..^2]);
            batch = [];
        }

        var (stepA, stepB) = (BatchOffsets(left, batch, m * k), BatchOffsets(right, batch, k * n));
        if (a.Type == DType.Int64 || a.Type == DType.Int32 || a.Type == DType.Float64) return [Conversion.To(MultiplyWide(a, b, stepA, stepB, m, k, n, results[0].Shape), a.Type)];
        if (a.Type != DType.Float32) throw call.BadType(a.Type);
        var result = new float[stepA.Length * m * n];
        for (var i = 0; i < stepA.Length; i++)
            MatrixKernel.MultiplyAdd(a.Span<float>()[stepA[i]..], k, b.Span<float>()[stepB[i]..], n, result.AsSpan(i * m * n), n, m, n, k);
        return [Tensor.Of(results[0].Shape, result)];
    }

    public static ImmutableArray<Operand> InferGemm(OperatorCall call)
    {
        var (a, b) = (call.In(0), call.In(1));
        if (a.Rank != 2 || b.Rank != 2) throw call.Mismatch("both inputs must be matrices");
        var (m, k) = call.Attributes.Int("transA", 0) != 0 ? (a.Shape[1], a.Shape[0]) : (a.Shape[0], a.Shape[1]);
        var (inner, n) = call.Attributes.Int("transB", 0) != 0 ? (b.Shape[1], b.Shape[0]) : (b.Shape[0], b.Shape[1]);
        if (k != inner) throw call.Mismatch($"the inner extents differ: {k} against {inner}");
        if (call.Has(2) && !Broadcast.Shape(call, [[m, n], call.In(2).Shape]).SequenceEqual([m, n])) throw call.Mismatch($"C does not broadcast to [{m},{n}]");
        return [new Operand(a.Type, [m, n])];
    }

    public static Tensor[] Gemm(OperatorCall call, ImmutableArray<Operand> results)
    {
        var (a, b) = (call.Data(0), call.Data(1));
        if (a.Type != DType.Float32) throw call.BadType(a.Type);
        if (call.Attributes.Int("transA", 0) != 0) a = Movement.Transpose(a, [1, 0]);
        if (call.Attributes.Int("transB", 0) != 0) b = Movement.Transpose(b, [1, 0]);
        var (m, k, n) = (a.Shape[0], a.Shape[1], b.Shape[1]);
        var (alpha, beta) = (call.Attributes.Float("alpha", 1), call.Attributes.Float("beta", 1));
        var result = new float[m * n];
        MatrixKernel.MultiplyAdd(a.Span<float>(), k, b.Span<float>(), n, result, n, m, n, k);
        if (alpha != 1)
            foreach (ref var value in result.AsSpan()) value *= alpha;
        if (call.OptionalData(2) is { } c && beta != 0)
        {
            var add = Movement.BroadcastTo(c, results[0].Shape).Span<float>();
            for (var i = 0; i < result.Length; i++) result[i] += beta * add[i];
        }

        return [Tensor.Of(results[0].Shape, result)];
    }

    private static ImmutableArray<int> Left(ImmutableArray<int> shape) => shape.Length == 1 ? [1, shape[0]] : shape;

    private static ImmutableArray<int> Right(ImmutableArray<int> shape) => shape.Length == 1 ? [shape[0], 1] : shape;

    /// <summary>For every matrix of the batch, where it starts in a tensor whose leading axes broadcast to <paramref name="batch"/>.</summary>
    private static int[] BatchOffsets(ImmutableArray<int> shape, ImmutableArray<int> batch, int matrix)
    {
        if (batch.Length == 0) return [0];
        var leading = shape[..^2];
        var numbers = Tensor.Of(leading, Enumerable.Range(0, Tensor.Count(leading.AsSpan())).Select(i => i * matrix).ToArray());
        return Movement.BroadcastTo(numbers, batch).Array<int>();
    }

    private static Tensor MultiplyWide(Tensor a, Tensor b, int[] stepA, int[] stepB, int m, int k, int n, ImmutableArray<int> shape)
    {
        var result = new double[stepA.Length * m * n];
        for (var i = 0; i < stepA.Length; i++)
            for (var row = 0; row < m; row++)
                for (var inner = 0; inner < k; inner++)
                    for (var column = 0; column < n; column++)
                        result[(i * m + row) * n + column] += a.At(stepA[i] + row * k + inner) * b.At(stepB[i] + inner * n + column);
        return Tensor.Of(shape, result);
    }
}
