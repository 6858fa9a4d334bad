using System.Numerics;
using NeuroChip.HwModels.Fields;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.HwModels;

/// <summary>How synapses and pending inputs are stored.</summary>
public sealed record SynapseModel
{
    /// <summary>Words before the synapses of a row.</summary>
    public required Quantity RowHeader { get; init; }

    /// <summary>Bits of a word.</summary>
    public required Quantity Word { get; init; }

    /// <summary>Bits of a weight in a word.</summary>
    public required Quantity Weight { get; init; }

    /// <summary>Bits of a delay.</summary>
    public required Quantity Delay { get; init; }

    /// <summary>Bits of the synapse type (which input port).</summary>
    public required Quantity Type { get; init; }

    /// <summary>Bits of the index of the target neuron on its core.</summary>
    public required Quantity Index { get; init; }

    /// <summary>Ticks a spike can be delayed by: slots of the ring buffer.</summary>
    public required Quantity DelaySlots { get; init; }

    /// <summary>Bits of an element of the ring buffer (pending input of one neuron, one port, one slot).</summary>
    public required Quantity RingElement { get; init; }

    /// <summary>Bits of an entry of the table that finds a row by source (one per source slice).</summary>
    public required Quantity SourceEntry { get; init; }

    /// <summary>Words one synapse takes when its weight has <paramref name="weightBits"/> bits: 1 unless it outgrows the weight field.</summary>
    /// <param name="weightBits">Bits of the weight; 32 for float32.</param>
    public int WordsPerSynapse(int weightBits)
    {
        if (weightBits <= Weight.Bits.Count) return 1;
        var bits = weightBits + Delay.Bits.Count + Type.Bits.Count + Index.Bits.Count;
        return (int)((bits + Word.Bits.Count - 1) / Word.Bits.Count);
    }

    /// <summary>Bits of a ring-buffer element in which sums of <paramref name="accumulatorBits"/> bits are kept; never less than the chip's own.</summary>
    /// <param name="accumulatorBits">Bits of the sum; 32 for float32.</param>
    public int RingElementBits(int accumulatorBits) => Math.Max(accumulatorBits, (int)RingElement.Bits.Count);

    /// <summary>Words of the coordinates of a site, all three in one field with a guard bit each, so that leaving the grid is one test.</summary>
    public int CoordinateWords(SiteTable table) => WordsOf(table.Extent.Sum(e => Bits(e) + 1));

    /// <summary>Words of the table in which a core finds its sites: twice as many slots as it can hold, a power of two, each with key and number.</summary>
    /// <param name="table">The table its sites are of.</param>
    /// <param name="sites">Sites it can hold, 1 or more.</param>
    public long SiteTableWords(SiteTable table, int sites) => (long)BitOperations.RoundUpToPowerOf2(2 * (uint)sites) * WordsOf(table.KeyBits + Bits(sites + 1L));

    private int WordsOf(int bits) => (int)((bits + Word.Bits.Count - 1) / Word.Bits.Count);

    private static int Bits(long values) => Math.Max(1, 64 - BitOperations.LeadingZeroCount((ulong)values - 1));

    internal static SynapseModel Map(ChipFields f, SynapseModel? s) => new()
    {
        RowHeader = f.Quantity("row_header", Dimension.CountOf("words", "word"), s?.RowHeader, "Words before the synapses of a row."),
        Word = f.Quantity("word", Dimension.Memory, s?.Word, "Size of a word: one synapse."),
        Weight = f.Quantity("weight", Dimension.Memory, s?.Weight, "Weight field of a synapse."),
        Delay = f.Quantity("delay", Dimension.Memory, s?.Delay, "Delay field of a synapse."),
        Type = f.Quantity("type", Dimension.Memory, s?.Type, "Type field of a synapse: which input port."),
        Index = f.Quantity("index", Dimension.Memory, s?.Index, "Field for the index of the target neuron on its core."),
        DelaySlots = f.Quantity("delay_slots", Dimension.CountOf("slots", "slot"), s?.DelaySlots, "Ticks a spike can be delayed by."),
        RingElement = f.Quantity("ring_element", Dimension.Memory, s?.RingElement, "Pending input of one neuron, one port, one slot."),
        SourceEntry = f.Quantity("source_entry", Dimension.Memory, s?.SourceEntry, "Entry of the table that finds a row by its source; one per source slice."),
    };
}
