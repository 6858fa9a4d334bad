using static NeuroChip.Runtime.Reports.ReportText;

namespace NeuroChip.Runtime.Reports;

/// <summary>How reports put active sites into words, the same on a terminal and in a page.</summary>
public static class SiteText
{
    /// <summary>What the comparison is, and what it is not.</summary>
    public const string Meaning = "SSC: a target is added to only if its site is active, which a lookup finds out. Vanilla: no lookup, every tap inside the grid is added to. "
        + "Both have the same events; the sites that vanilla addressing creates from layer to layer are not followed, so a network with it would take more than this.";

    /// <summary>A table in a sentence: sites of the plan, form and size.</summary>
    public static string Table(ReportSiteTable table, int samples) =>
        $"{Count((double)table.Sites / samples)} of {Count(table.Capacity)} sites planned, in {string.Join(" x ", table.Extent)}; {table.Lookup} table of {Bytes(table.LookupBits / 8)}, coordinates {Bytes(table.CoordinateBits / 8)}";

    /// <summary>How many times as much: <c>3.2 x</c>; nothing where there is nothing to compare with.</summary>
    public static string Times(double vanilla, double ssc) => ssc > 0 ? $"{Factor(vanilla / ssc)} x" : "";

    /// <summary>Slots read per lookup: 1 without conflicts.</summary>
    public static string Reads(ReportAddressing row) => row.EventProbes == 0 ? "" : ((double)row.Reads / row.EventProbes).ToString("0.00", System.Globalization.CultureInfo.InvariantCulture);
}
