using NeuroChip.Ir.Diagnostics;
using NeuroChip.Simulator.Engines;
#if GPU
using NeuroChip.Runtime.Reports;
using NeuroChip.Simulator.Gpu;
#endif

namespace NeuroChip.Cli.Engines;

/// <summary>A line of <c>neurochip engines</c>.</summary>
/// <param name="Engine">Name for <c>--engine</c>.</param>
/// <param name="Device">What it runs on.</param>
/// <param name="State"><c>ready</c>, or why it is missing.</param>
internal sealed record EngineLine(string Engine, string Device, string State);

/// <summary>All engines by name, those of the simulator and, where it is built, the one for GPUs.</summary>
internal static class EngineTable
{
    private const string Gpu = "ilgpu";
    private const string Emulator = "ilgpu-emulator";
#if !GPU
    private const string HowToGet = "not in this build: dotnet build -p:Gpu=true where the ILGPU packages can be had (docs/gpu.md)";
#endif

    /// <summary>What <c>--engine</c> takes.</summary>
    public static string[] Names { get; } = [.. SpikeEngines.Entries.Select(e => e.Name), Gpu, Emulator];

    /// <summary>The engine of a name.</summary>
    /// <exception cref="DiagnosticException">NC5152 if it is not built, or has no device.</exception>
    public static SpikeEngineEntry Find(string name)
    {
        if (SpikeEngines.Find(name) is { } known) return known;
#if GPU
        if (name == Emulator) return Entry(name, GpuDevice.Emulator);
        if (GpuDevice.All.Count > 0) return Entry(name, GpuDevice.All[0]);
        throw Missing(name, string.Join("; ", GpuDevice.Missing().Select(m => $"{m.Kind}: {m.Reason}")));
#else
        throw Missing(name, HowToGet);
#endif
    }

    /// <summary>All engines and devices.</summary>
    public static IEnumerable<EngineLine> List()
    {
        foreach (var engine in SpikeEngines.Entries) yield return new(engine.Name, engine == SpikeEngines.Cpu ? "CPU, all threads" : "CPU, one thread", "ready");
#if GPU
        foreach (var (i, device) in GpuDevice.All.Index())
            yield return new(Gpu, $"{device.Kind}: {device.Name}, {ReportText.Bytes(device.Memory)}", i > 0 ? "the first device is used" : device.IsExact ? "ready" : "ready, for integer images (NC5151)");
        foreach (var (kind, reason) in GpuDevice.Missing()) yield return new(Gpu, kind, reason);
        yield return new(Emulator, "CPU, as if a GPU", "ready, to check kernels; very slow");
#else
        yield return new(Gpu, "CUDA, OpenCL", HowToGet);
#endif
    }

#if GPU
    private static SpikeEngineEntry Entry(string name, GpuDevice device) => new(name, (image, _) => new SteppedBatch(image, device.Create)) { CreateBatch = device.Create };
#endif

    private static DiagnosticException Missing(string name, string reason) => new(Diagnostic.Error("NC5152", $"engine '{name}' is not available", null, reason, "--engine cpu gives the same results; 'neurochip engines' lists what there is"));
}
