using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx.Kernels;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Operators;

/// <summary>Resize by nearest neighbour: elements are repeated or left out, never mixed.</summary>
internal static class Resizing
{
    public static ImmutableArray<Operand> Infer(OperatorCall call)
    {
        var x = call.In(0);
        var mode = call.Attributes.Text("mode", "nearest");
        if (mode != "nearest") throw call.Unsupported("mode", mode, "nearest");
        _ = Round(call, Rounding(call), Position(call, Transform(call), 0, 1, 1, 1)); // known settings only
        if (call.Attributes.Has("axes")) throw call.Unsupported("axes", "a list", "scales or sizes for all axes");
        var sizes = call.OptionalInts(3);
        var scales = Scales(call, x);
        if (sizes is { Length: > 0 } && sizes.Length != x.Rank) throw call.Mismatch($"{sizes.Length} sizes for {x.Rank} axes");
        return [new Operand(x.Type, [.. x.Shape.Select((d, axis) => sizes is { Length: > 0 } ? (int)sizes[axis] : (int)MathF.Floor(d * scales[axis]))])];
    }

    public static Tensor[] Evaluate(OperatorCall call, ImmutableArray<Operand> results)
    {
        var (x, shape) = (call.Data(0), results[0].Shape);
        var scales = Scales(call, call.In(0));
        var (transform, rounding) = (Transform(call), Rounding(call));
        for (var axis = 0; axis < x.Rank; axis++)
        {
            if (shape[axis] == x.Shape[axis]) continue;
            var indices = new long[shape[axis]];
            for (var i = 0; i < indices.Length; i++)
            {
                var at = Position(call, transform, i, scales[axis], x.Shape[axis], shape[axis]);
                indices[i] = (long)Math.Clamp(Round(call, rounding, at), 0, x.Shape[axis] - 1);
            }

            var gather = new OperatorCall(call.Op, OnnxAttributes.None.With("axis", (long)axis), [Operand.Of(x), Operand.Of(Tensor.Vector(indices))], 1);
            x = Gathering.Evaluate(gather, Gathering.Infer(gather))[0];
        }

        return [x];
    }

    private static string Transform(OperatorCall call) => call.Attributes.Text("coordinate_transformation_mode", "half_pixel");

    private static string Rounding(OperatorCall call) => call.Attributes.Text("nearest_mode", "round_prefer_floor");

    private static float[] Scales(OperatorCall call, Operand x)
    {
        if (call.OptionalInts(3) is { Length: > 0 } sizes) return [.. x.Shape.Select((d, axis) => (float)sizes[axis] / d)];
        var scales = call.Has(2) ? call.Data(2).ToFloats() : [];
        return scales.Length == x.Rank ? scales : throw call.Mismatch($"{scales.Length} scales for {x.Rank} axes");
    }

    private static float Position(OperatorCall call, string transform, int i, float scale, int from, int to) => transform switch
    {
        "asymmetric" => i / scale,
        "half_pixel" => (i + 0.5f) / scale - 0.5f,
        "pytorch_half_pixel" => to > 1 ? (i + 0.5f) / scale - 0.5f : 0,
        "align_corners" => to > 1 ? i * (from - 1f) / (to - 1) : 0,
        _ => throw call.Unsupported("coordinate_transformation_mode", transform, "asymmetric, half_pixel, pytorch_half_pixel, align_corners"),
    };

    private static float Round(OperatorCall call, string rounding, float at) => rounding switch
    {
        "floor" => MathF.Floor(at),
        "ceil" => MathF.Ceiling(at),
        "round_prefer_floor" => MathF.Ceiling(at - 0.5f),
        "round_prefer_ceil" => MathF.Floor(at + 0.5f),
        _ => throw call.Unsupported("nearest_mode", rounding, "floor, ceil, round_prefer_floor, round_prefer_ceil"),
    };
}
