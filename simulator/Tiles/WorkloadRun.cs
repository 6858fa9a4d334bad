using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.HwModels.Tiles;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Runtime.Workloads;

namespace NeuroChip.Simulator.Tiles;

/// <summary>
/// Runs a workload on a chip of tiles: its layers one after the other, each on one tile of the first kind (in the order of names) that does its kind of work.
/// No mapping to several tiles and no mesh: that takes an image.
/// </summary>
/// <param name="chip">The chip.</param>
public sealed class WorkloadRun(TileChip chip)
{
    private readonly Dictionary<string, ITileEngine> engines = chip.Tiles.ToDictionary(t => t.Key, t => TileEngines.Of(chip, t.Value), StringComparer.Ordinal);

    /// <summary>Whether spikes decide the time of one of its layers.</summary>
    public bool NeedsSpikes(Workload workload) => workload.Layers.Any(l => !l.Operands.IsEmpty && TileFor(l) is { } tile && engines[tile].NeedsSpikes);

    /// <summary>Refuses a workload with layers that no tile of the chip does (NC5048, all of them) or whose spikes are needed and not there (NC5047).</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="spikes">Its spikes.</param>
    /// <param name="file">The workload's file, named in errors.</param>
    public void Require(Workload workload, WorkloadSpikes spikes, string file)
    {
        var homeless = workload.Layers.Where(l => TileFor(l) is null).ToArray();
        if (homeless.Length > 0)
        {
            throw new DiagnosticException(Diagnostic.Error("NC5048",
                $"no tile of '{chip.Name}' runs {homeless.Length} of the {workload.Layers.Length} layers of '{workload.Name}' from shapes alone: {string.Join(", ", homeless.Take(5).Select(l => $"'{l.Name}'"))}{(homeless.Length > 5 ? ", ..." : "")}",
                new Place(file, workload.Name), "its tiles: " + string.Join(", ", chip.Tiles.Select(t => $"{t.Key} ({t.Value.Engine}, does {t.Value.Does})"))));
        }

        var missing = workload.Operands.Where(o => !spikes.Arrays.ContainsKey(o.Name)).ToArray();
        if (missing.Length > 0 && NeedsSpikes(workload))
        {
            throw new DiagnosticException(Diagnostic.Error("NC5047",
                $"how long '{workload.Name}' takes on '{chip.Name}' depends on which spikes there are; {missing.Length} layers have none, the first is '{missing[0].Layer}'",
                new Place(file, workload.Name), "recorded ones: --spikes TRACE.npz", "drawn ones: --density 0.1 --seed 1"));
        }
    }

    /// <summary>Times and prices the workload.</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="spikes">Its spikes; none for a chip that does not look at them.</param>
    /// <param name="from">What to say about where they come from.</param>
    /// <param name="table">Name of the cost table; null for the default one.</param>
    /// <param name="progress">Hears the name of each layer before it is worked on.</param>
    public WorkloadReport Run(Workload workload, WorkloadSpikes spikes, WorkloadReportSpikes from, string? table = null, Action<string>? progress = null)
    {
        var tiles = workload.Layers.Select(l => TileFor(l)!).ToImmutableArray();
        var kindOf = workload.Layers.Zip(tiles).ToDictionary(p => p.First.Name, p => p.Second, StringComparer.Ordinal);
        // Spike matrices are large and needed once: a layer's is made when its turn comes, and only its counts are kept.
        var works = new List<LayerWork>();
        IEnumerable<LayerWork> InTurn()
        {
            foreach (var layer in workload.Layers)
            {
                progress?.Invoke(layer.Name);
                var work = WorkloadWork.Of(layer, spikes, WeightBits, StateBits);
                works.Add(work with { Spikes = [] });
                ones.Add(work.Spikes is [var only] ? only.Ones : null);
                yield return work;
            }
        }

        ones.Clear();
        var cycles = TileSequence.Run(InTurn(), w => engines[kindOf[w.Name]]);
        var layers = works.Select((w, i) => Layer(w, cycles[i], tiles[i], ones[i])).ToImmutableArray();
        var samples = workload.Layers.Max(l => l.Batch);
        return new WorkloadReport(
            WorkloadReport.FormatName,
            WorkloadReport.CurrentVersion,
            workload.Name,
            from,
            new WorkloadReportChip(chip.Name, chip.Title, chip.Clock.Hertz, chip.ToYaml()),
            layers,
            Total(layers, works, cycles, samples),
            WorkloadCost.Price(chip, table, layers, samples),
            [.. chip.NotModelled, "a workload runs layer by layer, each on one tile: no mapping to several tiles, no mesh"]);
    }

    private readonly List<long?> ones = [];

    private int WeightBits => chip.Arithmetic.Find(chip.Arithmetic.DefaultPrecision)?.WeightBits ?? 32;

    private int StateBits => (int)chip.Arithmetic.Accumulator.Bits.Count;

    /// <summary>The kind of tile that does a layer; null if there is none.</summary>
    private string? TileFor(WorkloadLayer layer)
    {
        var needed = layer is AttentionLayer ? TileWork.Attention : TileWork.Sparse;
        var able = chip.Tiles.Where(t => t.Value.Count.Count > 0);
        // What a dense array is not made for takes it no time in its model, and has no tile of its own.
        return able.Where(t => t.Value.Can(needed)).Concat(able.Where(t => t.Value.Engine == TileEngine.DenseArray)).Select(t => t.Key).FirstOrDefault();
    }

    private static WorkloadReportLayer Layer(LayerWork work, LayerCycles cycles, string tile, long? ones) => new(
        work.Name,
        work.Kind.ToString().ToLowerInvariant(),
        tile,
        work.Rows,
        work.Inputs,
        work.Outputs,
        cycles.Added.Count,
        cycles.Alone.Count,
        cycles.Waiting.Count,
        [.. cycles.Units.Select(u => new WorkloadReportUnit(u.Unit, u.Busy.Count))],
        cycles.DramRead.Count,
        cycles.DramWritten.Count,
        ones is null && cycles.Product is null ? null : work.Events,
        cycles.Product is { Elements: > 0 } p ? (double)p.Ones / p.Elements : ones is { } set && work.Rows * work.Inputs > 0 ? (double)set / (work.Rows * work.Inputs) : null,
        cycles.Product is { Elements: > 0 } q ? (double)q.Remaining / q.Elements : null,
        cycles.Additions,
        cycles.Macs,
        work.NeuronUpdates);

    private WorkloadReportTotal Total(ImmutableArray<WorkloadReportLayer> layers, List<LayerWork> works, ImmutableArray<LayerCycles> cycles, int samples)
    {
        var product = cycles.Aggregate(default(ProductCounts), (sum, c) => sum + (c.Product ?? default));
        var known = works.Select((w, i) => (Work: w, Ones: ones[i])).Where(w => w.Ones is not null).ToArray();
        var elements = known.Sum(w => w.Work.Rows * w.Work.Inputs);
        var total = TileSequence.Total(cycles).Count;
        return new WorkloadReportTotal(
            samples,
            total,
            total / chip.Clock.Hertz,
            layers.Sum(l => l.DramReadBits + l.DramWrittenBits),
            product.Elements > 0 ? (double)product.Ones / product.Elements : elements > 0 ? (double)known.Sum(w => w.Ones!.Value) / elements : null,
            product.Elements > 0 ? (double)product.Remaining / product.Elements : null,
            layers.Sum(l => l.Additions),
            layers.Sum(l => l.Macs),
            layers.Sum(l => l.NeuronUpdates));
    }
}
