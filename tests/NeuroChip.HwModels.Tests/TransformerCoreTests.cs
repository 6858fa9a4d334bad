using System.Text.RegularExpressions;
using NeuroChip.HwModels.Tiles;

namespace NeuroChip.HwModels.Tests;

/// <summary>The chips of tiles that come with NeuroChip say what their sources say.</summary>
public sealed partial class TransformerCoreTests
{
    private static readonly TileChip Core = ChipModelReader.Load<TileChip>("transformer-core");

    public static TheoryData<string> TileChips => [.. ChipModels.Names.Where(n => ChipModelReader.Load(n) is TileChip)];

    [Fact]
    public void TilesFillTheMeshAndCoverAllWork()
    {
        foreach (var chip in new[] { Core, ChipModelReader.Load<TileChip>("transformer-core-small") })
        {
            Assert.Equal(chip.Mesh.Places, chip.TileCount);
            Assert.Equal(TileWork.Analog | TileWork.Sparse | TileWork.Attention, chip.Tiles.Values.Aggregate(TileWork.None, (all, t) => all | t.Does));
            Assert.Contains(chip.Tiles.Values, t => t.Does == TileWork.None && t.MembraneMemory is not null);
        }
    }

    [Fact]
    public void TheSmallOneIsTheSameChipTurnedDown()
    {
        var small = ChipModelReader.Load<TileChip>("transformer-core-small");
        Assert.Equal(Core.Clock, small.Clock);
        Assert.Equal(Core.Tiles["linear"].WeightMemory, small.Tiles["linear"].WeightMemory);
        Assert.Equal(Core.EnergyTable("paper-45nm"), small.EnergyTable("paper-45nm"));
        Assert.Equal(Core.Energy.WeightRead, small.Energy.WeightRead);
        Assert.True(small.Energy.GlobalBufferBit!.PicojoulesPerBit < Core.Energy.GlobalBufferBit!.PicojoulesPerBit);
        Assert.Equal(2048, Core.Tiles["linear"].Count.Count * Core.Tiles["linear"].Lanes.CountOrNone());
        Assert.Equal(320, small.Tiles["linear"].Count.Count * small.Tiles["linear"].Lanes.CountOrNone());
        Assert.True(small.IdleWatts(small.Energy) < Core.IdleWatts(Core.Energy) / 2);
    }

    [Fact]
    public void ThePapersTablePricesNothingButArithmetic()
    {
        var paper = Core.EnergyTable("paper-45nm");
        Assert.Equal(new TileCosts { Title = paper.Title, Addition = paper.Addition, Mac = paper.Mac }, paper);
        Assert.Equal((0.9, 4.6), (paper.Addition!.Picojoules.Value, paper.Mac!.Picojoules.Value));
        Assert.Equal(["28nm", "horowitz-45nm", "paper-45nm"], Core.CostTables.AsEnumerable());
    }

    [Theory]
    [InlineData("spikformer_cifar10")]
    [InlineData("sdt_cifar10")]
    [InlineData("vgg16_cifar10")]
    public void ProsperitysFormulaGivesItsPublishedEnergies(string network)
    {
        // On-chip power x time + energy per bit x DRAM bits; the published table has six digits.
        var chip = ChipModelReader.Load<TileChip>("prosperity");
        double Known(string what) => chip.Reference[$"{network}_{what}"].Value;
        var joules = (chip.IdleWatts(chip.Energy)!.Value * Known("time") * 1e-3) + (chip.Energy.DramBit!.PicojoulesPerBit * 1e-12 * Known("dram"));
        Assert.Equal(Known("energy"), joules * 1e3, Known("energy") * 1e-5);
        Assert.Equal(1024, chip.DramBitsPerCycle);
    }

    [Theory]
    [InlineData("spikformer_cifar10")]
    [InlineData("vgg16_cifar10")]
    public void TheSameFormulaGivesTheEnergiesOfTheDenseArray(string network)
    {
        var (array, product) = (ChipModelReader.Load<TileChip>("eyeriss"), ChipModelReader.Load<TileChip>("prosperity"));
        var bits = product.Reference[$"{network}_dram"].Value * array.Tiles["array"].TrafficRatio!.Value;
        var joules = (array.IdleWatts(array.Energy)!.Value * array.Reference[$"{network}_time"].Value * 1e-3) + (array.Energy.DramBit!.PicojoulesPerBit * 1e-12 * bits);
        var published = array.Reference[$"{network}_energy"].Value;
        Assert.Equal(published, joules * 1e3, published * 1e-4);
    }

    [Theory]
    [MemberData(nameof(TileChips))]
    public void DerivedNumbersEndInTheValueTheyAreGiven(string name)
    {
        // Where the arithmetic of a source ends in "= number unit", that is the value of the field.
        foreach (var row in ChipModelReader.Load(name).Rows().Where(r => r.Grade.StartsWith('X')))
        {
            if (Result().Match(row.Source) is { Success: true } m && m.Groups[2].Value == row.Unit)
                Assert.True(m.Groups[1].Value == row.Value, $"{row.Field} is {row.Value} {row.Unit}, its source says {m.Groups[1].Value}");
            if (row.Unit.StartsWith("pJ", StringComparison.Ordinal)) Assert.True(Result().IsMatch(row.Source), $"{row.Field}: no arithmetic in '{row.Source}'");
        }
    }

    [Fact]
    public void SumsAndQuotientsOfSourcesAreRight()
    {
        static double Of(Quantity? q) => (double)q!.Number;
        var e = Core.Energy;
        Assert.Equal(24.9086 * 2 / 144, Of(e.MemoryLeakage), 5e-4);
        Assert.Equal(0.239 + 0.0389, Of(e.Mac), 1e-9);
        Assert.Equal((2 * 0.00967) + 0.00309 + 0.00172 + 0.0301, Of(e.NeuronUpdate), 1e-9);
        Assert.Equal(28.6315 / 256, Of(e.WeightRead), 5e-5);
        Assert.Equal(28.2197 / 256, Of(e.WeightWrite), 5e-5);
        Assert.Equal(11.0295 / 256, Of(e.AccumulatorRead), 5e-5);
        Assert.Equal(12.772 / 256, Of(e.AccumulatorWrite), 5e-5);
        double Law(double small, double large, double kib) => small / 256 * Math.Pow(kib / 32, Math.Log(large / small) / Math.Log(144.0 / 32));
        Assert.Equal(Law(11.0295, 28.6315, 64), Of(e.MembraneRead), 5e-5);
        Assert.Equal(Law(12.772, 28.2197, 64), Of(e.MembraneWrite), 5e-5);
        Assert.Equal((Law(11.0295, 28.6315, 1024) + Law(12.772, 28.2197, 1024)) / 2, Of(e.GlobalBufferBit), 1e-3);
        Assert.Equal(((2.90 + 2.00 + 0.80 + 0.06 + 0.05) / 128) + 0.0488, Of(e.NocBitHop), 5e-5);
        var h = Core.EnergyTable("horowitz-45nm");
        Assert.Equal((20 + ((144 - 32) / 992.0 * 80)) / 64, Of(h.WeightRead), 5e-5);
        Assert.Equal((20 + (32 / 992.0 * 80)) / 64, Of(h.MembraneRead), 5e-5);
        Assert.Equal(1300.0 / 64, Of(h.DramBit), 0.05);
        var small = ChipModelReader.Load<TileChip>("transformer-core-small").Energy;
        Assert.Equal((Law(11.0295, 28.6315, 256) + Law(12.772, 28.2197, 256)) / 2, Of(small.GlobalBufferBit), 5e-5);
    }

    [GeneratedRegex(@"(?:=|mean) ([0-9.]+) ([^ =]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Result();
}
