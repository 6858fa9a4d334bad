using System.Collections.Immutable;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Runtime;

namespace NeuroChip.Simulator.Tiles;

/// <summary>
/// What building the tables of active sites takes on tiles: one table after the other, because a window makes the sites of one from those of another, each on all tiles that
/// look it up side by side. Where a layer is divided along positions a tile holds only its part of the table.
/// </summary>
/// <param name="Cycles">Cycles from the first table to the last.</param>
/// <param name="TileCycles">By tile, cycles in which its address unit works.</param>
/// <param name="DramCycles">Cycles in which the DRAM channel brings coordinates.</param>
/// <param name="Did">Actions of all tiles together.</param>
internal sealed record SiteTableBuild(long Cycles, ImmutableDictionary<int, long> TileCycles, long DramCycles, TileActivity Did)
{
    /// <summary>No tables.</summary>
    public static SiteTableBuild None { get; } = new(0, ImmutableDictionary<int, long>.Empty, 0, default);

    /// <summary>Counts the building of a sample's tables.</summary>
    /// <param name="plan">The image on its chip.</param>
    /// <param name="tables">What each took.</param>
    /// <param name="linkBits">Takes the bits over each link.</param>
    public static SiteTableBuild Of(TilePlan plan, ImmutableArray<SiteTableActivity> tables, Span<long> linkBits)
    {
        var busy = new Dictionary<int, long>();
        long total = 0, dramCycles = 0, lookups = 0, read = 0, written = 0, dram = 0, bitHops = 0;
        foreach (var planned in plan.Tables)
        {
            var (table, did) = (planned.Table, tables[planned.Table.Id.Index]);
            var made = table.Reach is { } reach ? tables[reach.From.Index].Sites * plan.Image.Sites[reach.From.Index].KeyBits : 0;
            long slowest = 0;
            foreach (var (tile, parts) in planned.Tiles)
            {
                long Part(long count) => CeilingDivision.Of(count, parts);
                var cycles = planned.UnitOf(tile).Cycles(Part(did.Lookups), Part(did.Reads)) + planned.UnitOf(tile).Writing(Part(did.Inserts));
                busy[tile] = busy.GetValueOrDefault(tile) + cycles;
                slowest = Math.Max(slowest, cycles);
                lookups += Part(did.Lookups);
                read += (Part(did.Reads) * table.SlotBits) + Part(made);
                written += (Part(did.Inserts) * table.SlotBits) + (Part(did.Sites) * table.KeyBits);
            }

            if (planned.Route is { } route)
            {
                var bits = did.Sites * table.KeyBits;
                dram += bits;
                bitHops += route.BitHops(bits);
                route.Load(linkBits, bits);
                var channel = (long)Math.Ceiling(bits / plan.Chip.DramBitsPerCycle);
                dramCycles += channel;
                var mesh = CeilingDivision.Of(route.BusiestLink(bits), plan.Chip.Mesh.Link.Bits.Count) + (route.Hops * plan.Chip.Mesh.Hop.Cycles.Count);
                slowest = Math.Max(slowest, Math.Max(channel, mesh));
            }

            total += slowest;
        }

        var actions = new TileActivity(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, bitHops, dram, 0) { SiteProbes = lookups, TableBitsRead = read, TableBitsWritten = written };
        return new(total, busy.ToImmutableDictionary(), dramCycles, actions);
    }
}

/// <summary>Where a table of active sites lies on a chip of tiles.</summary>
/// <param name="Table">The table.</param>
/// <param name="Tiles">Tiles that look it up or need its coordinates, and into how many parts it is divided there; of several layers the fewest.</param>
/// <param name="Units">Their address units.</param>
/// <param name="Route">Way of coordinates that are fed in; null where other sites make them.</param>
internal sealed record PlannedTable(SiteTable Table, ImmutableArray<(int Tile, int Parts)> Tiles, ImmutableDictionary<int, AddressUnit> Units, Noc.TileRoute? Route)
{
    /// <summary>The address unit of one of the tiles.</summary>
    public AddressUnit UnitOf(int tile) => Units[tile];
}
