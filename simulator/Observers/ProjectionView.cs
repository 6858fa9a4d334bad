using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Runtime;
using NeuroChip.Simulator.Engines;

namespace NeuroChip.Simulator.Observers;

/// <summary>Counts what one projection does, in the sample whose active sites it was bound to.</summary>
internal sealed class ProjectionView(Projection projection, SynapseTable? table)
{
    private readonly PairCounts? pairs = projection.RowsFrom is null ? null : new(projection.Map);
    private EffectiveCounts? effective = projection.RowsFrom is null && projection.Map is not SiteMap ? new(EffectiveSynapses.Of(projection)) : null;
    private EffectiveCounts? nominal;
    private AddressFunction map = projection.Map;
    private long total = projection.Map.Total;
    private long slots = MacSlots.Of(projection).Slots;
    private long events;
    private long operations;
    private long probes;
    private readonly Queue<int[]> underway = [];
    private SiteLookups lookups;

    public Projection Projection => projection;

    public SynapseTable? Table { get; private set; } = table;

    /// <summary>Takes the function of the sample that begins.</summary>
    public void Bind(AddressFunction sample, SynapseTable? reached)
    {
        if (sample == projection.Map) return;
        var bound = projection with { Map = sample };
        (map, Table, total, slots, nominal) = (sample, reached, sample.Total, MacSlots.Of(bound).Slots, null);
        effective = new(EffectiveSynapses.Of(bound));
    }

    /// <summary>An ordinary function from sites treats all of them alike: of the synapses it was planned with, those of the sites that are there.</summary>
    public void Restrict(int present, int size)
    {
        if (projection.Map is SiteMap) return;
        total = (long)((Int128)projection.Map.Total * present / size);
        slots = (long)((Int128)MacSlots.Of(projection).Slots * present / size);
    }

    /// <summary>Whether every digit of a payload is an addition; else an event is one operation per synapse whatever its payload.</summary>
    public bool InDigits => projection.Kind == ProjectionKind.ShiftAdd;

    /// <summary>Synapses per source whose weight is not 0; null where rows are payloads and before sites are bound.</summary>
    public EffectiveCounts? Effective => effective;

    /// <summary>Synapses per source, those of weight 0 included, if <paramref name="withZeros"/> and there are such; else null.</summary>
    public EffectiveCounts? Nominal(bool withZeros) =>
        withZeros && !InDigits && effective!.Total != map.Total ? nominal ??= new(NominalSynapses.Of(map)) : null;

    /// <summary>The payloads whose digits count as additions, by address; null where they are not looked at.</summary>
    public int[]? Payloads(IStepView view) => InDigits ? view.Numbers<int>(Signal.Emission(projection.Source)) : null;

    /// <summary>
    /// What the events of a step do, from the events themselves. Where rows are payloads, an addition is done where the row is not 0, and every row of an event is looked at.
    /// Synapses of weight 0 count only if <paramref name="withZeros"/>.
    /// </summary>
    public ProjectionStep Of(IStepView view, long emissions, bool withZeros)
    {
        var active = view.Active(projection.Source);
        if (projection.RowsFrom is { } rows)
        {
            var (looked, added) = pairs!.Of(active, view.Active(rows));
            return new(emissions, looked, added, looked);
        }

        var payloads = Payloads(view);
        var now = payloads is not null ? effective!.OverDigits(active, payloads) : emissions == map.SourceSize ? effective!.Total : effective!.Over(active);
        if (map is not RulebookMap rulebook) return new(emissions, Nominal(withZeros)?.Over(active) ?? now, now, 0);
        var found = SiteCounts.Of(rulebook, active, payloads);
        return new(emissions, found.Operations, now, 0) { Sites = found };
    }

    /// <summary>Whether rows are payloads of a later step than the events that look at them.</summary>
    public bool IsLate => projection is { RowsFrom: not null, Delay: > 0 };

    /// <summary>What the events do that arrive in a step, if the projection <see cref="IsLate"/>; takes those that are emitted in it.</summary>
    public ProjectionStep Arrive(IStepView view)
    {
        underway.Enqueue(view.Active(projection.Source).ToArray());
        if (underway.Count <= projection.Delay) return default;
        var arrived = underway.Dequeue();
        var (looked, added) = pairs!.Of(arrived, view.Active(projection.RowsFrom!.Value));
        return new(arrived.Length, looked, added, looked);
    }

    /// <summary>Adds what the events of a step do that arrive before the sample ends.</summary>
    public void Add(ProjectionStep step)
    {
        events += step.Events;
        operations += step.Operations;
        probes += step.Probes;
        lookups += step.Sites;
    }

    public void Clear()
    {
        (events, operations, probes, lookups) = (0, 0, 0, default);
        underway.Clear();
    }

    public ProjectionActivity Finish(int steps) => Finish(steps, operations) with { Sites = lookups };

    /// <summary>The same without membership tests: what they save is added, zero weights included.</summary>
    public ProjectionActivity FinishVanilla(int steps) => Finish(steps, operations + lookups.Saved());

    private ProjectionActivity Finish(int steps, long done) =>
        (projection.Kind == ProjectionKind.Analog ? new ProjectionActivity(events, 0, done, total * steps) : new(events, done, 0, total * steps)) with { Probes = probes, DenseSlots = slots * steps };
}
