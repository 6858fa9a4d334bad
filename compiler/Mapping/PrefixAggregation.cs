namespace NeuroChip.Compiler.Mapping;

/// <summary>What one chip has to do with one slice's keys.</summary>
/// <param name="Block">The keys.</param>
/// <param name="Route">Where they go.</param>
/// <param name="Default">Whether the router does that without an entry.</param>
internal readonly record struct KeyRoute(KeyBlock Block, uint Route, bool Default);

/// <summary>
/// Exact merging of neighbours: an aligned power of two of keys whose users on this chip all go the same way becomes one entry, whatever lies
/// unused between them. Entries stay disjoint, so their order means nothing and those that the router would do by default can be left out.
/// </summary>
internal static class PrefixAggregation
{
    /// <summary>The merged entries of routes sorted by key, defaults included.</summary>
    public static List<KeyRoute> Merge(IReadOnlyList<KeyRoute> routes)
    {
        var merged = new List<KeyRoute>();
        if (routes.Count > 0) Merge(routes, 0, routes.Count, merged);
        return merged;
    }

    private static void Merge(IReadOnlyList<KeyRoute> routes, int first, int end, List<KeyRoute> into)
    {
        var uniform = true;
        var defaults = routes[first].Default;
        for (var k = first + 1; k < end && uniform; k++)
        {
            uniform = routes[k].Route == routes[first].Route;
            defaults &= routes[k].Default;
        }
        // The smallest aligned block that holds the first and the last key.
        var differ = routes[first].Block.Key ^ routes[end - 1].Block.Last;
        var bits = differ == 0 ? 0 : 32 - System.Numerics.BitOperations.LeadingZeroCount(differ);
        var mask = bits == 32 ? 0 : uint.MaxValue << bits;
        if (uniform)
        {
            into.Add(new(new(routes[first].Block.Key & mask, mask), routes[first].Route, defaults));
            return;
        }
        var half = (routes[first].Block.Key & mask) | (1u << (bits - 1));
        var (low, high) = (first, end);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (routes[middle].Block.Key < half) low = middle + 1;
            else high = middle;
        }
        Merge(routes, first, low, into);
        Merge(routes, low, end, into);
    }
}
