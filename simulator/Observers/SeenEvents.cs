using NeuroChip.Ir.Ncir;
using NeuroChip.Runtime;
using NeuroChip.Simulator.Engines;

namespace NeuroChip.Simulator.Observers;

/// <summary>Adds up the events of a step by walking over them.</summary>
/// <param name="withZeros">Whether synapses of weight 0 are asked for.</param>
internal sealed class SeenEvents(bool withZeros) : IEventSums
{
    /// <summary>The step; set before anything is asked.</summary>
    public IStepView View { get; set; } = null!;

    public long Count(PopulationView population)
    {
        var id = population.Population.Id;
        if (population.Cores.Length == 0) return View.EventCount(id);
        var events = View.Active(id);
        var from = 0;
        for (var core = 0; core < population.Cores.Length; core++)
        {
            var slice = population.Slices[core];
            var to = from + LowerBound(events[from..], slice.First + slice.Count);
            population.Spikes[core] = to - from;
            from = to;
        }

        return events.Length;
    }

    public ProjectionStep Of(ProjectionView projection, long events) => projection.Of(View, events, withZeros);

    public void Deliver(ProjectionView projection, TickCounts ticks, int tick)
    {
        var events = View.Active(projection.Projection.Source);
        var payloads = projection.Payloads(View);
        var table = projection.Table!;
        var analog = projection.Projection.Kind == ProjectionKind.Analog;
        var operations = analog ? ticks.Macs(tick) : ticks.SynapticEvents(tick);
        var transfers = ticks.RowsFetched(tick);
        var words = ticks.DmaWords(tick);
        if (table.Each is { } each) Address(each, events.Length, ticks, tick);
        for (var k = 0; k < events.Length;)
        {
            var bucket = events[k] / table.BucketSize;
            var end = (bucket + 1) * table.BucketSize;
            var start = k;
            while (k < events.Length && events[k] < end) k++;
            long n = k - start;
            var additions = n;
            if (payloads is not null)
            {
                additions = 0;
                foreach (var source in events[start..k]) additions += SignedDigits.Count(payloads[source]);
            }

            foreach (ref readonly var reach in table.Row(bucket)) operations[reach.Core] += additions * reach.Synapses;
            if (table.Sites is { } sites) LookUp(table.Row(bucket), sites.Row(bucket), n, additions, analog, ticks, tick);
            if (!table.Fetches) continue;
            foreach (ref readonly var reach in table.Row(bucket))
            {
                transfers[reach.Core] += n * reach.Transfers;
                words[reach.Core] += n * reach.Words;
            }
        }
    }

    /// <summary>What every event costs on every core that may hold a target: addresses of all taps, and the coordinates of its site.</summary>
    private static void Address(SiteEventCosts each, long events, TickCounts ticks, int tick)
    {
        var offsets = ticks.SiteOffsets(tick);
        var transfers = ticks.RowsFetched(tick);
        var words = ticks.DmaWords(tick);
        foreach (var core in each.Cores)
        {
            offsets[core] += events * each.Offsets;
            transfers[core] += events;
            words[core] += events * each.CoordinateWords;
        }
    }

    /// <summary>Lookups of <paramref name="n"/> events, and what would be added to if there were none.</summary>
    private static void LookUp(ReadOnlySpan<CoreSynapses> reached, ReadOnlySpan<CoreLookups> lookups, long n, long additions, bool analog, TickCounts ticks, int tick)
    {
        var probes = ticks.SiteProbes(tick);
        var saved = ticks.Saved(tick, analog);
        var transfers = ticks.SavedRows(tick);
        var words = ticks.SavedWords(tick);
        for (var i = 0; i < reached.Length; i++)
        {
            var core = reached[i].Core;
            probes[core] += n * lookups[i].Probes;
            saved[core] += additions * lookups[i].Saved;
            transfers[core] += n * lookups[i].SavedTransfers;
            words[core] += n * lookups[i].SavedWords;
        }
    }

    private static int LowerBound(ReadOnlySpan<int> ascending, int value)
    {
        var at = ascending.BinarySearch(value);
        return at < 0 ? ~at : at;
    }
}
