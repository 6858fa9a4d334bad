using System.Collections.Immutable;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Runtime.Reports;

/// <summary>The part of a report that is about active sites.</summary>
internal static class SiteReportBuilder
{
    /// <summary>What looking up sites took beside what it saved; prices come later.</summary>
    /// <param name="image">The image.</param>
    /// <param name="run">What happened.</param>
    /// <param name="report">The report of the run.</param>
    /// <param name="vanilla">The report of the same events with vanilla addressing.</param>
    public static ReportSites Of(ChipImage image, SessionResult run, RunReport report, RunReport vanilla) => new(
        [.. image.Sites.Select(t => Table(t, run))],
        [.. image.Populations.Where(p => Into(image, p.Id).Any()).Select(p => Layer(image, p, run, report, vanilla))],
        Total(image, run, report, vanilla),
        run.Activity.TableBuild,
        run.Timing.Tiles?.TableBuild.Count ?? 0,
        new(
            vanilla.Timing,
            [.. vanilla.Projections.Select(p => p.SynapticEvents)],
            [.. vanilla.Projections.Select(p => p.Macs)],
            [.. vanilla.Cores.Select(c => c.Counts.DmaWords)],
            vanilla.Tiles));

    private static IEnumerable<(int Index, Projection Item)> Into(ChipImage image, PopulationId target) =>
        image.Projections.Index().Where(p => p.Item.Target == target && p.Item.Map is SiteConvMap);

    private static ReportSiteTable Table(SiteTable table, SessionResult run)
    {
        var did = run.Activity.Sites[table.Id.Index];
        var first = run.Samples[0].Sites.TryGetValue(table.Name, out var sites) ? SiteList.Write(sites.Span<int>(), table.Extent) : "";
        return new(
            table.Name, table.Extent, table.Capacity, table.Lookup.ToString().ToLowerInvariant(), table.LookupBits, table.CoordinateBits, did.Sites, did.MostSites, did.Lookups, did.Reads, did.Inserts, first);
    }

    private static ReportAddressing Layer(ChipImage image, Population layer, SessionResult run, RunReport report, RunReport vanilla)
    {
        var into = Into(image, layer.Id).ToArray();
        return Row(
            layer.Name,
            string.Join(", ", into.Select(p => p.Item.Map.Keyword).Distinct()),
            image.Sites[layer.Sites!.Value.Index].Name,
            into.Select(p => run.Activity.Projections[p.Index]),
            Probes(report, layer.Name),
            Cycles(report, layer.Name),
            Cycles(vanilla, layer.Name));
    }

    private static ReportAddressing Total(ChipImage image, SessionResult run, RunReport report, RunReport vanilla) => Row(
        "",
        "",
        "",
        image.Projections.Index().Where(p => p.Item.Map is SiteConvMap).Select(p => run.Activity.Projections[p.Index]),
        Probes(report, null),
        report.Tiles?.TotalCycles ?? Cycles(report, null),
        vanilla.Tiles?.TotalCycles ?? Cycles(vanilla, null));

    private static ReportAddressing Row(string name, string map, string sites, IEnumerable<ProjectionActivity> did, long? probes, long cycles, long vanillaCycles)
    {
        var (events, looked) = did.Aggregate((Events: 0L, Sites: default(SiteLookups)), (sum, d) => (sum.Events + d.Events, sum.Sites + d.Sites));
        return new(
            name, map, sites, events, looked.SourceSites, looked.Pairs, looked.Probes, looked.SharedProbes, probes ?? looked.Probes, looked.Reads, looked.Operations, looked.VanillaOperations,
            cycles, vanillaCycles, 0, 0);
    }

    /// <summary>Lookups that the chip did for a layer, or for all; null for an image without tiles and cores.</summary>
    private static long? Probes(RunReport report, string? layer) =>
        report.Tiles is { } tiles ? tiles.Layers.Where(l => layer is null || l.Name == layer).Sum(l => l.Counts.SiteProbes)
        : report.Cores.IsEmpty ? null
        : report.Cores.Where(c => layer is null || c.Layer == layer).Sum(c => c.Counts.SiteProbes);

    private static long Cycles(RunReport report, string? layer) =>
        report.Tiles is { } tiles ? tiles.Layers.Where(l => layer is null || l.Name == layer).Sum(l => l.Cycles)
        : report.Cores.Where(c => layer is null || c.Layer == layer).Sum(c => c.BusyCycles);
}
