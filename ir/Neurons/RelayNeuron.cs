namespace NeuroChip.Ir.Neurons;

/// <summary>
/// Emits its accumulated input: <c>y = gain * x</c>. Stands where linear operations meet without a neuron between them
/// (membrane shortcuts, sums of spikes, pooling that is not merged).
/// </summary>
/// <param name="Gain">Factor; in an integer module fixed-point with <see cref="ILane{TLane,T}"/>'s fraction bits.</param>
public sealed record RelayNeuron(Parameter Gain) : Neuron
{
    /// <inheritdoc/>
    public override string Keyword => "relay";

    /// <inheritdoc/>
    public override string Title => "linear relay";

    /// <inheritdoc/>
    public override int Ports => 1;

    /// <inheritdoc/>
    public override int States => 0;

    /// <inheritdoc/>
    public override Parameter Initial(int state) => throw new ArgumentOutOfRangeException(nameof(state));
}
