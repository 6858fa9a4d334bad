namespace NeuroChip.Runtime;

/// <summary>What the tiles of one stage of a schedule did, in exact integers; index in <see cref="Activity.Tiles"/> = index in the schedule.</summary>
/// <param name="Events">Payloads other than 0 that came in, per projection.</param>
/// <param name="Additions">Additions to accumulators, zero weights of fetched rows included.</param>
/// <param name="Macs">Multiply-accumulates.</param>
/// <param name="Probes">Membership tests.</param>
/// <param name="NeuronUpdates">Neuron steps.</param>
/// <param name="WeightBitsRead">Bits read from weight memory.</param>
/// <param name="WeightBitsWritten">Bits written to weight memory: streamed weights.</param>
/// <param name="EventBitsRead">Bits read from event memory.</param>
/// <param name="EventBitsWritten">Bits written to event memory.</param>
/// <param name="AccumulatorBitsRead">Bits read from accumulator memory.</param>
/// <param name="AccumulatorBitsWritten">Bits written to accumulator memory.</param>
/// <param name="MembraneBitsRead">Bits read from membrane memory of the tiles.</param>
/// <param name="MembraneBitsWritten">Bits written to membrane memory of the tiles.</param>
/// <param name="GlobalBufferBits">Bits read from or written to the buffer all tiles share.</param>
/// <param name="NocBitHops">Bits moved over a link, each link counted.</param>
/// <param name="DramBitsRead">Bits read from DRAM.</param>
/// <param name="DramBitsWritten">Bits written to DRAM.</param>
public readonly record struct TileActivity(
    long Events,
    long Additions,
    long Macs,
    long Probes,
    long NeuronUpdates,
    long WeightBitsRead,
    long WeightBitsWritten,
    long EventBitsRead,
    long EventBitsWritten,
    long AccumulatorBitsRead,
    long AccumulatorBitsWritten,
    long MembraneBitsRead,
    long MembraneBitsWritten,
    long GlobalBufferBits,
    long NocBitHops,
    long DramBitsRead,
    long DramBitsWritten)
{
    /// <summary>Lookups of active sites, as the address units of the tiles do them.</summary>
    public long SiteProbes { get; init; }

    /// <summary>Bits read from the table memory of address units: slots and coordinates.</summary>
    public long TableBitsRead { get; init; }

    /// <summary>Bits written to it.</summary>
    public long TableBitsWritten { get; init; }

    /// <summary>Bits to and from DRAM.</summary>
    public long DramBits() => DramBitsRead + DramBitsWritten;

    /// <summary>Counts of two stretches of time.</summary>
    public static TileActivity operator +(TileActivity a, TileActivity b) => new(
        a.Events + b.Events,
        a.Additions + b.Additions,
        a.Macs + b.Macs,
        a.Probes + b.Probes,
        a.NeuronUpdates + b.NeuronUpdates,
        a.WeightBitsRead + b.WeightBitsRead,
        a.WeightBitsWritten + b.WeightBitsWritten,
        a.EventBitsRead + b.EventBitsRead,
        a.EventBitsWritten + b.EventBitsWritten,
        a.AccumulatorBitsRead + b.AccumulatorBitsRead,
        a.AccumulatorBitsWritten + b.AccumulatorBitsWritten,
        a.MembraneBitsRead + b.MembraneBitsRead,
        a.MembraneBitsWritten + b.MembraneBitsWritten,
        a.GlobalBufferBits + b.GlobalBufferBits,
        a.NocBitHops + b.NocBitHops,
        a.DramBitsRead + b.DramBitsRead,
        a.DramBitsWritten + b.DramBitsWritten)
    {
        SiteProbes = a.SiteProbes + b.SiteProbes,
        TableBitsRead = a.TableBitsRead + b.TableBitsRead,
        TableBitsWritten = a.TableBitsWritten + b.TableBitsWritten,
    };
}
