using System.Collections.Immutable;

namespace NeuroChip.Compiler.Targets.TransformerCore;

/// <summary>What the tiles of one kind hold and do so far, and where the next layer goes.</summary>
internal sealed class TileLoads(int tiles, long capacity)
{
    private readonly long[] weights = new long[tiles];
    private readonly double[] cycles = new double[tiles];

    /// <summary>Cycles of the tile that has most to do.</summary>
    public double Busiest => cycles.Length == 0 ? 0 : cycles.Max();

    /// <summary>
    /// Puts a layer on about <paramref name="wanted"/> tiles: more where its weights ask for it, on neighbouring tiles where there is room, the least busy ones first.
    /// Null if there is no room.
    /// </summary>
    public TileShare? Place(TileLayer layer, double work, int wanted)
    {
        if (TileShare.PartsWithin(layer, capacity, tiles) is not { } least) return null;
        var most = TileShare.MostChannelParts(layer, tiles);
        for (var parts = least; parts <= most; parts = parts == most ? parts + 1 : Math.Min(parts * 2, most))
        {
            foreach (var count in new[] { Math.Max(wanted, parts * layer.LeastPositionParts), parts * layer.LeastPositionParts })
            {
                var split = TileShare.Split(layer, count, parts);
                var bits = TileShare.Weights(layer, split.ChannelParts);
                if (bits > capacity || split.Tiles < split.ChannelParts * layer.LeastPositionParts) continue;
                if ((Neighbours(split.Tiles, bits) ?? Scattered(split.Tiles, bits)) is not { } chosen) continue;
                Add(chosen, bits, work);
                return new(chosen, split.ChannelParts);
            }
        }

        return null;
    }

    /// <summary>Puts a layer on given tiles.</summary>
    public void Add(ImmutableArray<int> chosen, long bits, double work)
    {
        foreach (var tile in chosen)
        {
            weights[tile] += bits;
            cycles[tile] += work / chosen.Length;
        }
    }

    /// <summary>The run of tiles with room in which the busiest has least to do; the first of equals.</summary>
    private ImmutableArray<int>? Neighbours(int count, long bits)
    {
        var (best, least) = (-1, double.PositiveInfinity);
        for (var first = 0; first + count <= tiles; first++)
        {
            double most = 0;
            for (var t = first; t < first + count; t++) most = weights[t] + bits > capacity ? double.PositiveInfinity : Math.Max(most, cycles[t]);
            if (most < least) (best, least) = (first, most);
        }

        return best < 0 ? null : [.. Enumerable.Range(best, count)];
    }

    private ImmutableArray<int>? Scattered(int count, long bits)
    {
        var free = Enumerable.Range(0, tiles).Where(t => weights[t] + bits <= capacity).OrderBy(t => cycles[t]).ThenBy(t => t).Take(count).Order().ToImmutableArray();
        return free.Length == count ? free : null;
    }
}
