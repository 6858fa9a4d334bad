using NeuroChip.Runtime.Arrays;
using NeuroChip.Runtime.Workloads;
using NeuroChip.Simulator.Tiles;

namespace NeuroChip.Simulator.Tests.Tiles;

public sealed class ProductSparseTests
{
    private static readonly ITileEngine Prosperity = Published.Prosperity.Engine();

    /// <summary>reference/mem_reference.csv: bits from and to DRAM, which follow from shapes alone. Spikes are needed to run the rules, not for these counts.</summary>
    [Theory]
    [InlineData("vgg16", 2_306_605_056)]
    [InlineData("resnet18", 730_988_544)]
    [InlineData("spikformer_cifar10", 140_574_720)]
    [InlineData("spikformer_cifar10dvs", 217_841_664)]
    [InlineData("sdt_cifar10", 241_565_696)]
    [InlineData("sdt_cifar10dvs", 549_388_288)]
    [InlineData("spikebert_sst2", 2_505_572_352)]
    [InlineData("spikebert_mr", 4_982_833_152)]
    [InlineData("spikingbert_sst2", 2_585_788_416)]
    public void DramTrafficOfProsperityFollowsFromShapes(string network, long published)
    {
        var layers = Run(Published.Network(network), spikes: null);
        Assert.Equal(published, layers.Sum(l => l.DramRead.Count + l.DramWritten.Count));
    }

    [CorpusFact]
    public void LeNet5HasThePublishedDensitiesAndTheCyclesOfThePublishedCode()
    {
        var trace = Path.Combine(CorpusFactAttribute.Folder!, "traces", "lenet5_mnist.npz");
        var network = Published.Network("lenet5");
        var spikes = WorkloadTrace.Bind(network, ArrayFile.Read(trace), trace, complete: true, new());
        var layers = Run(network, spikes);
        var product = layers.Aggregate(default(ProductCounts), (sum, l) => sum + (l.Product ?? default));
        // reference/density_analysis_reference.xlsx, column lenet5_mnist.
        Assert.Equal(0.253639946627197, (double)product.Ones / product.Elements, 14);
        Assert.Equal(0.0156137872264083, (double)product.Remaining / product.Elements, 14);
        // The reference has no time for LeNet-5; these are the totals and the compute cycles that the published code prints for the same spikes.
        Assert.Equal([36_962, 1_348, 341], layers.Where(l => l.Product is not null).Select(l => l.Alone.Count - l.Waiting.Count));
        Assert.Equal(41_178, TileSequence.Total(layers).Count);
        Assert.Equal(1_102_848, layers.Sum(l => l.DramRead.Count + l.DramWritten.Count));
    }

    /// <summary>
    /// A layer of 4 rows x 2 inputs x 130 outputs by hand, on the machine of Prosperity. Rows 01, 11, 11, 00: 1 + 1 + 0 + 0 spikes to add and 1 copy, twice because 130
    /// outputs take two passes of 128 lanes: 6. Search: (2 rows of two spikes + 4 / 8 popcounts) twice: 4. Traffic: 2 x 130 weights of 8 bits once, and the 8 bits of spikes
    /// in both passes: 2096, of which the first tile has 2 x 128 x 8 + 2 x 4 = 2056: 2 cycles of 1024 bits, and nothing for the rest of 40.
    /// </summary>
    [Fact]
    public void ASmallLayerTakesTheCyclesDoneByHand()
    {
        var spikes = new SpikeMatrix(4, 2);
        foreach (var (row, column) in new[] { (0, 1), (1, 0), (1, 1), (2, 0), (2, 1) }) spikes.Set(row, column);
        var layer = Prosperity.Time(new LayerWork { Name = "fc", Kind = LayerKind.Linear, Rows = 4, Inputs = 2, Outputs = 130, Spikes = [spikes] }, null);
        Assert.Equal([("adders", 6L), ("search", 4L)], layer.Units.Select(u => (u.Unit, u.Busy.Count)));
        Assert.Equal((2096, 2, 8, 2 * 130), (layer.DramRead.Count, layer.Waiting.Count, layer.Alone.Count, layer.Additions));
    }

    /// <summary>Neurons after a layer add only their last tile; on their own they take all of it, and what they give stays on the tile if it is less than a tile of spikes.</summary>
    [Theory]
    [InlineData(100, 4, 32, 32, 0, true)]
    [InlineData(100_000, 4, 25_000, 2048, 400_000, false)]
    public void NeuronsHideBehindTheLayerBefore(int neurons, int steps, long alone, long added, long written, bool kept)
    {
        var work = new LayerWork { Name = "lif", Kind = LayerKind.Neurons, Steps = steps, NeuronUpdates = (long)neurons * steps, OutputBits = new((long)neurons * steps) };
        var layer = (new LayerWork { Name = "fc", Kind = LayerKind.Linear }, new LayerCycles(new(1), new(1), []));
        var behind = Prosperity.Time(work, layer);
        Assert.Equal((alone, added, written, kept), (behind.Alone.Count, behind.Added.Count, behind.DramWritten.Count, behind.OutputKept));
        Assert.Equal(alone, Prosperity.Time(work, null).Added.Count);
    }

    private static LayerCycles[] Run(Workload network, WorkloadSpikes? spikes) =>
        [.. TileSequence.Run(network.Works(spikes ?? WorkloadSpikes.None.Draw(network, 0, 1)), _ => Prosperity)];
}
