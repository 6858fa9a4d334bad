using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;
using NeuroChip.Runtime;
using NeuroChip.Simulator.Engines;
using NeuroChip.Simulator.Noc;
using NeuroChip.Simulator.Timing;

namespace NeuroChip.Simulator.Observers;

/// <summary>
/// Counts what a chip does for the spikes an engine computes: per core and tick, per population, projection and link. All of it exact integers from
/// the events and the address functions; nothing here is fed back to the engine. An image without cores is counted by population and projection only.
/// </summary>
internal sealed class ActivityObserver
{
    private readonly ChipImage image;
    private readonly PopulationView[] populations;
    private readonly ProjectionView[] projections;
    private readonly Dictionary<LinkId, int> linkIndex = [];
    private readonly LinkId[] links;
    private readonly int[][] treeLinks;
    private readonly long[] linkPackets;
    private readonly long[] linkPayloads;
    private readonly TickCounts ticks;
    private readonly long[][] perTickLinks;
    private readonly StepCounts? steps;
    private readonly RowStorage? storage;
    private readonly SiteTableActivity[] tables;
    private readonly bool looksUp;

    public ActivityObserver(ChipImage image, ManyCoreChip? chip)
    {
        this.image = image;
        Stages stages = new(image);
        var trees = chip is null ? [] : MulticastWalk.Trees(image, chip);
        looksUp = image.Projections.Any(p => p.Map is SiteConvMap);
        ticks = new(stages.Ticks, trees, looksUp);
        tables = new SiteTableActivity[image.Sites.Length];
        storage = chip is null ? null : new RowStorage(image, chip.Synapse);
        projections = [.. image.Projections.Select((p, i) => new ProjectionView(p, storage is null || p.Map is SiteMap ? null : SynapseTable.Of(image, i, storage)))];
        populations =
        [
            .. image.Populations.Select(p => new PopulationView(
                p,
                [.. Enumerable.Range(0, trees.Length).Where(c => image.Cores[c].Slice.Population == p.Id)],
                [.. Enumerable.Range(0, projections.Length).Where(i => image.Projections[i].Source == p.Id)],
                image.Projections.Any(i => i.RowsFrom == p.Id),
                image.Steps)),
        ];
        CheckListeners();
        treeLinks = [.. trees.Select(t => t.Links.Select(IndexOf).ToArray())];
        links = new LinkId[linkIndex.Count];
        foreach (var (link, index) in linkIndex) links[index] = link;
        linkPackets = new long[links.Length];
        linkPayloads = new long[links.Length];
        if (image.Schedule is not null) steps = new(projections.Length, populations.Length, image.Steps);
        perTickLinks = [.. Enumerable.Range(0, stages.Ticks).Select(_ => new long[links.Length])];
    }

    /// <summary>What each core did in each tick of the sample so far.</summary>
    public TickCounts Ticks => ticks;

    /// <summary>What each projection did in each step of the sample so far; null for an image without a schedule of tiles.</summary>
    public StepCounts? Steps => steps;

    /// <summary>Where events are kept one by one, if anybody asked for them; set before a sample.</summary>
    public EventLog? Events { get; init; }

    /// <summary>Forgets the sample before and takes the active sites of the next.</summary>
    public void Reset(SiteBinding sites)
    {
        foreach (var population in populations)
        {
            population.Present = sites.Present(population.Population);
            steps?.SetPresent(population.Population.Id.Index, population.Present);
            foreach (var core in population.Cores) ticks.SetPresent(core, Present(population, image.Cores[core].Slice));
        }

        foreach (var (i, projection) in projections.Index())
        {
            var map = sites.Bind(image.Projections[i].Map);
            projection.Bind(map, storage is null || map == image.Projections[i].Map ? projection.Table : SiteSynapses.Of(image, i, storage, sites, map));
            if (populations[image.Projections[i].Source.Index] is { Population: { Sites: not null, Size: var size }, Present: var present }) projection.Restrict(present, size);
        }

        foreach (var table in image.Sites) tables[table.Id.Index] = SiteCounts.Build(table, sites);
        ticks.Clear();
        steps?.Clear();
        foreach (var population in populations) population.Clear();
        foreach (var projection in projections) projection.Clear();
        Array.Clear(linkPackets);
        Array.Clear(linkPayloads);
        foreach (var tick in perTickLinks) Array.Clear(tick);
        for (var i = 0; Events is { } log && i < projections.Length; i++) log.Tables[i] = projections[i].Table;
    }

    /// <summary>Counts the step that <paramref name="engine"/> has just computed.</summary>
    public void Observe(int step, ISpikeEngine engine)
    {
        foreach (var view in populations)
        {
            var id = view.Population.Id;
            var count = engine.EventCount(id);
            view.EmissionsPerStep[step] += count;
            steps?.Emitted(id.Index, step, count);
            foreach (var p in view.Outflows)
            {
                var did = projections[p].Count(engine, count, step, image.Steps, steps is not null);
                var arrival = step + image.Projections[p].Delay;
                if (steps is not null && arrival < image.Steps) steps[p, arrival] = did;
            }

            if (view.Cores.Length == 0) continue;
            Events?.Record(id, step, engine);
            var events = engine.Active(id);
            var tick = view.Population.Stage + (step * image.TicksPerStep);
            Send(view, events, tick);
            foreach (var p in view.Outflows)
            {
                var projection = image.Projections[p];
                if (projection.RowsFrom is null) Deliver(projections[p], events, projections[p].Payloads(engine), tick);
                else if (step + projection.Delay < image.Steps) Deliver(projections[p], events, null, image.Populations[projection.Target.Index].Stage + ((step + projection.Delay) * image.TicksPerStep));
            }
        }
    }

    /// <summary>All counts of the sample; by core and tick too if <paramref name="perTick"/>.</summary>
    public Activity Finish(bool perTick = false)
    {
        var carried =
            from index in Enumerable.Range(0, links.Length)
            where linkPackets[index] > 0
            let peak = perTickLinks.Max(tick => tick[index])
            orderby links[index]
            select new LinkActivity(links[index], linkPackets[index], linkPayloads[index], peak);
        return new(
            [.. Enumerable.Range(0, ticks.Cores).Select(ticks.Total)],
            [.. populations.Select(p => p.Finish(image.Steps))],
            [.. projections.Select(p => p.Finish(image.Steps))],
            [.. carried])
        {
            PerTick = perTick ? ticks.All() : [],
            Sites = [.. tables],
        };
    }

    /// <summary>The counts of the sample and of its ticks and steps if no membership were tested; null where no projection looks up sites.</summary>
    public (Activity Activity, TickCounts Ticks, StepCounts? Steps)? Vanilla(Activity did)
    {
        if (!looksUp) return null;
        var without = ticks.Vanilla();
        var activity = did with
        {
            Cores = [.. Enumerable.Range(0, without.Cores).Select(without.Total)],
            Projections = [.. projections.Select(p => p.FinishVanilla(image.Steps))],
            PerTick = [],
            Sites = [],
            TableBuild = default,
        };
        return (activity, without, steps?.Vanilla());
    }

    /// <summary>Every core that holds a target of a slice must be in the slice's tree.</summary>
    private void CheckListeners()
    {
        var found = new DiagnosticBag();
        foreach (var view in populations)
        {
            foreach (var sender in view.Cores)
            {
                var (slice, reached) = (image.Cores[sender].Slice, ticks.Trees[sender].Cores);
                foreach (var outflow in view.Outflows.Select(p => projections[p]))
                {
                    if (outflow.Table is not { } table)
                    {
                        // Which core holds a target is known only with the sites of a sample: any of them may.
                        foreach (var listener in populations[outflow.Projection.Target.Index].Cores)
                            if (reached.BinarySearch(listener) < 0) found.Add(MulticastWalk.NotReached(image, image.Cores[sender], image.Cores[listener]));
                        continue;
                    }

                    for (var bucket = slice.First / table.BucketSize; bucket * (long)table.BucketSize < slice.First + slice.Count; bucket++)
                    {
                        foreach (ref readonly var entry in table.Row(bucket))
                            if (reached.BinarySearch(entry.Core) < 0) found.Add(MulticastWalk.NotReached(image, image.Cores[sender], image.Cores[entry.Core]));
                    }
                }
            }
        }

        found.ThrowIfErrors();
    }

    /// <summary>Neuron updates and packets of the cores of a population.</summary>
    private void Send(PopulationView view, ReadOnlySpan<int> events, int tick)
    {
        var payload = view.Population.Domain != SpikeDomain.Binary;
        var computes = view.Population.Neuron is not SourceNeuron;
        var updates = ticks.NeuronUpdates(tick);
        var sent = ticks.SpikesSent(tick);
        var received = ticks.PacketsReceived(tick);
        var onLinks = perTickLinks[tick];
        var from = 0;
        foreach (var core in view.Cores)
        {
            var slice = image.Cores[core].Slice;
            var to = from + LowerBound(events[from..], slice.First + slice.Count);
            long spikes = to - from;
            from = to;
            if (computes) updates[core] += Present(view, slice);
            sent[core] += spikes;
            if (!view.Heard || spikes == 0) continue;
            var tree = ticks.Trees[core];
            view.Packets += spikes;
            view.RouterVisits += spikes * tree.Routers;
            view.LinkCrossings += spikes * tree.Links.Length;
            foreach (var receiver in tree.Cores) received[receiver] += spikes;
            foreach (var link in treeLinks[core])
            {
                linkPackets[link] += spikes;
                if (payload) linkPayloads[link] += spikes;
                onLinks[link] += spikes;
            }
        }
    }

    /// <summary>Neurons of a slice that exist in the sample.</summary>
    private static int Present(PopulationView view, CoreSlice slice) => Math.Clamp(view.Present - slice.First, 0, slice.Count);

    /// <summary>
    /// Synaptic events of a projection on the cores that hold its targets. Where rows are payloads every synapse of an event counts, because the core has to look
    /// whether its row is there: an upper bound of the additions. That happens in the tick of the target, when both events and rows have come.
    /// </summary>
    private void Deliver(ProjectionView projection, ReadOnlySpan<int> events, int[]? payloads, int tick)
    {
        var table = projection.Table!;
        var analog = projection.Projection.Kind == ProjectionKind.Analog;
        var operations = analog ? ticks.Macs(tick) : ticks.SynapticEvents(tick);
        var transfers = ticks.RowsFetched(tick);
        var words = ticks.DmaWords(tick);
        if (table.Each is { } each) Address(each, events.Length, tick);
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
            if (table.Sites is { } sites) LookUp(table.Row(bucket), sites.Row(bucket), n, additions, analog, tick);
            if (!table.Fetches) continue;
            foreach (ref readonly var reach in table.Row(bucket))
            {
                transfers[reach.Core] += n * reach.Transfers;
                words[reach.Core] += n * reach.Words;
            }
        }
    }

    /// <summary>What every event costs on every core that may hold a target: addresses of all taps, and the coordinates of its site.</summary>
    private void Address(SiteEventCosts each, long events, int tick)
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
    private void LookUp(ReadOnlySpan<CoreSynapses> reached, ReadOnlySpan<CoreLookups> lookups, long n, long additions, bool analog, int tick)
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

    private int IndexOf(LinkId link)
    {
        if (!linkIndex.TryGetValue(link, out var index)) linkIndex.Add(link, index = linkIndex.Count);
        return index;
    }

    private sealed class PopulationView(Population population, int[] cores, int[] outflows, bool givesRows, int steps)
    {
        /// <summary>Whether anybody listens: to its events or to its payloads as rows.</summary>
        public bool Heard => givesRows || outflows.Length > 0;

        public Population Population => population;

        public int[] Cores => cores;

        public int[] Outflows => outflows;

        /// <summary>Neurons that exist in this sample.</summary>
        public int Present { get; set; } = population.Size;

        public long[] EmissionsPerStep { get; } = new long[steps];

        public long Packets { get; set; }

        public long RouterVisits { get; set; }

        public long LinkCrossings { get; set; }

        public void Clear()
        {
            Array.Clear(EmissionsPerStep);
            (Packets, RouterVisits, LinkCrossings) = (0, 0, 0);
        }

        public PopulationActivity Finish(int steps) => new(
            population.Neuron is SourceNeuron ? 0 : (long)Present * steps,
            [.. EmissionsPerStep],
            Packets,
            population.Domain == SpikeDomain.Binary ? 0 : Packets,
            RouterVisits,
            LinkCrossings)
        {
            NeuronSteps = (long)Present * steps,
        };
    }
}
