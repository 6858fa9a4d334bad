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
    /// <summary>Addresses in a bucket below which a list of its events is not worth making: half a warp. Chosen, not measured.</summary>
    private const int WorthListing = 16;

    internal static readonly Lazy<Context> Context = new(() =>
    {
        // Two threads, the fewest an emulated device has: it computes them one after the other.
        return ILGPU.Context.Create(builder =>
        {
            builder.Cuda().OpenCL().CPU(new CPUDevice(2, 1, 1)).EnableAlgorithms();
            RoundedProducts.Register(builder.GetIntrinsicManager());
            RoundingInstructions.Register(builder.GetIntrinsicManager());
        });
    });

    private readonly Lazy<Accelerator> accelerator;
    private readonly Lazy<DeviceKernels<float, FloatOne, float, RealNumbers>> real;
    private readonly Lazy<DeviceKernels<int, IntOne, long, WholeNumbers>> whole;
    private readonly AcceleratorType type;

    private GpuDevice(Device device)
    {
        (Name, Memory, type) = (device.Name, device.MemorySize, device.AcceleratorType);
        accelerator = new(() => device.CreateAccelerator(Context.Value));
        real = new(() => new(accelerator.Value));
        whole = new(() => new(accelerator.Value));
    }

    /// <summary>Name of the device.</summary>
    public string Name { get; }

    /// <summary>Bytes of its memory.</summary>
    public long Memory { get; }

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

    /// <summary>Makes an engine for an image.</summary>
    /// <exception cref="DiagnosticException">NC5150 where the memory does not suffice, NC5151 for float images on OpenCL.</exception>
    public ISpikeEngine Create(ChipImage image) => Create(image, Memory);

    /// <summary>The same with a part of the memory, and lists of events from another size of bucket on.</summary>
    internal ISpikeEngine Create(ChipImage image, long available, int smallestBucket = WorthListing)
    {
        if (image.Arithmetic.Kind == ArithmeticKind.Integer) return new IlgpuEngine<int, IntOne, long, WholeNumbers>(image, accelerator.Value, whole.Value, available, smallestBucket);
        if (type == AcceleratorType.OpenCL) throw Inexact(image, Name);
        return new IlgpuEngine<float, FloatOne, float, RealNumbers>(image, accelerator.Value, real.Value, available, smallestBucket);
    }

    internal static DiagnosticException Inexact(ChipImage image, string device) => new(Diagnostic.Error("NC5151",
        $"'{image.Name}' computes in float32, and '{device}' may round a product and a sum together", null, "its spikes would not be the specified ones: quantise the network (--precision int8), or use --engine cpu"));
}
