using NeuroChip.HwModels;
using NeuroChip.HwModels.Tiles;

namespace NeuroChip.Simulator.Tiles;

/// <summary>
/// Cycles of the address unit of a tile: a lookup takes a lane for so many cycles, and every further slot it reads because keys collide for some more.
/// <code>ceil(lookups / lanes) * probe cycles + ceil((reads - lookups) / lanes) * conflict cycles</code>
/// </summary>
/// <param name="lanes">Lookups side by side.</param>
/// <param name="probeCycles">Cycles of a lookup that ends at the first slot, and of writing one.</param>
/// <param name="conflictCycles">Cycles of every further slot.</param>
public sealed class AddressUnit(int lanes, long probeCycles, long conflictCycles)
{
    /// <summary>The unit of a kind of tile; null if it has none.</summary>
    public static AddressUnit? Of(TileKind kind) => kind.AddressUnit is { } unit ? new(unit.Lanes.Count, unit.ProbeCycles.Cycles.Count, unit.ConflictCycles.Cycles.Count) : null;

    /// <summary>Cycles of lookups that read so many slots.</summary>
    public long Cycles(long lookups, long reads) =>
        (CeilingDivision.Of(lookups, lanes) * probeCycles) + (CeilingDivision.Of(Math.Max(0, reads - lookups), lanes) * conflictCycles);

    /// <summary>Cycles to write so many slots.</summary>
    public long Writing(long slots) => CeilingDivision.Of(slots, lanes) * probeCycles;
}
