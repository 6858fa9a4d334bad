namespace NeuroChip.Ir.Neurons;

/// <summary>Not a neuron but an input of the model: it emits what the user feeds in.</summary>
/// <param name="Input">Name of the model input.</param>
/// <param name="Static">True if the input has no axis of steps and is presented again in every step.</param>
/// <param name="Unit">Value of payload 1 in an integer module; 1 in a float module.</param>
public sealed record SourceNeuron(string Input, bool Static, double Unit = 1) : Neuron
{
    /// <inheritdoc/>
    public override string Keyword => "source";

    /// <inheritdoc/>
    public override string Title => Static ? "input, presented every step" : "input, per step";

    /// <inheritdoc/>
    public override int Ports => 0;

    /// <inheritdoc/>
    public override int States => 0;

    /// <inheritdoc/>
    public override Parameter Initial(int state) => throw new ArgumentOutOfRangeException(nameof(state));
}
