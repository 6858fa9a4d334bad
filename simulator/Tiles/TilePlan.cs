using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.HwModels.Tiles;
using NeuroChip.Ir;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;
using NeuroChip.Simulator.Noc;

namespace NeuroChip.Simulator.Tiles;

/// <summary>A stage of the schedule with everything about it that is known before the run.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Kind">Its kind of tile.</param>
/// <param name="Engine">How such a tile counts cycles.</param>
/// <param name="Works">Work of each projection into it, and the projection's index.</param>
/// <param name="Inflows">What moves to it.</param>
/// <param name="Before">Stages that must be done before: index and delay in steps.</param>
/// <param name="WeightRoute">Way of streamed weights; null where they stay.</param>
/// <param name="MembraneRoute">Way of membranes that are not on the tiles; null where they are.</param>
/// <param name="OutputRoute">Way of what the host reads; null where it reads nothing.</param>
internal sealed record PlannedStage(
    TileStage Stage,
    TileKind Kind,
    ITileEngine Engine,
    ImmutableArray<(int Projection, ImageWork Work)> Works,
    ImmutableArray<StageInflow> Inflows,
    ImmutableArray<(int Stage, int Delay)> Before,
    TileRoute? WeightRoute,
    TileRoute? MembraneRoute,
    TileRoute? OutputRoute)
{
    /// <summary>What one of its tiles does of a work.</summary>
    public LayerWork Share(LayerWork work) => TileShare.Of(work, Stage.ChannelParts, Stage.PositionParts);
}

/// <summary>An image with a schedule, laid out on its chip: what <see cref="TileCounts"/> and the timing of tile chips both read.</summary>
internal sealed class TilePlan
{
    public TilePlan(ChipImage image, TileChip chip)
    {
        (Image, Chip, Mesh) = (image, chip, new TileMesh(chip));
        var schedule = image.Schedule ?? throw new ArgumentException("the image has no schedule of tiles", nameof(image));
        RequireFit(schedule);
        Stages = Plan(schedule);
        RequireUnits();
        Tables = [.. image.Sites.Select(Table)];
    }

    /// <summary>The image.</summary>
    public ChipImage Image { get; }

    /// <summary>The chip.</summary>
    public TileChip Chip { get; }

    /// <summary>Its mesh.</summary>
    public TileMesh Mesh { get; }

    /// <summary>Stages in the order of the schedule.</summary>
    public ImmutableArray<PlannedStage> Stages { get; }

    /// <summary>Tables of active sites, in the order in which they are built.</summary>
    public ImmutableArray<PlannedTable> Tables { get; }

    /// <summary>Phases of a step.</summary>
    public int Phases => Image.Schedule!.Phases;

    private ImmutableArray<PlannedStage> Plan(TileSchedule schedule)
    {
        var stageOf = new int[Image.Populations.Length];
        Array.Fill(stageOf, -1);
        foreach (var (i, s) in schedule.Stages.Index()) stageOf[s.Population.Index] = i;
        var read = Image.Readouts.SelectMany(r => r.Signals).Select(s => s.Population).ToHashSet();
        var into = Image.Projections.Index().ToLookup(p => p.Item.Target);
        var homes = Homes(schedule, stageOf);
        var holders = Enumerable.Range(0, Mesh.Sites.Length).Where(t => Chip.Tiles[Mesh.Sites[t].Kind].Does == TileWork.None).ToImmutableArray();
        var engines = schedule.Stages.Select(s => s.TileKind).Distinct().ToDictionary(k => k, k => TileEngines.Of(Chip, Chip.Tiles[k]));
        return
        [
            .. schedule.Stages.Select(stage =>
            {
                var works = into[stage.Population].Select(p => (p.Index, Work: new ImageWork(p.Item, Image, Chip.Tiles[stage.TileKind].AddressUnit))).ToImmutableArray();
                var sources = works.SelectMany(w => Sources(Image.Projections[w.Index]).Select(s => (s.Population, s.Delay, w.Work.NeedsAllEvents))).GroupBy(s => (s.Population, s.Delay));
                return new PlannedStage(
                    stage,
                    Chip.Tiles[stage.TileKind],
                    engines[stage.TileKind],
                    works,
                    [.. sources.Select(s => Inflow(schedule, stageOf, homes, stage, s.Key.Population, s.Key.Delay, s.Any(x => x.NeedsAllEvents)))],
                    [.. sources.Where(s => stageOf[s.Key.Population.Index] >= 0).Select(s => (stageOf[s.Key.Population.Index], s.Key.Delay))],
                    stage.Streamed ? Mesh.FromMemory(stage.Tiles, stage.ChannelParts) : null,
                    stage.MembraneHome switch
                    {
                        MembraneHome.GlobalBuffer or MembraneHome.Dram => Mesh.ToMemory(stage.Tiles),
                        MembraneHome.MembraneTiles => Mesh.Between(stage.Tiles, holders, Math.Max(1, holders.Length)),
                        _ => null,
                    },
                    read.Contains(stage.Population) ? Mesh.ToMemory(stage.Tiles) : null);
            }),
        ];
    }

    private PlannedTable Table(SiteTable table)
    {
        var (lookups, coordinates) = (Holders(m => m.To == table.Id), Holders(m => m.From == table.Id));
        ImmutableArray<int> all = [.. lookups.Concat(coordinates).Select(h => h.Tile).Distinct().Order()];
        // Coordinates that are fed in come from DRAM; a window makes others from those that lie in some tiles.
        ImmutableArray<int> from = table.Reach is { } reach ? [.. Holders(m => m.From == reach.From).Select(h => h.Tile)] : [];
        return new(
            table,
            lookups,
            coordinates,
            lookups.ToImmutableDictionary(h => h.Tile, h => AddressUnit.Of(Chip.Tiles[Mesh.Sites[h.Tile].Kind])!),
            all.IsEmpty ? null : from.IsEmpty ? Mesh.FromMemory(all, 1) : Mesh.Between(from, all, 1));

        ImmutableArray<(int Tile, int Parts)> Holders(Func<SiteMap, bool> needs)
        {
            var parts = new SortedDictionary<int, int>();
            foreach (var planned in Stages)
            {
                if (!planned.Works.Any(w => Image.Projections[w.Projection].Map is SiteMap map && needs(map))) continue;
                foreach (var tile in planned.Stage.Tiles) parts[tile] = Math.Min(parts.GetValueOrDefault(tile, int.MaxValue), planned.Stage.PositionParts);
            }

            return [.. parts.Select(p => (p.Key, p.Value))];
        }
    }

    private StageInflow Inflow(TileSchedule schedule, int[] stageOf, EmissionHome[] homes, TileStage to, PopulationId source, int delay, bool toAll)
    {
        var from = stageOf[source.Index] < 0 ? null : schedule.Stages[stageOf[source.Index]];
        var home = from is null ? EmissionHome.Dram : from.Phase == to.Phase ? EmissionHome.Direct : homes[source.Index];
        return new StageInflow(Chip, Mesh, Image.Populations[source.Index], PayloadBits(source, from), from, to, home, toAll ? to.PositionParts : to.Tiles.Length, delay);
    }

    private static IEnumerable<(PopulationId Population, int Delay)> Sources(Projection p) => p.RowsFrom is { } rows ? [(p.Source, p.Delay), (rows, 0)] : [(p.Source, p.Delay)];

    /// <summary>Bits of a payload: what the mapping reserved per neuron; for inputs, which it does not place, what their domain needs.</summary>
    private long PayloadBits(PopulationId id, TileStage? stage)
    {
        var population = Image.Populations[id.Index];
        if (stage is not null) return Math.Max(1, CeilingDivision.Of(stage.OutputBits, population.Size));
        return population.Domain switch
        {
            SpikeDomain.Binary => 1,
            SpikeDomain.Signed => 2,
            SpikeDomain.Count => 8,
            _ => Image.Arithmetic.Kind == ArithmeticKind.Float32 ? 32 : 16,
        };
    }

    /// <summary>What is read in another phase waits in the global buffer while there is room, beside the membranes there; in the order of the schedule.</summary>
    private EmissionHome[] Homes(TileSchedule schedule, int[] stageOf)
    {
        var homes = new EmissionHome[Image.Populations.Length];
        var room = Chip.GlobalBuffer.Size.Bits.Count - schedule.Stages.Where(s => s.MembraneHome == MembraneHome.GlobalBuffer).Sum(s => s.MembraneBits);
        foreach (var stage in schedule.Stages)
        {
            var crosses = Image.Projections.Any(p => Sources(p).Any(s => s.Population == stage.Population) && schedule.Stages[stageOf[p.Target.Index]].Phase != stage.Phase);
            if (!crosses) continue;
            var fits = stage.OutputBits <= room;
            if (fits) room -= stage.OutputBits;
            homes[stage.Population.Index] = fits ? EmissionHome.Buffer : EmissionHome.Dram;
        }

        return homes;
    }

    private void RequireFit(TileSchedule schedule)
    {
        var bag = new DiagnosticBag();
        foreach (var stage in schedule.Stages)
        {
            var name = Image.Populations[stage.Population.Index].Name;
            if (!Chip.Tiles.TryGetValue(stage.TileKind, out var kind))
                bag.Add(Misfit($"'{name}' is on tiles of kind '{stage.TileKind}', which '{Chip.Name}' does not have", $"its kinds are {string.Join(", ", Chip.Tiles.Keys)}"));
            else if (stage.Tiles.FirstOrDefault(t => t >= Mesh.Sites.Length || Mesh.Sites[t].Kind != stage.TileKind, -1) is >= 0 and var tile)
                bag.Add(Misfit($"'{name}' is on tile {tile} as one of kind '{stage.TileKind}'; that tile {(tile < Mesh.Sites.Length ? $"is of kind '{Mesh.Sites[tile].Kind}'" : $"is not there: '{Chip.Name}' has {Mesh.Sites.Length}")}"));
            else if (kind.Engine == TileEngine.ProductSparse)
                bag.Add(Diagnostic.Error("NC5036", $"'{name}' is on tiles of kind '{stage.TileKind}', whose time depends on which inputs spike together", null,
                    "models are timed on event-driven tiles and dense arrays; recorded spikes can be timed on this kind with run --spikes"));
        }

        bag.ThrowIfErrors();
    }

    private void RequireUnits()
    {
        var bag = new DiagnosticBag();
        foreach (var planned in Stages.Where(s => s.Engine is EventDriven || s.Works.Any(w => w.Work.OverSites)))
        {
            foreach (var (index, work) in planned.Works)
            {
                if (work.OverSites && planned.Kind.AddressUnit is null)
                    bag.Add(Misfit($"projection '{Image.Projections[index].Name}' looks up active sites; tiles of kind '{planned.Stage.TileKind}' have no address unit"));
                if (work.Extents.Kind == LayerKind.Elementwise) continue;
                var (unit, there) = work.Multiplies ? ("multipliers", planned.Kind.MacLanes.CountOrNone()) : ("adders", planned.Kind.Lanes.CountOrNone());
                if (there > 0) continue;
                bag.Add(Misfit($"projection '{Image.Projections[index].Name}' needs {unit}; tiles of kind '{planned.Stage.TileKind}' have none"));
            }
        }

        bag.ThrowIfErrors();
    }

    private static Diagnostic Misfit(string what, params ReadOnlySpan<string> notes) =>
        Diagnostic.Error("NC5035", $"the schedule of the image does not fit its chip: {what}", null, [.. notes, "compile the model again for this chip"]);
}
