using System.Diagnostics;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.IR;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;
using NeuroChip.Simulator.Engines;

namespace NeuroChip.Simulator.Gpu;

/// <summary>A device that ILGPU knows, opened when an engine is first made for it and open until the process ends.</summary>
public sealed class GpuDevice
{
    internal static readonly Lazy<Context> Context = new(() =>
    {
        // Drivers bring libcuda.so.1 and libOpenCL.so.1; the names without a version, which ILGPU asks for, come with development packages.
        NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, (name, assembly, path) =>
            !OperatingSystem.IsLinux() || !NativeLibrary.TryLoad($"lib{name}.so.1", assembly, path, out var library) ? 0 : library);
        // Two threads, the fewest an emulated device has: it computes them one after the other.
        return ILGPU.Context.Create(builder =>
        {
            builder.Cuda().OpenCL().CPU(new CPUDevice(2, 1, 1)).EnableAlgorithms();
            RoundedProducts.Register(builder.GetIntrinsicManager());
            OpenClArithmetic.Register(builder.GetIntrinsicManager());
            RoundingInstructions.Register(builder.GetIntrinsicManager());
        });
    });

    private readonly Lazy<Accelerator> accelerator;
    private readonly Lazy<(DeviceKernels<float, float, RealNumbers> Sums, DeviceNeurons<float, FloatOne, float, RealNumbers> Neurons)> real;
    private readonly Lazy<(DeviceKernels<int, long, WholeNumbers> Sums, DeviceNeurons<int, IntOne, long, WholeNumbers> Neurons)> whole;
    private readonly AcceleratorType type;

    private GpuDevice(Device device)
    {
        (Name, Memory, type) = (device.Name, device.MemorySize, device.AcceleratorType);
        IsExact = device is not CLDevice openCl || OpenClArithmetic.IsExactOn(openCl);
        accelerator = new(() => device.CreateAccelerator(Context.Value));
        real = new(() => (new(accelerator.Value), new(accelerator.Value)));
        whole = new(() => (new(accelerator.Value), new(accelerator.Value)));
    }

    /// <summary>Name of the device.</summary>
    public string Name { get; }

    /// <summary>Bytes of its memory.</summary>
    public long Memory { get; }

    /// <summary>Whether it computes with float32 as IEEE 754 has it; else it takes integers only.</summary>
    public bool IsExact { get; }

    /// <summary>Kind of device: CUDA, OpenCL, or emulated on the CPU.</summary>
    public string Kind => type switch
    {
        AcceleratorType.Cuda => "CUDA",
        AcceleratorType.OpenCL => "OpenCL",
        _ => "emulated",
    };

    /// <summary>All graphics devices, those of CUDA first.</summary>
    public static IReadOnlyList<GpuDevice> All { get; } =
        [.. Context.Value.Devices.Where(d => d.AcceleratorType != AcceleratorType.CPU).OrderBy(d => d.AcceleratorType != AcceleratorType.Cuda).Select(d => new GpuDevice(d))];

    /// <summary>The device that ILGPU emulates on the CPU: a check of the kernels, far too slow for work.</summary>
    public static GpuDevice Emulator { get; } = new(Context.Value.GetCPUDevice(0));

    /// <summary>Why there is no device of a kind, for each kind without one.</summary>
    public static IEnumerable<(string Kind, string Reason)> Missing()
    {
        var windows = OperatingSystem.IsWindows();
        foreach (var (kind, library) in new[] { ("CUDA", windows ? "nvcuda.dll" : "libcuda.so.1"), ("OpenCL", windows ? "OpenCL.dll" : "libOpenCL.so.1") })
        {
            if (All.Any(d => d.Kind == kind)) continue;
            var isThere = NativeLibrary.TryLoad(library, out var handle);
            if (isThere) NativeLibrary.Free(handle);
            yield return (kind, isThere ? $"{library} shows no device that ILGPU can use" : $"no driver: {library} is not there");
        }
    }

    /// <summary>Bytes per second that the device reads and writes when it copies from one part of its memory to another.</summary>
    public double CopyBandwidth()
    {
        const int Bytes = 1 << 28;
        const int Copies = 16;
        using var from = accelerator.Value.Allocate1D<byte>(Bytes);
        using var to = accelerator.Value.Allocate1D<byte>(Bytes);
        from.MemSetToZero();
        from.CopyTo(to);
        accelerator.Value.Synchronize();
        var start = Stopwatch.GetTimestamp();
        for (var copy = 0; copy < Copies; copy++) from.CopyTo(to);
        accelerator.Value.Synchronize();
        return 2.0 * Bytes * Copies / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Makes an engine for an image.</summary>
    /// <param name="image">What it computes.</param>
    /// <param name="request">What it brings back.</param>
    /// <param name="samples">Samples side by side at most; fewer where the memory is short.</param>
    /// <exception cref="DiagnosticException">NC5150 where the memory does not suffice, NC5151 for float32 on a device that does not compute as IEEE 754 has it.</exception>
    public IBatchEngine Create(ChipImage image, BatchRequest request, int samples) => Watch(Name, () => Create(image, request, samples, Free));

    /// <summary>The same with a part of the memory, and another choice of kernels.</summary>
    internal IBatchEngine Create(ChipImage image, BatchRequest request, int samples, long available, KernelChoice? choice = null)
    {
        choice ??= new();
        RequireExact(image, Name, IsExact);
        if (image.Arithmetic.Kind == ArithmeticKind.Integer)
            return Watch(Name, () => new IlgpuEngine<int, IntOne, long, WholeNumbers>(image, request, samples, whole.Value.Sums, whole.Value.Neurons, available, choice));
        return Watch(Name, () => new IlgpuEngine<float, FloatOne, float, RealNumbers>(image, request, samples, real.Value.Sums, real.Value.Neurons, available, choice));
    }

    /// <summary>Does something on a device, and says so where it fails.</summary>
    /// <exception cref="DiagnosticException">NC5153 with the driver's words.</exception>
    internal static TResult Watch<TResult>(string device, Func<TResult> work)
    {
        try
        {
            return work();
        }
        catch (AcceleratorException failure)
        {
            // ILGPU gives errors of OpenCL no text.
            var words = failure is CLException { Error: var error } ? error.ToString() : failure.Message;
            throw new DiagnosticException(Diagnostic.Error("NC5153", $"'{device}' failed: {words}", null, "fewer samples at once take less of its memory: --batch 1", "--engine cpu does without it"));
        }
    }

    /// <summary>
    /// Bytes that an engine may take now. A sixteenth of what is free stays free: every array takes whole pages, and kernels take memory too. Devices of OpenCL do not tell what is free.
    /// </summary>
    private long Free => (accelerator.Value is CudaAccelerator cuda ? cuda.GetFreeMemory() : Memory) / 16 * 15;

    /// <summary>Refuses what computes in float32, arithmetic neurons of integer images included, on a device that does not compute as IEEE 754 has it.</summary>
    /// <exception cref="DiagnosticException">NC5151.</exception>
    internal static void RequireExact(ChipImage image, string device, bool isExact)
    {
        if (isExact || (image.Arithmetic.Kind == ArithmeticKind.Integer && !image.Populations.Any(p => p.Neuron is ArithmeticNeuron))) return;
        throw new DiagnosticException(Diagnostic.Error("NC5151", $"'{image.Name}' computes in float32, and '{device}' flushes subnormal numbers to 0 or has no float64", null,
            "its spikes would not be the specified ones: use --engine cpu, or quantise a network without arithmetic neurons (--precision int8)"));
    }
}
