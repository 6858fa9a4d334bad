namespace NeuroChip.Runtime.Clouds;

/// <summary>Numbers the cells that points lie in, in the order in which they are first met: open addressing, linear probing, at most half full.</summary>
internal sealed class VoxelTable
{
    private const ulong Free = ulong.MaxValue;

    private ulong[] keys;
    private int[] voxels;
    private int shift;

    public VoxelTable()
    {
        keys = new ulong[1 << 12];
        voxels = new int[keys.Length];
        shift = 64 - 12;
        Array.Fill(keys, Free);
    }

    /// <summary>Cells met so far.</summary>
    public int Count { get; private set; }

    /// <summary>The number of the cell with <paramref name="key"/>, a new one if it was not met before; <see cref="ulong.MaxValue"/> is no key.</summary>
    public int NumberOf(ulong key)
    {
        var slot = Slot(key);
        if (keys[slot] == key) return voxels[slot];
        keys[slot] = key;
        voxels[slot] = Count;
        if (++Count * 2 > keys.Length) Grow();
        return Count - 1;
    }

    // Fibonacci hashing (Knuth, TAOCP 6.4): neighbours in a grid differ in few bits, the product spreads them.
    private int Slot(ulong key)
    {
        var slot = (int)((key * 0x9E3779B97F4A7C15) >> shift);
        while (keys[slot] != key && keys[slot] != Free) slot = (slot + 1) & (keys.Length - 1);
        return slot;
    }

    private void Grow()
    {
        var (oldKeys, oldVoxels) = (keys, voxels);
        keys = new ulong[oldKeys.Length * 2];
        voxels = new int[keys.Length];
        shift--;
        Array.Fill(keys, Free);
        for (var i = 0; i < oldKeys.Length; i++)
        {
            if (oldKeys[i] == Free) continue;
            var slot = Slot(oldKeys[i]);
            keys[slot] = oldKeys[i];
            voxels[slot] = oldVoxels[i];
        }
    }
}
