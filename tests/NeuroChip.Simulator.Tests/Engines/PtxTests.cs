#if GPU
using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using NeuroChip.Ir.Neurons;
using NeuroChip.Simulator.Gpu;
using NeuroChip.Simulator.Gpu.Kernels;

namespace NeuroChip.Simulator.Tests.Engines;

/// <summary>What ILGPU makes of the kernels for a CUDA device (compute capability 8.0); that needs no device.</summary>
[Collection("device")]
public sealed class PtxTests
{
    private static readonly Lazy<PTXBackend> Backend = new(() => new PTXBackend(GpuDevice.Context.Value, CudaArchitecture.SM_80, CudaInstructionSet.ISA_70, null!));

    /// <summary>Every kernel in both kinds of numbers.</summary>
    public static TheoryData<string, string> Kernels
    {
        get
        {
            var kernels = new TheoryData<string, string>();
            foreach (var numbers in new[] { "float32", "integer" })
                foreach (var type in Types(numbers))
                    foreach (var method in Methods(type).Where(m => numbers == "integer" || m.Name != "Scatter")) kernels.Add(numbers, method.Name);
            return kernels;
        }
    }

    /// <summary>Straight code: nothing is called, and no thread has memory of its own, which would lie in the device's main memory.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void Kernels_neither_call_nor_spill(string numbers, string kernel)
    {
        var ptx = Ptx(numbers, kernel);
        Assert.DoesNotMatch(@"\bcall\b", ptx);
        Assert.DoesNotContain(".local", ptx);
    }

    /// <summary>A product that may melt into a sum would be rounded once where the interpreter rounds twice.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void No_product_may_melt_into_a_sum(string numbers, string kernel)
    {
        var ptx = Ptx(numbers, kernel);
        Assert.DoesNotMatch(@"\bfma\b", ptx);
        Assert.DoesNotMatch(@"\b(mul|mad)\.f(32|64)", ptx);
    }

    /// <summary>What is specified to the last bit only: no approximations, and no numbers below 2^-126 taken as 0. Quotients and roots are rounded to the nearest number.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void Every_operation_is_that_of_the_standard(string numbers, string kernel)
    {
        var ptx = Ptx(numbers, kernel);
        Assert.DoesNotMatch(@"\.(approx|ftz|full)\b", ptx);
        Assert.DoesNotMatch(@"\b(add|sub|mul|div|rcp|sqrt)\.r[zmp]\.", ptx);
        Assert.DoesNotMatch(@"\b(div|rcp|sqrt)\.f", ptx);
    }

    /// <summary>Roundings to whole numbers are instructions, so that they have the sign of a zero too.</summary>
    [Theory]
    [InlineData("cvt.rmi.f32.f32")]
    [InlineData("cvt.rpi.f32.f32")]
    [InlineData("cvt.rni.f32.f32")]
    public void Whole_numbers_are_rounded_to_by_an_instruction(string instruction) => Assert.Contains(instruction, Ptx("float32", "Program"));

    /// <summary>ILGPU joins constants that are added one after the other, as if floats were whole numbers. Where one is added to round and taken away again, it must not.</summary>
    [Theory]
    [InlineData("add", 3L << 51, "sub")]
    [InlineData("sub", 1L << 28, "add")]
    public void Constants_that_round_stay_apart(string first, long constant, string second)
    {
        var bits = $"0d{BitConverter.DoubleToInt64Bits(constant):X16}";
        var number = "(%fd[0-9]+)";
        Assert.Matches($@"{first}\.f64\s{number}, {number}, {bits};\s*{second}\.f64\s{number}, \1, {bits};", Ptx("float32", "Program"));
    }

    /// <summary>ILGPU makes the number with the bits of the whole number 1 of a condition that is converted to a float: 1e-45.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void Conditions_become_floats_by_selection(string numbers, string kernel) => Assert.DoesNotMatch("0[fd]0+1\\b", Ptx(numbers, kernel));

    /// <summary>ILGPU drops the addition of 0 that would make a 0 of a bias of -0; a comparison stays.</summary>
    [Fact]
    public void Sums_do_not_start_from_minus_zero() => Assert.Matches(@"setp\.\w+\.f32", Ptx("float32", "Start"));

    /// <summary>Sums of floats have an order: no atomic additions to them.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void Only_integers_are_added_atomically(string numbers, string kernel) => Assert.DoesNotMatch(@"\b(atom|red)\S*\.f(32|64)", Ptx(numbers, kernel));

    private static Type[] Types(string numbers) => numbers == "integer"
        ? [typeof(SumKernels<int, long, WholeNumbers>), typeof(ConvKernels<int, long, WholeNumbers, FourOutputs<int, long, WholeNumbers>>), typeof(ListKernels<int, long, WholeNumbers>), typeof(EventKernels<int, long, WholeNumbers>), typeof(NeuronKernels<int, IntOne, long, WholeNumbers>)]
        : [typeof(SumKernels<float, float, RealNumbers>), typeof(ConvKernels<float, float, RealNumbers, FourOutputs<float, float, RealNumbers>>), typeof(ListKernels<float, float, RealNumbers>), typeof(EventKernels<float, float, RealNumbers>), typeof(NeuronKernels<float, FloatOne, float, RealNumbers>)];

    private static IEnumerable<MethodInfo> Methods(Type type) => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly);

    private static string Ptx(string numbers, string kernel)
    {
        var method = Types(numbers).SelectMany(Methods).Single(m => m.Name == kernel);
        var isPerThread = method.GetParameters()[0].ParameterType == typeof(ILGPU.Index1D);
        var entry = isPerThread ? EntryPointDescription.FromImplicitlyGroupedKernel(method) : EntryPointDescription.FromExplicitlyGroupedKernel(method);
        var ptx = ((PTXCompiledKernel)Backend.Value.Compile(entry, default(KernelSpecialization))).PTXAssembly;
        if (Environment.GetEnvironmentVariable("NEUROCHIP_PTX") is { } folder) File.WriteAllText(Path.Combine(folder, $"{kernel}.{numbers}.ptx"), ptx);
        return ptx;
    }
}
#endif
