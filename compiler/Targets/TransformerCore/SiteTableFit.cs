using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Compiler.Targets.TransformerCore;

/// <summary>
/// Room for tables of active sites in the address units. All tables of a sample stay from its first step to its last, so those of all layers on a kind of tile must fit beside
/// each other; a tile of a layer that is divided along positions holds only the part of a table that belongs to its positions.
/// </summary>
internal static class SiteTableFit
{
    /// <summary>The layers with the fewest parts along positions that make the tables fit; what does not fit in as many parts as there are tiles goes to <paramref name="found"/>.</summary>
    public static ImmutableArray<TileLayer> Divide(Module module, TileChip chip, ImmutableArray<TileLayer> layers, TileKindChoice kinds, DiagnosticBag found)
    {
        var least = new Dictionary<string, int>();
        foreach (var group in layers.Where(l => !l.Tables.IsEmpty).GroupBy(kinds.KindOf))
        {
            var kind = chip.Tiles[group.Key];
            var tables = group.SelectMany(l => l.Tables).DistinctBy(t => t.Id).OrderBy(t => t.Id.Index).ToImmutableArray();
            var (room, most) = (kind.AddressUnit!.TableMemory.Bits.Count, Math.Min(kind.Count.Count, group.Min(l => l.Positions)));
            var parts = 1;
            while (parts < most && tables.Sum(t => Part(t, parts)) > room) parts++;
            least[group.Key] = parts;
            var needed = tables.Sum(t => Part(t, parts));
            if (needed > room) found.Add(TileErrors.TablesTooLarge(module, chip, group.Key, tables, parts, needed, room));
        }

        return [.. layers.Select(l => l.Tables.IsEmpty ? l : l with { LeastPositionParts = least[kinds.KindOf(l)] })];
    }

    /// <summary>Bits of one of so many parts of a table and its coordinates.</summary>
    private static long Part(SiteTable table, int parts) => (table.LookupBits + table.CoordinateBits + parts - 1) / parts;
}
