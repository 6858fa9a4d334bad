using System.Collections.Immutable;
using System.Numerics;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Compiler.Mapping;

/// <summary>
/// Checks a mapping against the module and the chip model with code of its own: nothing of the partitioner, placer, router or table
/// minimiser is used. Targets come from enumerating the address functions, neighbours from the chip model, deliveries from following every
/// block of keys through the routing tables.
/// </summary>
public static class MappingChecker
{
    /// <summary>Code of everything it finds.</summary>
    public const string Code = "NC2190";

    private const int MostFindings = 32;

    /// <summary>What is wrong with a mapping; empty if nothing is.</summary>
    public static ImmutableArray<Diagnostic> Check(Module module, ManyCoreChip chip, ChipMapping mapping, int threads = 1)
    {
        var findings = new List<string>();
        Shape(module, mapping, findings);
        // Without the right slices nothing else has a meaning.
        if (findings.Count == 0)
        {
            Cores(chip, mapping, findings);
            Keys(chip, mapping, findings);
            MappingCapacityCheck.Check(module, chip, mapping, findings);
            Deliveries(module, chip, mapping, threads, findings);
        }
        return [.. findings.Take(MostFindings).Select(f => Diagnostic.Error(Code, f, new Place(module.Name)))];
    }

    private static void Shape(Module module, ChipMapping mapping, List<string> findings)
    {
        var count = mapping.Slices.Length;
        if (mapping.Keys.Length != count || mapping.Placement.ChipOf.Length != count || mapping.Placement.CoreOf.Length != count)
            findings.Add($"{count} slices, but {mapping.Keys.Length} key blocks and {mapping.Placement.ChipOf.Length} places");
        var next = 0;
        foreach (var population in module.Populations)
        {
            var covered = 0;
            for (; next < count && mapping.Slices[next].Population == population.Id; next++)
            {
                var slice = mapping.Slices[next];
                if (slice.First != covered || slice.Count < 1) findings.Add($"'{population.Name}': slice {next} begins at {slice.First}, not at {covered}");
                covered = slice.First + slice.Count;
            }
            if (covered != population.Size) findings.Add($"'{population.Name}': slices cover {covered} of {population.Size} neurons");
        }
        if (next != count) findings.Add($"slice {next} is of no population or out of order");
    }

    private static void Cores(ManyCoreChip chip, ChipMapping mapping, List<string> findings)
    {
        var taken = new Dictionary<(int X, int Y, int Core), int>();
        for (var s = 0; s < mapping.Slices.Length; s++)
        {
            var (x, y) = mapping.ChipOf(s);
            var core = mapping.Placement.CoreOf[s];
            if (!chip.Machine.IsPresent(x, y)) findings.Add($"slice {s} is on chip ({x},{y}), which is absent");
            if (core < 1 || core > chip.Core.Usable.Count) findings.Add($"slice {s} is on core {core}; cores 1 to {chip.Core.Usable.Count} hold neurons");
            if (!taken.TryAdd((x, y, core), s)) findings.Add($"slices {taken[(x, y, core)]} and {s} share core ({x},{y},{core})");
        }
    }

    private static void Keys(ManyCoreChip chip, ChipMapping mapping, List<string> findings)
    {
        var order = Enumerable.Range(0, mapping.Keys.Length).OrderBy(s => mapping.Keys[s].Key).ToArray();
        for (var k = 0; k < order.Length; k++)
        {
            var (key, mask) = (mapping.Keys[order[k]].Key, mapping.Keys[order[k]].Mask);
            var free = ~mask;
            if ((free & (free + 1)) != 0 || (key & free) != 0) findings.Add($"slice {order[k]}: key 0x{key:x8} and mask 0x{mask:x8} are no aligned block");
            if ((ulong)free + 1 < (ulong)mapping.Slices[order[k]].Count) findings.Add($"slice {order[k]}: {mapping.Slices[order[k]].Count} neurons, {(ulong)free + 1} keys");
            if (k > 0 && key <= (mapping.Keys[order[k - 1]].Key | ~mapping.Keys[order[k - 1]].Mask)) findings.Add($"slices {order[k - 1]} and {order[k]} share keys");
        }
        var seen = new HashSet<(int, int)>();
        foreach (var router in mapping.Tables)
        {
            if (!chip.Machine.IsPresent(router.X, router.Y) || !seen.Add((router.X, router.Y))) findings.Add($"a table for chip ({router.X},{router.Y}), which is absent or has one");
            if (router.Entries.Length > chip.Noc.RouterEntries.Count) findings.Add($"chip ({router.X},{router.Y}): {router.Entries.Length} entries of {chip.Noc.RouterEntries.Count}");
        }
    }

    private static void Deliveries(Module module, ManyCoreChip chip, ChipMapping mapping, int threads, List<string> findings)
    {
        var sliceOf = module.Populations.Select(p => new int[p.Size]).ToArray();
        for (var s = 0; s < mapping.Slices.Length; s++)
            Array.Fill(sliceOf[mapping.Slices[s].Population.Index], s, mapping.Slices[s].First, mapping.Slices[s].Count);
        var tables = mapping.Tables.ToDictionary(t => (t.X, t.Y), t => t.Entries);
        var bySource = module.Projections.ToLookup(p => p.Source);
        var rowListeners = RowListeners(module, mapping, sliceOf);
        var wrong = new string?[mapping.Slices.Length];
        Parallel.For(0, wrong.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, s =>
        {
            var expected = new HashSet<(int, int, int)>();
            foreach (var listener in Listeners(mapping.Slices[s], bySource, sliceOf).Union(rowListeners[s]))
            {
                var (x, y) = mapping.ChipOf(listener);
                expected.Add((x, y, mapping.Placement.CoreOf[listener]));
            }
            if (expected.Count == 0) return;
            var walk = new Walk(chip, tables, mapping.ChipOf(s), mapping.Keys[s].Key, (uint)mapping.Slices[s].Count, expected);
            wrong[s] = walk.Follow(mapping.Keys[s].Key, mapping.Keys[s].Mask);
        });
        for (var s = 0; s < wrong.Length; s++)
            if (wrong[s] is { } text) findings.Add($"slice {s} of '{module[mapping.Slices[s].Population].Name}': {text}");
    }

    /// <summary>Slices with at least one synapse from a slice, by enumeration; sources that share their targets are looked at once.</summary>
    private static HashSet<int> Listeners(Slice slice, ILookup<PopulationId, Projection> bySource, int[][] sliceOf)
    {
        var listeners = new HashSet<int>();
        var synapses = new List<Synapse>();
        foreach (var projection in bySource[slice.Population])
        {
            var targets = sliceOf[projection.Target.Index];
            if (projection.Map is SiteMap)
            {
                // The cores are fixed before anybody knows which sites a sample has: every one of them may hold a target.
                listeners.UnionWith(targets);
                continue;
            }

            long last = -1;
            for (var a = slice.First; a < slice.First + slice.Count; a++)
            {
                var like = projection.Map switch
                {
                    DenseMap => 0L,
                    ConvMap m => a / (m.Channels / m.Groups),
                    TransposedConvMap m => a / (m.Channels / m.Groups),
                    _ => a,
                };
                if (like == last) continue;
                last = like;
                synapses.Clear();
                projection.Map.Enumerate(a, synapses);
                foreach (var synapse in synapses) listeners.Add(targets[synapse.Target]);
            }
        }
        return listeners;
    }

    /// <summary>Per slice, the slices that add its payloads as rows, target by target through the inverse of the maps.</summary>
    private static HashSet<int>[] RowListeners(Module module, ChipMapping mapping, int[][] sliceOf)
    {
        var listeners = mapping.Slices.Select(_ => new HashSet<int>()).ToArray();
        var afferents = new List<Afferent>();
        foreach (var projection in module.Projections)
        {
            if (projection.RowsFrom is not { } rows) continue;
            for (var target = 0; target < projection.Map.TargetSize; target++)
            {
                afferents.Clear();
                projection.Map.Invert(target, afferents);
                foreach (var afferent in afferents) listeners[sliceOf[rows.Index][afferent.Row]].Add(sliceOf[projection.Target.Index][target]);
            }
        }
        return listeners;
    }

    /// <summary>Follows the packets of one slice through the tables.</summary>
    private sealed class Walk(
        ManyCoreChip chip,
        Dictionary<(int, int), ImmutableArray<RoutingEntry>> tables,
        (int X, int Y) from,
        uint firstKey,
        uint keys,
        HashSet<(int, int, int)> expected)
    {
        /// <summary>Follows all packets of a block of keys at once; where a table treats them differently, both halves from the start. Null if all is well.</summary>
        public string? Follow(uint key, uint mask)
        {
            var delivered = new HashSet<(int, int, int)>();
            var visited = new HashSet<(int, int)>();
            var open = new Stack<(int X, int Y, int By)>();
            open.Push((from.X, from.Y, -1));
            while (open.TryPop(out var at))
            {
                if (!visited.Add((at.X, at.Y))) return $"key 0x{key:x8} comes to chip ({at.X},{at.Y}) twice: a loop or two ways to one place";
                var route = 0u;
                var matched = false;
                foreach (var entry in tables.GetValueOrDefault((at.X, at.Y), []))
                {
                    if (((entry.Key ^ key) & entry.Mask & mask) != 0) continue;
                    var split = entry.Mask & ~mask;
                    if (split != 0)
                    {
                        var bit = 1u << BitOperations.Log2(split);
                        var upper = (key | bit) - firstKey < keys;
                        return Follow(key, mask | bit) ?? (upper ? Follow(key | bit, mask | bit) : null);
                    }
                    (route, matched) = (entry.Route, true);
                    break;
                }
                if (!matched)
                {
                    if (at.By < 0) return $"key 0x{key:x8} matches no entry on its own chip ({at.X},{at.Y})";
                    if (!chip.Noc.DefaultRouting) return $"key 0x{key:x8} matches no entry on chip ({at.X},{at.Y})";
                    route = 1u << at.By;
                }
                for (var link = 0; link < 6; link++)
                {
                    if ((route >> link & 1) == 0) continue;
                    if (chip.Machine.Neighbour(at.X, at.Y, link) is not { } next) return $"key 0x{key:x8} leaves chip ({at.X},{at.Y}) by link {link}, which leads nowhere";
                    open.Push((next.X, next.Y, link));
                }
                for (var core = 0; core < 26; core++)
                    if ((route >> (6 + core) & 1) != 0) delivered.Add((at.X, at.Y, core));
            }
            foreach (var (x, y, core) in expected)
                if (!delivered.Contains((x, y, core))) return $"key 0x{key:x8} does not come to core ({x},{y},{core}), where it has targets";
            foreach (var (x, y, core) in delivered)
                if (!expected.Contains((x, y, core))) return $"key 0x{key:x8} comes to core ({x},{y},{core}), where it has no targets";
            return null;
        }
    }
}
