using System.Globalization;

namespace NeuroChip.Runtime.Reports;

/// <summary>How reports write numbers: the same on a terminal and in a page, whatever the culture of the machine.</summary>
public static class ReportText
{
    private static readonly (double Scale, string Prefix)[] Prefixes =
        [(1e9, "G"), (1e6, "M"), (1e3, "k"), (1, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"), (1e-12, "p"), (1e-15, "f")];

    /// <summary>A count with groups of three: <c>336,896</c>; fractions of a mean count are rounded away.</summary>
    public static string Count(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A value with an SI prefix and three significant digits: <c>2.41 mJ</c>.</summary>
    public static string Si(double value, string unit)
    {
        if (value == 0) return $"0 {unit}";
        var magnitude = Math.Abs(value);
        var (scale, prefix) = Prefixes.FirstOrDefault(p => magnitude >= p.Scale * 0.9995, Prefixes[^1]);
        var scaled = value / scale;
        var digits = Math.Abs(scaled) >= 99.95 ? 0 : Math.Abs(scaled) >= 9.995 ? 1 : 2;
        return $"{scaled.ToString("F" + digits, CultureInfo.InvariantCulture)} {prefix}{unit}";
    }

    /// <summary>A fraction in percent: <c>95.8 %</c>.</summary>
    public static string Percent(double fraction) => fraction is > 0 and < 0.00005 ? "< 0.01 %" : (fraction * 100).ToString(fraction is > 0 and < 0.0995 ? "F2" : "F1", CultureInfo.InvariantCulture) + " %";

    /// <summary>An amount of memory in bytes with a binary prefix: <c>41.3 KiB</c>.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1024 => $"{bytes} B",
        < 1024 * 1024 => (bytes / 1024.0).ToString("F1", CultureInfo.InvariantCulture) + " KiB",
        < 1024L * 1024 * 1024 => (bytes / (1024.0 * 1024)).ToString("F1", CultureInfo.InvariantCulture) + " MiB",
        _ => (bytes / (1024.0 * 1024 * 1024)).ToString("F1", CultureInfo.InvariantCulture) + " GiB",
    };

    /// <summary>A factor: <c>1.25</c>.</summary>
    public static string Factor(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>One thing or several: <c>1 sample</c>, <c>48 samples</c>.</summary>
    public static string Plural(long count, string noun) => $"{Count(count)} {noun}{(count == 1 ? "" : "s")}";

    /// <summary>The chips in use, and of what: of the boards in use where a report's energy is that of boards, else of the machine.</summary>
    public static string ChipsInUse(ReportChip chip) =>
        $"{Plural(chip.ChipsInUse, "chip")} of {(chip.Boundary == "board" ? Plural(chip.BoardsInUse, "board") : Count(chip.ChipsPresent))}";
}
