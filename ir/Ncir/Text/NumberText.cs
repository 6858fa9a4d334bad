using System.Globalization;

namespace NeuroChip.Ir.Ncir.Text;

/// <summary>
/// Numbers as text. Whole numbers are written out; others as the shortest text that reads back as the same float32, and that is how a number with a
/// point or an exponent is read. (Doubles that are neither, which no legal parameter is, are written in full.)
/// </summary>
internal static class NumberText
{
    public static string Print(double value)
    {
        if (value == 0) return double.IsNegative(value) ? "-0" : "0";
        if (value == Math.Truncate(value) && Math.Abs(value) < 1e15) return value.ToString("F0", CultureInfo.InvariantCulture);
        return (float)value == value ? ((float)value).ToString("R", CultureInfo.InvariantCulture) : PrintDouble(value);
    }

    public static string PrintDouble(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Reads what <see cref="Print"/> wrote; only finite numbers.</summary>
    public static bool TryParse(string text, out double value)
    {
        var isWhole = text.AsSpan().IndexOfAnyExcept("+-0123456789") < 0;
        if (isWhole) return TryParseDouble(text, out value);
        var ok = float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var single) && float.IsFinite(single);
        value = single;
        return ok;
    }

    /// <summary>Reads a binary64 number; only finite ones.</summary>
    public static bool TryParseDouble(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
}
