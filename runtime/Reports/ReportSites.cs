using System.Collections.Immutable;

namespace NeuroChip.Runtime.Reports;

/// <summary>
/// What active sites took, and what the same events would have taken with vanilla addressing: without the test whether a target is an active site, adding to every tap inside
/// the grid. Then the set of sites grows from layer to layer; that is not followed, so vanilla addressing is shown better than it is.
/// </summary>
/// <param name="Tables">Tables of active sites, in the order of the image.</param>
/// <param name="Layers">Layers that look up sites, in the order of the image.</param>
/// <param name="Total">The whole run, layers that look up nothing included.</param>
/// <param name="TableBuild">Actions of tiles that build the tables; all 0 on cores, where the host does.</param>
/// <param name="TableBuildCycles">Cycles before the first steps in which they do, over all samples.</param>
/// <param name="Vanilla">What differs in a report of the same events with vanilla addressing.</param>
public sealed record ReportSites(
    ImmutableArray<ReportSiteTable> Tables, ImmutableArray<ReportAddressing> Layers, ReportAddressing Total, TileActivity TableBuild, long TableBuildCycles, ReportVanilla Vanilla);

/// <summary>A table of active sites; counts are over all samples.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Extent">Cells of the grid along its three axes, in the model's order.</param>
/// <param name="Capacity">Sites it was planned for.</param>
/// <param name="Lookup">"direct" or "hash".</param>
/// <param name="LookupBits">Bits of the lookup.</param>
/// <param name="CoordinateBits">Bits of the coordinates.</param>
/// <param name="Sites">Active sites.</param>
/// <param name="MostSites">Those of the sample with most.</param>
/// <param name="Lookups">Sites looked up while it was built.</param>
/// <param name="Reads">Slots these read.</param>
/// <param name="Inserts">Slots written.</param>
/// <param name="First">Sites of the first sample, see <see cref="SiteList"/>.</param>
public sealed record ReportSiteTable(
    string Name, ImmutableArray<int> Extent, int Capacity, string Lookup, long LookupBits, long CoordinateBits, long Sites, long MostSites, long Lookups, long Reads, long Inserts, string First);

/// <summary>Vanilla addressing beside that of spike sparse convolution (SSC): a layer, or all of the run. Counts are over all samples.</summary>
/// <param name="Name">The layer.</param>
/// <param name="Map">Address functions of its projections over sites.</param>
/// <param name="Sites">Table its targets are looked up in.</param>
/// <param name="Events">Events that entered these projections.</param>
/// <param name="SourceSites">Sites with at least one of them, step by step.</param>
/// <param name="Pairs">Targets found, event by event.</param>
/// <param name="EventProbes">Lookups if every event looks up its own.</param>
/// <param name="SiteProbes">Lookups if the events of a site share them.</param>
/// <param name="Probes">Lookups the chip did: one of these two in each part along channels, or on cores those in the part of the grid that each holds.</param>
/// <param name="Reads">Slots read, at one lookup for each event and tap; more than <paramref name="EventProbes"/> where keys collide.</param>
/// <param name="Operations">Additions (MACs of real payloads) of these projections, zero weights included.</param>
/// <param name="VanillaOperations">The same with vanilla addressing.</param>
/// <param name="Cycles">Cycles of the layer, of the whole run in a total: on cores those in which its cores are busy, summed.</param>
/// <param name="VanillaCycles">The same with vanilla addressing.</param>
/// <param name="Joules">Energy.</param>
/// <param name="VanillaJoules">The same with vanilla addressing.</param>
public sealed record ReportAddressing(
    string Name,
    string Map,
    string Sites,
    long Events,
    long SourceSites,
    long Pairs,
    long EventProbes,
    long SiteProbes,
    long Probes,
    long Reads,
    long Operations,
    long VanillaOperations,
    long Cycles,
    long VanillaCycles,
    double Joules,
    double VanillaJoules);

/// <summary>What differs in a report of the same events with vanilla addressing, so that it can be priced.</summary>
/// <param name="Timing">When things would happen.</param>
/// <param name="SynapticEvents">Additions by projection.</param>
/// <param name="Macs">MACs by projection.</param>
/// <param name="DmaWords">Words moved by DMA, by core.</param>
/// <param name="Tiles">What would happen on tiles; null on cores.</param>
public sealed record ReportVanilla(ReportTiming Timing, ImmutableArray<long> SynapticEvents, ImmutableArray<long> Macs, ImmutableArray<long> DmaWords, ReportTiles? Tiles)
{
    /// <summary>The report of these events with vanilla addressing, not priced.</summary>
    public RunReport Of(RunReport run) => run with
    {
        Timing = Timing,
        Projections = [.. run.Projections.Select((p, i) => p with { SynapticEvents = SynapticEvents[i], Macs = Macs[i] })],
        Cores = [.. run.Cores.Select((c, i) => c with { Counts = c.Counts with { DmaWords = DmaWords[i], SiteProbes = 0 } })],
        Tiles = Tiles,
        Sites = null,
        Energy = null,
    };
}
