using System.Text;
using static NeuroChip.Runtime.Reports.ReportText;
using static NeuroChip.Runtime.Reports.SvgCharts;

namespace NeuroChip.Runtime.Reports;

/// <summary>What event timing adds to the page.</summary>
internal static class HtmlEvents
{
    private const int Shown = 24;

    /// <summary>The section; nothing without event timing.</summary>
    public static void Section(StringBuilder page, RunReport run)
    {
        if (run.Events is not { } events) return;
        page.Append($"<h2>Spikes on their way</h2><p class='sub'>{Text(EventText.Spikes(events))}.</p>");
        Path(page, run, events);
        Cores(page, run, events);
        Links(page, events);
    }

    private static void Path(StringBuilder page, RunReport run, ReportEvents events)
    {
        if (events.CriticalPath.IsEmpty) return;
        page.Append($"<h3>Critical path</h3><p class='sub'>Tick {events.SlowestTick} of an inference is the longest: {Plural(events.CriticalPath[^1].EndCycle, "core cycle")} of {Count(run.Timing.CyclesPerTick)}. "
            + "What its last work had to wait for, from the beginning of the tick:</p>");
        page.Append("<table><tr><th class='n'>from cycle<th class='n'>to<th>what<th>where<th class='n'>of it waiting</tr>");
        foreach (var step in EventText.Condensed(events))
            page.Append($"<tr><td class='n'>{Count(step.StartCycle)}<td class='n'>{Count(step.EndCycle)}<td>{Text(EventText.Condensed(step))}<td>{Text(step.Place)}{(step.Layer is null ? "" : " " + Text(step.Layer))}<td class='n'>{Count(step.WaitedCycles)}</tr>");
        page.Append("</table>");
    }

    private static void Cores(StringBuilder page, RunReport run, ReportEvents events)
    {
        string[] names = ["neurons", "queue", "additions", "waits for rows", "blocked by the network", "waits for packets"];
        var busiest = run.Cores.Zip(events.Cores).OrderByDescending(c => c.First.BusyCycles + c.First.WaitingCycles).Take(Shown).ToArray();
        page.Append($"<figure><figcaption>core cycles by what a core does or waits for: the {busiest.Length} longest at it of {run.Cores.Length}</figcaption>");
        page.Append(StackedBars(
            [
                .. busiest.Select(c => new StackedBar(
                    $"{c.First.Place()} {c.First.Layer}",
                    [
                        (names[0], c.Second.UpdateCycles), (names[1], c.Second.DecodeCycles), (names[2], c.Second.AddCycles),
                        (names[3], c.Second.WaitingForRowsCycles), (names[4], c.Second.BlockedCycles), (names[5], c.Second.WaitingForPacketsCycles),
                    ],
                    $"queue {c.Second.QueueHighWater}{(c.Second.Overflows > 0 ? $", lost {Count(c.Second.Overflows)}" : "")}")),
            ],
            [.. names])).Append("</figure>");
    }

    private static void Links(StringBuilder page, ReportEvents events)
    {
        if (events.Links.IsEmpty) return;
        var busiest = events.Links.OrderByDescending(l => l.UtilisationByPart.Max()).Take(Shown).ToArray();
        page.Append($"<table><tr><th>link<th class='n'>packets<th class='n'>busy<th class='n'>busiest part of the tick<th class='n'>mean wait, cycles<th class='n'>buffer, most<th class='n'>dropped<th>busy over the tick</tr>");
        foreach (var l in busiest)
        {
            page.Append($"<tr><td>({l.X},{l.Y}) {l.Direction}<td class='n'>{Count(l.Packets)}<td class='n'>{Percent(l.Utilisation)}<td class='n'>{Percent(l.UtilisationByPart.Max())}"
                + $"<td class='n'>{Count(l.Packets == 0 ? 0 : (double)l.WaitedCycles / l.Packets)}<td class='n'>{l.BufferHighWater}<td class='n'>{Count(l.Dropped)}<td>{Sparkline([.. l.UtilisationByPart.Select(u => (long)Math.Round(u * 1e6))])}</tr>");
        }

        page.Append("</table>");
        if (events.Links.Length > Shown) page.Append($"<p class='sub'>The {Shown} busiest of {events.Links.Length}; report.json has all of them.</p>");
    }
}
