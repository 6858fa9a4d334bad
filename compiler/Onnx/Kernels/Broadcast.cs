using System.Collections.Immutable;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Kernels;

/// <summary>A function of two elements, as a type so that the loops inline it.</summary>
internal interface IBinary<TIn, TOut>
{
    static abstract TOut Apply(TIn a, TIn b);
}

/// <summary>Element-wise loops over two tensors with NumPy broadcasting.</summary>
internal static class Broadcast
{
    /// <summary>The common shape of several operands.</summary>
    public static ImmutableArray<int> Shape(OperatorCall call, IEnumerable<ImmutableArray<int>> shapes)
    {
        int[] result = [];
        foreach (var shape in shapes)
        {
            if (shape.Length > result.Length) result = [.. Enumerable.Repeat(1, shape.Length - result.Length), .. result];
            for (var axis = 0; axis < shape.Length; axis++)
            {
                var at = result.Length - shape.Length + axis;
                if (shape[axis] == 1 || shape[axis] == result[at]) continue;
                if (result[at] != 1) throw call.Mismatch($"shapes do not broadcast: {shape[axis]} against {result[at]} at axis {at}");
                result[at] = shape[axis];
            }
        }

        return [.. result];
    }

    /// <summary>out = op(a, b) over <paramref name="shape"/>, to which both broadcast.</summary>
    public static Tensor Apply<TOp, TIn, TOut>(Tensor a, Tensor b, ImmutableArray<int> shape)
        where TOp : IBinary<TIn, TOut>
        where TIn : unmanaged
        where TOut : unmanaged
    {
        var result = new TOut[Tensor.Count(shape.AsSpan())];
        if (result.Length == 0) return Tensor.Of(shape, result);
        var (extents, strides) = Movement.Merge(shape.AsSpan(), Movement.BroadcastStrides(a.Shape, shape), Movement.BroadcastStrides(b.Shape, shape));
        var left = a.Span<TIn>();
        var right = b.Span<TIn>();
        var (inner, stepA, stepB) = (extents[^1], strides[0][^1], strides[1][^1]);
        var counter = new int[extents.Length];
        var (atA, atB) = (0, 0);
        for (var done = 0; done < result.Length; done += inner)
        {
            var row = result.AsSpan(done, inner);
            if (stepA == 1 && stepB == 1)
            {
                var rowA = left.Slice(atA, inner);
                var rowB = right.Slice(atB, inner);
                for (var i = 0; i < row.Length; i++) row[i] = TOp.Apply(rowA[i], rowB[i]);
            }
            else if (stepA == 1 && stepB == 0)
            {
                var rowA = left.Slice(atA, inner);
                var one = right[atB];
                for (var i = 0; i < row.Length; i++) row[i] = TOp.Apply(rowA[i], one);
            }
            else
            {
                for (int i = 0, ia = atA, ib = atB; i < row.Length; i++, ia += stepA, ib += stepB) row[i] = TOp.Apply(left[ia], right[ib]);
            }

            for (var axis = extents.Length - 2; axis >= 0; axis--)
            {
                atA += strides[0][axis];
                atB += strides[1][axis];
                if (++counter[axis] < extents[axis]) break;
                atA -= strides[0][axis] * extents[axis];
                atB -= strides[1][axis] * extents[axis];
                counter[axis] = 0;
            }
        }

        return Tensor.Of(shape, result);
    }
}
