using System.Collections.Immutable;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Runtime;

/// <summary>What one core did; index in <see cref="Activity.Cores"/> = index in <see cref="Ir.Images.ChipImage.Cores"/>.</summary>
/// <param name="NeuronUpdates">Neuron steps computed.</param>
/// <param name="SpikesSent">Emissions other than 0.</param>
/// <param name="PacketsReceived">Multicast packets that reached the core.</param>
/// <param name="SynapticEvents">Payloads added to an accumulator without a multiplication.</param>
/// <param name="Macs">Real payloads multiplied by a weight and added.</param>
/// <param name="RowsFetched">Synaptic rows brought in by DMA.</param>
/// <param name="DmaWords">32-bit words these rows have.</param>
public readonly record struct CoreActivity(
    long NeuronUpdates,
    long SpikesSent,
    long PacketsReceived,
    long SynapticEvents,
    long Macs,
    long RowsFetched,
    long DmaWords)
{
    /// <summary>Indices of targets over sites that were computed: one for each arriving event and tap.</summary>
    public long SiteOffsets { get; init; }

    /// <summary>Of these, targets in the core's part of the grid, which it looked up among its sites.</summary>
    public long SiteProbes { get; init; }

    /// <summary>Counts of two stretches of time.</summary>
    public static CoreActivity operator +(CoreActivity a, CoreActivity b) => new(
        a.NeuronUpdates + b.NeuronUpdates,
        a.SpikesSent + b.SpikesSent,
        a.PacketsReceived + b.PacketsReceived,
        a.SynapticEvents + b.SynapticEvents,
        a.Macs + b.Macs,
        a.RowsFetched + b.RowsFetched,
        a.DmaWords + b.DmaWords)
    {
        SiteOffsets = a.SiteOffsets + b.SiteOffsets,
        SiteProbes = a.SiteProbes + b.SiteProbes,
    };
}

/// <summary>What the neurons of one population did and what their packets took; the index is the population's id.</summary>
/// <param name="NeuronUpdates">Neuron steps computed: neurons times steps (0 for an input).</param>
/// <param name="EmissionsPerStep">Emissions other than 0 in each step.</param>
/// <param name="Packets">Multicast packets sent, before they branch.</param>
/// <param name="PayloadPackets">How many of <paramref name="Packets"/> carry a payload word.</param>
/// <param name="RouterVisits">Routers passed by the packets, branches counted each.</param>
/// <param name="LinkCrossings">Chip-to-chip links crossed by the packets, branches counted each.</param>
public sealed record PopulationActivity(
    long NeuronUpdates,
    ImmutableArray<long> EmissionsPerStep,
    long Packets,
    long PayloadPackets,
    long RouterVisits,
    long LinkCrossings)
{
    /// <summary>Neurons times steps: of a population at sites the neurons that are there in the sample.</summary>
    public long NeuronSteps { get; init; }

    /// <summary>Emissions other than 0 over all steps.</summary>
    public long Emissions => EmissionsPerStep.Sum();

    /// <summary>Counts of two stretches of time; steps are added index by index, so a sum over samples is per step of the sample.</summary>
    public static PopulationActivity operator +(PopulationActivity a, PopulationActivity b) => new(
        a.NeuronUpdates + b.NeuronUpdates,
        [.. a.EmissionsPerStep.Zip(b.EmissionsPerStep, (x, y) => x + y)],
        a.Packets + b.Packets,
        a.PayloadPackets + b.PayloadPackets,
        a.RouterVisits + b.RouterVisits,
        a.LinkCrossings + b.LinkCrossings)
    {
        NeuronSteps = a.NeuronSteps + b.NeuronSteps,
    };
}

/// <summary>What one projection did; the index is that in the image.</summary>
/// <param name="Events">Emissions other than 0 that entered it.</param>
/// <param name="SynapticEvents">Additions without multiplication (effective ACs); a synapse whose weight is zero does not count.</param>
/// <param name="Macs">Multiply-accumulates with a real payload other than 0 (effective MACs); a synapse whose weight is zero does not count.</param>
/// <param name="DenseOperations">Synapses times steps: what a machine that skips nothing would do.</param>
public readonly record struct ProjectionActivity(long Events, long SynapticEvents, long Macs, long DenseOperations)
{
    /// <summary>Rows that are payloads and were looked at to see whether they are 0: synapses of the events; 0 where rows are stored weights.</summary>
    public long Probes { get; init; }

    /// <summary>Multiplications of a machine that skips nothing and multiplies the padding too, over all steps: <see cref="MacSlots"/> of the sample.</summary>
    public long DenseSlots { get; init; }

    /// <summary>What was looked up; nothing but zeros where targets do not depend on active sites.</summary>
    public SiteLookups Sites { get; init; }

    /// <summary>Counts of two stretches of time.</summary>
    public static ProjectionActivity operator +(ProjectionActivity a, ProjectionActivity b) => new(
        a.Events + b.Events,
        a.SynapticEvents + b.SynapticEvents,
        a.Macs + b.Macs,
        a.DenseOperations + b.DenseOperations)
    {
        Probes = a.Probes + b.Probes,
        DenseSlots = a.DenseSlots + b.DenseSlots,
        Sites = a.Sites + b.Sites,
    };
}

/// <summary>A directed chip-to-chip link: the one that leaves chip (<paramref name="X"/>, <paramref name="Y"/>) in direction <paramref name="Direction"/> (0-5: E, NE, N, W, SW, S; -1 where only the chip is meant).</summary>
public readonly record struct LinkId(int X, int Y, int Direction) : IComparable<LinkId>
{
    private static readonly string[] Names = ["E", "NE", "N", "W", "SW", "S"];

    /// <summary>Order by chip column, row, direction, as the image orders its routers.</summary>
    public int CompareTo(LinkId other) => (X, Y, Direction).CompareTo((other.X, other.Y, other.Direction));

    /// <inheritdoc/>
    public override string ToString() => Direction < 0 ? $"({X},{Y})" : $"({X},{Y}){Names[Direction]}";
}

/// <summary>Packets over one link.</summary>
/// <param name="Link">Which link.</param>
/// <param name="Packets">Packets over it.</param>
/// <param name="PayloadPackets">How many of <paramref name="Packets"/> carry a payload word.</param>
/// <param name="PeakPacketsPerTick">Packets in the tick that had most.</param>
public readonly record struct LinkActivity(LinkId Link, long Packets, long PayloadPackets, long PeakPacketsPerTick);

/// <summary>
/// Everything a chip did for a sample or for several, in exact integers. Energy is priced from it afterwards, by any cost model, without
/// running again.
/// </summary>
/// <param name="Cores">Per core of the image.</param>
/// <param name="Populations">Per population of the image.</param>
/// <param name="Projections">Per projection of the image.</param>
/// <param name="Links">Links that carried a packet, in ascending order of link.</param>
public sealed record Activity(
    ImmutableArray<CoreActivity> Cores,
    ImmutableArray<PopulationActivity> Populations,
    ImmutableArray<ProjectionActivity> Projections,
    ImmutableArray<LinkActivity> Links)
{
    /// <summary>What each core did in each tick, at index tick x cores + core; of one sample, and only if <see cref="RunRecording.CoreTicks"/> asked for it.</summary>
    public ImmutableArray<CoreActivity> PerTick { get; init; } = [];

    /// <summary>What the tiles of each stage of the schedule did; empty for a chip of cores.</summary>
    public ImmutableArray<TileActivity> Tiles { get; init; } = [];

    /// <summary>What building the tables of active sites took, per table of the image.</summary>
    public ImmutableArray<SiteTableActivity> Sites { get; init; } = [];

    /// <summary>What the tiles did to build these tables, of all tables together.</summary>
    public TileActivity TableBuild { get; init; }

    /// <summary>Activity of two samples of one image together.</summary>
    public static Activity operator +(Activity a, Activity b) => new(
        [.. a.Cores.Zip(b.Cores, (x, y) => x + y)],
        [.. a.Populations.Zip(b.Populations, (x, y) => x + y)],
        [.. a.Projections.Zip(b.Projections, (x, y) => x + y)],
        AddLinks(a.Links, b.Links))
    {
        Tiles = [.. a.Tiles.Zip(b.Tiles, (x, y) => x + y)],
        Sites = [.. a.Sites.Zip(b.Sites, (x, y) => x + y)],
        TableBuild = a.TableBuild + b.TableBuild,
    };

    private static ImmutableArray<LinkActivity> AddLinks(ImmutableArray<LinkActivity> a, ImmutableArray<LinkActivity> b) =>
    [
        .. a.Concat(b).GroupBy(l => l.Link).OrderBy(g => g.Key).Select(g => new LinkActivity(
            g.Key, g.Sum(l => l.Packets), g.Sum(l => l.PayloadPackets), g.Max(l => l.PeakPacketsPerTick))),
    ];
}
