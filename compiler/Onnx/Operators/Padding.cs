using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx.Kernels;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Operators;

/// <summary>Pad with a constant, the edge, a mirror or wrapped around; negative amounts cut.</summary>
internal static class Padding
{
    public static ImmutableArray<Operand> Infer(OperatorCall call)
    {
        var x = call.In(0);
        var mode = call.Attributes.Text("mode", "constant");
        if (mode is not ("constant" or "edge" or "reflect" or "wrap")) throw call.Unsupported("mode", mode, "constant, edge, reflect, wrap");
        var (before, after) = Amounts(call);
        var shape = x.Shape.Select((d, axis) => d + before[axis] + after[axis]).ToImmutableArray();
        if (shape.Any(d => d < 0)) throw call.Mismatch("the pads cut away more than there is");
        return [new Operand(x.Type, shape)];
    }

    public static Tensor[] Evaluate(OperatorCall call, ImmutableArray<Operand> results)
    {
        var (x, shape) = (call.Data(0), results[0].Shape);
        var (before, _) = Amounts(call);
        var mode = call.Attributes.Text("mode", "constant");
        var own = Movement.Strides(x.Shape.AsSpan());
        var positions = new int[x.Rank][];
        for (var axis = 0; axis < x.Rank; axis++)
        {
            var (extent, start) = (x.Shape[axis], before[axis]);
            positions[axis] = [.. Enumerable.Range(0, shape[axis]).Select(i => Source(mode, i - start, extent))];
        }

        var map = new int[Tensor.Count(shape.AsSpan())];
        var along = Movement.Strides(shape.AsSpan());
        for (var i = 0; i < map.Length; i++)
        {
            var rest = i;
            for (var axis = 0; axis < own.Length; axis++)
            {
                var from = positions[axis][rest / along[axis]];
                rest %= along[axis];
                if (from < 0)
                {
                    map[i] = -1;
                    break;
                }

                map[i] += from * own[axis];
            }
        }

        return [Movement.Take(x, map, shape, call.OptionalData(2))];
    }

    private static int Source(string mode, int at, int extent)
    {
        if (at >= 0 && at < extent) return at;
        switch (mode)
        {
            case "constant": return -1;
            case "edge": return Math.Clamp(at, 0, extent - 1);
            case "wrap": return (at % extent + extent) % extent;
            default: // reflect
                if (extent == 1) return 0;
                var period = 2 * (extent - 1);
                var turned = (at % period + period) % period;
                return turned < extent ? turned : period - turned;
        }
    }

    private static (int[] Before, int[] After) Amounts(OperatorCall call)
    {
        var rank = call.In(0).Rank;
        var pads = call.Ints(1);
        var axes = call.OptionalInts(3) ?? [.. Enumerable.Range(0, rank).Select(i => (long)i)];
        if (pads.Length != 2 * axes.Length) throw call.Mismatch($"{pads.Length} pads for {axes.Length} axes");
        var (before, after) = (new int[rank], new int[rank]);
        for (var i = 0; i < axes.Length; i++)
        {
            var axis = call.Axis(axes[i], rank);
            (before[axis], after[axis]) = ((int)pads[i], (int)pads[i + axes.Length]);
        }

        return (before, after);
    }
}
