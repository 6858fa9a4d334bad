using System.Collections.Immutable;

namespace NeuroChip.Ir.Neurons;

/// <summary>
/// Neurons with several state variables whose step is affine in the states and the inputs, with another affine map after a spike:
/// current-based LIF, alpha synapses, adaptive thresholds, leaky-integrator readouts.
/// <code>
/// fired = sum_j Watch[j]*z[j] >= threshold      (or >, where Strict; never, where Spiking is false)
/// z'[i] = (fired ? FiredOffset[i] + sum_j FiredDecay[i,j]*z[j] : Offset[i] + sum_j Decay[i,j]*z[j]) + sum_p Gain[i,p]*x[p]
/// emits   sum_j Watch[j]*z'[j] >= threshold ? 1 : 0     (or, where Spiking is false, sum_j Watch[j]*z'[j] itself)
/// </code>
/// Sums run over ascending j, then ascending p; terms whose coefficient is 0 everywhere are left out, coefficients that are 1 everywhere are not multiplied.
/// </summary>
/// <param name="Model">The field's name, e.g. "current-based LIF".</param>
/// <param name="StateNames">Name of each state variable, e.g. i, v.</param>
/// <param name="Decay">Row-major n x n.</param>
/// <param name="Offset">n.</param>
/// <param name="FiredDecay">Row-major n x n.</param>
/// <param name="FiredOffset">n.</param>
/// <param name="Gain">Row-major n x ports.</param>
/// <param name="Watch">n: the weights of the membrane that is compared, or read out.</param>
/// <param name="Spiking">False for a readout that emits its membrane.</param>
/// <param name="Threshold">Firing threshold.</param>
/// <param name="Strict">True for <c>&gt;</c>.</param>
/// <param name="Start">n: state at reset of the network.</param>
public sealed record AffineNeuron(
    string Model,
    ImmutableArray<string> StateNames,
    ImmutableArray<Parameter> Decay,
    ImmutableArray<Parameter> Offset,
    ImmutableArray<Parameter> FiredDecay,
    ImmutableArray<Parameter> FiredOffset,
    ImmutableArray<Parameter> Gain,
    ImmutableArray<Parameter> Watch,
    bool Spiking,
    Parameter Threshold,
    bool Strict,
    ImmutableArray<Parameter> Start) : Neuron
{
    /// <inheritdoc/>
    public override string Keyword => "affine";

    /// <inheritdoc/>
    public override string Title => Model;

    /// <inheritdoc/>
    public override int Ports => Gain.Length / StateNames.Length;

    /// <inheritdoc/>
    public override int States => StateNames.Length;

    /// <inheritdoc/>
    public override Parameter Initial(int state) => Start[state];
}
