namespace NeuroChip.Runtime;

/// <summary>
/// What one projection over active sites looked up, in exact integers. A lookup is a probe of the target table with one tap of the kernel, for a target inside the grid.
/// Both granularities are counted; a chip does one of them.
/// </summary>
/// <param name="Pairs">Targets found, event by event.</param>
/// <param name="Probes">Lookups, one for each event and tap.</param>
/// <param name="Reads">Slots they read: more than <paramref name="Probes"/> where keys collide.</param>
/// <param name="SourceSites">Sites with at least one event, step by step.</param>
/// <param name="SharedProbes">Lookups, one for each of <paramref name="SourceSites"/> and tap: for a unit that keeps the targets of a site for all of its events.</param>
/// <param name="SharedReads">Slots these read.</param>
/// <param name="Operations">Additions (multiply-accumulates of real payloads) with the targets found, zero weights included: what hardware does that fetches whole rows.</param>
/// <param name="VanillaOperations">The same without the membership test: every tap whose target lies inside the grid is added to.</param>
public readonly record struct SiteLookups(long Pairs, long Probes, long Reads, long SourceSites, long SharedProbes, long SharedReads, long Operations, long VanillaOperations)
{
    /// <summary>Operations that the membership test saves.</summary>
    public long Saved() => VanillaOperations - Operations;

    /// <summary>Counts of two stretches of time.</summary>
    public static SiteLookups operator +(SiteLookups a, SiteLookups b) => new(
        a.Pairs + b.Pairs,
        a.Probes + b.Probes,
        a.Reads + b.Reads,
        a.SourceSites + b.SourceSites,
        a.SharedProbes + b.SharedProbes,
        a.SharedReads + b.SharedReads,
        a.Operations + b.Operations,
        a.VanillaOperations + b.VanillaOperations);
}

/// <summary>What building one table of active sites took: once for each sample, however many projections look it up; the index is that in the image.</summary>
/// <param name="Samples">Samples it was built for.</param>
/// <param name="Sites">Active sites, summed over samples.</param>
/// <param name="MostSites">Active sites of the sample with most.</param>
/// <param name="Lookups">Sites looked up to see whether they are there already: each voxel that was fed in (none in a direct table), each candidate that a window reaches.</param>
/// <param name="Reads">Slots these read.</param>
/// <param name="Inserts">Slots written: one for each site.</param>
public readonly record struct SiteTableActivity(int Samples, long Sites, long MostSites, long Lookups, long Reads, long Inserts)
{
    /// <summary>Counts of two samples.</summary>
    public static SiteTableActivity operator +(SiteTableActivity a, SiteTableActivity b) =>
        new(a.Samples + b.Samples, a.Sites + b.Sites, Math.Max(a.MostSites, b.MostSites), a.Lookups + b.Lookups, a.Reads + b.Reads, a.Inserts + b.Inserts);
}

/// <summary>
/// The same events with vanilla addressing: no membership test, every tap inside the grid is added to. Sites that would come about this way emit nothing, so this is
/// less than what a network without the test does.
/// </summary>
/// <param name="Activity">What the chip would do.</param>
/// <param name="Timing">When.</param>
public sealed record VanillaAddressing(Activity Activity, TimingResult Timing)
{
    /// <summary>Two samples of one image.</summary>
    public static VanillaAddressing operator +(VanillaAddressing a, VanillaAddressing b) => new(a.Activity + b.Activity, a.Timing + b.Timing);
}
