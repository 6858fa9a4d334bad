using NeuroChip.HwModels.Pipelines;

namespace NeuroChip.Simulator.Pipelines.Timing;

/// <summary>A way from core to core, first along x, then along y.</summary>
/// <param name="Links">
/// At each router on the way the link by which a message enters it; at the first the port of the sending core. In the order of the way.
/// </param>
/// <param name="Latencies">Seconds of the hop from each router on the way to the next.</param>
/// <param name="Latency">Seconds of all hops, unhindered.</param>
internal sealed record MeshPath(int[] Links, double[] Latencies, double Latency)
{
    public int Hops => Links.Length - 1;

    /// <summary>Density that a message adds to each of its links: with the port at its end they add up to one message.</summary>
    public double Share { get; } = 1.0 / (1.0 + Links.Length);
}

/// <summary>The ways between the cores in use, made when they are first taken.</summary>
internal sealed class MeshPaths(PipelineLayout layout)
{
    private const int North = 0, East = 1, South = 2, West = 3, Directions = 4;

    private readonly MeshPath?[]?[] paths = new MeshPath[layout.Cores.Length][];
    private readonly int linksPerTile = Directions + layout.Chip.MostCoresPerTile;

    /// <summary>Number of links.</summary>
    public int LinkCount => layout.Chip.Mesh.Width * layout.Chip.Mesh.Height * linksPerTile;

    public MeshPath Between(int from, int to) => (paths[from] ??= new MeshPath[layout.Cores.Length])[to] ??= Make(from, to);

    private MeshPath Make(int from, int to)
    {
        var (source, target) = (layout.Chip.Tiles[layout.TileOfCore[from]], layout.Chip.Tiles[layout.TileOfCore[to]]);
        var (dx, dy) = (target.X - source.X, target.Y - source.Y);
        var hops = Math.Abs(dx) + Math.Abs(dy);
        var (links, latencies) = (new int[hops + 1], new double[hops]);
        var (x, y, entered) = (source.X, source.Y, Directions + layout.Chip.Cores[layout.Cores[from].Core].Offset);
        for (var hop = 0; hop <= hops; hop++)
        {
            links[hop] = (((x * layout.Chip.Mesh.Height) + y) * linksPerTile) + entered;
            if (hop == hops) break;
            entered = x != target.X ? (dx > 0 ? East : West) : dy > 0 ? North : South;

            // The latency of a hop is the source tile's, on the whole way.
            latencies[hop] = Cost(source.Hops, entered).Latency;
            x += entered == East ? 1 : entered == West ? -1 : 0;
            y += entered == North ? 1 : entered == South ? -1 : 0;
        }

        var along = Math.Abs(dx) * Cost(source.Hops, dx > 0 ? East : West).Latency;
        return new(links, latencies, along + (Math.Abs(dy) * Cost(source.Hops, dy > 0 ? North : South).Latency));
    }

    private static ActionCost Cost(HopCosts costs, int direction) => direction switch { North => costs.North, East => costs.East, South => costs.South, _ => costs.West };
}
