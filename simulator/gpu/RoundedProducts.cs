using ILGPU;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Values;

namespace NeuroChip.Simulator.Gpu;

/// <summary>
/// Makes ILGPU write <c>mul.rn</c> for the products of floating-point numbers. It writes <c>mul</c>, which the assembler may melt with an addition into one operation that
/// rounds once; <c>mul.rn</c> is never melted (PTX ISA, "Floating Point Instructions: mul"), so products are rounded as the interpreter rounds them.
/// </summary>
internal static class RoundedProducts
{
    /// <summary>Registers the code for all kernels of a context.</summary>
    public static void Register(IntrinsicImplementationManager intrinsics)
    {
        var code = new PTXIntrinsic(typeof(RoundedProducts), nameof(Generate), IntrinsicImplementationMode.GenerateCode);
        intrinsics.RegisterBinaryArithmetic(BinaryArithmeticKind.Mul, BasicValueType.Float32, code);
        intrinsics.RegisterBinaryArithmetic(BinaryArithmeticKind.Mul, BasicValueType.Float64, code);
    }

    /// <summary>The code of one product, for the registers that the generator has given out.</summary>
    public static void Generate(PTXBackend backend, PTXCodeGenerator generator, Value value)
    {
        var product = (BinaryArithmeticValue)value;
        var (left, right) = (generator.LoadPrimitive(product.Left), generator.LoadPrimitive(product.Right));
        var result = generator.Allocate(value, left.Description);
        using var command = generator.BeginCommand(product.BasicValueType == BasicValueType.Float64 ? "mul.rn.f64" : "mul.rn.f32");
        command.AppendArgument(result);
        command.AppendArgument(left);
        command.AppendArgument(right);
    }
}
