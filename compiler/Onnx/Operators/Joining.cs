using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx.Kernels;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Operators;

/// <summary>Concat and Slice (Split is written as Slices).</summary>
internal static class Joining
{
    public static ImmutableArray<Operand> InferConcat(OperatorCall call)
    {
        var first = call.In(0);
        var axis = call.Axis(call.Attributes.Int("axis", 0), first.Rank);
        var extent = 0;
        for (var i = 0; i < call.Inputs.Length; i++)
        {
            var part = call.In(i);
            if (part.Type != first.Type || part.Rank != first.Rank) throw call.Mismatch($"input {i} has another type or rank than input 0");
            for (var other = 0; other < first.Rank; other++)
                if (other != axis && part.Shape[other] != first.Shape[other]) throw call.Mismatch($"input {i} has extent {part.Shape[other]} at axis {other}, input 0 has {first.Shape[other]}");
            extent += part.Shape[axis];
        }

        return [new Operand(first.Type, first.Shape.SetItem(axis, extent))];
    }

    public static Tensor[] Concat(OperatorCall call, ImmutableArray<Operand> results)
    {
        var axis = call.Axis(call.Attributes.Int("axis", 0), results[0].Rank);
        return [Movement.Concat([.. call.Inputs.Select(i => i!.Constant!)], axis, results[0].Shape)];
    }

    public static ImmutableArray<Operand> InferSlice(OperatorCall call)
    {
        var ranges = Ranges(call);
        return [new Operand(call.In(0).Type, [.. ranges.Select(r => r.Count)])];
    }

    public static Tensor[] Slice(OperatorCall call, ImmutableArray<Operand> results)
    {
        var x = call.Data(0);
        var own = Movement.Strides(x.Shape.AsSpan());
        var ranges = Ranges(call);
        var offset = 0;
        var strides = new int[own.Length];
        for (var axis = 0; axis < own.Length; axis++)
        {
            offset += own[axis] * ranges[axis].Start;
            strides[axis] = own[axis] * ranges[axis].Step;
        }

        return [Movement.Strided(x, offset, strides, results[0].Shape)];
    }

    /// <summary>For each axis of the input: first index, step, number of indices.</summary>
    public static (int Start, int Step, int Count)[] Ranges(OperatorCall call)
    {
        var x = call.In(0);
        var (starts, ends) = (call.Ints(1), call.Ints(2));
        var axes = call.OptionalInts(3) ?? [.. Enumerable.Range(0, starts.Length).Select(i => (long)i)];
        var steps = call.OptionalInts(4) ?? [.. Enumerable.Repeat(1L, starts.Length)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length) throw call.Mismatch("starts, ends, axes and steps differ in length");
        var ranges = x.Shape.Select(d => (Start: 0, Step: 1, Count: d)).ToArray();
        for (var i = 0; i < starts.Length; i++)
        {
            var axis = call.Axis(axes[i], x.Rank);
            long extent = x.Shape[axis];
            var step = Math.Clamp(steps[i], -int.MaxValue, int.MaxValue);
            if (step == 0) throw call.Mismatch($"step 0 at axis {axis}");
            var start = starts[i] < 0 ? starts[i] + extent : starts[i];
            var end = ends[i] < 0 ? ends[i] + extent : ends[i];
            (start, end) = step > 0
                ? (Math.Clamp(start, 0, extent), Math.Clamp(end, 0, extent))
                : (Math.Clamp(start, 0, Math.Max(extent - 1, 0)), Math.Clamp(end, -1, extent - 1));
            var count = step > 0 ? (end - start + step - 1) / step : (start - end - step - 1) / -step;
            count = extent == 0 ? 0 : Math.Max(count, 0);
            ranges[axis] = (count == 0 ? 0 : (int)start, (int)step, (int)count);
        }

        return ranges;
    }
}
