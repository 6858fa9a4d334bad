using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Frontend.Intrinsic;
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
    private static readonly Lazy<Context> Context = new(() =>
    {
        // The only calls of a neuron step that ILGPU has no kernel form of.
        RemappedIntrinsics.AddRemapping(typeof(MathF), typeof(XMath), nameof(MathF.Round), typeof(float), typeof(MidpointRounding));
        RemappedIntrinsics.AddRemapping(typeof(Math), typeof(XMath), nameof(Math.Round), typeof(double), typeof(MidpointRounding));
        // Two threads, the fewest an emulated device has: it computes them one after the other.
        return ILGPU.Context.Create(builder => builder.Cuda().OpenCL().CPU(new CPUDevice(2, 1, 1)).EnableAlgorithms());
    });

    private readonly Lazy<Accelerator> accelerator;
    private readonly Lazy<DeviceKernels<float, DeviceFloat, float, RealNumbers>> real;
    private readonly Lazy<DeviceKernels<int, IntOne, long, WholeNumbers>> whole;
    private readonly AcceleratorType type;

    private GpuDevice(string engine, Device device)
    {
        (Engine, Name, Memory, type) = (engine, device.Name, device.MemorySize, device.AcceleratorType);
        accelerator = new(() => device.CreateAccelerator(Context.Value));
        real = new(() => new(accelerator.Value));
        whole = new(() => new(accelerator.Value));
    }

    /// <summary>Name of the engine that runs on it, as on the command line.</summary>
    public string Engine { get; }

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

    /// <summary>
    /// All devices: those of CUDA, those of OpenCL, and last the emulator, which is a check of kernels and not meant for work. The first is <c>ilgpu</c>, if it is not the emulator;
    /// the others have their number behind that.
    /// </summary>
    public static IReadOnlyList<GpuDevice> All { get; } = List();

    /// <summary>Makes an engine for an image.</summary>
    /// <exception cref="DiagnosticException">NC5150 where the memory does not suffice, NC5151 for float images on OpenCL.</exception>
    public ISpikeEngine Create(ChipImage image)
    {
        if (image.Arithmetic.Kind == ArithmeticKind.Integer) return new IlgpuEngine<int, IntOne, long, WholeNumbers>(image, accelerator.Value, whole.Value, Memory);
        if (type == AcceleratorType.OpenCL)
        {
            throw new DiagnosticException(Diagnostic.Error("NC5151",
                $"'{image.Name}' computes in float32, and OpenCL devices may contract products and sums: '{Name}' would not give the specified bits", null, "quantise it: --precision int8", "or --engine cpu"));
        }

        return new IlgpuEngine<float, DeviceFloat, float, RealNumbers>(image, accelerator.Value, real.Value, Memory);
    }

    private static List<GpuDevice> List()
    {
        var devices = Context.Value.Devices.OrderBy(d => d.AcceleratorType switch { AcceleratorType.Cuda => 0, AcceleratorType.OpenCL => 1, _ => 2 }).ToArray();
        return [.. devices.Select((d, i) => new GpuDevice(d.AcceleratorType == AcceleratorType.CPU ? "ilgpu-emulator" : i == 0 ? "ilgpu" : $"ilgpu:{i}", d))];
    }
}
