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

    /// <summary>The payloads whose digits count as additions, by address; null where an event is one operation per synapse whatever its payload.</summary>
    public int[]? Payloads(ISpikeEngine engine) => projection.Kind == ProjectionKind.ShiftAdd ? engine.Numbers<int>(Signal.Emission(projection.Source)) : null;

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
        var payloads = Payloads(engine);
        var now = payloads is not null ? effective!.OverDigits(active, payloads) : emissions == map.SourceSize ? effective!.Total : effective!.Over(active);
        operations += now;
        if (map is RulebookMap rulebook)
        {
            var found = SiteCounts.Of(rulebook, active, payloads);
            lookups += found;
            return new(emissions, found.Operations, now, 0) { Sites = found };
        }

        if (!withZeros || payloads is not null || effective!.Total == map.Total) return new(emissions, now, now, 0);
        nominal ??= new(NominalSynapses.Of(map));
        return new(emissions, nominal.Over(active), now, 0);
    }

    public void Clear() => (events, operations, probes, lookups) = (0, 0, 0, default);

    public ProjectionActivity Finish(int steps) => Finish(steps, operations) with { Sites = lookups };

    /// <summary>The same without membership tests: what they save is added, zero weights included.</summary>
    public ProjectionActivity FinishVanilla(int steps) => Finish(steps, operations + lookups.Saved());

    private ProjectionActivity Finish(int steps, long done) =>
        (projection.Kind == ProjectionKind.Analog ? new ProjectionActivity(events, 0, done, total * steps) : new(events, done, 0, total * steps)) with { Probes = probes, DenseSlots = slots * steps };
}
