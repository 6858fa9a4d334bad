namespace NeuroChip.Ir.Neurons;

/// <summary>All neuron models by keyword. The only place that lists them.</summary>
public static class NeuronModels
{
    /// <summary>Keywords in the order of their codes in images.</summary>
    public static IReadOnlyList<string> Keywords { get; } = ["source", "relay", "lif", "affine", "arithmetic"];
}
