using System.Text;
using NeuroChip.Runtime.Clouds;
using static NeuroChip.Runtime.Reports.ReportText;
using static NeuroChip.Runtime.Reports.SvgCharts;

namespace NeuroChip.Runtime.Reports;

/// <summary>The section of the page on active sites: the tables, and vanilla addressing beside that of spike sparse convolution.</summary>
internal static class HtmlSites
{
    /// <summary>Writes the section.</summary>
    public static void Write(StringBuilder page, RunReport run, ReportSites sites)
    {
        var samples = run.Samples;
        page.Append("<h2>Active sites</h2><table class='small'><tr><th>table<th>sites per sample<th class='n'>most<th class='n'>lookups to build<th class='n'>slots read<th class='n'>written</tr>");
        foreach (var t in sites.Tables)
        {
            page.Append($"<tr><td>{Text(t.Name)}<td>{Text(SiteText.Table(t, samples))}<td class='n'>{Count(t.MostSites)}<td class='n'>{Count((double)t.Lookups / samples)}"
                + $"<td class='n'>{Count((double)t.Reads / samples)}<td class='n'>{Count((double)t.Inserts / samples)}</tr>");
        }

        page.Append("</table>");
        if (sites.TableBuildCycles > 0) page.Append($"<p class='sub'>The tables are built before the first step, in {Count((double)sites.TableBuildCycles / samples)} cycles per inference.</p>");
        Pictures(page, sites);
        page.Append($"<h2>Vanilla spike convolution addressing against SSC addressing</h2><p class='sub'>{SiteText.Meaning} Per inference.</p>");
        page.Append("<div class='wide'><table class='small'><tr><th>layer<th>function<th>looks up<th class='n'>events<th class='n'>lookups<th class='n'>slots per lookup<th class='n'>operations, SSC<th class='n'>vanilla<th class='n'>"
            + "<th class='n'>cycles, SSC<th class='n'>vanilla<th class='n'><th class='n'>energy, SSC<th class='n'>vanilla<th class='n'></tr>");
        foreach (var row in sites.Layers) Row(page, row, row.Name, samples);
        Row(page, sites.Total, "the whole run", samples);
        page.Append("</table></div>");
    }

    /// <summary>The sites of the first sample, resolution by resolution.</summary>
    private static void Pictures(StringBuilder page, ReportSites sites)
    {
        page.Append("<p class='sub'>Sites of the first sample. A model does not say which of its axes points upwards: the shorter one of the first and the last is taken for z, the first where they are equal.</p><div class='two'>");
        foreach (var t in sites.Tables.Where(t => t.First.Length > 0))
            page.Append($"<figure><figcaption>{Text(t.Name)}</figcaption>{SitePicture.Draw(SiteList.Read(t.First, t.Extent), t.Extent, t.Extent[2] < t.Extent[0] ? AxisOrder.Xyz : AxisOrder.Zyx)}</figure>");
        page.Append("</div>");
    }

    private static void Row(StringBuilder page, ReportAddressing row, string name, int samples)
    {
        string Per(double count) => Si(count / samples, "").TrimEnd();
        page.Append($"<tr><td>{Text(name)}<td>{Text(row.Map)}<td>{Text(row.Sites)}<td class='n'>{Per(row.Events)}<td class='n'>{Per(row.Probes)}<td class='n'>{SiteText.Reads(row)}"
            + $"<td class='n'>{Per(row.Operations)}<td class='n'>{Per(row.VanillaOperations)}<td class='n'>{SiteText.Times(row.VanillaOperations, row.Operations)}"
            + $"<td class='n'>{Per(row.Cycles)}<td class='n'>{Per(row.VanillaCycles)}<td class='n'>{SiteText.Times(row.VanillaCycles, row.Cycles)}"
            + $"<td class='n'>{Si(row.Joules / samples, "J")}<td class='n'>{Si(row.VanillaJoules / samples, "J")}<td class='n'>{SiteText.Times(row.VanillaJoules, row.Joules)}</tr>");
    }
}
