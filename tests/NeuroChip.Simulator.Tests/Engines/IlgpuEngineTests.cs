#if GPU
using NeuroChip.Ir.Images;
using NeuroChip.Simulator.Engines;
using NeuroChip.Simulator.Gpu;
#endif

namespace NeuroChip.Simulator.Tests.Engines;

#if GPU
/// <summary>The GPU engine on the device that ILGPU emulates: the kernels are right, whatever their speed.</summary>
public sealed class IlgpuEmulatorTests : EngineConformance
{
    /// <inheritdoc/>
    protected override ISpikeEngine Create(ChipImage image) => GpuDevice.All[^1].Create(image);
}
#else
/// <summary>The GPU engine, where it is not built.</summary>
public sealed class IlgpuEmulatorTests
{
    /// <summary>Says that nothing was tested.</summary>
    [Fact(Skip = "ILGPU is not in the package cache: docs/gpu.md")]
    public void Gives_the_bits_of_the_interpreter()
    {
    }
}
#endif
