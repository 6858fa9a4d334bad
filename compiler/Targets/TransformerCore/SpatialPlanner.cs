using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.HwModels.Tiles;

namespace NeuroChip.Compiler.Targets.TransformerCore;

/// <summary>
/// Everything resident at once: each layer keeps its tiles, and the layers work as a pipeline over time steps, so that the busiest tile sets the pace. Layers share
/// a tile where both fit it; a layer on more tiles is balanced better but keeps its weights more often, so several widths are tried.
/// </summary>
internal static class SpatialPlanner
{
    /// <summary>Tiles that a layer asks for, as a multiple of those in proportion to its work; a layer gets no more than there are.</summary>
    private static readonly double[] Widths = [1, 2, 4, 8, double.PositiveInfinity];

    /// <summary>A wider division must make the busiest tile's work this much less to be worth its copies of weights and its traffic.</summary>
    private const double Worthwhile = 0.95;

    /// <summary>The plan, or null if the weights do not fit the tiles.</summary>
    public static TilePlan? Plan(TileChip chip, ImmutableArray<TileLayer> layers, TileKindChoice kinds)
    {
        var shares = new Dictionary<TileLayer, TileShare>();
        double busiest = 0;
        foreach (var group in layers.GroupBy(kinds.KindOf))
        {
            (Dictionary<TileLayer, TileShare> Shares, double Busiest)? best = null;
            foreach (var width in Widths)
            {
                var (found, loads) = (new Dictionary<TileLayer, TileShare>(), new TileLoads(chip.Tiles[group.Key].Count.Count, ResidentCapacity(chip.Tiles[group.Key])));
                if (Resident(chip, group.Key, [.. group], kinds, loads, found, width) && (best is null || loads.Busiest < best.Value.Busiest * Worthwhile)) best = (found, loads.Busiest);
            }

            if (best is null) return null;
            foreach (var (layer, share) in best.Value.Shares) shares.Add(layer, share);
            busiest = Math.Max(busiest, best.Value.Busiest);
        }

        var planned = layers.Select(l => new PlannedLayer(l, kinds.KindOf(l), shares[l], 0, false, TileThroughput.Cycles(l, chip.Tiles[kinds.KindOf(l)]) / shares[l].Tiles.Length));
        return new([.. planned], busiest);
    }

    /// <summary>Bits of weights that stay in one tile of a kind. A dense array whose memory the model leaves out is not limited.</summary>
    public static long ResidentCapacity(TileKind kind) => kind.WeightMemory?.Bits.Count ?? (kind.Engine == TileEngine.DenseArray ? long.MaxValue / 2 : 0);

    /// <summary>Keeps all layers of a kind in its tiles; false if they do not fit.</summary>
    /// <param name="chip">The chip.</param>
    /// <param name="kind">Kind of tile.</param>
    /// <param name="layers">Its layers, in the order of a step.</param>
    /// <param name="kinds">The choice of kinds.</param>
    /// <param name="loads">The tiles, empty.</param>
    /// <param name="shares">Takes the result.</param>
    /// <param name="width">Tiles that a layer asks for, as a multiple of those in proportion to its work; infinite for all, as where layers take turns.</param>
    public static bool Resident(TileChip chip, string kind, ImmutableArray<TileLayer> layers, TileKindChoice kinds, TileLoads loads, Dictionary<TileLayer, TileShare> shares, double width)
    {
        var model = chip.Tiles[kind];
        var work = layers.ToDictionary(l => l, l => TileThroughput.Cycles(l, model));
        var total = Math.Max(1, work.Values.Sum());
        // Large weights first: small ones find room between them. Layers without weights of their own follow their neighbour.
        foreach (var layer in layers.Where(l => kinds.NeighbourOf(l) is null).OrderByDescending(l => l.WeightBits).ThenBy(l => l.Population.Id.Index))
        {
            var wanted = double.IsInfinity(width) ? model.Count.Count : (int)Math.Clamp(Math.Round(width * model.Count.Count * work[layer] / total), 1, model.Count.Count);
            if (loads.Place(layer, work[layer], wanted) is not { } share) return false;
            shares[layer] = share;
        }

        foreach (var layer in Follow(layers, kinds, shares)) loads.Add(shares[layer].Tiles, 0, work[layer]);
        return true;
    }

    /// <summary>Gives layers that go with a neighbour the neighbour's tiles, as many of them as they can be divided among; returns these layers. They have no weights, so they always fit.</summary>
    public static ImmutableArray<TileLayer> Follow(ImmutableArray<TileLayer> layers, TileKindChoice kinds, Dictionary<TileLayer, TileShare> shares)
    {
        ImmutableArray<TileLayer> followers = [.. layers.Where(l => kinds.NeighbourOf(l) is not null)];
        var placed = shares.ToDictionary(s => s.Key.Population.Id, s => s.Value);
        var waiting = followers.ToList();
        while (waiting.Count > 0)
        {
            // A neighbour may follow another one in turn; the chain ends at a layer with work of its own.
            var next = waiting.First(l => placed.ContainsKey(kinds.NeighbourOf(l)!.Value));
            var theirs = placed[kinds.NeighbourOf(next)!.Value];
            var (tiles, parts) = TileShare.Split(next, theirs.Tiles.Length, 1);
            var share = new TileShare([.. theirs.Tiles.Take(tiles)], parts);
            placed[next.Population.Id] = shares[next] = share;
            waiting.Remove(next);
        }

        return followers;
    }
}
