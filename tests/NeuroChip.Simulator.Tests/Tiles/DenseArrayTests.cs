using NeuroChip.Runtime.Workloads;
using NeuroChip.Simulator.Tiles;

namespace NeuroChip.Simulator.Tests.Tiles;

public sealed class DenseArrayTests
{
    private static readonly ITileEngine Eyeriss = Published.Eyeriss.Engine();

    /// <summary>Row "Eyeriss" of reference/time_reference.xlsx, with all its digits: every cycle is the same.</summary>
    [Theory]
    [InlineData("vgg16", 0.452082992)]
    [InlineData("resnet18", 0.271896886)]
    [InlineData("spikformer_cifar10", 0.043813696)]
    [InlineData("spikformer_cifar10dvs", 0.072840462)]
    [InlineData("sdt_cifar10", 0.078773364)]
    [InlineData("sdt_cifar10dvs", 0.176618244)]
    [InlineData("spikebert_sst2", 0.51768576)]
    [InlineData("spikebert_mr", 1.035383808)]
    [InlineData("spikingbert_sst2", 0.690766016)]
    public void SecondsOfEyerissFollowFromShapesAlone(string network, double published)
    {
        var layers = TileSequence.Run(Published.Network(network).Works(WorkloadSpikes.None), _ => Eyeriss);
        Assert.Equal(Math.Round(published * Published.Hertz), TileSequence.Total(layers).Count);
    }

    [Fact]
    public void LayersCountWholePassesOfTheArray()
    {
        var linear = new LayerWork { Name = "fc", Kind = LayerKind.Linear, Rows = 3, Inputs = 5, Outputs = 13 };
        // Two passes for 13 outputs on 12 rows; 15 elements are one column's worth of 14 and a rest that the rule drops.
        Assert.Equal(2, Eyeriss.Time(linear, null).Added.Count);
        var neurons = new LayerWork { Name = "lif", Kind = LayerKind.Neurons, Steps = 25, NeuronUpdates = 25 * 100 };
        Assert.Equal(2 * 100 / 14, Eyeriss.Time(neurons, null).Added.Count);
        var attention = new LayerWork { Name = "attention", Kind = LayerKind.Attention, Rows = 64, Inputs = 32, Outputs = 32, Attention = new(AttentionForm.Products, 2, 64, 16) };
        Assert.Equal(0, Eyeriss.Time(attention, null).Added.Count);
    }
}
