using System.Collections.Immutable;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Passes;

/// <summary>What became of the weights of a projection.</summary>
/// <param name="Name">The projection.</param>
/// <param name="Type">int8 or int16.</param>
/// <param name="LeastScale">Smallest scale over its targets: the value of weight 1, in units of the model.</param>
/// <param name="GreatestScale">Largest scale.</param>
/// <param name="RelativeError">Root mean square of the rounding error over that of the weights; 0 for weights that are kept exactly.</param>
/// <param name="Clipped">Weights beyond the range, which were brought to its end.</param>
public sealed record ProjectionQuantisation(string Name, DType Type, double LeastScale, double GreatestScale, double RelativeError, int Clipped);

/// <summary>What became of a population.</summary>
/// <param name="Name">The population.</param>
/// <param name="LeastFractionBits">Fewest bits that the membrane has below the unit of its accumulator, over its neurons; null where it has no integer state.</param>
/// <param name="GreatestFractionBits">Most of them.</param>
/// <param name="AccumulatorBound">Largest magnitude that an accumulated input can have, before saturation; exact for weights, an estimate for real payloads.</param>
/// <param name="MaySaturate">Whether that is more than the accumulator holds.</param>
/// <param name="MembraneMayOverflow">Whether a state variable could exceed 32 bits within a sample by these bounds.</param>
/// <param name="Agreement">Part of all emissions on the calibration samples that equal those of float32, 0 to 1; null without samples and for real emissions.</param>
/// <param name="RealError">For real emissions, root mean square of the error over that of the emissions; null otherwise.</param>
/// <param name="FloatRate">Mean magnitude of emissions in float32: spikes per neuron and step. Null without samples.</param>
/// <param name="QuantisedRate">The same after quantisation.</param>
public sealed record PopulationQuantisation(
    string Name,
    int? LeastFractionBits,
    int? GreatestFractionBits,
    double AccumulatorBound,
    bool MaySaturate,
    bool MembraneMayOverflow,
    double? Agreement,
    double? RealError,
    double? FloatRate,
    double? QuantisedRate);

/// <summary>How faithful a quantised module is.</summary>
/// <param name="WeightBits">Bits of a weight.</param>
/// <param name="AccumulatorBits">Bits of an accumulator.</param>
/// <param name="Projections">Per projection, in the module's order.</param>
/// <param name="Populations">Per population, in the module's order.</param>
/// <param name="Samples">Calibration samples that were run.</param>
/// <param name="FloatAccuracy">Part of the labelled samples that float32 classifies right (argmax of the first output, summed over steps); null without labels.</param>
/// <param name="QuantisedAccuracy">The same after quantisation.</param>
/// <param name="SameClass">Part of the samples that both put into one class; null without samples or outputs.</param>
public sealed record QuantisationReport(
    int WeightBits,
    int AccumulatorBits,
    ImmutableArray<ProjectionQuantisation> Projections,
    ImmutableArray<PopulationQuantisation> Populations,
    int Samples,
    double? FloatAccuracy,
    double? QuantisedAccuracy,
    double? SameClass)
{
    /// <summary>Accuracy lost, in parts of 1 (negative if some was won); null without labels.</summary>
    public double? AccuracyLoss => FloatAccuracy - QuantisedAccuracy;

    /// <summary>Smallest agreement over the spiking populations that are not inputs; null without samples.</summary>
    public double? LeastAgreement => Populations.Min(p => p.Agreement);
}
