using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx.Kernels;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Operators;

/// <summary>Softmax and LogSoftmax along one axis (the meaning of opset 13).</summary>
internal static class Softmaxes
{
    public static ImmutableArray<Operand> Infer(OperatorCall call)
    {
        call.Axis(call.Attributes.Int("axis", -1), call.In(0).Rank);
        return [new Operand(call.In(0).Type, call.In(0).Shape)];
    }

    public static Tensor[] Soft(OperatorCall call, ImmutableArray<Operand> results) => Run(call, logarithm: false);

    public static Tensor[] Log(OperatorCall call, ImmutableArray<Operand> results) => Run(call, logarithm: true);

    private static Tensor[] Run(OperatorCall call, bool logarithm)
    {
        var x = call.Data(0);
        if (x.Type != DType.Float32) throw call.BadType(x.Type);
        var axis = call.Axis(call.Attributes.Int("axis", -1), x.Rank);
        var (extent, inner) = (x.Shape[axis], Tensor.Count(x.Shape.AsSpan()[(axis + 1)..]));
        var from = x.Span<float>();
        var result = new float[from.Length];
        for (var start = 0; start < from.Length; start += extent * inner)
            for (var i = start; i < start + inner; i++)
            {
                var top = float.NegativeInfinity;
                for (var step = 0; step < extent; step++) top = MathF.Max(top, from[i + step * inner]);
                var sum = 0f;
                for (var step = 0; step < extent; step++) sum += result[i + step * inner] = MathF.Exp(from[i + step * inner] - top);
                for (var step = 0; step < extent; step++)
                {
                    ref var value = ref result[i + step * inner];
                    value = logarithm ? from[i + step * inner] - top - MathF.Log(sum) : value / sum;
                }
            }

        return [Tensor.Of(x.Shape, result)];
    }
}
