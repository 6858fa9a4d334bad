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

    public ActivityObserver(ChipImage image, ManyCoreChip? chip)
    {
        this.image = image;
        Stages stages = new(image);
        var trees = chip is null ? [] : MulticastWalk.Trees(image, chip);
        ticks = new(stages.Ticks, trees);
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
        if (image.Sites.IsEmpty) CheckListeners();
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
        foreach (var population in populations) population.Present = sites.Present(population.Population);
        foreach (var (i, projection) in projections.Index())
        {
            if (image.Projections[i].Map is not SiteMap) continue;
            var map = sites.Bind(image.Projections[i].Map);
            projection.Bind(map, storage is null ? null : SynapseTable.Of(image, i, storage, map));
        }

        if (!image.Sites.IsEmpty) CheckListeners();
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
                if (projection.RowsFrom is null) Deliver(projections[p], events, Payloads(projection, engine), tick);
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
        };
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
                foreach (var table in view.Outflows.Select(p => projections[p].Table!))
                {
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
            if (computes) updates[core] += Math.Clamp(view.Present - slice.First, 0, slice.Count);
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

    /// <summary>The payloads whose digits count as additions, by address; null where an event is one operation per synapse whatever its payload.</summary>
    private static int[]? Payloads(Projection projection, ISpikeEngine engine) =>
        projection.Kind == ProjectionKind.ShiftAdd ? engine.Numbers<int>(Signal.Emission(projection.Source)) : null;

    /// <summary>
    /// Synaptic events of a projection on the cores that hold its targets. Where rows are payloads every synapse of an event counts, because the core has to look
    /// whether its row is there: an upper bound of the additions. That happens in the tick of the target, when both events and rows have come.
    /// </summary>
    private void Deliver(ProjectionView projection, ReadOnlySpan<int> events, int[]? payloads, int tick)
    {
        var table = projection.Table!;
        var operations = projection.Projection.Kind == ProjectionKind.Analog ? ticks.Macs(tick) : ticks.SynapticEvents(tick);
        var transfers = ticks.RowsFetched(tick);
        var words = ticks.DmaWords(tick);
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
            if (!table.Fetches) continue;
            foreach (ref readonly var reach in table.Row(bucket))
            {
                transfers[reach.Core] += n * reach.Transfers;
                words[reach.Core] += n * reach.Words;
            }
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
            LinkCrossings);
    }

    private sealed class ProjectionView(Projection projection, SynapseTable? table)
    {
        private EffectiveCounts? effective = projection.RowsFrom is null && projection.Map is not SiteMap ? new(EffectiveSynapses.Of(projection)) : null;
        private readonly PairCounts? pairs = projection.RowsFrom is null ? null : new(projection.Map);
        private long total = projection.Map.Total;
        private AddressFunction map = projection.Map;
        private EffectiveCounts? nominal;
        private long events;
        private long operations;
        private long probes;

        public Projection Projection => projection;

        public SynapseTable? Table { get; private set; } = table;

        /// <summary>Takes the function of the sample that begins.</summary>
        public void Bind(AddressFunction sample, SynapseTable? reached)
        {
            (map, Table, total, nominal) = (sample, reached, sample.Total, null);
            effective = new(EffectiveSynapses.Of(projection with { Map = sample }));
        }

        /// <summary>
        /// An emission enters the projection if it arrives before the sample ends. Where rows are payloads, an addition is done where the row is not 0, and every row of an event
        /// is looked at. Returned is what was added to the counts; synapses of weight 0 only if <paramref name="withZeros"/>.
        /// </summary>
        public ProjectionStep Count(ISpikeEngine engine, int emissions, int step, int steps, bool withZeros)
        {
            if (step + projection.Delay >= steps) return default;
            events += emissions;
            if (projection.RowsFrom is { } rows)
            {
                var (looked, added) = pairs!.Of(engine.Active(projection.Source), engine.Active(rows));
                probes += looked;
                operations += added;
                return new(emissions, looked, added, looked);
            }

            var active = engine.Active(projection.Source);
            var payloads = Payloads(projection, engine);
            var now = payloads is not null ? effective!.OverDigits(active, payloads) : emissions == map.SourceSize ? effective!.Total : effective!.Over(active);
            operations += now;
            if (!withZeros || payloads is not null || effective!.Total == total) return new(emissions, now, now, 0);
            nominal ??= new(NominalSynapses.Of(map));
            return new(emissions, nominal.Over(active), now, 0);
        }

        public void Clear() => (events, operations, probes) = (0, 0, 0);

        public ProjectionActivity Finish(int steps) => projection.Kind == ProjectionKind.Analog
            ? new(events, 0, operations, total * steps) { Probes = probes }
            : new(events, operations, 0, total * steps) { Probes = probes };
    }
}
