using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx.Kernels;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Operators;

/// <summary>Reshape, Squeeze, Unsqueeze (same elements, other axes), Expand and Tile (repeated elements).</summary>
internal static class Reshaping
{
    public static ImmutableArray<Operand> Infer(OperatorCall call)
    {
        var x = call.In(0);
        var wanted = call.Ints(1);
        var shape = new int[wanted.Length];
        var open = -1;
        long known = 1;
        for (var i = 0; i < wanted.Length; i++)
        {
            if (wanted[i] == -1)
            {
                if (open >= 0) throw call.Mismatch($"more than one -1 in [{string.Join(',', wanted)}]");
                open = i;
                continue;
            }

            if (wanted[i] == 0 && call.Attributes.Int("allowzero", 0) == 0)
                shape[i] = i < x.Rank ? x.Shape[i] : throw call.Mismatch($"0 at axis {i} copies an axis that the input does not have");
            else shape[i] = (int)wanted[i];
            known *= shape[i];
        }

        var count = Tensor.Count(x.Shape.AsSpan());
        if (open >= 0 && known > 0 && count % known == 0) known *= shape[open] = (int)(count / known);
        if (known != count) throw call.Mismatch($"{count} elements do not fit [{string.Join(',', wanted)}]{Split(x.Shape, wanted)}");
        return [new Operand(x.Type, [.. shape])];
    }

    /// <summary>Which axis cannot be split as asked, where the axes before it stay: channels into heads that do not divide them.</summary>
    private static string Split(ImmutableArray<int> shape, IReadOnlyList<long> wanted)
    {
        var same = 0;
        while (same < shape.Length && same < wanted.Count && wanted[same] == shape[same]) same++;
        if (same != shape.Length - 1 || wanted.Count != same + 2) return "";
        var (first, second) = (wanted[same], wanted[same + 1]);
        return first > 0 && second > 0 ? $": axis {same} has {shape[same]}, and {first} x {second} is {first * second}"
            : $": axis {same} has {shape[same]}, which {Math.Max(first, second)} does not divide";
    }

    /// <summary>Same elements under the new shape.</summary>
    public static Tensor[] Evaluate(OperatorCall call, ImmutableArray<Operand> results) => [call.Data(0).Reshape(results[0].Shape)];

    public static ImmutableArray<Operand> InferUnsqueeze(OperatorCall call)
    {
        var x = call.In(0);
        var axes = call.Ints(1);
        var rank = x.Rank + axes.Length;
        var added = axes.Select(a => call.Axis(a, rank)).ToHashSet();
        if (added.Count != axes.Length) throw call.Mismatch($"axes [{string.Join(',', axes)}] repeat");
        var next = 0;
        return [new Operand(x.Type, [.. Enumerable.Range(0, rank).Select(i => added.Contains(i) ? 1 : x.Shape[next++])])];
    }

    public static ImmutableArray<Operand> InferSqueeze(OperatorCall call)
    {
        var x = call.In(0);
        var dropped = call.OptionalInts(1) is { } axes
            ? axes.Select(a => call.Axis(a, x.Rank)).ToHashSet()
            : [.. Enumerable.Range(0, x.Rank).Where(i => x.Shape[i] == 1)];
        foreach (var axis in dropped)
            if (x.Shape[axis] != 1) throw call.Mismatch($"axis {axis} has extent {x.Shape[axis]}, not 1");
        return [new Operand(x.Type, [.. Enumerable.Range(0, x.Rank).Where(i => !dropped.Contains(i)).Select(i => x.Shape[i])])];
    }

    public static ImmutableArray<Operand> InferExpand(OperatorCall call)
    {
        var x = call.In(0);
        return [new Operand(x.Type, Broadcast.Shape(call, [x.Shape, [.. call.Ints(1).Select(d => (int)d)]]))];
    }

    public static Tensor[] Expand(OperatorCall call, ImmutableArray<Operand> results) => [Movement.BroadcastTo(call.Data(0), results[0].Shape)];

    public static ImmutableArray<Operand> InferTile(OperatorCall call)
    {
        var x = call.In(0);
        var repeats = call.Ints(1);
        if (repeats.Length != x.Rank) throw call.Mismatch($"{repeats.Length} repeats for {x.Rank} axes");
        return [new Operand(x.Type, [.. x.Shape.Select((d, i) => checked((int)(d * repeats[i])))])];
    }

    public static Tensor[] Tile(OperatorCall call, ImmutableArray<Operand> results)
    {
        var x = call.Data(0);
        var repeats = call.Ints(1);
        var own = Movement.Strides(x.Shape.AsSpan());
        var shape = new List<int>();
        var strides = new List<int>();
        for (var axis = 0; axis < x.Rank; axis++)
        {
            shape.AddRange([(int)repeats[axis], x.Shape[axis]]);
            strides.AddRange([0, own[axis]]);
        }

        return [Movement.Strided(x, 0, strides.ToArray(), [.. shape]).Reshape(results[0].Shape)];
    }
}
