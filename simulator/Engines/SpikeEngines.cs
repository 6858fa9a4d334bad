using System.Collections.Immutable;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Simulator.Engines;

/// <summary>An engine by name.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="Create">Makes it for an image, with a number of threads it may use.</param>
public sealed record SpikeEngineEntry(string Name, Func<ChipImage, int, ISpikeEngine> Create)
{
    /// <summary>Makes the engine for several samples side by side; null where it computes one after the other.</summary>
    public BatchEngineFactory? CreateBatch { get; init; }
}

/// <summary>All engines of this assembly. The only place that lists them; the first is the default.</summary>
public static class SpikeEngines
{
    /// <summary>The engine used unless another is asked for.</summary>
    public static SpikeEngineEntry Cpu { get; } = new("cpu", (image, threads) =>
        image.Arithmetic.Kind == ArithmeticKind.Integer ? new CpuEngine<int>(image, threads) : new CpuEngine<float>(image, threads));

    /// <summary>Slow and obvious, on one thread.</summary>
    public static SpikeEngineEntry Reference { get; } = new("reference", (image, _) =>
        image.Arithmetic.Kind == ArithmeticKind.Integer ? new ReferenceEngine<int>(image) : new ReferenceEngine<float>(image));

    /// <summary>Engines by name.</summary>
    public static ImmutableArray<SpikeEngineEntry> Entries { get; } = [Cpu, Reference];

    /// <summary>The engine of a name, or null.</summary>
    public static SpikeEngineEntry? Find(string name) => Entries.FirstOrDefault(e => e.Name == name);
}
