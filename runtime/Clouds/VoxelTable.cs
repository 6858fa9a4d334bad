using System.Numerics;
using System.Runtime.InteropServices;

namespace NeuroChip.Runtime.Clouds;

/// <summary>Numbers the cells that points lie in, in the order in which they are first met: open addressing, linear probing, at most half full.</summary>
internal sealed class VoxelTable
{
    private readonly List<ulong> keys = [];
    private Slot[] slots;
    private int shift;

    /// <summary>A table for about as many cells as a cloud of <paramref name="points"/> has; it grows if need be.</summary>
    public VoxelTable(int points)
    {
        var bits = Math.Clamp(32 - BitOperations.LeadingZeroCount((uint)points), 8, 29);
        slots = new Slot[1 << bits];
        shift = 64 - bits;
    }

    /// <summary>The cells met so far, in the order of their numbers.</summary>
    public ReadOnlySpan<ulong> Keys => CollectionsMarshal.AsSpan(keys);

    /// <summary>The number of the cell with <paramref name="key"/>, a new one if it was not met before.</summary>
    public int NumberOf(ulong key)
    {
        ref var slot = ref Find(key);
        if (slot.Number != 0) return slot.Number - 1;
        keys.Add(key);
        slot = new Slot(key, keys.Count);
        if (keys.Count * 2L > slots.Length) Grow();
        return keys.Count - 1;
    }

    // Fibonacci hashing (Knuth, TAOCP 6.4): neighbours in a grid differ in few bits, the product spreads them.
    private ref Slot Find(ulong key)
    {
        var at = (int)((key * 0x9E3779B97F4A7C15) >> shift);
        while (slots[at].Number != 0 && slots[at].Key != key) at = (at + 1) & (slots.Length - 1);
        return ref slots[at];
    }

    private void Grow()
    {
        slots = new Slot[slots.Length * 2];
        shift--;
        for (var v = 0; v < keys.Count; v++) Find(keys[v]) = new Slot(keys[v], v + 1);
    }

    // Key and number side by side: one line of cache a probe. Number 0 is a free slot, others are the cell's plus 1.
    private readonly record struct Slot(ulong Key, int Number);
}
