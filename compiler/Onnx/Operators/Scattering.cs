using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx.Kernels;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Operators;

/// <summary>ScatterND and ScatterElements: a tensor with some elements replaced, or combined with a reduction.</summary>
internal static class Scattering
{
    public static ImmutableArray<Operand> InferND(OperatorCall call)
    {
        var (x, indices, updates) = (call.In(0), call.In(1), call.In(2));
        Combine(call);
        if (x.Type != updates.Type) throw call.Mismatch("updates have another type than the data");
        if (indices.Rank == 0 || indices.Shape[^1] > x.Rank) throw call.Mismatch("the last axis of the indices is longer than the data's rank");
        ImmutableArray<int> expected = [.. indices.Shape[..^1], .. x.Shape[indices.Shape[^1]..]];
        if (!expected.SequenceEqual(updates.Shape)) throw call.Mismatch($"updates should have shape {Tensor.FormatShape(expected)}");
        return [new Operand(x.Type, x.Shape)];
    }

    public static Tensor[] ND(OperatorCall call, ImmutableArray<Operand> results) =>
        [Write(call, Gathering.TupleMap(call, call.Data(0).Shape, call.Data(1), 0))];

    public static ImmutableArray<Operand> InferElements(OperatorCall call)
    {
        var (x, indices, updates) = (call.In(0), call.In(1), call.In(2));
        Combine(call);
        if (x.Type != updates.Type || x.Rank != indices.Rank || !indices.Shape.SequenceEqual(updates.Shape)) throw call.Mismatch("indices and updates must have one shape and the data's rank and type");
        return [new Operand(x.Type, x.Shape)];
    }

    public static Tensor[] Elements(OperatorCall call, ImmutableArray<Operand> results) =>
        [Write(call, Gathering.ElementMap(call, call.Data(0).Shape, call.Data(1)))];

    private static Tensor Write(OperatorCall call, int[] map)
    {
        var (x, updates) = (call.Data(0), call.Data(2));
        if (Combine(call) is not { } combine) return Movement.Put(x, map, updates);
        if (x.Type is not (DType.Float32 or DType.Int64)) throw call.BadType(x.Type);
        if (x.Type == DType.Float32)
        {
            var floats = x.Span<float>().ToArray();
            for (var i = 0; i < map.Length; i++) floats[map[i]] = (float)combine(floats[map[i]], updates.Span<float>()[i]);
            return Tensor.Of(x.Shape, floats);
        }

        var longs = x.Span<long>().ToArray();
        for (var i = 0; i < map.Length; i++) longs[map[i]] = (long)combine(longs[map[i]], updates.Span<long>()[i]);
        return Tensor.Of(x.Shape, longs);
    }

    /// <summary>How an update joins what is there; null where it replaces it.</summary>
    private static Func<double, double, double>? Combine(OperatorCall call) => call.Attributes.Text("reduction", "none") switch
    {
        "none" => null,
        "add" => (a, b) => a + b,
        "mul" => (a, b) => a * b,
        "max" => Math.Max,
        "min" => Math.Min,
        var other => throw call.Unsupported("reduction", other, "none, add, mul, max, min"),
    };
}
