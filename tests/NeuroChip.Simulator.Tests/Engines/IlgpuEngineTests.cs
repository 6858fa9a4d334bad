#if GPU
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Simulator.Engines;
using NeuroChip.Simulator.Gpu;
#endif

namespace NeuroChip.Simulator.Tests.Engines;

#if GPU
/// <summary>The GPU engine on the first device that <c>neurochip engines</c> lists, else on the one that ILGPU emulates: that shows that the kernels are right, whatever their speed.</summary>
[Collection("device")] // One after the other: they share the device.
public sealed class IlgpuEngineTests : EngineConformance
{
    internal static GpuDevice Device => GpuDevice.All.FirstOrDefault() ?? GpuDevice.Emulator;

    /// <summary>Events are followed, and threads have several outputs, wherever that can be: the networks of the suite are too small for it otherwise.</summary>
    protected override ISpikeEngine Create(ChipImage image) => new SteppedBatch(image, (i, request, samples) => Device.Create(i, request, samples, Device.Memory, new(Bucket: 1, FanOut: 0, Lanes: 1)));

    /// <summary>Says whether the tests of this class ran on a device or on the emulator.</summary>
    [DeviceFact]
    public void Runs_on_a_device() => Assert.NotEqual("emulated", Device.Kind);

    /// <summary>What does not fit is refused before anything is computed.</summary>
    [Fact]
    public void Device_memory_is_planned()
    {
        var image = Images.WithoutCores(Oracle.Of("csr", "float32", 1).Test.Module);
        var problem = Assert.Throws<DiagnosticException>(() => GpuDevice.Emulator.Create(image, new([], TallyPlan.None), 1, available: 1000)).Diagnostics[0];
        Assert.Equal("NC5150", problem.Code);
        Assert.Matches($"'{image.Name}' needs [0-9]+ bytes of device memory; '.*' has 1000 free", problem.Message);
    }

    /// <summary>The driver's words reach the user.</summary>
    [Fact]
    public void Failures_of_the_driver_are_diagnostics()
    {
        var problem = Assert.Throws<DiagnosticException>(() => GpuDevice.Watch<int>("a device", () => throw new ILGPU.Runtime.OpenCL.CLException(ILGPU.Runtime.OpenCL.CLError.CL_OUT_OF_RESOURCES))).Diagnostics[0];
        Assert.Equal(("NC5153", "'a device' failed: CL_OUT_OF_RESOURCES"), (problem.Code, problem.Message));
    }

    /// <summary>A device that does not compute as IEEE 754 has it would give other spikes.</summary>
    [Fact]
    public void Devices_that_round_otherwise_take_no_floats()
    {
        static string? CodeOf(Ir.Ncir.Module module, bool isExact) =>
            (Record.Exception(() => GpuDevice.RequireExact(Images.WithoutCores(module), "a device", isExact)) as DiagnosticException)?.Diagnostics[0].Code;

        var (real, whole) = (Oracle.Of("csr", "float32", 1).Test.Module, Oracle.Of("csr", "int8", 1).Test.Module);
        var computing = Enumerable.Range(1, 200).Select(seed => Oracle.OfGenerated(seed, Ir.Ncir.ArithmeticKind.Integer).Test.Module)
            .First(m => m.Populations.Any(p => p.Neuron is Ir.Neurons.ArithmeticNeuron));
        Assert.Equal(["NC5151", null, "NC5151"], new[] { real, whole, computing }.Select(m => CodeOf(m, isExact: false)));
        Assert.All([real, whole, computing], m => Assert.Null(CodeOf(m, isExact: true)));
    }
}

/// <summary>The same with kernels that look at all payloads, one output to a thread.</summary>
[Collection("device")]
public sealed class IlgpuEngineWithoutListsTests : EngineConformance
{
    /// <inheritdoc/>
    protected override ISpikeEngine Create(ChipImage image) =>
        new SteppedBatch(image, (i, request, samples) => IlgpuEngineTests.Device.Create(i, request, samples, IlgpuEngineTests.Device.Memory, new(int.MaxValue, int.MaxValue, int.MaxValue)));
}

/// <summary>Skipped where there is no device.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DeviceFactAttribute : FactAttribute
{
    /// <summary>Looks for a device.</summary>
    public DeviceFactAttribute()
    {
        if (GpuDevice.All.Count == 0) Skip = $"the engine was tested on ILGPU's emulator: {string.Join("; ", GpuDevice.Missing().Select(m => $"{m.Kind}: {m.Reason}"))}";
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
