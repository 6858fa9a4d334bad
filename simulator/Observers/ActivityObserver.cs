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
    private readonly SeenEvents seen;
    private CountedEvents? counted;
    private readonly LinkTraffic links;
    private readonly TickCounts ticks;
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
        ticks = new(stages.Ticks, trees, image.Projections.Any(p => p.Map is SiteMap));
        tables = new SiteTableActivity[image.Sites.Length];
        storage = chip is null ? null : new RowStorage(image, chip.Synapse);
        projections = [.. image.Projections.Select((p, i) => new ProjectionView(p, storage is null || p.Map is SiteMap ? null : SynapseTable.Of(image, i, storage)))];
        populations = [.. image.Populations.Select(p => View(p, trees.Length))];
        CheckListeners();
        links = new(trees, stages.Ticks);
        if (image.Schedule is not null) steps = new(projections.Length, populations.Length, image.Steps);
        seen = new(steps is not null);
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
            for (var i = 0; i < population.Cores.Length; i++) ticks.SetPresent(population.Cores[i], population.PresentOn(i));
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
        links.Clear();
        for (var i = 0; Events is { } log && i < projections.Length; i++) log.Tables[i] = projections[i].Table;
    }

    /// <summary>
    /// What an engine is to count while it computes, and the populations whose events it has to show nevertheless. From then on <see cref="Observe"/> reads the counters.
    /// </summary>
    public (TallyPlan Plan, ImmutableHashSet<PopulationId> Seen) LeaveToEngine()
    {
        counted ??= new(populations, projections, steps is not null, Events is not null);
        return (counted.Plan, counted.Seen);
    }

    /// <summary>Counts the step that <paramref name="view"/> shows; <paramref name="tallies"/> are its counters after <see cref="LeaveToEngine"/>.</summary>
    public void Observe(int step, IStepView view, ReadOnlySpan<long> tallies = default)
    {
        seen.View = view;
        counted?.Take(tallies);
        foreach (var population in populations) Book(step, population, counted?.Has(population) == true ? counted : seen);
    }

    /// <summary>Books what the events of a population in a step add up to, where and when it happens.</summary>
    private void Book(int step, PopulationView view, IEventSums sums)
    {
        var id = view.Population.Id;
        var count = sums.Count(view);
        view.EmissionsPerStep[step] += count;
        steps?.Emitted(id.Index, step, count);
        foreach (var p in view.Outflows)
        {
            var arrival = projections[p].IsLate ? step : step + image.Projections[p].Delay;
            if (arrival >= image.Steps) continue;
            var did = projections[p].IsLate ? projections[p].Arrive(seen.View) : sums.Of(projections[p], count);
            projections[p].Add(did);
            if (steps is not null) steps[p, arrival] = did;
        }

        if (view.Cores.Length == 0) return;
        Events?.Record(id, step, seen.View);
        var tick = view.Population.Stage + (step * image.TicksPerStep);
        Send(view, tick);
        foreach (var p in view.Outflows)
        {
            var projection = image.Projections[p];
            if (projection.RowsFrom is null) sums.Deliver(projections[p], ticks, tick);
            // Products are made in the tick of the target, when both events and rows have come.
            else if (step + projection.Delay < image.Steps) sums.Deliver(projections[p], ticks, image.Populations[projection.Target.Index].Stage + ((step + projection.Delay) * image.TicksPerStep));
        }
    }

    /// <summary>All counts of the sample; by core and tick too if <paramref name="perTick"/>.</summary>
    public Activity Finish(bool perTick = false) => new(
        [.. Enumerable.Range(0, ticks.Cores).Select(ticks.Total)],
        [.. populations.Select(p => p.Finish())],
        [.. projections.Select(p => p.Finish(image.Steps))],
        links.Finish())
    {
        PerTick = perTick ? ticks.All() : [],
        Sites = [.. tables],
    };

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

    private PopulationView View(Population population, int cores)
    {
        int[] own = [.. Enumerable.Range(0, cores).Where(c => image.Cores[c].Slice.Population == population.Id)];
        return new(
            population,
            own,
            [.. own.Select(c => image.Cores[c].Slice)],
            [.. Enumerable.Range(0, projections.Length).Where(i => image.Projections[i].Source == population.Id)],
            image.Projections.Any(i => i.RowsFrom == population.Id),
            image.Steps);
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
    private void Send(PopulationView view, int tick)
    {
        var payload = view.Population.Domain != SpikeDomain.Binary;
        var computes = view.Population.Neuron is not SourceNeuron;
        var updates = ticks.NeuronUpdates(tick);
        var sent = ticks.SpikesSent(tick);
        var received = ticks.PacketsReceived(tick);
        for (var i = 0; i < view.Cores.Length; i++)
        {
            var (core, spikes) = (view.Cores[i], view.Spikes[i]);
            if (computes) updates[core] += view.PresentOn(i);
            sent[core] += spikes;
            if (!view.Heard || spikes == 0) continue;
            var tree = ticks.Trees[core];
            view.Packets += spikes;
            view.RouterVisits += spikes * tree.Routers;
            view.LinkCrossings += spikes * tree.Links.Length;
            foreach (var receiver in tree.Cores) received[receiver] += spikes;
            links.Send(core, spikes, payload, tick);
        }
    }
}
