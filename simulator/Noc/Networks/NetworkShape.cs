namespace NeuroChip.Simulator.Noc.Networks;

/// <summary>How the routers of a network are joined.</summary>
public enum NetworkTopology
{
    /// <summary>Four neighbours, no wrap; packets go along x, then along y.</summary>
    Mesh,

    /// <summary>Four neighbours, both axes wrap; packets go the shorter way along x, then along y.</summary>
    Torus,

    /// <summary>Six neighbours as in SpiNNaker (E, NE, N, W, SW, S), no wrap; packets go along the diagonal, then along x, then along y.</summary>
    Hex,
}

/// <summary>
/// Routers in rows, one node each: who is whose neighbour, and the way a packet takes. Every way uses the axes in one order and keeps its direction on each, so that no
/// packets can wait for each other in a circle; on a torus the second half of the virtual channels is for packets past the wrap (dateline; Dally and Seitz 1987), for the same reason.
/// </summary>
public sealed record NetworkShape
{
    // Mesh and torus: E, W, N, S. Hex: SW, NE, then the same four. The last port of a router is its node.
    private static readonly (int X, int Y)[] Straight = [(1, 0), (-1, 0), (0, 1), (0, -1)];
    private static readonly (int X, int Y)[] Hexagonal = [(-1, -1), (1, 1), (1, 0), (-1, 0), (0, 1), (0, -1)];
    private readonly (int X, int Y)[] directions;

    /// <param name="topology">How routers are joined.</param>
    /// <param name="width">Columns, at least 1.</param>
    /// <param name="height">Rows, at least 1; two nodes at least in all.</param>
    public NetworkShape(NetworkTopology topology, int width, int height)
    {
        if (width < 1 || height < 1 || (long)width * height is < 2 or > 1 << 20) throw new ArgumentOutOfRangeException(nameof(width), $"{width} x {height} nodes; 2 to {1 << 20} are possible");
        (Topology, Width, Height) = (topology, width, height);
        directions = topology == NetworkTopology.Hex ? Hexagonal : Straight;
    }

    /// <summary>How routers are joined.</summary>
    public NetworkTopology Topology { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Nodes; node (x, y) has number y * Width + x.</summary>
    public int Nodes => Width * Height;

    /// <summary>Ports of a router that lead to others; port number <see cref="Links"/> is the node's own.</summary>
    public int Links => directions.Length;

    /// <summary>The port of the neighbour at which a link that leaves by <paramref name="port"/> arrives: the one opposite.</summary>
    public static int Opposite(int port) => port ^ 1;

    /// <summary>The router a link leads to, -1 where the network ends.</summary>
    public int Neighbour(int node, int port)
    {
        var (x, y) = (node % Width + directions[port].X, node / Width + directions[port].Y);
        if (Topology == NetworkTopology.Torus) (x, y) = ((x + Width) % Width, (y + Height) % Height);
        return x < 0 || y < 0 || x >= Width || y >= Height ? -1 : (y * Width) + x;
    }

    /// <summary>The port by which a packet leaves a router; <see cref="Links"/> where it has arrived.</summary>
    public int Port(int at, int to)
    {
        var (dx, dy) = (Steps(at % Width, to % Width, Width), Steps(at / Width, to / Width, Height));
        var first = 0;
        if (Topology == NetworkTopology.Hex)
        {
            if (dx < 0 && dy < 0) return 0;
            if (dx > 0 && dy > 0) return 1;
            first = 2;
        }

        return dx > 0 ? first : dx < 0 ? first + 1 : dy > 0 ? first + 2 : dy < 0 ? first + 3 : Links;
    }

    /// <summary>Whether a link is one that wraps: past it, packets use the second half of the virtual channels on that axis.</summary>
    public bool Wraps(int node, int port) => Topology == NetworkTopology.Torus && port switch
    {
        0 => node % Width == Width - 1,
        1 => node % Width == 0,
        2 => node / Width == Height - 1,
        _ => node / Width == 0,
    };

    /// <summary>Links from one node to another.</summary>
    public int Distance(int from, int to)
    {
        var (dx, dy) = (Steps(from % Width, to % Width, Width), Steps(from / Width, to / Width, Height));
        return Topology == NetworkTopology.Hex && (dx > 0) == (dy > 0) ? Math.Max(Math.Abs(dx), Math.Abs(dy)) : Math.Abs(dx) + Math.Abs(dy);
    }

    private int Steps(int from, int to, int extent)
    {
        var steps = to - from;
        if (Topology != NetworkTopology.Torus) return steps;
        if (2 * steps > extent) steps -= extent;
        else if (2 * steps < -extent) steps += extent;
        return steps;
    }
}
