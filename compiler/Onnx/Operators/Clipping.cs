using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx.Kernels;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Operators;

/// <summary>Clip with its limits as inputs; either may be absent. Where they cross, the maximum wins.</summary>
internal static class Clipping
{
    public static ImmutableArray<Operand> Infer(OperatorCall call)
    {
        for (var i = 1; i < 3; i++)
            if (call.Has(i) && (call.In(i).Type != call.In(0).Type || Tensor.Count(call.In(i).Shape.AsSpan()) != 1)) throw call.Mismatch($"limit {i} must be one value of the input's type");
        return [new Operand(call.In(0).Type, call.In(0).Shape)];
    }

    public static Tensor[] Evaluate(OperatorCall call, ImmutableArray<Operand> results)
    {
        var x = call.Data(0);
        if (call.OptionalData(1) is { } low) x = Arithmetic.Evaluate<Arithmetic.Max>(call with { Inputs = [Operand.Of(x), Operand.Of(low.Reshape([]))] }, results)[0];
        if (call.OptionalData(2) is { } high) x = Arithmetic.Evaluate<Arithmetic.Min>(call with { Inputs = [Operand.Of(x), Operand.Of(high.Reshape([]))] }, results)[0];
        return [x];
    }
}
