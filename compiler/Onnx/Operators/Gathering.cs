using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx.Kernels;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Operators;

/// <summary>Gather, GatherElements, GatherND: elements by index.</summary>
internal static class Gathering
{
    public static ImmutableArray<Operand> Infer(OperatorCall call)
    {
        var (x, indices) = (call.In(0), call.In(1));
        var axis = call.Axis(call.Attributes.Int("axis", 0), x.Rank);
        if (indices.Constant is { } known)
            for (var i = 0; i < known.Length; i++) Index(call, (long)known.At(i), x.Shape[axis]);
        return [new Operand(x.Type, [.. x.Shape[..axis], .. indices.Shape, .. x.Shape[(axis + 1)..]])];
    }

    public static Tensor[] Evaluate(OperatorCall call, ImmutableArray<Operand> results)
    {
        var x = call.Data(0);
        var indices = call.Ints(1);
        var axis = call.Axis(call.Attributes.Int("axis", 0), x.Rank);
        var outer = Tensor.Count(x.Shape.AsSpan()[..axis]);
        var inner = Tensor.Count(x.Shape.AsSpan()[(axis + 1)..]);
        var extent = x.Shape[axis];
        if (indices.Length == 1)
        {
            var strides = new[] { extent * inner, 1 };
            return [Movement.Strided(x, Index(call, indices[0], extent) * inner, strides, [outer, inner]).Reshape(results[0].Shape)];
        }

        var map = new int[outer * indices.Length * inner];
        var at = 0;
        for (var o = 0; o < outer; o++)
            foreach (var index in indices)
            {
                var from = (o * extent + Index(call, index, extent)) * inner;
                for (var i = 0; i < inner; i++) map[at++] = from + i;
            }

        return [Movement.Take(x, map, results[0].Shape)];
    }

    public static ImmutableArray<Operand> InferElements(OperatorCall call)
    {
        var (x, indices) = (call.In(0), call.In(1));
        if (x.Rank != indices.Rank) throw call.Mismatch("the indices must have the input's rank");
        call.Axis(call.Attributes.Int("axis", 0), x.Rank);
        return [new Operand(x.Type, indices.Shape)];
    }

    public static Tensor[] Elements(OperatorCall call, ImmutableArray<Operand> results) =>
        [Movement.Take(call.Data(0), ElementMap(call, call.Data(0).Shape, call.Data(1)), results[0].Shape)];

    /// <summary>For each index element, the flat position it addresses in a tensor of shape <paramref name="shape"/>.</summary>
    public static int[] ElementMap(OperatorCall call, ImmutableArray<int> shape, Tensor indices)
    {
        var axis = call.Axis(call.Attributes.Int("axis", 0), shape.Length);
        var own = Movement.Strides(shape.AsSpan());
        var along = Movement.Strides(indices.Shape.AsSpan());
        var values = indices.ToLongs();
        var map = new int[values.Length];
        for (var i = 0; i < map.Length; i++)
        {
            var rest = i;
            for (var d = 0; d < own.Length; d++)
            {
                var coordinate = rest / along[d];
                rest %= along[d];
                map[i] += own[d] * (d == axis ? Index(call, values[i], shape[axis]) : coordinate);
            }
        }

        return map;
    }

    public static ImmutableArray<Operand> InferND(OperatorCall call)
    {
        var (x, indices) = (call.In(0), call.In(1));
        var batch = (int)call.Attributes.Int("batch_dims", 0);
        if (indices.Rank == 0 || indices.Shape[^1] > x.Rank - batch) throw call.Mismatch("the last axis of the indices is longer than the input's rank");
        return [new Operand(x.Type, [.. indices.Shape[..^1], .. x.Shape[(batch + indices.Shape[^1])..]])];
    }

    public static Tensor[] ND(OperatorCall call, ImmutableArray<Operand> results)
    {
        var (x, indices) = (call.Data(0), call.Data(1));
        return [Movement.Take(x, TupleMap(call, x.Shape, indices, (int)call.Attributes.Int("batch_dims", 0)), results[0].Shape)];
    }

    /// <summary>Flat positions of the blocks that index tuples (last axis of <paramref name="indices"/>) address.</summary>
    public static int[] TupleMap(OperatorCall call, ImmutableArray<int> shape, Tensor indices, int batch)
    {
        var depth = indices.Shape[^1];
        var own = Movement.Strides(shape.AsSpan());
        var block = Tensor.Count(shape.AsSpan()[(batch + depth)..]);
        var values = indices.ToLongs();
        var tuples = depth == 0 ? Tensor.Count(indices.Shape.AsSpan()[..^1]) : values.Length / depth;
        var batches = Tensor.Count(shape.AsSpan()[..batch]);
        var perBatch = batches == 0 ? 0 : tuples / batches;
        var batchStep = batch == 0 ? 0 : own[batch - 1];
        var map = new int[tuples * block];
        for (var t = 0; t < tuples; t++)
        {
            var start = perBatch == 0 ? 0 : t / perBatch * batchStep;
            for (var d = 0; d < depth; d++) start += own[batch + d] * Index(call, values[t * depth + d], shape[batch + d]);
            for (var i = 0; i < block; i++) map[t * block + i] = start + i;
        }

        return map;
    }

    private static int Index(OperatorCall call, long index, int extent)
    {
        var result = index < 0 ? index + extent : index;
        return result >= 0 && result < extent ? (int)result : throw call.Mismatch($"index {index} is outside an axis of extent {extent}");
    }
}
