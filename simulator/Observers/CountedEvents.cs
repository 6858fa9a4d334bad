using System.Collections.Immutable;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Simulator.Engines;

namespace NeuroChip.Simulator.Observers;

/// <summary>
/// Sums that an engine made while it computed: says by a <see cref="TallyPlan"/> what is to be counted, and reads the counters of a step. The plan says what
/// <see cref="SeenEvents"/> would find; where that takes more than sums over events, <see cref="Has"/> is false and the population's events have to be seen.
/// </summary>
internal sealed class CountedEvents : IEventSums
{
    private readonly int[] firstCounter; // by population: of its slices, or of all its events where it has no cores; -1 where events are seen
    private readonly Dictionary<ProjectionView, Places> places = [];
    private long[] counters = [];

    /// <summary>Makes the plan.</summary>
    /// <param name="populations">All populations.</param>
    /// <param name="projections">All projections.</param>
    /// <param name="withZeros">Whether synapses of weight 0 are asked for.</param>
    /// <param name="logged">Whether the events of cores are kept one by one.</param>
    public CountedEvents(PopulationView[] populations, ProjectionView[] projections, bool withZeros, bool logged)
    {
        firstCounter = new int[populations.Length];
        var tallies = ImmutableArray.CreateBuilder<EventTally>();
        var pairs = ImmutableArray.CreateBuilder<PairTally>();
        var count = 0;
        foreach (var population in populations)
        {
            var isCounted = !(logged && population.Cores.Length > 0) && population.Outflows.All(p => IsSum(projections[p].Projection));
            ref var first = ref firstCounter[population.Population.Id.Index];
            first = isCounted ? count : -1;
            if (!isCounted) continue;
            count += Math.Max(1, population.Cores.Length);
            var parts = new List<TallyPart> { Slices(population, first) };
            foreach (var p in population.Outflows)
            {
                var targets = populations[projections[p].Projection.Target.Index].Cores;
                var at = new Places(targets, count, projections[p].Projection.RowsFrom is not null || projections[p].Nominal(withZeros) is not null);
                count = at.End;
                places.Add(projections[p], at);
                if (projections[p].Projection.RowsFrom is not null) pairs.Add(new(p, at.Synapses, at.Operations));
                parts.AddRange(Parts(projections[p], at, withZeros));
            }

            tallies.AddRange(TallyTables.Of(population.Population, parts));
        }

        Plan = new(count, tallies.ToImmutable(), pairs.ToImmutable());
        Seen =
        [
            .. from population in populations
               where !Has(population)
               from id in population.Outflows.Select(p => projections[p].Projection.RowsFrom).OfType<PopulationId>().Prepend(population.Population.Id)
               select id,
        ];
    }

    /// <summary>What an engine is to count.</summary>
    public TallyPlan Plan { get; }

    /// <summary>Populations whose events are to be seen.</summary>
    public ImmutableHashSet<PopulationId> Seen { get; }

    /// <summary>Whether the counters say all about a population.</summary>
    public bool Has(PopulationView population) => firstCounter[population.Population.Id.Index] >= 0;

    /// <summary>Takes the counters of a step.</summary>
    public void Take(ReadOnlySpan<long> step) => counters = step.ToArray();

    public long Count(PopulationView population)
    {
        var first = firstCounter[population.Population.Id.Index];
        if (population.Cores.Length == 0) return counters[first];
        Array.Copy(counters, first, population.Spikes, 0, population.Spikes.Length);
        return population.Spikes.Sum();
    }

    public ProjectionStep Of(ProjectionView projection, long events)
    {
        var at = places[projection];
        return new(events, counters[at.Synapses], counters[at.Operations], projection.Projection.RowsFrom is null ? 0 : counters[at.Synapses]);
    }

    public void Deliver(ProjectionView projection, TickCounts ticks, int tick)
    {
        var at = places[projection];
        Book(at.OnCores, projection.Projection.Kind == ProjectionKind.Analog ? ticks.Macs(tick) : ticks.SynapticEvents(tick));
        if (!projection.Table!.Fetches) return;
        Book(at.Transfers, ticks.RowsFetched(tick));
        Book(at.Words, ticks.DmaWords(tick));

        void Book(int first, Span<long> cores)
        {
            for (var i = 0; i < at.Cores.Length; i++) cores[at.Cores[i]] += counters[first + i];
        }
    }

    /// <summary>Tables of functions over sites change from sample to sample; rows of another step than the events' are not paired on the way.</summary>
    private static bool IsSum(Projection projection) => projection.Map is not SiteMap && (projection.RowsFrom is null || projection.Delay == 0);

    private static TallyPart Slices(PopulationView population, int first)
    {
        int[] starts = [.. population.Slices.Select(s => s.First)];
        return starts.Length < 2
            ? new(0, (_, into) => into.Add(new(first, 1, 0)))
            : new(starts.Aggregate(0, TallyPart.Common), (address, into) =>
            {
                var slice = Array.BinarySearch(starts, address);
                into.Add(new(first + (slice < 0 ? ~slice - 1 : slice), 1, 0));
            });
    }

    private static IEnumerable<TallyPart> Parts(ProjectionView projection, Places at, bool withZeros)
    {
        var digits = projection.InDigits ? 1 : 0;
        if (projection.Projection.RowsFrom is null)
        {
            yield return Synapses(projection.Effective!, at.Operations, digits);
            if (projection.Nominal(withZeros) is { } nominal) yield return Synapses(nominal, at.Synapses, 0);
        }

        if (projection.Table is not { } table) yield break;
        var size = projection.Projection.Map.SourceSize;
        yield return new(table.BucketSize >= size ? 0 : table.BucketSize, (address, into) =>
        {
            foreach (ref readonly var reach in table.Row(address / table.BucketSize))
            {
                var core = Array.BinarySearch(at.Cores, reach.Core);
                Add(into, at.OnCores + core, reach.Synapses, digits);
                Add(into, at.Transfers + core, reach.Transfers, 0);
                Add(into, at.Words + core, reach.Words, 0);
            }
        });
    }

    private static TallyPart Synapses(EffectiveCounts counts, int counter, int digits) =>
        new(counts.Unit, (address, into) => Add(into, counter, counts.At(address), digits));

    private static void Add(List<TallyEntry> into, int counter, int weight, int digits)
    {
        if (weight != 0) into.Add(new(counter, weight, digits));
    }

    /// <summary>Where the counters of a projection are.</summary>
    /// <param name="Cores">Cores with targets, ascending.</param>
    /// <param name="First">The first counter.</param>
    /// <param name="Apart">Whether synapses have a counter of their own: where zero weights or rows make them differ from operations.</param>
    private sealed record Places(int[] Cores, int First, bool Apart)
    {
        public int Operations => First;

        public int Synapses => First + (Apart ? 1 : 0);

        public int OnCores => Synapses + 1;

        public int Transfers => OnCores + Cores.Length;

        public int Words => Transfers + Cores.Length;

        public int End => Words + Cores.Length;
    }
}
