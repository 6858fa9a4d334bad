using System.Collections.Immutable;
using NeuroChip.Compiler.Targets.SpiNNaker;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Compiler.Mapping;

/// <summary>
/// From a module to its place on a chip: legality, partition, traffic, placement, keys, trees, tables, check. The order is the order
/// of need; every step is a pure function of what is before it and the seed.
/// </summary>
public static class MappingPipeline
{
    private static readonly string[] Stages = ["check the module against the chip", "partition", "traffic", "place", "route", "tables", "check the mapping"];

    /// <summary>All placers. The only place that lists them.</summary>
    public static ImmutableArray<IPlacer> Placers { get; } = [new AnnealingPlacer(), new HilbertPlacer()];

    /// <summary>All routers. The only place that lists them.</summary>
    public static ImmutableArray<IRouter> Routers { get; } = [new NearestNeighbourRouter()];

    /// <summary>Maps a module, or says completely why it does not fit.</summary>
    /// <exception cref="DiagnosticException">It does not fit, or an option names something unknown.</exception>
    /// <exception cref="MappingCheckException">The mapping is wrong: a bug of ours.</exception>
    public static ChipMapping Map(Module module, ManyCoreChip chip, MapOptions? options = null, Action<MappingProgress>? progress = null)
    {
        options ??= new();
        var placer = Named(Placers, p => p.Name, options.Placer, "placer");
        var router = Named(Routers, r => r.Name, options.Router, "router");
        void Begin(int stage) => progress?.Invoke(new(Stages[stage], stage, Stages.Length));

        Begin(0);
        var found = new DiagnosticBag();
        SpiNNakerLegality.Check(module, chip, options.OrdinaryAttention, found);
        found.ThrowIfErrors();
        var plan = Plan(module, chip);
        var available = options.MemoryBytes ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (plan.Bytes > available) throw new DiagnosticException(MappingErrors.PlanTooLarge(module, plan, available));

        var machine = Machine.Of(chip);
        var (partition, traffic, placement) = Place(module, chip, machine, placer, options, Begin);

        Begin(4);
        var keys = KeyAllocator.Allocate(partition, module.Populations.Length, (int)Math.Min(32, chip.Noc.KeyBits.Bits.Count)) ?? throw new DiagnosticException(MappingErrors.KeysExhausted(module, chip, partition));
        var trees = Route(router, new(machine, traffic, placement), options);

        Begin(5);
        var tables = RoutingTables.Build(module, chip, machine, trees, keys, options.Threads);

        Begin(6);
        var mapping = new ChipMapping(module.Name, chip.Name, options.Seed, placer.Name, router.Name, partition.Slices, machine, placement, keys, trees, tables);
        var findings = MappingChecker.Check(module, chip, mapping, options.Threads);
        return findings.IsEmpty ? mapping : throw new MappingCheckException(findings);
    }

    /// <summary>An estimate of what mapping will take here, from sizes alone.</summary>
    public static MappingPlan Plan(Module module, ManyCoreChip chip)
    {
        // Bytes per slice: record, memory uses, key, place, tree of about 32 nodes. Bytes per connection: graph, two ends while annealing.
        const long PerSlice = 2048, PerEdge = 4 + (2 * 12);
        var perCore = Math.Max(1, chip.Core.Neurons.Count);
        long Slices(PopulationId id) => (module[id].Size + perCore - 1L) / perCore;
        var slices = module.Populations.Sum(p => Slices(p.Id));
        long edges = 0;
        foreach (var projection in module.Projections)
        {
            var all = Slices(projection.Source) * Slices(projection.Target);
            var reached = Slices(projection.Source) * perCore * Math.Max(1L, projection.Map.Bound);
            edges += projection.Map is SiteMap ? all : Math.Min(all, reached);
            if (projection.RowsFrom is { } rows) edges += Slices(rows) * Slices(projection.Target);
        }
        return new(slices, edges, (slices * PerSlice) + (edges * PerEdge) + (module.Populations.Sum(p => (long)p.Size) * sizeof(int)));
    }

    /// <summary>
    /// Partitions and places. Where the chips' shared memory does not hold the largest slices together, smaller ones are tried, which leave less
    /// of it unused.
    /// </summary>
    private static (Partition, TrafficGraph, Placement) Place(
        Module module, ManyCoreChip chip, Machine machine, IPlacer placer, MapOptions options, Action<int> begin)
    {
        var limit = chip.Memory.SdramUsable.Bits.Count / 8;
        Diagnostic? full = null;
        foreach (var share in new[] { 1, 4, chip.Core.Usable.Count })
        {
            begin(1);
            Partition partition;
            try
            {
                partition = new BalancedPartitioner(share).Partition(module, chip, options.Seed);
            }
            catch (DiagnosticException) when (full is not null)
            {
                break;
            }
            begin(2);
            var traffic = TrafficGraph.Build(module, partition, options.Threads);
            begin(3);
            var problem = new PlacementProblem(machine, traffic, [.. partition.Slices.Select(s => s.Bytes(SliceMemory.Sdram))], limit);
            if (placer.Place(problem, options.Seed) is { } placement) return (partition, traffic, placement);
            full ??= MappingErrors.NoPlace(module, chip, partition, limit);
        }
        throw new DiagnosticException(full!);
    }

    private static ImmutableArray<RoutingTree> Route(IRouter router, RoutingProblem problem, MapOptions options)
    {
        var trees = new RoutingTree[problem.Traffic.Count];
        var failed = new Diagnostic?[trees.Length];
        Parallel.For(0, trees.Length, new ParallelOptions { MaxDegreeOfParallelism = options.Threads }, s =>
        {
            try
            {
                trees[s] = router.Route(problem, s, options.Seed);
            }
            catch (DiagnosticException e)
            {
                failed[s] = e.Diagnostics[0];
            }
        });
        var found = new DiagnosticBag();
        foreach (var diagnostic in failed)
            if (diagnostic is not null) found.Add(diagnostic);
        found.ThrowIfErrors();
        return [.. trees];
    }

    private static T Named<T>(ImmutableArray<T> all, Func<T, string> name, string wanted, string what)
    {
        foreach (var one in all)
            if (name(one) == wanted) return one;
        throw new DiagnosticException(Diagnostic.Error("NC2110", $"there is no {what} '{wanted}'", null, $"known: {string.Join(", ", all.Select(name))}"));
    }
}
