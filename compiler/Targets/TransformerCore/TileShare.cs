using System.Collections.Immutable;

namespace NeuroChip.Compiler.Targets.TransformerCore;

/// <summary>Tiles of a layer and how they share it.</summary>
/// <param name="Tiles">Tiles, numbered within their kind from 0, ascending.</param>
/// <param name="ChannelParts">Parts along output channels; the rest is along positions.</param>
internal sealed record TileShare(ImmutableArray<int> Tiles, int ChannelParts)
{
    /// <summary>Bits of weights on each tile when a layer is divided into so many parts along channels.</summary>
    public static long Weights(TileLayer layer, int channelParts)
    {
        var channels = Math.Max(1, layer.Channels);
        return (long)((((Int128)layer.WeightBits * ((channels + channelParts - 1) / channelParts)) + channels - 1) / channels);
    }

    /// <summary>
    /// Most tiles, up to <paramref name="wanted"/>, among which a layer can be divided with at least <paramref name="channelParts"/> parts along channels,
    /// with as many parts along positions as the layer asks for, and the fewest such parts along channels: positions are divided first, because lanes stand side by side over channels and because parts along channels each need all events.
    /// </summary>
    public static (int Tiles, int ChannelParts) Split(TileLayer layer, int wanted, int channelParts)
    {
        for (var tiles = Math.Min(wanted, layer.Population.Size); tiles > 1; tiles--)
        {
            for (var parts = channelParts; parts <= Math.Min(tiles, layer.Channels); parts++)
                if (tiles % parts == 0 && tiles / parts <= layer.Positions && tiles / parts >= layer.LeastPositionParts) return (tiles, parts);
        }

        return (1, 1);
    }

    /// <summary>Parts along channels that so many tiles allow beside those along positions that the layer asks for.</summary>
    public static int MostChannelParts(TileLayer layer, int tiles) => Math.Min(layer.Channels, tiles / layer.LeastPositionParts);

    /// <summary>Fewest parts along channels with which a part takes at most <paramref name="limit"/> bits; null if not even all channels apart do, or that takes more than <paramref name="most"/> tiles.</summary>
    public static int? PartsWithin(TileLayer layer, long limit, int most)
    {
        for (var parts = 1; parts <= MostChannelParts(layer, most); parts++)
            if (Weights(layer, parts) <= limit) return parts;
        return null;
    }
}
