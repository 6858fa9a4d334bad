using System.Collections.Immutable;
using NeuroChip.HwModels;

namespace NeuroChip.Simulator.Noc;

/// <summary>
/// The ways data takes over the mesh of a tile chip: from each sending tile one tree to all receivers, along x first, then along y. The tiles are those of
/// <see cref="TileChip.Sites"/>; global buffer and DRAM channel are at node (0,0).
/// </summary>
internal sealed class TileMesh(TileChip chip)
{
    private readonly ImmutableArray<TileSite> sites = chip.Sites();
    private readonly int width = chip.Mesh.Width.Count;

    /// <summary>The tiles.</summary>
    public ImmutableArray<TileSite> Sites => sites;

    /// <summary>Number of links, whether there is a neighbour or not: four of each node.</summary>
    public int Links => 4 * width * chip.Mesh.Height.Count;

    /// <summary>From tiles to tiles: all data to each of them along one tree (<paramref name="parts"/> 1), or to each its part.</summary>
    public TileRoute Between(ImmutableArray<int> from, ImmutableArray<int> to, int parts) => Route([.. from.Select(At)], [.. to.Select(At)], parts);

    /// <summary>From tiles to global buffer and DRAM channel.</summary>
    public TileRoute ToMemory(ImmutableArray<int> from) => Route([.. from.Select(At)], [(0, 0)], 1);

    /// <summary>From global buffer or DRAM channel to tiles.</summary>
    public TileRoute FromMemory(ImmutableArray<int> to, int parts) => Route([(0, 0)], [.. to.Select(At)], parts);

    private (int X, int Y) At(int tile) => (sites[tile].X, sites[tile].Y);

    private TileRoute Route((int X, int Y)[] from, (int X, int Y)[] to, int parts)
    {
        var pieces = new SortedDictionary<int, int>();
        var hops = 0;
        foreach (var start in from)
        {
            var tree = new HashSet<int>();
            foreach (var end in to)
            {
                if (parts > 1) tree.Clear();
                var (x, y) = start;
                while ((x, y) != end)
                {
                    var link = x < end.X ? 0 : x > end.X ? 1 : y < end.Y ? 2 : 3;
                    var id = (((y * width) + x) * 4) + link;
                    if (tree.Add(id)) pieces[id] = pieces.GetValueOrDefault(id) + 1;
                    (x, y) = (x + (link == 0 ? 1 : link == 1 ? -1 : 0), y + (link == 2 ? 1 : link == 3 ? -1 : 0));
                }

                hops = Math.Max(hops, Math.Abs(start.X - end.X) + Math.Abs(start.Y - end.Y));
            }
        }

        return new([.. pieces.Select(p => (p.Key, p.Value))], from.Length * parts, hops);
    }
}

/// <summary>A way data takes. It is cut into equal pieces, one per sender (and per receiver where each gets its part).</summary>
/// <param name="Links">Links used, and the pieces that pass over each.</param>
/// <param name="Pieces">Pieces the data is cut into: one per sender and part.</param>
/// <param name="Hops">Links on the longest way.</param>
internal sealed record TileRoute(ImmutableArray<(int Link, int Pieces)> Links, int Pieces, int Hops)
{
    private readonly int most = Links.Select(l => l.Pieces).DefaultIfEmpty(0).Max();
    private readonly long all = Links.Sum(l => (long)l.Pieces);

    /// <summary>Bits over the busiest link when <paramref name="bits"/> go this way.</summary>
    public long BusiestLink(long bits) => most * Piece(bits);

    /// <summary>Bits times links.</summary>
    public long BitHops(long bits) => all * Piece(bits);

    /// <summary>Adds what passes over each link to <paramref name="load"/>.</summary>
    public void Load(Span<long> load, long bits)
    {
        foreach (var (link, pieces) in Links) load[link] += pieces * Piece(bits);
    }

    private long Piece(long bits) => (bits + Pieces - 1) / Pieces;
}
