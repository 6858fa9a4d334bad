using NeuroChip.HwModels.Tiles;

namespace NeuroChip.HwModels.Tests;

/// <summary>Chips of tiles: what is read, what follows from it, and what a variant changes.</summary>
public sealed class TileChipTests
{
    private static readonly string File = Path.Combine(Golden.Folder("chips"), "tiny-tiles.yaml");

    private static readonly TileChip Tiny = ChipModelReader.Load<TileChip>(File);

    [Fact]
    public void NumbersArriveInTheirUnits()
    {
        Assert.Equal(ChipFamily.Tiles, Tiny.Family);
        Assert.Equal(1e8, Tiny.Clock.Hertz);
        Assert.Equal(64, Tiny.DramBitsPerCycle);
        Assert.Equal(4, Tiny.TileCount);
        Assert.Equal(["attention", "encoder", "linear", "product", "residual"], Tiny.Tiles.Keys);
        var linear = Tiny.Tiles["linear"];
        Assert.Equal(TileWork.Sparse, linear.Does);
        Assert.Equal(16, linear.Lanes.CountOrNone());
        Assert.Equal(0, linear.MacLanes.CountOrNone());
        Assert.Equal(8192, linear.WeightsAtATime.Bytes);
        Assert.Equal(4096, Tiny.Tiles["encoder"].WeightsAtATime.Bytes);
        Assert.Equal(0, Tiny.Tiles["residual"].WeightsAtATime.Bytes);
        var product = Tiny.Tiles["product"];
        Assert.Equal(TileEngine.ProductSparse, product.Engine);
        Assert.True(product.Can(TileWork.Sparse | TileWork.Attention));
        Assert.False(product.Can(TileWork.Sparse | TileWork.Analog));
        Assert.Equal(0, product.EventCycles.CyclesOrNone().Count);
        Assert.Equal(10, Tiny.Energy.DramBit!.PicojoulesPerBit);
        Assert.Null(Tiny.EnergyTable("additions-only").Mac);
        Assert.Equal([2, 2, 1], new[] { product.MacLanes, product.ExponentLanes, product.DivideLanes }.Select(OptionalQuantities.CountOrNone));
    }

    [Fact]
    public void AChipLeaksByTheMemoryItHas()
    {
        // Encoder 9 KiB, linear 21 KiB, attention 10 KiB, residual 64 KiB, global buffer 64 KiB; 'product' has no tiles.
        Assert.Equal(168 * 1024, Tiny.OnChipMemory.Bytes);
        Assert.Equal(1e-3 + (168 * 10e-6), Tiny.IdleWatts(Tiny.Energy)!.Value, 1e-12);
        Assert.Null(Tiny.IdleWatts(Tiny.EnergyTable("additions-only")));
    }

    [Fact]
    public void TextReadsBackEqual()
    {
        var back = ChipModelReader.Parse(Tiny.ToYaml(), "image.yaml").As<TileChip>();
        Assert.Equal(Tiny, back);
        Assert.Equal(Tiny.ToYaml(), back.ToYaml());
        Assert.Equal(Tiny.Tiles.AsEnumerable(), back.Tiles.AsEnumerable());
        Assert.Equal(Tiny.EnergyTables.AsEnumerable(), back.EnergyTables.AsEnumerable());
        Assert.NotEqual(Tiny, Tiny with { Clock = Tiny.Clock.With(200) });
    }

    [Fact]
    public void NeighboursInNumberAreNeighboursOnTheMesh()
    {
        Assert.Equal([new("attention", 0, 0), new("encoder", 1, 0), new("linear", 1, 1), new("residual", 0, 1)], Tiny.Sites().AsEnumerable());
        var wide = Tiny with { Mesh = Tiny.Mesh with { Width = Tiny.Mesh.Width.With(7), Height = Tiny.Mesh.Height.With(5) }, Tiles = Tiny.Tiles.SetItem("linear", Tiny.Tiles["linear"] with { Count = Tiny.Tiles["linear"].Count.With(32) }) };
        var sites = wide.Sites();
        Assert.Equal(35, sites.Select(s => (s.X, s.Y)).Distinct().Count());
        Assert.All(sites.Zip(sites.Skip(1)), s => Assert.Equal(1, Math.Abs(s.First.X - s.Second.X) + Math.Abs(s.First.Y - s.Second.Y)));
        Assert.Equal(32, sites.Count(s => s.Kind == "linear"));
    }

    [Fact]
    public void AVariantStatesOnlyWhatDiffers()
    {
        var text = $"extends: {File}\nname: wider\ntiles:\n  linear:\n    lanes: {{ value: 64 lanes, source: test, grade: X }}\n  encoder:\n    does: [analog, sparse]\n    lanes: {{ value: 2 lanes, source: test, grade: X }}\n";
        var wider = ChipModelReader.Parse(text, "wider.yaml").As<TileChip>();
        Assert.Equal(64, wider.Tiles["linear"].Lanes.CountOrNone());
        Assert.Equal(TileWork.Analog | TileWork.Sparse, wider.Tiles["encoder"].Does);
        Assert.Equal(Tiny.Tiles["attention"], wider.Tiles["attention"]);
        Assert.Equal(Tiny.Clock, wider.Clock);
    }
}
