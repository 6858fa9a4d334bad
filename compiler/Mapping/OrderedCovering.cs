using System.Numerics;
using NeuroChip.Ir.Images;

namespace NeuroChip.Compiler.Mapping;

/// <summary>
/// Ordered covering (Mundy, Heathcote, Garside 2016): entries with one route merge into one with more don't-care bits. Entries are kept from
/// the most to the least specific and the first that matches wins, so a merged entry may cover keys of entries before it, but never
/// take keys away from entries after it. Stops as soon as the table is short enough.
/// </summary>
internal sealed class OrderedCovering
{
    /// <summary>An entry, and the disjoint key blocks it stands for.</summary>
    private sealed record Entry(uint Key, uint Mask, uint Route, List<KeyBlock> Covers)
    {
        public int Generality => 32 - BitOperations.PopCount(Mask);
    }

    private readonly List<Entry> table;
    private readonly List<KeyBlock> untouched;

    private OrderedCovering(IEnumerable<KeyRoute> routes)
    {
        // Keys that are routed by default must not match any entry: they are guarded like an entry behind all others.
        untouched = [.. routes.Where(r => r.Default).Select(r => r.Block)];
        table = [.. routes.Where(r => !r.Default)
            .Select(r => new Entry(r.Block.Key, r.Block.Mask, r.Route, [r.Block]))
            .OrderBy(e => e.Generality).ThenBy(e => e.Key)];
    }

    /// <summary>Merges disjoint routes until at most <paramref name="target"/> entries are left, or none can be merged.</summary>
    public static List<RoutingEntry> Minimise(IReadOnlyList<KeyRoute> routes, int target)
    {
        var covering = new OrderedCovering(routes);
        while (covering.table.Count > target && covering.Best() is { } merge) covering.Apply(merge);
        return [.. covering.table.Select(e => new RoutingEntry(e.Key, e.Mask, e.Route))];
    }

    /// <summary>The largest legal merge, as indices into the table; null if there is none.</summary>
    private List<int>? Best()
    {
        List<int>? best = null;
        var groups = Enumerable.Range(0, table.Count).GroupBy(i => table[i].Route).Where(g => g.Count() > 1).Select(g => g.ToList());
        foreach (var group in groups.OrderByDescending(g => g.Count).ThenBy(g => g[0]))
        {
            if (best is not null && group.Count <= best.Count) break;
            var merge = Refine(group, best?.Count ?? 1);
            if (merge is not null) best = merge;
        }
        return best;
    }

    /// <summary>Drops members until the merge takes no keys from others; null if no more than <paramref name="floor"/> are left.</summary>
    private List<int>? Refine(List<int> members, int floor)
    {
        var merge = new List<int>(members);
        while (merge.Count > floor)
        {
            var (key, mask) = Cover(merge);
            var place = PlaceOf(mask);
            if (!DropCovered(merge, place)) continue;
            if (Behind(merge, key, mask, place) is not { } taken) return merge;
            if (!Narrow(merge, mask, taken)) return null;
        }
        return null;
    }

    /// <summary>Members move back to the merged entry's place; one whose keys an entry in between would take cannot. True if all may stay.</summary>
    private bool DropCovered(List<int> merge, int place)
    {
        var inside = merge.ToHashSet();
        var before = merge.Count;
        merge.RemoveAll(member =>
        {
            for (var i = member + 1; i < place; i++)
                if (!inside.Contains(i) && Meet(table[i].Key, table[i].Mask, table[member].Key, table[member].Mask)) return true;
            return false;
        });
        return merge.Count == before;
    }

    /// <summary>A block of another entry behind the place that the merged entry would take, or null.</summary>
    private KeyBlock? Behind(List<int> merge, uint key, uint mask, int place)
    {
        var inside = merge.ToHashSet();
        for (var i = place; i < table.Count; i++)
        {
            if (inside.Contains(i) || !Meet(table[i].Key, table[i].Mask, key, mask)) continue;
            foreach (var block in table[i].Covers)
                if (Meet(block.Key, block.Mask, key, mask)) return block;
        }
        foreach (var block in untouched)
            if (Meet(block.Key, block.Mask, key, mask)) return block;
        return null;
    }

    /// <summary>
    /// Makes the merge leave a block alone: some bit that the block fixes must stop being a don't-care, so the members that have the block's
    /// value there go. The bit that costs the fewest members is taken. False if there is no such bit.
    /// </summary>
    private bool Narrow(List<int> merge, uint mask, KeyBlock taken)
    {
        List<int>? fewest = null;
        for (var free = ~mask & taken.Mask; free != 0; free &= free - 1)
        {
            var bit = free & (~free + 1);
            var leave = merge.Where(i => (table[i].Mask & bit) == 0 || (table[i].Key & bit) == (taken.Key & bit)).ToList();
            if (fewest is null || leave.Count < fewest.Count) fewest = leave;
        }
        if (fewest is null) return false;
        merge.RemoveAll(fewest.ToHashSet().Contains);
        return true;
    }

    private void Apply(List<int> merge)
    {
        var (key, mask) = Cover(merge);
        var merged = new Entry(key, mask, table[merge[0]].Route, [.. merge.SelectMany(i => table[i].Covers)]);
        var place = PlaceOf(mask);
        var inside = merge.ToHashSet();
        var next = new List<Entry>(table.Count - merge.Count + 1);
        for (var i = 0; i <= table.Count; i++)
        {
            if (i == place) next.Add(merged);
            if (i < table.Count && !inside.Contains(i)) next.Add(table[i]);
        }
        table.Clear();
        table.AddRange(next);
    }

    private (uint Key, uint Mask) Cover(List<int> merge)
    {
        var (mask, key) = (table[merge[0]].Mask, table[merge[0]].Key);
        foreach (var i in merge)
        {
            mask &= table[i].Mask & ~(table[i].Key ^ key);
            key &= mask;
        }
        return (key, mask);
    }

    /// <summary>Index before which an entry of this mask is inserted: behind all that are at most as general.</summary>
    private int PlaceOf(uint mask)
    {
        var generality = 32 - BitOperations.PopCount(mask);
        var place = 0;
        while (place < table.Count && table[place].Generality <= generality) place++;
        return place;
    }

    private static bool Meet(uint keyA, uint maskA, uint keyB, uint maskB) => ((keyA ^ keyB) & maskA & maskB) == 0;
}
