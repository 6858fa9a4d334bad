using NeuroChip.HwModels.Fields;

namespace NeuroChip.HwModels;

/// <summary>The memory the cores of a chip share.</summary>
public sealed record MemoryModel
{
    /// <summary>Shared memory on a chip.</summary>
    public required Quantity Sdram { get; init; }

    /// <summary>Part of it that applications can use: the limit.</summary>
    public required Quantity SdramUsable { get; init; }

    /// <summary>Peak bandwidth, shared by the cores of a chip.</summary>
    public required Quantity SdramBandwidth { get; init; }

    /// <summary>On-chip memory shared by the cores, for the system.</summary>
    public required Quantity SystemRam { get; init; }

    internal static MemoryModel Map(ChipFields f, MemoryModel? m) => new()
    {
        Sdram = f.Quantity("sdram", Dimension.Memory, m?.Sdram, "Shared memory of a chip."),
        SdramUsable = f.Quantity("sdram_usable", Dimension.Memory, m?.SdramUsable, "Part of the shared memory that applications can use."),
        SdramBandwidth = f.Quantity("sdram_bandwidth", Dimension.Bandwidth, m?.SdramBandwidth, "Peak bandwidth, shared by the cores of a chip."),
        SystemRam = f.Quantity("system_ram", Dimension.Memory, m?.SystemRam, "On-chip memory shared by the cores, for the system."),
    };
}
