using System.Collections.Immutable;
using NeuroChip.Compiler.Passes;
using NeuroChip.HwModels;
using NeuroChip.HwModels.Tiles;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Targets.TransformerCore;

/// <summary>
/// Where membranes and residual values are kept: in the tiles that compute the layer while there is room, then in tiles made for it, then in the global
/// buffer beside what waits between phases, then in DRAM. They stay there over all phases and steps.
/// </summary>
internal static class MembraneHomes
{
    /// <summary>Home of each layer of a plan.</summary>
    /// <exception cref="DiagnosticException">NC2044: DRAM does not hold what is left over.</exception>
    public static ImmutableArray<MembraneHome> Of(Module module, TileChip chip, TilePlan plan)
    {
        var room = chip.Tiles.ToDictionary(t => t.Key, t => Enumerable.Repeat(t.Value.MembraneMemory.BitsOrNone().Count, t.Value.Count.Count).ToArray());
        var holders = HolderBits(chip);
        var buffer = Math.Max(0, chip.GlobalBuffer.Size.Bits.Count - Waiting(module, plan));
        long dram = 0;
        var homes = ImmutableArray.CreateBuilder<MembraneHome>(plan.Layers.Length);
        foreach (var planned in plan.Layers)
        {
            var bits = planned.Layer.MembraneBits;
            var each = PerTile(bits, planned.Share.Tiles.Length);
            if (bits == 0)
            {
                homes.Add(MembraneHome.None);
            }
            else if (planned.Share.Tiles.All(t => room[planned.Kind][t] >= each))
            {
                foreach (var t in planned.Share.Tiles) room[planned.Kind][t] -= each;
                homes.Add(MembraneHome.Tile);
            }
            else if (bits <= holders)
            {
                holders -= bits;
                homes.Add(MembraneHome.MembraneTiles);
            }
            else if (bits <= buffer)
            {
                buffer -= bits;
                homes.Add(MembraneHome.GlobalBuffer);
            }
            else
            {
                dram += bits;
                homes.Add(MembraneHome.Dram);
            }
        }

        var size = chip.Dram.Size.Bits.Count;
        return plan.StreamedBits + dram <= size ? homes.MoveToImmutable() : throw new DiagnosticException(TileErrors.DramFull(module, chip, plan.StreamedBits, dram, size));
    }

    /// <summary>Bits that tiles which compute nothing hold together.</summary>
    public static long HolderBits(TileChip chip) =>
        chip.Tiles.Values.Where(k => k.Does == TileWork.None).Sum(k => k.Count.Count * k.MembraneMemory.BitsOrNone().Count);

    /// <summary>Bits of each tile when tiles share them evenly.</summary>
    public static long PerTile(long bits, int tiles) => (bits + tiles - 1) / tiles;

    /// <summary>Most bits of emissions that wait between two phases; residual values have a home of their own.</summary>
    private static long Waiting(Module module, TilePlan plan)
    {
        var phaseOf = plan.Layers.ToDictionary(l => l.Layer.Population.Id, l => l.Phase);
        var last = new Dictionary<PopulationId, int>();
        foreach (var d in Dependency.Of(module))
            if (d.Delay == 0 && phaseOf.TryGetValue(d.To, out var phase)) last[d.From] = Math.Max(last.GetValueOrDefault(d.From), phase);
        long most = 0;
        for (var boundary = 1; boundary < plan.Phases; boundary++)
        {
            most = Math.Max(most, plan.Layers.Where(l => l.Phase < boundary && l.Layer.ResidualBits == 0 && last.GetValueOrDefault(l.Layer.Population.Id) >= boundary).Sum(l => l.Layer.OutputBits));
        }

        return most;
    }
}
