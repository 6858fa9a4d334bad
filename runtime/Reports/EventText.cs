using static NeuroChip.Runtime.Reports.ReportText;

namespace NeuroChip.Runtime.Reports;

/// <summary>Event timing in words, for every report that people read.</summary>
public static class EventText
{
    /// <summary>What happened to the copies of packets.</summary>
    public static string Spikes(ReportEvents events)
    {
        var lost = events.Dropped + events.Overflows;
        var text = $"{Plural(events.Delivered, "copy")} of packets delivered after {Count(events.MeanTransitCycles)} core cycles in the mean, {Count(events.LongestTransitCycles)} at most; ".Replace("copys", "copies", StringComparison.Ordinal);
        return text + (lost == 0 ? "none lost" : $"{Count(events.Dropped)} would have been dropped in routers, {Count(events.Overflows)} at full queues of cores");
    }

    /// <summary>What a step of the critical path does, and how often.</summary>
    public static string What(ReportPathStep step) => step.Unit switch
    {
        "update" => "neurons are updated",
        "send" => Plural(step.Count, "packet") + " to the router",
        "router" => "routing",
        "link" => Plural(step.Count, "packet") + " over the link",
        "receive" => Plural(step.Count, "packet") + " into the core",
        "decode" => Plural(step.Count, "spike") + " taken from the queue",
        "fetch" => Plural(step.Count, "row") + " brought",
        _ => Plural(step.Count, "spike") + " added",
    };

    /// <summary>
    /// The steps of the critical path that people look at: what a core does between two packets is one step, with the shares of its units left out.
    /// </summary>
    public static IEnumerable<ReportPathStep> Condensed(ReportEvents events)
    {
        ReportPathStep? open = null;
        foreach (var step in events.CriticalPath)
        {
            if (open is not null && step.Layer is not null && step.Place == open.Place && IsWork(step) && IsWork(open))
            {
                var unit = open.Unit == step.Unit ? step.Unit : "work";
                open = open with { Unit = unit, EndCycle = step.EndCycle, WaitedCycles = open.WaitedCycles + step.WaitedCycles, Count = open.Count + step.Count };
                continue;
            }

            if (open is not null) yield return open;
            open = step;
        }

        if (open is not null) yield return open;
    }

    /// <summary>A condensed step in words.</summary>
    public static string Condensed(ReportPathStep step) => step.Unit == "work" ? "spikes handled, neurons updated" : What(step);

    private static bool IsWork(ReportPathStep step) => step.Unit is "update" or "decode" or "fetch" or "add" or "work";
}
