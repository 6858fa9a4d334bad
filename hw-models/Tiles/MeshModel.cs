using NeuroChip.HwModels.Fields;

namespace NeuroChip.HwModels.Tiles;

/// <summary>The mesh that joins the tiles: a router at each node, packets go first along x, then along y.</summary>
public sealed record MeshModel
{
    /// <summary>Columns, in tiles.</summary>
    public required Quantity Width { get; init; }

    /// <summary>Rows, in tiles.</summary>
    public required Quantity Height { get; init; }

    /// <summary>Bits a link moves in a cycle.</summary>
    public required Quantity Link { get; init; }

    /// <summary>Cycles from entering a router to leaving it, without waiting.</summary>
    public required Quantity Hop { get; init; }

    /// <summary>Bits of a packet beside its payload.</summary>
    public required Quantity PacketHeader { get; init; }

    /// <summary>Places for tiles.</summary>
    public long Places => (long)Width.Count * Height.Count;

    internal static MeshModel Map(ChipFields f, MeshModel? m) => new()
    {
        Width = f.Quantity("width", Dimension.CountOf("tiles", "tile"), m?.Width, "Columns of the mesh."),
        Height = f.Quantity("height", Dimension.CountOf("tiles", "tile"), m?.Height, "Rows of the mesh."),
        Link = f.Quantity("link", Dimension.Memory, m?.Link, "Bits a link moves in a cycle."),
        Hop = f.Quantity("hop", Dimension.Cycles, m?.Hop, "Cycles from entering a router to leaving it, without waiting."),
        PacketHeader = f.Quantity("packet_header", Dimension.Memory, m?.PacketHeader, "Bits of a packet beside its payload."),
    };
}
