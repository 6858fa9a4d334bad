using NeuroChip.HwModels.Fields;

namespace NeuroChip.HwModels.Tiles;

/// <summary>The on-chip memory that all tiles share.</summary>
public sealed record GlobalBufferModel
{
    /// <summary>Its size.</summary>
    public required Quantity Size { get; init; }

    /// <summary>Bits it reads or writes in a cycle.</summary>
    public required Quantity Port { get; init; }

    internal static GlobalBufferModel Map(ChipFields f, GlobalBufferModel? g) => new()
    {
        Size = f.Quantity("size", Dimension.Memory, g?.Size, "Size of the shared on-chip memory; 0 bit if there is none."),
        Port = f.Quantity("port", Dimension.Memory, g?.Port, "Bits the shared memory reads or writes in a cycle."),
    };
}

/// <summary>The memory outside the chip.</summary>
public sealed record DramModel
{
    /// <summary>Its size.</summary>
    public required Quantity Size { get; init; }

    /// <summary>Its bandwidth, reading and writing together.</summary>
    public required Quantity Bandwidth { get; init; }

    internal static DramModel Map(ChipFields f, DramModel? d) => new()
    {
        Size = f.Quantity("size", Dimension.Memory, d?.Size, "Size of the memory outside the chip."),
        Bandwidth = f.Quantity("bandwidth", Dimension.Bandwidth, d?.Bandwidth, "Bandwidth of the memory outside the chip, reading and writing together."),
    };
}
