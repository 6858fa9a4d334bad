using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Backends.OpenCL;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Values;
using ILGPU.Runtime.OpenCL;

namespace NeuroChip.Simulator.Gpu;

/// <summary>
/// Makes OpenCL compute with floating-point numbers as IEEE 754 has it. OpenCL lets a compiler melt a product and the sum it goes into, and lets a float32 quotient or root be off by 3 units
/// in the last place (OpenCL C 3.0, 6.2.1 "FP_CONTRACT" and 7.4 "Relative error as ULPs"). But <c>fma</c> is rounded once, also where it adds -0 to a product; and a quotient or root of
/// float32 numbers that is rounded to float64, exactly as OpenCL asks, and then to float32 is the right one: 53 bits are at least 2 * 24 + 2 (S. A. Figueroa, "When is double rounding
/// innocuous?", 1995).
/// </summary>
internal static class OpenClArithmetic
{
    private const long Subnormals = 1;
    private const long InfinitiesAndNaN = 2;
    private const long RoundToNearest = 4;

    /// <summary>Registers the code for all kernels of a context.</summary>
    public static void Register(IntrinsicImplementationManager intrinsics)
    {
        intrinsics.RegisterBinaryArithmetic(BinaryArithmeticKind.Mul, BasicValueType.Float32, Code(nameof(Product)));
        intrinsics.RegisterBinaryArithmetic(BinaryArithmeticKind.Mul, BasicValueType.Float64, Code(nameof(Product)));
        intrinsics.RegisterBinaryArithmetic(BinaryArithmeticKind.Div, BasicValueType.Float32, Code(nameof(Quotient)));
        intrinsics.RegisterUnaryArithmetic(UnaryArithmeticKind.SqrtF, BasicValueType.Float32, Code(nameof(Root)));
        foreach (var type in new[] { typeof(float), typeof(double) }) intrinsics.RegisterMethod(typeof(XMath).GetMethod(nameof(XMath.RoundToEven), [type])!, Code(nameof(ToEven)));
    }

    /// <summary>Whether a device can: it keeps subnormal float32 numbers, and has float64.</summary>
    public static bool IsExactOn(CLDevice device)
    {
        const long Needed = Subnormals | InfinitiesAndNaN | RoundToNearest;
        return (CLAPI.CurrentAPI.GetDeviceInfo<long>(device.DeviceId, CLDeviceInfoType.CL_DEVICE_SINGLE_FP_CONFIG) & Needed) == Needed && device.Capabilities.Float64;
    }

    /// <summary>Code of a product.</summary>
    public static void Product(CLBackend backend, CLCodeGenerator generator, Value value)
    {
        var (left, right) = (generator.Load(value[0]), generator.Load(value[1]));
        using var statement = generator.BeginStatement(generator.Allocate(value), "fma");
        statement.BeginArguments();
        statement.AppendArgument(left);
        statement.AppendArgument(right);
        statement.AppendArgument();
        statement.AppendCommand(value.BasicValueType == BasicValueType.Float64 ? "-0.0" : "-0.0f");
        statement.EndArguments();
    }

    /// <summary>Code of a float32 quotient.</summary>
    public static void Quotient(CLBackend backend, CLCodeGenerator generator, Value value)
    {
        var (left, right) = (generator.Load(value[0]), generator.Load(value[1]));
        using var statement = generator.BeginStatement(generator.Allocate(value), "(float)");
        statement.BeginArguments();
        statement.AppendCommand("(double)");
        statement.Append(left);
        statement.AppendCommand(" / (double)");
        statement.Append(right);
        statement.EndArguments();
    }

    /// <summary>Code of a float32 square root.</summary>
    public static void Root(CLBackend backend, CLCodeGenerator generator, Value value)
    {
        var of = generator.Load(value[0]);
        using var statement = generator.BeginStatement(generator.Allocate(value), "(float)sqrt");
        statement.BeginArguments();
        statement.AppendCommand("(double)");
        statement.Append(of);
        statement.EndArguments();
    }

    /// <summary>Code of a call of <see cref="XMath.RoundToEven(float)"/>: the rounding of OpenCL is to nearest, ties to even.</summary>
    public static void ToEven(CLBackend backend, CLCodeGenerator generator, Value value)
    {
        var of = generator.Load(value[0]);
        using var statement = generator.BeginStatement(generator.Allocate(value), "rint");
        statement.BeginArguments();
        statement.AppendArgument(of);
        statement.EndArguments();
    }

    private static CLIntrinsic Code(string generator) => new(typeof(OpenClArithmetic), generator, IntrinsicImplementationMode.GenerateCode);
}
