using System.Reflection;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Backends.PTX;
using ILGPU.Frontend.Intrinsic;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Values;

namespace NeuroChip.Simulator.Gpu;

/// <summary>
/// Makes roundings to whole numbers one instruction of PTX each (PTX ISA, "cvt", integer rounding). ILGPU computes them from the bits of the number, and its ceiling of -0.5 is 0 where
/// IEEE 754 has -0.
/// </summary>
internal static class RoundingInstructions
{
    /// <summary>Registers the code for all kernels of a context that has ILGPU's algorithms.</summary>
    public static void Register(IntrinsicImplementationManager intrinsics)
    {
        RemappedIntrinsics.AddRemapping(typeof(MathF), typeof(RoundingInstructions), nameof(MathF.Round), typeof(float), typeof(MidpointRounding));
        RemappedIntrinsics.AddRemapping(typeof(Math), typeof(RoundingInstructions), nameof(Math.Round), typeof(double), typeof(MidpointRounding));
        foreach (var (type, clr) in new[] { (BasicValueType.Float32, typeof(float)), (BasicValueType.Float64, typeof(double)) })
        {
            intrinsics.RegisterUnaryArithmetic(UnaryArithmeticKind.FloorF, type, Code(nameof(Floor)));
            intrinsics.RegisterUnaryArithmetic(UnaryArithmeticKind.CeilingF, type, Code(nameof(Ceiling)));
            intrinsics.RegisterMethod(typeof(XMath).GetMethod(nameof(XMath.RoundToEven), [clr])!, Code(nameof(ToEven)));
        }
    }

    /// <summary>Neurons round half to even only.</summary>
    public static float Round(float value, MidpointRounding mode) => XMath.RoundToEven(value);

    /// <summary>Neurons round half to even only.</summary>
    public static double Round(double value, MidpointRounding mode) => XMath.RoundToEven(value);

    /// <summary>Code of a <see cref="UnaryArithmeticKind.FloorF"/>.</summary>
    public static void Floor(PTXBackend backend, PTXCodeGenerator generator, Value value) => Generate(generator, value, "cvt.rmi");

    /// <summary>Code of a <see cref="UnaryArithmeticKind.CeilingF"/>.</summary>
    public static void Ceiling(PTXBackend backend, PTXCodeGenerator generator, Value value) => Generate(generator, value, "cvt.rpi");

    /// <summary>Code of a call of <see cref="XMath.RoundToEven(float)"/>.</summary>
    public static void ToEven(PTXBackend backend, PTXCodeGenerator generator, Value value) => Generate(generator, value, "cvt.rni");

    private static PTXIntrinsic Code(string generator) => new(typeof(RoundingInstructions), generator, IntrinsicImplementationMode.GenerateCode);

    private static void Generate(PTXCodeGenerator generator, Value value, string instruction)
    {
        var from = generator.LoadPrimitive(value[0]);
        var result = generator.AllocateHardware(value);
        using var command = generator.BeginCommand(instruction + (from.Description.BasicValueType == BasicValueType.Float64 ? ".f64.f64" : ".f32.f32"));
        command.AppendArgument(result);
        command.AppendArgument(from);
    }
}
