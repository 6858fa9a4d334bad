using System.Collections.Immutable;
using NeuroChip.Runtime;

namespace NeuroChip.Simulator.Tiles;

/// <summary>What one stage of a schedule did in one step: its work, and what was moved for it.</summary>
/// <param name="Works">Work of each projection into it, and of its neurons last; of all its tiles together.</param>
/// <param name="Did">Actions of all its tiles together.</param>
/// <param name="NocBits">Bits over the link that carried most for it, weights left out.</param>
/// <param name="Hops">Links of the longest way its inputs took.</param>
/// <param name="WeightBits">Bits of weights that came from DRAM.</param>
/// <param name="WeightLinkBits">Bits of these over the link that carried most of them.</param>
internal readonly record struct StageStep(ImmutableArray<LayerWork> Works, TileActivity Did, long NocBits, int Hops, long WeightBits, long WeightLinkBits)
{
    /// <summary>Bits to and from DRAM that are not weights.</summary>
    public long OtherDramBits => Did.DramBitsRead + Did.DramBitsWritten - WeightBits;
}
