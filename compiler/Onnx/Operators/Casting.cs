using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx.Kernels;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Operators;

/// <summary>Cast; half and bfloat16 count as float32, unsigned integers as the next wider signed type.</summary>
internal static class Casting
{
    public static ImmutableArray<Operand> Infer(OperatorCall call)
    {
        var to = (int)call.Attributes.Int("to", 0);
        var type = TensorReader.TypeOf(to) ?? throw call.Unsupported("to", TensorReader.TypeName(to), "float, double, half, bfloat16, bool and integers up to 64 bits");
        return [new Operand(type, call.In(0).Shape)];
    }

    public static Tensor[] Evaluate(OperatorCall call, ImmutableArray<Operand> results) => [Conversion.To(call.Data(0), results[0].Type)];
}
