namespace NeuroChip.Ir.Neurons;

/// <summary>
/// A neuron model with its parameters: what one neuron does in a step. A model is written once, as a step over <see cref="ILane{TLane,T}"/>;
/// engines run it on scalars, vectors or a GPU. One file per model in this folder, one line each in <see cref="NeuronModels"/>.
/// </summary>
public abstract record Neuron
{
    /// <summary>Keyword in the text form, e.g. <c>lif</c>.</summary>
    public abstract string Keyword { get; }

    /// <summary>The field's name of the model, e.g. "LIF, decayed input, hard reset"; for reports.</summary>
    public abstract string Title { get; }

    /// <summary>Number of input ports (accumulators per neuron).</summary>
    public abstract int Ports { get; }

    /// <summary>Number of state variables per neuron.</summary>
    public abstract int States { get; }

    /// <summary>Value of a state variable at reset.</summary>
    public abstract Parameter Initial(int state);
}
