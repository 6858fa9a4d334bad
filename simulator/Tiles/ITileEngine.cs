namespace NeuroChip.Simulator.Tiles;

/// <summary>
/// The cycles one kind of tile needs for a layer, in closed form from counts and, where the kind depends on them, from the spikes. Made
/// for one kind of tile; pure: same work, same cycles. It decides when, never what.
/// </summary>
public interface ITileEngine
{
    /// <summary>Name of the engine in chip files and reports.</summary>
    string Name { get; }

    /// <summary>Whether <see cref="LayerWork.Spikes"/> are needed for convolutions, linear layers and attention.</summary>
    bool NeedsSpikes { get; }

    /// <summary>Times one layer.</summary>
    /// <param name="work">What it does.</param>
    /// <param name="before">The layer that the same tile did just before and what came out for it; null for the first. An engine whose layers do not overlap ignores it.</param>
    LayerCycles Time(LayerWork work, (LayerWork Work, LayerCycles Cycles)? before);
}
