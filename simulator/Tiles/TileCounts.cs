using System.Collections.Immutable;
using NeuroChip.Ir.Images;
using NeuroChip.Runtime;
using NeuroChip.Simulator.Observers;

namespace NeuroChip.Simulator.Tiles;

/// <summary>
/// What every stage of a schedule did in every step of one sample, in integers, from the counts of its projections. docs/simulator.md has the formulas.
/// </summary>
internal sealed class TileCounts
{
    private readonly StageStep[] steps;

    /// <summary>Counts a sample.</summary>
    /// <param name="plan">The image on its chip.</param>
    /// <param name="counts">What its projections did.</param>
    /// <param name="tables">What building its tables of active sites took; none where nothing is looked up.</param>
    public TileCounts(TilePlan plan, StepCounts counts, ImmutableArray<SiteTableActivity> tables)
    {
        Plan = plan;
        Steps = counts.Steps;
        LinkBits = new long[plan.Mesh.Links];
        steps = new StageStep[plan.Stages.Length * Steps];
        for (var s = 0; s < plan.Stages.Length; s++)
            for (var t = 0; t < Steps; t++) steps[(s * Steps) + t] = Of(plan.Stages[s], counts, t);
        Build = tables.IsDefaultOrEmpty ? SiteTableBuild.None : SiteTableBuild.Of(plan, tables, LinkBits);
    }

    /// <summary>The phase before the first step, in which tables of active sites are built.</summary>
    public SiteTableBuild Build { get; }

    /// <summary>The image on its chip.</summary>
    public TilePlan Plan { get; }

    /// <summary>Steps of the sample.</summary>
    public int Steps { get; }

    /// <summary>Bits over each link of the mesh.</summary>
    public long[] LinkBits { get; }

    /// <summary>What a stage did in a step.</summary>
    public ref readonly StageStep this[int stage, int step] => ref steps[(stage * Steps) + step];

    /// <summary>What each stage did in all steps.</summary>
    public ImmutableArray<TileActivity> Totals()
    {
        var totals = new TileActivity[Plan.Stages.Length];
        for (var s = 0; s < totals.Length; s++)
            for (var t = 0; t < Steps; t++) totals[s] += this[s, t].Did;
        return [.. totals];
    }

    private StageStep Of(PlannedStage planned, StepCounts counts, int step)
    {
        var (stage, arithmetic) = (planned.Stage, Plan.Image.Arithmetic);
        var population = Plan.Image.Populations[stage.Population.Index];
        var works = ImmutableArray.CreateBuilder<LayerWork>(planned.Works.Length + 1);
        var neurons = counts.Present(stage.Population.Index, population.Size);
        long events = 0, additions = 0, macs = 0, probes = 0, weightReads = 0, lookups = 0, tableBits = 0;
        foreach (var (projection, shape) in planned.Works)
        {
            var work = shape.Of(counts[projection, step]);
            works.Add(work);
            var dense = planned.Engine is DenseArray && shape.IsStored;
            events += work.Events;
            additions += dense ? 0 : work.Additions;
            macs += dense ? work.Rows * work.Inputs * work.Outputs : work.Macs;
            probes += work.Probes;
            // Parts along channels each look up all targets.
            lookups += work.Lookups * stage.ChannelParts;
            tableBits += shape.TableBits(counts[projection, step]) * stage.ChannelParts;
            // An array keeps its weights still and reads each once; an event reads the rows of its taps.
            weightReads += !shape.IsStored ? 0 : dense ? work.WeightBits.Count : (work.Additions + work.Macs) * arithmetic.WeightBits;
        }

        works.Add(new LayerWork { Name = population.Name, Kind = LayerKind.Neurons, NeuronUpdates = neurons });
        long nocBits = 0, hops = 0, bitHops = 0, buffer = 0, read = 0, written = 0, eventBits = 0;
        foreach (var inflow in planned.Inflows)
        {
            var bits = inflow.Bits(counts, inflow.Arriving(counts, step));
            nocBits += inflow.BusiestLink(bits);
            bitHops += inflow.BitHops(bits);
            hops = Math.Max(hops, inflow.Hops);
            inflow.Load(LinkBits, bits);
            eventBits += bits * inflow.Copies;
            if (inflow.Home == EmissionHome.Buffer) buffer += 2 * bits;
            if (inflow.Home != EmissionHome.Dram) continue;
            read += bits;
            // An input of the model is in DRAM already.
            if (inflow.Source.Neuron is not Ir.Neurons.SourceNeuron) written += bits;
        }

        // State and outputs of a population at sites are those of the sites that are there.
        long OfPresent(long bits) => neurons == population.Size ? bits : (long)(((Int128)bits * neurons + population.Size - 1) / population.Size);
        var (membranes, output) = (OfPresent(stage.MembraneBits), OfPresent(stage.OutputBits));
        var rowBits = planned.Works.Where(w => w.Work.Extents.Kind == LayerKind.Attention).Sum(w => counts[w.Projection, step].Probes * RowBits(planned, w.Projection));
        long streamed = stage.Streamed ? stage.WeightBits : 0;
        long weightLink = 0, weightHops = 0;
        Move(planned.WeightRoute, streamed, ref weightLink, ref bitHops, ref weightHops);
        Move(planned.MembraneRoute, 2 * membranes, ref nocBits, ref bitHops, ref hops);
        Move(planned.OutputRoute, output, ref nocBits, ref bitHops, ref hops);
        var home = stage.MembraneHome;
        if (home == MembraneHome.GlobalBuffer) buffer += 2 * membranes;
        if (home == MembraneHome.Dram) (read, written) = (read + membranes, written + membranes);
        if (planned.OutputRoute is not null) written += output;
        var onTile = home is MembraneHome.Tile or MembraneHome.MembraneTiles ? membranes : 0;
        var accumulated = (additions + macs + ((long)neurons * Math.Max(1, population.Neuron.Ports))) * arithmetic.AccumulatorBits;
        var did = new TileActivity(
            events, additions, macs, probes, neurons, weightReads, streamed * stage.PositionParts, eventBits + rowBits, eventBits, accumulated, accumulated, onTile, onTile, buffer, bitHops, read + streamed, written)
        {
            SiteProbes = lookups,
            TableBitsRead = tableBits,
        };
        return new StageStep(works.MoveToImmutable(), did, nocBits, (int)hops, streamed, weightLink);
    }

    private void Move(Noc.TileRoute? route, long bits, ref long busiest, ref long bitHops, ref long hops)
    {
        if (route is null || bits == 0) return;
        busiest += route.BusiestLink(bits);
        bitHops += route.BitHops(bits);
        hops = Math.Max(hops, route.Hops);
        route.Load(LinkBits, bits);
    }

    private long RowBits(PlannedStage planned, int projection)
    {
        var rows = Plan.Image.Projections[projection].RowsFrom;
        return planned.Inflows.First(i => i.Source.Id == rows).PayloadBits;
    }
}
