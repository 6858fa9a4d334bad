using System.Collections.Immutable;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Runtime;

/// <summary>What one sample gave.</summary>
/// <param name="Outputs">Each model output under its name: float32, in the readout's framework shape.</param>
/// <param name="Recorded">
/// Emissions of each recorded population under its name: shape <c>[Steps, framework shape]</c> in the framework's C order; int8 for binary
/// and signed domains, int32 for counts and for real domains of an integer image, float32 for real domains of a float image and for populations whose payload is worth something else than 1, multiplied by that.
/// </param>
/// <param name="Activity">What the chip did, as integers.</param>
/// <param name="Timing">When it did it.</param>
public sealed record SampleResult(
    ImmutableDictionary<string, Tensor> Outputs,
    ImmutableDictionary<string, Tensor> Recorded,
    Activity Activity,
    TimingResult Timing)
{
    /// <summary>
    /// Coordinates of the active sites of each table under its name, int32 [count, 3]: the rows of an output or a recording at the sites of that table,
    /// in the order of the sample's own coordinates for a table that was fed in, ascending otherwise.
    /// </summary>
    public ImmutableDictionary<string, Tensor> Sites { get; init; } = ImmutableDictionary<string, Tensor>.Empty;

    /// <summary>The same events without membership tests; null where no projection looks up sites.</summary>
    public VanillaAddressing? Vanilla { get; init; }
}
