using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Runtime;

namespace NeuroChip.Simulator.Observers;

/// <summary>What the events of a projection over active sites look up, from the numbers that its rulebook has per site: nothing is enumerated tap by tap or synapse by synapse.</summary>
internal static class SiteCounts
{
    /// <summary>Lookups of the events of a step.</summary>
    /// <param name="map">The function of the sample.</param>
    /// <param name="events">Addresses with a payload other than 0, ascending.</param>
    /// <param name="payloads">Payloads by address where each of their digits is an addition; null where an event is one operation per synapse.</param>
    public static SiteLookups Of(RulebookMap map, ReadOnlySpan<int> events, int[]? payloads)
    {
        var (rules, channels, outputs) = (map.Rulebook, map.Of.Channels, map.Of.GroupOutputs);
        var sum = default(SiteLookups);
        for (var k = 0; k < events.Length;)
        {
            var site = events[k] / channels;
            var end = (site + 1) * channels;
            var start = k;
            while (k < events.Length && events[k] < end) k++;
            long n = k - start, times = n;
            if (payloads is not null)
            {
                times = 0;
                foreach (var source in events[start..k]) times += SignedDigits.Count(payloads[source]);
            }

            long targets = rules.TargetsOf(site).Length, probes = rules.Probes(site), reads = rules.Reads(site);
            sum += new SiteLookups(n * targets, n * probes, n * reads, 1, probes, reads, times * targets * outputs, times * probes * outputs);
        }

        return sum;
    }

    /// <summary>What building the tables of a sample takes.</summary>
    public static SiteTableActivity Build(SiteTable table, SiteBinding sites)
    {
        var active = sites[table.Id];
        if (table.Reach is not { } reach)
            return new(1, active.Count, active.Count, table.Lookup == SiteLookup.Direct ? 0 : active.Count, active.InsertReads, active.Count);
        // Every candidate is looked up; since linear probing never moves a key, the slots read are those of the finished table, when a site is written too.
        var rules = sites.Rulebook(reach.From, table.Id, reach.Window, SiteDirection.Forward);
        long candidates = 0, reads = 0;
        for (var s = 0; s < rules.Sources; s++) (candidates, reads) = (candidates + rules.Probes(s), reads + rules.Reads(s));
        return new(1, active.Count, active.Count, candidates, reads, active.Count);
    }
}
