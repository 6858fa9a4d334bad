using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Compiler.Targets.TransformerCore;

/// <summary>What an address unit holds of a table of active sites: its lookup where it is the target's, the coordinates where it is the source's.</summary>
/// <param name="Table">The table.</param>
/// <param name="Coordinates">Coordinates by site number; else the lookup.</param>
internal readonly record struct SiteMemory(SiteTable Table, bool Coordinates) : IComparable<SiteMemory>
{
    /// <summary>Bits on a tile that does one of so many parts along positions.</summary>
    public long Part(int parts) => ((Coordinates ? Table.CoordinateBits : Table.LookupBits) + parts - 1) / parts;

    /// <inheritdoc/>
    public int CompareTo(SiteMemory other) => (Table.Id.Index, Coordinates).CompareTo((other.Table.Id.Index, other.Coordinates));
}

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
            var (room, parts) = (kind.AddressUnit!.TableMemory.Bits.Count, 1);
            while (parts < kind.Count.Count && Needed([.. group], parts) > room) parts++;
            least[group.Key] = parts;
            var needed = Needed([.. group], parts);
            if (needed > room) found.Add(TileErrors.TablesTooLarge(module, chip, group.Key, [.. group.SelectMany(l => l.Tables).Select(t => t.Table).DistinctBy(t => t.Id)], parts, needed, room));
        }

        return [.. layers.Select(l => l.Tables.IsEmpty ? l : l with { LeastPositionParts = Parts(l, least[kinds.KindOf(l)]) })];
    }

    /// <summary>A layer has no more parts along positions than positions.</summary>
    private static int Parts(TileLayer layer, int parts) => Math.Min(parts, layer.Positions);

    /// <summary>Bits on a tile that does a part of each of the layers; of what several need the largest part.</summary>
    private static long Needed(TileLayer[] layers, int parts) =>
        layers.SelectMany(l => l.Tables.Select(t => (Table: t, Bits: t.Part(Parts(l, parts))))).GroupBy(t => t.Table).Sum(g => g.Max(t => t.Bits));
}
