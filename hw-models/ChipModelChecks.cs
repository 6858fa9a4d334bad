using NeuroChip.HwModels.Fields;
using NeuroChip.HwModels.Tiles;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.HwModels;

/// <summary>What must hold between the numbers of a chip; each number by itself is checked when it is read.</summary>
internal static class ChipModelChecks
{
    /// <summary>Adds what does not hold to <paramref name="bag"/>.</summary>
    public static void Run(ChipModel chip, ChipNode root, DiagnosticBag bag)
    {
        var a = chip.Arithmetic;
        if (!a.Precisions.Contains(a.DefaultPrecision))
            bag.Add(root.Nearest("arithmetic.default").Error("NC6015", $"the default precision '{a.DefaultPrecision}' is not one of the chip's", $"they are {string.Join(", ", a.Precisions)}"));
        if (a.Accumulator.Bits.Count is < 16 or > 32)
            bag.Add(root.Nearest("arithmetic.accumulator").Error("NC6015", $"an accumulator of {a.Accumulator} is not possible; 16 to 32 bit are"));
        if (!chip.CostTables.Contains(chip.DefaultEnergy))
            bag.Add(root.Nearest("default_energy").Error("NC6015", $"there is no cost table '{chip.DefaultEnergy}' under 'energy'", $"there are {string.Join(", ", chip.CostTables)}"));
        if (chip is TileChip tiles) TileChecks.Run(tiles, root, bag);
        if (chip is ManyCoreChip cores) ManyCoreChecks.Run(cores, root, bag);
    }
}
