using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Sparse;

/// <summary>
/// The tables of active sites of a model while it is read: one for the input, one for every distinct window over the sites of another. Each gets room for the sites that
/// the calibration clouds reach there, times the growth that the plan asks for, and never for more than can be.
/// </summary>
internal sealed class SitePlanner
{
    private const int MostSites = 1 << 29;

    private readonly List<SiteTable> tables = [];
    private readonly List<ActiveSites[]> sites = []; // by table and cloud
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly Dictionary<(SiteTableId From, SiteTableId To, SiteWindow Window), int> pairs = [];
    private readonly double growth;

    /// <summary>Plans the input.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="coordinates">Name of the input that brings the coordinates.</param>
    /// <param name="extent">The grid.</param>
    /// <exception cref="DiagnosticException">NC1150: neither clouds nor a number are given; NC5080 to NC5082 for a cloud that does not fit the grid.</exception>
    public SitePlanner(SitePlan plan, string coordinates, ImmutableArray<int> extent)
    {
        var clouds = plan.Clouds?.Invoke(coordinates) ?? [];
        if (clouds.Count == 0 && plan.Sites is null) throw NoPlan();
        var most = clouds.Select(c => c.Shape[0]).DefaultIfEmpty(0).Max();
        growth = plan.Sites is { } given ? given / Math.Max(1.0, most) : 1 + plan.Margin;
        var table = new SiteTable(new(0), Unique(coordinates), extent, 1, coordinates);
        tables.Add(table with { Capacity = most == 0 ? Bounded(plan.Sites!.Value, table.Volume) : Grown(most, table.Volume) });
        sites.Add([.. clouds.Select(c => ActiveSites.Of(table with { Capacity = Math.Max(1, c.Shape[0]) }, c.Span<int>()))]);
    }

    /// <summary>The tables so far.</summary>
    public ImmutableArray<SiteTable> Tables => [.. tables];

    /// <summary>A table.</summary>
    public SiteTable this[SiteTableId id] => tables[id.Index];

    /// <summary>The table of the sites that a window reaches from another: the same one for the same window.</summary>
    public SiteTableId Reached(string name, SiteTableId from, SiteWindow window)
    {
        var reach = new SiteReach(from, window);
        if (tables.Find(t => t.Reach == reach) is { } known) return known.Id;
        var table = new SiteTable(new(tables.Count), Unique(name), window.Outputs, 1, "", reach);
        ActiveSites[] reached = [.. sites[from.Index].Select(s => s.Reached(table with { Capacity = Math.Max(1, s.ReachedKeys(window).Length) }))];
        var bound = (long)this[from].Capacity * window.OutputsBound;
        tables.Add(table with { Capacity = reached.Length == 0 ? Bounded(bound, table.Volume) : Grown(reached.Max(s => s.Count), Math.Min(bound, table.Volume)) });
        sites.Add(reached);
        return table.Id;
    }

    /// <summary>Pairs of a window between two tables: the most of any cloud, or all that can be.</summary>
    public int Pairs(SiteTableId from, SiteTableId to, SiteWindow window)
    {
        if (pairs.TryGetValue((from, to, window), out var known)) return known;
        var most = sites[from.Index].Length == 0
            ? (int)Math.Min(int.MaxValue, (long)this[from].Capacity * window.OutputsBound)
            : sites[from.Index].Zip(sites[to.Index], (a, b) => new SiteRulebook(window, SiteDirection.Forward, a, b).Pairs).Max();
        return pairs[(from, to, window)] = most;
    }

    private int Grown(int most, long bound) => Bounded((long)Math.Ceiling(most * growth), bound);

    private static int Bounded(long wanted, long bound) => (int)Math.Clamp(Math.Min(wanted, bound), 1, MostSites);

    private string Unique(string name)
    {
        if (names.Add(name)) return name;
        for (var i = 2; ; i++)
            if (names.Add($"{name}#{i}")) return $"{name}#{i}";
    }

    private static DiagnosticException NoPlan() => new(Diagnostic.Error(
        "NC1150", "how many active sites there are is not in the model, and a chip has room for a fixed number of them", null,
        "plan on clouds like those that will come: --calibrate CLOUDS.npz (simulate takes --input); --site-margin 0.25 is what is added",
        "or give the number of voxels of the largest cloud: --sites N"));
}
