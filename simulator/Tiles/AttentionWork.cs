using NeuroChip.Runtime.Workloads;

namespace NeuroChip.Simulator.Tiles;

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
