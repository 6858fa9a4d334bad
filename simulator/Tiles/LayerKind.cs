namespace NeuroChip.Simulator.Tiles;

/// <summary>What kind of work a layer is; it decides by which rule a tile engine counts its cycles.</summary>
public enum LayerKind
{
    /// <summary>A convolution: the spike matrix is the input unfolded by the windows of the kernel.</summary>
    Conv,

    /// <summary>A fully connected layer, applied to every position of a sequence.</summary>
    Linear,

    /// <summary>Products of spikes with spikes, without stored weights: <see cref="LayerWork.Attention"/> says which.</summary>
    Attention,

    /// <summary>Neuron updates alone (<see cref="LayerWork.NeuronUpdates"/>), of the layer before.</summary>
    Neurons,

    /// <summary>A maximum or an OR over windows of spikes.</summary>
    Pool,

    /// <summary>Mean and variance of a vector, and its scaling (LayerNorm): not a sparse addition, done by multipliers.</summary>
    Normalise,

    /// <summary>Anything element by element that is none of these: shortcuts, scales, masks.</summary>
    Elementwise,
}
