namespace NeuroChip.Ir.Ncir.Sites;

/// <summary>Sorts linear indices digit by digit, from the lowest: as fast for 100 000 sites as reading them a few times.</summary>
internal static class KeySort
{
    private const int DigitBits = 11;

    /// <summary>Sorts keys from 0 to <paramref name="below"/> - 1, and what belongs to them, unless that is empty; equal keys stay in their order.</summary>
    public static void Sort(ref long[] keys, ref int[] items, long below)
    {
        var (other, otherItems) = (new long[keys.Length], new int[items.Length]);
        var next = new int[1 << DigitBits];
        for (var shift = 0; shift < 63 && (below - 1) >> shift != 0; shift += DigitBits)
        {
            Array.Clear(next);
            foreach (var key in keys) next[Digit(key, shift)]++;
            var start = 0;
            for (var d = 0; d < next.Length; d++) (next[d], start) = (start, start + next[d]);
            for (var i = 0; i < keys.Length; i++)
            {
                var to = next[Digit(keys[i], shift)]++;
                other[to] = keys[i];
                if (items.Length > 0) otherItems[to] = items[i];
            }

            (keys, other, items, otherItems) = (other, keys, otherItems, items);
        }
    }

    private static int Digit(long key, int shift) => (int)(key >> shift) & ((1 << DigitBits) - 1);
}
