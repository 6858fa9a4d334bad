using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx.Kernels;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Operators;

/// <summary>Transpose, DepthToSpace and SpaceToDepth: axes in another order.</summary>
internal static class Transposing
{
    public static ImmutableArray<Operand> Infer(OperatorCall call)
    {
        var (x, order) = (call.In(0), Order(call));
        return [new Operand(x.Type, [.. order.Select(axis => x.Shape[axis])])];
    }

    public static Tensor[] Evaluate(OperatorCall call, ImmutableArray<Operand> results) => [Movement.Transpose(call.Data(0), Order(call))];

    public static ImmutableArray<Operand> InferDepthToSpace(OperatorCall call)
    {
        var (x, b) = (Image(call), Block(call));
        if (x.Shape[1] % (b * b) != 0) throw call.Mismatch($"{x.Shape[1]} channels are not a multiple of {b * b}");
        return [new Operand(x.Type, [x.Shape[0], x.Shape[1] / (b * b), x.Shape[2] * b, x.Shape[3] * b])];
    }

    public static Tensor[] DepthToSpace(OperatorCall call, ImmutableArray<Operand> results)
    {
        var (x, b) = (call.Data(0), Block(call));
        var (n, c, h, w) = (x.Shape[0], x.Shape[1] / (b * b), x.Shape[2], x.Shape[3]);
        var columnFirst = call.Attributes.Text("mode", "DCR") == "CRD";
        var split = columnFirst ? x.Reshape([n, c, b, b, h, w]) : x.Reshape([n, b, b, c, h, w]);
        var moved = Movement.Transpose(split, columnFirst ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]);
        return [moved.Reshape(results[0].Shape)];
    }

    public static ImmutableArray<Operand> InferSpaceToDepth(OperatorCall call)
    {
        var (x, b) = (Image(call), Block(call));
        if (x.Shape[2] % b != 0 || x.Shape[3] % b != 0) throw call.Mismatch($"{x.Shape[2]}x{x.Shape[3]} is not a multiple of the block size {b}");
        return [new Operand(x.Type, [x.Shape[0], x.Shape[1] * b * b, x.Shape[2] / b, x.Shape[3] / b])];
    }

    public static Tensor[] SpaceToDepth(OperatorCall call, ImmutableArray<Operand> results)
    {
        var (x, b) = (call.Data(0), Block(call));
        var split = x.Reshape([x.Shape[0], x.Shape[1], x.Shape[2] / b, b, x.Shape[3] / b, b]);
        return [Movement.Transpose(split, [0, 3, 5, 1, 2, 4]).Reshape(results[0].Shape)];
    }

    private static int Block(OperatorCall call) => call.Attributes.Int("blocksize", 0) is > 0 and < 32768 and var block ? (int)block : throw call.Mismatch("blocksize must be at least 1");

    private static Operand Image(OperatorCall call) => call.In(0).Rank == 4 ? call.In(0) : throw call.Mismatch("the input must have 4 axes");

    private static int[] Order(OperatorCall call)
    {
        var rank = call.In(0).Rank;
        var order = call.Attributes.Ints("perm", [.. Enumerable.Range(0, rank).Select(i => (long)(rank - 1 - i))]).Select(i => (int)i).ToArray();
        if (!order.Order().SequenceEqual(Enumerable.Range(0, rank))) throw call.Mismatch($"perm [{string.Join(',', order)}] is not an order of {rank} axes");
        return order;
    }
}
