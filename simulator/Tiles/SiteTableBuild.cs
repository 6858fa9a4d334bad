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
            // What is sent to the tiles: the coordinates fed in, or those of the sites that a window makes these from.
            var sent = table.Reach is { } reach ? tables[reach.From.Index].Sites * plan.Image.Sites[reach.From.Index].KeyBits : did.Sites * table.KeyBits;
            long slowest = 0;
            foreach (var (tile, parts) in planned.Lookups)
            {
                long Part(long count) => CeilingDivision.Of(count, parts);
                var cycles = planned.Units[tile].Cycles(Part(did.Lookups), Part(did.Reads)) + planned.Units[tile].Writing(Part(did.Inserts));
                busy[tile] = busy.GetValueOrDefault(tile) + cycles;
                slowest = Math.Max(slowest, cycles);
                lookups += Part(did.Lookups);
                read += Part(did.Reads) * table.SlotBits;
                written += Part(did.Inserts) * table.SlotBits;
            }

            foreach (var (_, parts) in planned.Coordinates) written += CeilingDivision.Of(did.Sites, parts) * table.KeyBits;
            if (planned.Route is { } route)
            {
                bitHops += route.BitHops(sent);
                route.Load(linkBits, sent);
                var mesh = CeilingDivision.Of(route.BusiestLink(sent), plan.Chip.Mesh.Link.Bits.Count) + (route.Hops * plan.Chip.Mesh.Hop.Cycles.Count);
                slowest = Math.Max(slowest, mesh);
                if (table.Reach is null)
                {
                    var channel = (long)Math.Ceiling(sent / plan.Chip.DramBitsPerCycle);
                    dram += sent;
                    dramCycles += channel;
                    slowest = Math.Max(slowest, channel);
                }
                else
                {
                    read += sent;
                }
            }

            total += slowest;
        }

        var actions = new TileActivity(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, bitHops, dram, 0) { SiteProbes = lookups, TableBitsRead = read, TableBitsWritten = written };
        return new(total, busy.ToImmutableDictionary(), dramCycles, actions);
    }
}

/// <summary>Where a table of active sites lies on a chip of tiles; of several layers on a tile the one with the fewest parts counts.</summary>
/// <param name="Table">The table.</param>
/// <param name="Lookups">Tiles that look it up, and into how many parts it is divided there.</param>
/// <param name="Coordinates">Tiles that need its coordinates, and into how many parts.</param>
/// <param name="Units">Address units of the tiles that look it up.</param>
/// <param name="Route">Way of the coordinates it is built from; null where no tile needs it.</param>
internal sealed record PlannedTable(
    SiteTable Table,
    ImmutableArray<(int Tile, int Parts)> Lookups,
    ImmutableArray<(int Tile, int Parts)> Coordinates,
    ImmutableDictionary<int, AddressUnit> Units,
    Noc.TileRoute? Route);
