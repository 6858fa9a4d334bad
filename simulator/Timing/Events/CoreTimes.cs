using NeuroChip.Runtime;

namespace NeuroChip.Simulator.Timing.Events;

/// <summary>How a core spends a tick, in units of <see cref="EventTime"/>.</summary>
internal struct CoreTimes
{
    /// <summary>Time in which at least one unit worked.</summary>
    public long Busy;

    /// <summary>Time of each action; they overlap where they have units of their own.</summary>
    public long Update;
    public long Decode;
    public long Fetch;
    public long Add;

    /// <summary>Time in which nothing could go on: for rows, for room in the network, for packets that came later.</summary>
    public long ForRows;
    public long Blocked;
    public long ForPackets;

    /// <summary>When it was done for this tick.</summary>
    public long End;

    /// <summary>Most spikes in the queue.</summary>
    public int HighWater;

    /// <summary>Spikes that found the queue full.</summary>
    public long Overflows;

    /// <summary>Time of an action.</summary>
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public ref long Of(PathUnit unit)
    {
        switch (unit)
        {
            case PathUnit.Update: return ref Update;
            case PathUnit.Decode: return ref Decode;
            default: return ref Add;
        }
    }
}
