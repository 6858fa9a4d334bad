namespace NeuroChip.Ir.Neurons;

/// <summary>
/// Integrate-and-fire neurons with one state variable, leaky or not, in every reset form. The state <c>h</c> is the membrane before reset;
/// the reset of a spike is applied at the start of the next step, which computes the same spikes as resetting at once:
/// <code>
/// fired = h >= threshold              (or h > threshold, where Strict)
/// h     = (fired ? FiredDecay * h + FiredOffset : Decay * h + Offset) + Gain * x
/// emits h >= threshold ? 1 : 0
/// </code>
/// IF: Decay 1. LIF with decayed input: Decay 1-1/tau, Gain 1/tau. Hard reset to r: FiredDecay 0, FiredOffset Decay*r+Offset.
/// Soft reset: FiredDecay = Decay, FiredOffset = Offset - Decay*threshold. No reset: Fired* = the others.
/// Units: those of the exported model (integer modules: see docs/ncir.md).
/// </summary>
/// <param name="Model">The field's name, e.g. "LIF, decayed input, hard reset".</param>
/// <param name="Decay">Factor of the membrane where the neuron did not fire.</param>
/// <param name="Offset">Added where it did not fire.</param>
/// <param name="FiredDecay">Factor of the membrane where it fired.</param>
/// <param name="FiredOffset">Added where it fired.</param>
/// <param name="Gain">Factor of the accumulated input.</param>
/// <param name="Threshold">Firing threshold.</param>
/// <param name="Strict">True for <c>&gt;</c>, false for <c>&gt;=</c>.</param>
/// <param name="Start">Membrane at reset of the network.</param>
public sealed record LifNeuron(
    string Model,
    Parameter Decay,
    Parameter Offset,
    Parameter FiredDecay,
    Parameter FiredOffset,
    Parameter Gain,
    Parameter Threshold,
    bool Strict,
    Parameter Start) : Neuron
{
    /// <inheritdoc/>
    public override string Keyword => "lif";

    /// <inheritdoc/>
    public override string Title => Model;

    /// <inheritdoc/>
    public override int Ports => 1;

    /// <inheritdoc/>
    public override int States => 1;

    /// <inheritdoc/>
    public override Parameter Initial(int state) => Start;
}
