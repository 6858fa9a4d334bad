namespace NeuroChip.Simulator.Tiles;

/// <summary>Which products an attention layer is made of.</summary>
public enum AttentionForm
{
    /// <summary>Two matrix products of spikes per head, no softmax: <c>Q (K^T V)</c> or <c>(Q K^T) V</c>, whichever has the smaller middle (Spikformer's SSA, SDSA-3).</summary>
    Products,

    /// <summary>Column sum of <c>K and V</c>, a neuron, a mask by <c>Q</c> (SDSA-1 of the Spike-driven Transformer).</summary>
    Mask,

    /// <summary><c>softmax(Q K^T) V</c> with real <c>Q</c> (SpikingBERT): not spike-driven.</summary>
    Softmax,
}

/// <summary>The extents of an attention layer; per time step and sample there are <paramref name="Heads"/> independent products.</summary>
/// <param name="Form">What is multiplied with what.</param>
/// <param name="Heads">Heads.</param>
/// <param name="Length">Tokens of the sequence.</param>
/// <param name="HeadWidth">Channels of one head.</param>
public sealed record AttentionWork(AttentionForm Form, int Heads, int Length, int HeadWidth)
{
    /// <summary>Whether <c>K^T V</c> comes first: it has HeadWidth x HeadWidth elements, <c>Q K^T</c> has Length x Length.</summary>
    public bool KeysAndValuesFirst => Length > HeadWidth;
}
