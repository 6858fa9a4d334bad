using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Mapping;

/// <summary>Routing tables from multicast trees, short enough for the routers.</summary>
internal static class RoutingTables
{
    /// <summary>Tables of the chips that need one, ordered by (X, Y).</summary>
    /// <exception cref="DiagnosticException">A table stays too long; all such chips are listed.</exception>
    public static ImmutableArray<ImageRouter> Build(
        Module module, ManyCoreChip chip, Machine machine, ImmutableArray<RoutingTree> trees, ImmutableArray<KeyBlock> keys, int threads)
    {
        var limit = chip.Noc.RouterEntries.Count;
        var routes = new List<KeyRoute>[machine.Chips.Length];
        foreach (var tree in trees)
            foreach (var node in tree.Nodes)
                (routes[node.Chip] ??= []).Add(new(keys[tree.Slice], node.Route, chip.Noc.DefaultRouting && node.IsDefaultRoute));

        var tables = new List<RoutingEntry>?[routes.Length];
        Parallel.For(0, routes.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, c =>
        {
            if (routes[c] is { } list) tables[c] = Minimise(list, limit);
        });

        var found = new DiagnosticBag();
        var result = ImmutableArray.CreateBuilder<ImageRouter>();
        for (var c = 0; c < tables.Length; c++)
        {
            if (tables[c] is not { Count: > 0 } table) continue;
            var (x, y) = machine.Chips[c];
            if (table.Count > limit) found.Add(MappingErrors.TableTooLong(module, chip, x, y, routes[c].Count, table.Count, limit));
            result.Add(new(x, y, [.. table]));
        }
        found.ThrowIfErrors();
        return result.ToImmutable();
    }

    /// <summary>
    /// The entries of one chip: neighbours merged and defaults left out; if that is still too long, ordered covering. Entries that
    /// stay disjoint are preferred because they are exact and cheap to make.
    /// </summary>
    internal static List<RoutingEntry> Minimise(List<KeyRoute> routes, int limit)
    {
        routes.Sort((a, b) => a.Block.Key.CompareTo(b.Block.Key));
        var merged = PrefixAggregation.Merge(routes);
        var entries = merged.Where(r => !r.Default).Select(r => new RoutingEntry(r.Block.Key, r.Block.Mask, r.Route)).ToList();
        return entries.Count <= limit ? entries : OrderedCovering.Minimise(merged, limit);
    }
}
