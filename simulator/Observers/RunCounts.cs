using NeuroChip.Simulator.Tiles;

namespace NeuroChip.Simulator.Observers;

/// <summary>What a sample took, as timing models read it: by core and tick, and for a chip of tiles by stage and step.</summary>
public sealed class RunCounts
{
    /// <summary>Counts of a chip of cores, or of none.</summary>
    /// <param name="ticks">By core and tick.</param>
    public RunCounts(TickCounts ticks) => Ticks = ticks;

    internal RunCounts(TickCounts ticks, TileCounts? tiles, EventLog? events = null) : this(ticks) => (Tiles, Events) = (tiles, events);

    /// <summary>By core and tick; of an image without cores only how many ticks there are.</summary>
    public TickCounts Ticks { get; }

    /// <summary>By stage and step; null for a chip of cores.</summary>
    internal TileCounts? Tiles { get; }

    /// <summary>What was sent, event by event; null where the timing model did not ask for it.</summary>
    internal EventLog? Events { get; }
}
