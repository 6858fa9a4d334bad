using System.Globalization;

namespace NeuroChip.HwModels.Pipelines;

/// <summary>A range of numbers as SANA-FE's files write it: <c>3..7</c>, with or without brackets and a name before them; both ends belong to it.</summary>
/// <param name="First">First.</param>
/// <param name="Last">Last.</param>
public readonly record struct IndexRange(int First, int Last)
{
    /// <summary>How many numbers it has.</summary>
    public int Count => Last - First + 1;

    /// <summary>Reads a range; a number alone is a range of one.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out IndexRange range)
    {
        var open = text.IndexOf('[');
        if (open >= 0)
        {
            var close = text.IndexOf(']');
            text = close > open ? text[(open + 1)..close] : default;
        }

        var dots = text.IndexOf("..");
        range = default;
        if (!Number(dots < 0 ? text : text[..dots], out var from) || !Number(dots < 0 ? text : text[(dots + 2)..], out var to) || from > to) return false;
        range = new(from, to);
        return true;
    }

    private static bool Number(ReadOnlySpan<char> text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value < int.MaxValue;
}
