using System.Collections.Immutable;

namespace NeuroChip.Ir.Neurons;

/// <summary>
/// Neurons given by their arithmetic: quadratic and exponential integrate-and-fire, Izhikevich, KLIF, refractory neurons, integer spikes, and
/// element-wise functions without state. Always computed in float32, in the program's order; in an integer module the accumulated input of
/// port p is first multiplied by <paramref name="Units"/>[p] (value of one unit), as chips that compute neurons in software do.
/// The emission of a program whose domain is not Real is an exact small integer.
/// </summary>
/// <param name="Model">The field's name, e.g. "quadratic integrate-and-fire".</param>
/// <param name="Program">The step.</param>
/// <param name="Start">State at reset of the network, per state.</param>
/// <param name="Units">Per port, value of one unit of the accumulated input; all 1 in a float module.</param>
/// <param name="OutputUnit">Value of payload 1: in an integer module a real emission is divided by this and rounded half to even; 1 in a float module.</param>
public sealed record ArithmeticNeuron(
    string Model,
    ElementwiseProgram Program,
    ImmutableArray<Parameter> Start,
    ImmutableArray<Parameter> Units,
    double OutputUnit = 1) : Neuron
{
    /// <inheritdoc/>
    public override string Keyword => "arithmetic";

    /// <inheritdoc/>
    public override string Title => Model;

    /// <inheritdoc/>
    public override int Ports => Program.Ports;

    /// <inheritdoc/>
    public override int States => Program.NextStates.Length;

    /// <inheritdoc/>
    public override Parameter Initial(int state) => Start[state];
}
