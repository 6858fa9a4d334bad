using NeuroChip.Runtime.Arrays;
using NeuroChip.Runtime.Workloads;
using NeuroChip.Simulator.Tiles;

namespace NeuroChip.Simulator.Tests.Tiles;

public sealed class ProductSparseTests
{
    private static readonly ProductSparse Prosperity = new(Published.Prosperity);

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

    private static LayerCycles[] Run(Workload network, WorkloadSpikes? spikes) =>
        [.. TileSequence.Run(network.Works(spikes ?? WorkloadSpikes.None.Draw(network, 0, 1)), _ => Prosperity)];
}
