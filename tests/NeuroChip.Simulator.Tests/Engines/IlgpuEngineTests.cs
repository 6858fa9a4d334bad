#if GPU
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Simulator.Engines;
using NeuroChip.Simulator.Gpu;
#endif

namespace NeuroChip.Simulator.Tests.Engines;

#if GPU
/// <summary>The GPU engine on a CUDA device where there is one, else on the device that ILGPU emulates: that shows that the kernels are right, whatever their speed.</summary>
[Collection("device")] // One after the other: they share the device.
public sealed class IlgpuEngineTests : EngineConformance
{
    internal static GpuDevice Device => GpuDevice.All.FirstOrDefault(d => d.Kind == "CUDA") ?? GpuDevice.Emulator;

    /// <summary>Events are followed wherever that can be: the networks of the suite are too small for it otherwise.</summary>
    protected override ISpikeEngine Create(ChipImage image) => new SteppedBatch(image, (i, request, samples) => Device.Create(i, request, samples, Device.Memory, new(Bucket: 1, FanOut: 0)));

    /// <summary>Says whether the tests of this class ran on a device or on the emulator.</summary>
    [CudaFact]
    public void Runs_on_a_CUDA_device() => Assert.Equal("CUDA", Device.Kind);

    /// <summary>What does not fit is refused before anything is computed.</summary>
    [Fact]
    public void Device_memory_is_planned()
    {
        var image = Images.WithoutCores(Oracle.Of("csr", "float32", 1).Test.Module);
        var problem = Assert.Throws<DiagnosticException>(() => GpuDevice.Emulator.Create(image, new([], TallyPlan.None), 1, available: 1000)).Diagnostics[0];
        Assert.Equal("NC5150", problem.Code);
        Assert.Matches($"'{image.Name}' needs [0-9]+ bytes of device memory; '.*' has 1000 free", problem.Message);
    }

    /// <summary>OpenCL has no product that may not melt into a sum.</summary>
    [Fact]
    public void OpenCL_devices_take_no_floats()
    {
        var image = Images.WithoutCores(Oracle.Of("csr", "float32", 1).Test.Module);
        Assert.Equal("NC5151", GpuDevice.Inexact(image, "a device").Diagnostics[0].Code);
    }
}

/// <summary>The same with kernels that look at all payloads.</summary>
[Collection("device")]
public sealed class IlgpuEngineWithoutListsTests : EngineConformance
{
    /// <inheritdoc/>
    protected override ISpikeEngine Create(ChipImage image) =>
        new SteppedBatch(image, (i, request, samples) => IlgpuEngineTests.Device.Create(i, request, samples, IlgpuEngineTests.Device.Memory, new(int.MaxValue, int.MaxValue)));
}

/// <summary>Skipped where there is no CUDA device.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CudaFactAttribute : FactAttribute
{
    /// <summary>Looks for a device.</summary>
    public CudaFactAttribute()
    {
        if (GpuDevice.Missing().FirstOrDefault(m => m.Kind == "CUDA").Reason is { } reason) Skip = $"the engine was tested on ILGPU's emulator: {reason}";
    }
}
#else
/// <summary>The GPU engine, where it is not built.</summary>
public sealed class IlgpuEngineTests
{
    /// <summary>Says that nothing was tested.</summary>
    [Fact(Skip = "ILGPU is not in the package cache: docs/gpu.md")]
    public void Gives_the_bits_of_the_interpreter()
    {
    }
}
#endif
