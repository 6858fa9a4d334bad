using System.Collections.Immutable;
using NeuroChip.HwModels;

namespace NeuroChip.Compiler.Mapping;

/// <summary>Links of a chip on the hexagonal torus, in the order of the route bits: E, NE, N, W, SW, S.</summary>
public static class HexLink
{
    /// <summary>Number of links.</summary>
    public const int Count = 6;

    /// <summary>Route bit of core 0; core c is bit <c>FirstCoreBit + c</c>.</summary>
    public const int FirstCoreBit = 6;

    /// <summary>Names in bit order.</summary>
    public static ImmutableArray<string> Names { get; } = ["E", "NE", "N", "W", "SW", "S"];

    /// <summary>Column step of a link.</summary>
    public static int Dx(int link) => link switch { 0 or 1 => 1, 3 or 4 => -1, _ => 0 };

    /// <summary>Row step of a link.</summary>
    public static int Dy(int link) => link switch { 1 or 2 => 1, 4 or 5 => -1, _ => 0 };

    /// <summary>Hops between two chips that are (dx, dy) apart on the hexagonal grid: a diagonal step covers one of each.</summary>
    public static int Hops(int dx, int dy) => (dx >= 0) == (dy >= 0) ? Math.Max(Math.Abs(dx), Math.Abs(dy)) : Math.Abs(dx) + Math.Abs(dy);

    /// <summary>The link that a step follows; (dx, dy) is one of the six unit steps.</summary>
    public static int Of(int dx, int dy) => (dx, dy) switch { (1, 0) => 0, (1, 1) => 1, (0, 1) => 2, (-1, 0) => 3, (-1, -1) => 4, (0, -1) => 5, _ => -1 };
}

/// <summary>
/// The chips that are there and how they hang together: what the placer and the router need of a chip model. Chips are numbered in
/// the order of (X, Y); chips and links that are absent have no number and no neighbour.
/// </summary>
public sealed class Machine
{
    private readonly int[] chipAt;
    private readonly int[] neighbours;
    private readonly short[] hops;
    private readonly int[] place;
    private readonly int middle;

    /// <summary>Builds the machine.</summary>
    /// <param name="width">Columns of the bounding rectangle.</param>
    /// <param name="height">Rows of the bounding rectangle.</param>
    /// <param name="wrapX">Whether column 0 follows the last column.</param>
    /// <param name="wrapY">Whether row 0 follows the last row.</param>
    /// <param name="coresPerChip">Cores of a chip that compute neurons; they are numbered from 1, core 0 is the monitor.</param>
    /// <param name="present">Whether there is a chip at (x, y); null: everywhere.</param>
    /// <param name="linkPresent">Whether the link of a chip works; null: all do.</param>
    /// <param name="diagonals">Whether there are links NE and SW; without them it is a mesh of four links.</param>
    /// <param name="boardOf">The board of the chip at (x, y); null: all chips are on one.</param>
    public Machine(int width, int height, bool wrapX, bool wrapY, int coresPerChip,
        Func<int, int, bool>? present = null, Func<int, int, int, bool>? linkPresent = null, bool diagonals = true,
        Func<int, int, int>? boardOf = null)
    {
        (Width, Height, WrapX, WrapY, CoresPerChip, Diagonals) = (width, height, wrapX, wrapY, coresPerChip, diagonals);
        chipAt = new int[width * height];
        var chips = ImmutableArray.CreateBuilder<(int X, int Y)>();
        for (var x = 0; x < width; x++)
            for (var y = 0; y < height; y++)
            {
                var there = present is null || present(x, y);
                chipAt[(y * width) + x] = there ? chips.Count : -1;
                if (there) chips.Add((x, y));
            }
        Chips = chips.ToImmutable();
        Boards = [.. Chips.Select(c => boardOf is null ? 0 : boardOf(c.X, c.Y))];
        neighbours = new int[Chips.Length * HexLink.Count];
        for (var c = 0; c < Chips.Length; c++)
            for (var link = 0; link < HexLink.Count; link++)
            {
                var (x, y) = Chips[c];
                var there = (linkPresent is null || linkPresent(x, y, link)) && (diagonals || link is not (1 or 4));
                neighbours[(c * HexLink.Count) + link] = there ? ChipAt(x + HexLink.Dx(link), y + HexLink.Dy(link)) : -1;
            }
        // A chip's place in rows of 2 * width - 1: the difference of two places tells the displacement, and finds the distance in a table.
        var row = (2 * width) - 1;
        place = [.. Chips.Select(c => (c.Y * row) + c.X)];
        middle = ((height - 1) * row) + width - 1;
        hops = new short[row * ((2 * height) - 1)];
        for (var dy = 1 - height; dy < height; dy++)
            for (var dx = 1 - width; dx < width; dx++)
            {
                var (vx, vy) = Vector(dx, dy);
                hops[middle + (dy * row) + dx] = checked((short)Distance(vx, vy));
            }
    }

    /// <summary>The machine of a chip model.</summary>
    public static Machine Of(ManyCoreChip chip)
    {
        var machine = chip.Machine;
        return new(
            machine.Width.Count,
            machine.Height.Count,
            machine.Wrap is Wrap.Horizontal or Wrap.Both,
            machine.Wrap is Wrap.Vertical or Wrap.Both,
            chip.Core.Usable.Count,
            machine.IsPresent,
            diagonals: machine.Topology == Topology.Hexagonal,
            boardOf: machine.BoardOf);
    }

    /// <summary>Columns of the bounding rectangle.</summary>
    public int Width { get; }

    /// <summary>Rows of the bounding rectangle.</summary>
    public int Height { get; }

    /// <summary>Whether columns wrap around.</summary>
    public bool WrapX { get; }

    /// <summary>Whether rows wrap around.</summary>
    public bool WrapY { get; }

    /// <summary>Cores of a chip that compute neurons.</summary>
    public int CoresPerChip { get; }

    /// <summary>Whether there are links NE and SW.</summary>
    public bool Diagonals { get; }

    /// <summary>Cores that compute neurons, in all.</summary>
    public long Cores => (long)CoresPerChip * Chips.Length;

    /// <summary>Coordinates of the chips that are there, by number.</summary>
    public ImmutableArray<(int X, int Y)> Chips { get; }

    /// <summary>The board each chip is on, by number of the chip.</summary>
    public ImmutableArray<int> Boards { get; }

    /// <summary>Number of the chip at (x, y), wrapped where the machine wraps, or -1.</summary>
    public int ChipAt(int x, int y)
    {
        if (WrapX) x = ((x % Width) + Width) % Width;
        if (WrapY) y = ((y % Height) + Height) % Height;
        return x < 0 || x >= Width || y < 0 || y >= Height ? -1 : chipAt[(y * Width) + x];
    }

    /// <summary>The chip at the other end of a link, or -1 where chip or link is absent.</summary>
    public int Neighbour(int chip, int link) => neighbours[(chip * HexLink.Count) + link];

    /// <summary>Hops between two chips if all chips and links were there: a lower bound of the true distance.</summary>
    public int Hops(int from, int to) => hops[middle + place[to] - place[from]];

    /// <summary>A table of <see cref="Hops"/> for inner loops: the distance of two places is <c>Table[Middle + to - from]</c>.</summary>
    internal (short[] Table, int Middle, int[] PlaceOf) Distances => (hops, middle, place);

    /// <summary>The shortest displacement that leads from one chip to the other, around the torus where that is shorter; ties prefer no wrapping.</summary>
    public (int Dx, int Dy) Displacement(int from, int to) => Vector(Chips[to].X - Chips[from].X, Chips[to].Y - Chips[from].Y);

    private (int Dx, int Dy) Vector(int dx, int dy)
    {
        var best = (Dx: dx, Dy: dy);
        var least = Distance(dx, dy);
        for (var wx = WrapX ? -1 : 0; wx <= (WrapX ? 1 : 0); wx++)
            for (var wy = WrapY ? -1 : 0; wy <= (WrapY ? 1 : 0); wy++)
            {
                var (x, y) = (dx + (wx * Width), dy + (wy * Height));
                if (Distance(x, y) >= least) continue;
                (best, least) = ((x, y), Distance(x, y));
            }
        return best;
    }

    private int Distance(int dx, int dy) => Diagonals ? HexLink.Hops(dx, dy) : Math.Abs(dx) + Math.Abs(dy);
}
