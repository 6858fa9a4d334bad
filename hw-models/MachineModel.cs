using System.Collections.Immutable;
using System.Globalization;
using NeuroChip.HwModels.Fields;

namespace NeuroChip.HwModels;

/// <summary>Which neighbours a chip (or a mesh node) is linked to.</summary>
public enum Topology
{
    /// <summary>Six links: E, NE, N, W, SW, S.</summary>
    Hexagonal,

    /// <summary>Four links: E, N, W, S.</summary>
    Mesh,
}

/// <summary>Along which axes links run around from the last chip to the first.</summary>
public enum Wrap
{
    /// <summary>Edges are open.</summary>
    None,

    /// <summary>Along x.</summary>
    Horizontal,

    /// <summary>Along y.</summary>
    Vertical,

    /// <summary>Along both: a torus.</summary>
    Both,
}

/// <summary>Position of a chip: column and row.</summary>
public readonly record struct ChipPosition(int X, int Y)
{
    /// <inheritdoc/>
    public override string ToString() => $"({X},{Y})";
}

/// <summary>Which chips there are and how they are linked. Links are numbered E 0, NE 1, N 2, W 3, SW 4, S 5, as in routing entries.</summary>
public sealed record MachineModel
{
    private static readonly (int X, int Y)[] Steps = [(1, 0), (1, 1), (0, 1), (-1, 0), (-1, -1), (0, -1)];

    private readonly Lazy<int[]> boards;

    /// <summary>A machine; all properties are required.</summary>
    public MachineModel() => boards = new Lazy<int[]>(LayBoards);

    /// <summary>A copy recomputes what depends on the properties.</summary>
    private MachineModel(MachineModel other)
    {
        Topology = other.Topology;
        Wrap = other.Wrap;
        Width = other.Width;
        Height = other.Height;
        BoardRows = other.BoardRows;
        BoardOrigins = other.BoardOrigins;
        boards = new Lazy<int[]>(LayBoards);
    }

    /// <summary>Names of the six links, by number.</summary>
    public static ImmutableArray<string> LinkNames { get; } = ["E", "NE", "N", "W", "SW", "S"];

    /// <summary>Links of a chip.</summary>
    public required Topology Topology { get; init; }

    /// <summary>Axes that run around.</summary>
    public required Wrap Wrap { get; init; }

    /// <summary>Columns of the bounding rectangle, in chips.</summary>
    public required Quantity Width { get; init; }

    /// <summary>Rows of the bounding rectangle, in chips.</summary>
    public required Quantity Height { get; init; }

    /// <summary>Chips of one board: per row from y = 0, the first and last column, e.g. "1-7".</summary>
    public required ImmutableArray<string> BoardRows { get; init; }

    /// <summary>Chip coordinates of each board's corner, "x,y"; coordinates past the edge go on at the other side.</summary>
    public required ImmutableArray<string> BoardOrigins { get; init; }

    /// <summary>Number of boards.</summary>
    public int BoardCount => BoardOrigins.Length;

    /// <summary>All chips that are present, row by row.</summary>
    public ImmutableArray<ChipPosition> Chips =>
        [.. from y in Enumerable.Range(0, Height.Count) from x in Enumerable.Range(0, Width.Count) where IsPresent(x, y) select new ChipPosition(x, y)];

    /// <summary>Number of chips that are present.</summary>
    public int ChipCount => boards.Value.Count(b => b >= 0);

    /// <summary>Whether there is a chip at that position.</summary>
    public bool IsPresent(int x, int y) => BoardOf(x, y) >= 0;

    /// <summary>The board a chip is on; -1 where there is no chip.</summary>
    public int BoardOf(int x, int y) =>
        x < 0 || y < 0 || x >= Width.Count || y >= Height.Count ? -1 : boards.Value[(y * Width.Count) + x];

    /// <summary>The chip at the other end of a link; null where the link leads nowhere.</summary>
    /// <param name="x">Column.</param>
    /// <param name="y">Row.</param>
    /// <param name="link">0 to 5: E, NE, N, W, SW, S.</param>
    public ChipPosition? Neighbour(int x, int y, int link)
    {
        if (Topology == Topology.Mesh && link is 1 or 4) return null;
        var (nx, ny) = (x + Steps[link].X, y + Steps[link].Y);
        if (Wrap is Wrap.Horizontal or Wrap.Both) nx = Modulo(nx, Width.Count);
        if (Wrap is Wrap.Vertical or Wrap.Both) ny = Modulo(ny, Height.Count);
        return IsPresent(nx, ny) ? new ChipPosition(nx, ny) : null;
    }

    /// <inheritdoc/>
    public bool Equals(MachineModel? other) =>
        other is not null && Topology == other.Topology && Wrap == other.Wrap && Width == other.Width && Height == other.Height
        && BoardRows.AsSpan().SequenceEqual(other.BoardRows.AsSpan()) && BoardOrigins.AsSpan().SequenceEqual(other.BoardOrigins.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Topology, Wrap, Width, Height, BoardRows.Length, BoardOrigins.Length);

    internal static MachineModel Map(ChipFields f, MachineModel? m) => new()
    {
        Topology = f.Choice("topology", m?.Topology, "Which neighbours a chip is linked to."),
        Wrap = f.Choice("wrap", m?.Wrap, "Along which axes links run around from the last chip to the first."),
        Width = f.Quantity("width", Dimension.CountOf("chips", "chip"), m?.Width, "Columns of the bounding rectangle."),
        Height = f.Quantity("height", Dimension.CountOf("chips", "chip"), m?.Height, "Rows of the bounding rectangle."),
        BoardRows = f.Texts("board_rows", "^[0-9]{1,4}-[0-9]{1,4}$", m?.BoardRows ?? [], "Chips of one board: per row from y = 0, the first and last column, e.g. 1-7."),
        BoardOrigins = f.Texts("board_origins", "^[0-9]{1,4},[0-9]{1,4}$", m?.BoardOrigins ?? [], "Chip coordinates x,y of each board's corner; past the edge they go on at the other side."),
    };

    /// <summary>Cells of the boards, in machine coordinates, with overlaps; for checking.</summary>
    internal IEnumerable<(int X, int Y, int Board)> BoardCells()
    {
        for (var board = 0; board < BoardOrigins.Length; board++)
        {
            var (ox, oy) = Pair(BoardOrigins[board], ',');
            for (var row = 0; row < BoardRows.Length; row++)
            {
                var (first, last) = Pair(BoardRows[row], '-');
                for (var x = first; x <= last; x++) yield return (Modulo(ox + x, Width.Count), Modulo(oy + row, Height.Count), board);
            }
        }
    }

    private static int Modulo(int value, int size) => ((value % size) + size) % size;

    private static (int First, int Second) Pair(string text, char separator)
    {
        var at = text.IndexOf(separator);
        return (int.Parse(text.AsSpan(0, at), CultureInfo.InvariantCulture), int.Parse(text.AsSpan(at + 1), CultureInfo.InvariantCulture));
    }

    private int[] LayBoards()
    {
        var map = new int[Width.Count * Height.Count];
        Array.Fill(map, -1);
        foreach (var (x, y, board) in BoardCells()) map[(y * Width.Count) + x] = board;
        return map;
    }
}
