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
                    foreach (var method in Methods(type)) kernels.Add(numbers, method.Name);
            return kernels;
        }
    }

    /// <summary>Straight code: nothing is called, and no thread has memory of its own, which would lie in the device's main memory.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void Kernels_neither_call_nor_spill(string numbers, string kernel)
    {
        var ptx = Ptx(numbers, kernel);
        // The functions of arithmetic neurons that are computed in double are calls, with arrays of their own.
        if (kernel == nameof(NeuronKernels<,,,>.Program)) return;
        Assert.DoesNotMatch(@"\bcall\b", ptx);
        Assert.DoesNotContain(".local", ptx);
    }

    /// <summary>A product that may melt into a sum would be rounded once where the interpreter rounds twice.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void No_float32_product_may_melt_into_a_sum(string numbers, string kernel)
    {
        var ptx = Ptx(numbers, kernel);
        Assert.DoesNotMatch(@"\bfma\.rn\.f32", ptx);
        Assert.DoesNotMatch(@"\bmul\.f(32|64)", ptx);
    }

    private static Type[] Types(string numbers) => numbers == "integer"
        ? [typeof(SumKernels<int, long, WholeNumbers>), typeof(ListKernels<int, long, WholeNumbers>), typeof(NeuronKernels<int, IntOne, long, WholeNumbers>)]
        : [typeof(SumKernels<float, float, RealNumbers>), typeof(ListKernels<float, float, RealNumbers>), typeof(NeuronKernels<float, FloatOne, float, RealNumbers>)];

    private static IEnumerable<MethodInfo> Methods(Type type) => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly);

    private static string Ptx(string numbers, string kernel)
    {
        var method = Types(numbers).SelectMany(Methods).Single(m => m.Name == kernel);
        var ptx = ((PTXCompiledKernel)Backend.Value.Compile(EntryPointDescription.FromImplicitlyGroupedKernel(method), default(KernelSpecialization))).PTXAssembly;
        if (Environment.GetEnvironmentVariable("NEUROCHIP_PTX") is { } folder) File.WriteAllText(Path.Combine(folder, $"{kernel}.{numbers}.ptx"), ptx);
        return ptx;
    }
}
#endif
