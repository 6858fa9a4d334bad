using NeuroChip.HwModels.Fields;

namespace NeuroChip.HwModels.Tiles;

/// <summary>
/// The unit of a tile that finds the targets of an event at a site of a sparse grid: for each tap of the kernel it adds the offset to the coordinates of the site,
/// drops what lies outside the grid, and looks the target up in the table of active sites.
/// </summary>
public sealed record AddressUnitModel
{
    /// <summary>Lookups side by side.</summary>
    public required Quantity Lanes { get; init; }

    /// <summary>Cycles a lane takes for a lookup that ends at the first slot, and for writing one.</summary>
    public required Quantity ProbeCycles { get; init; }

    /// <summary>Cycles a lane takes for every further slot it has to read because keys collide.</summary>
    public required Quantity ConflictCycles { get; init; }

    /// <summary>
    /// Whether the unit keeps the targets it has just found: then the events of a site, which come one after the other, are looked up once.
    /// </summary>
    public required bool ReuseSite { get; init; }

    /// <summary>Memory for tables of sites and their coordinates, in each tile.</summary>
    public required Quantity TableMemory { get; init; }

    internal static AddressUnitModel Map(ChipFields f, AddressUnitModel? u) => new()
    {
        Lanes = f.Quantity("lanes", Dimension.CountOf("lanes", "lane"), u?.Lanes, "Lookups of an address unit, side by side over the taps of a kernel."),
        ProbeCycles = f.Quantity("probe_cycles", Dimension.Cycles, u?.ProbeCycles, "Cycles a lane takes to look up a site, or to write one into the table."),
        ConflictCycles = f.Quantity("conflict_cycles", Dimension.Cycles, u?.ConflictCycles, "Cycles a lane takes for every further slot it reads because keys collide."),
        ReuseSite = f.Flag("reuse_site", u?.ReuseSite, "Whether the targets of a site are looked up once for all of its events in a step."),
        TableMemory = f.Quantity("table_memory", Dimension.Memory, u?.TableMemory, "Memory for tables of sites and their coordinates, in each tile."),
    };
}
