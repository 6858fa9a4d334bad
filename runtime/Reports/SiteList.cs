using System.Collections.Immutable;

namespace NeuroChip.Runtime.Reports;

/// <summary>
/// Sites of a grid as a short text, for a picture of them: differences of ascending linear indices <c>(z*E1 + y)*E2 + x</c>, the first from 0, seven bits to a byte with the
/// lowest first and the eighth bit set where more follow, in base64. A site takes one or two bytes.
/// </summary>
public static class SiteList
{
    /// <summary>The text of coordinates [count * 3].</summary>
    public static string Write(ReadOnlySpan<int> coordinates, ImmutableArray<int> extent)
    {
        var keys = new long[coordinates.Length / 3];
        for (var i = 0; i < keys.Length; i++) keys[i] = ((((long)coordinates[3 * i] * extent[1]) + coordinates[(3 * i) + 1]) * extent[2]) + coordinates[(3 * i) + 2];
        Array.Sort(keys);
        var bytes = new List<byte>(2 * keys.Length);
        long before = 0;
        foreach (var key in keys)
        {
            var rest = key - before;
            for (; rest >= 128; rest >>= 7) bytes.Add((byte)(rest | 128));
            bytes.Add((byte)rest);
            before = key;
        }

        return Convert.ToBase64String([.. bytes]);
    }

    /// <summary>Coordinates [count * 3], ascending; <see cref="FormatException"/> if the text is none.</summary>
    public static int[] Read(string text, ImmutableArray<int> extent)
    {
        var coordinates = new List<int>();
        long key = 0, value = 0;
        var shift = 0;
        foreach (var b in Convert.FromBase64String(text))
        {
            value |= (long)(b & 127) << shift;
            shift += 7;
            if (b >= 128)
            {
                if (shift > 56) throw new FormatException("a difference of more than 63 bits");
                continue;
            }

            key += value;
            (value, shift) = (0, 0);
            var (rest, x) = Math.DivRem(key, extent[2]);
            var (z, y) = Math.DivRem(rest, extent[1]);
            if (z >= extent[0]) throw new FormatException("a site outside the grid");
            coordinates.AddRange([(int)z, (int)y, (int)x]);
        }

        return [.. coordinates];
    }
}
