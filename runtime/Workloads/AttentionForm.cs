namespace NeuroChip.Runtime.Workloads;

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
