using System.Collections.Immutable;

namespace NeuroChip.Compiler.Targets.TransformerCore;

/// <summary>Where and when one layer is done.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Kind">Kind of tile.</param>
/// <param name="Share">Tiles of that kind.</param>
/// <param name="Phase">Phase of a step.</param>
/// <param name="Streamed">Whether its weights come from DRAM in each step.</param>
/// <param name="Cycles">Expected cycles on these tiles.</param>
internal sealed record PlannedLayer(TileLayer Layer, string Kind, TileShare Share, int Phase, bool Streamed, double Cycles);

/// <summary>One way to map a network.</summary>
/// <param name="Layers">All layers, in the order of a step.</param>
/// <param name="CyclesPerStep">Expected cycles from one step to the next.</param>
internal sealed record TilePlan(ImmutableArray<PlannedLayer> Layers, double CyclesPerStep)
{
    /// <summary>Phases of a step.</summary>
    public int Phases => Layers.IsEmpty ? 0 : Layers.Max(l => l.Phase) + 1;

    /// <summary>Bits of weights that come from DRAM in each step.</summary>
    public long StreamedBits => Layers.Where(l => l.Streamed).Sum(l => l.Layer.WeightBits);
}
