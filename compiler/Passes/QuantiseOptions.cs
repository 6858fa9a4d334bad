using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Passes;

/// <summary>How <see cref="Quantiser"/> turns float32 into integers.</summary>
public sealed record QuantiseOptions
{
    /// <summary>Bits of a weight with its sign, 2 to 16. Up to 8 are stored as int8, more as int16.</summary>
    public int WeightBits { get; init; } = 8;

    /// <summary>Bits an accumulated input saturates to, 16 to 32.</summary>
    public int AccumulatorBits { get; init; } = 32;

    /// <summary>Most bits, with the sign, that the largest expected payload of a real-valued population takes. Fewer are used where sums would overflow.</summary>
    public int PayloadBits { get; init; } = 16;

    /// <summary>
    /// Magnitude assumed of real values that neither calibration nor bounds tell: inputs, and emissions of arithmetic neurons. Sets their resolution,
    /// not a limit: greater values are still represented.
    /// </summary>
    public double RealBound { get; init; } = 4;

    /// <summary>Samples to measure ranges on and to compare spikes with: per sample a float32 tensor per model input. May be empty.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, Tensor>> Calibration { get; init; } = [];

    /// <summary>Class of each calibration sample, for the accuracy; empty if not known.</summary>
    public IReadOnlyList<int> Labels { get; init; } = [];

    /// <summary>Runs a module on a sample and records emissions and states; null for <see cref="ModuleInterpreter"/>. An engine does the same faster.</summary>
    public Func<Module, IReadOnlyDictionary<string, Tensor>, ModuleRun>? Run { get; init; }
}
