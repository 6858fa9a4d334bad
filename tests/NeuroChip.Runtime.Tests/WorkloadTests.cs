using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime.Workloads;

namespace NeuroChip.Runtime.Tests;

public sealed class WorkloadTests
{
    [Fact]
    public void ALayerIsWhatItsNameAndNumbersSay()
    {
        var net = Read("""
            {"source": "made up", "networks": {"net": [
              {"layer": "conv2d_1", "shape": [32, 3, 64, 5, 2, 2, 1, 4]}, {"layer": "lif_1_sps", "shape": [100, 2, 4]}, {"layer": "maxpool2d_1", "shape": [16, 64, 2, 0, 2, 1, 4]},
              {"layer": "fc_q_enc_0", "shape": [64, 192, 49, 1, 4]}, {"layer": "attention_enc_0", "shape": [64, 49, 8, 1, 4], "form": "mask"}, {"layer": "layernorm_1", "shape": [64, 1, 49, 4]}
            ]}}
            """);
        Assert.Equal(
            [
                new ConvLayer("conv2d_1", 32, 3, 64, 5, 2, 2, 1, 4), new NeuronLayer("lif_1_sps", 100, 2, 4), new PoolLayer("maxpool2d_1", 16, 64, 2, 0, 2, 1, 4),
                new LinearLayer("fc_q_enc_0", 64, 192, 49, 1, 4), new AttentionLayer("attention_enc_0", 64, 49, 8, 1, 4, AttentionForm.Mask), new NormLayer("layernorm_1", 64, 1, 49, 4),
            ],
            net.Layers.ToArray());
        Assert.Equal(16, ((ConvLayer)net.Layers[0]).OutputHeight);
    }

    [Fact]
    public void AFileMayWriteItsNumbersInItsOwnOrder()
    {
        var net = Read("""{"fields": {"fc": ["T", "batch", "length", "out", "in"]}, "networks": {"net": [{"layer": "fc_1", "shape": [4, 1, 2, 10, 784]}]}}""");
        Assert.Equal([new LinearLayer("fc_1", 784, 10, 2, 1, 4)], net.Layers.ToArray());
    }

    [Fact]
    public void AxesOfExtentOneMayBeMissingInATrace()
    {
        var net = Read("""{"networks": {"net": [{"layer": "fc_1", "shape": [3, 10, 1, 1, 2]}]}}""");
        var spikes = WorkloadTrace.Bind(net, new Dictionary<string, Tensor> { ["fc_1"] = Tensor.Of([2, 3], [0f, 1, 0, 1, 1, 0]) }, "t.npz", complete: true, new());
        Assert.Equal([0, 1, 0, 1, 1, 0], spikes.Arrays["fc_1"].Array<byte>());
        Assert.Equal([2, 1, 1, 3], spikes.Arrays["fc_1"].Shape.ToArray());
    }

    [Fact]
    public void DrawnSpikesDependOnSeedAndNameOnly()
    {
        var one = Read("""{"networks": {"net": [{"layer": "fc_1", "shape": [1000, 10, 1, 1, 4]}]}}""");
        var two = Read("""{"networks": {"net": [{"layer": "fc_0", "shape": [50, 10, 1, 1, 4]}, {"layer": "fc_1", "shape": [1000, 10, 1, 1, 4]}]}}""");
        var spikes = WorkloadSpikes.None.Draw(one, 0.2, 7).Arrays["fc_1"].Array<byte>();
        Assert.Equal(spikes, WorkloadSpikes.None.Draw(two, 0.2, 7).Arrays["fc_1"].Array<byte>());
        Assert.NotEqual(spikes, WorkloadSpikes.None.Draw(one, 0.2, 8).Arrays["fc_1"].Array<byte>());
        // 4000 draws at 0.2: 800 in the mean, standard deviation 25.
        Assert.InRange(spikes.Sum(s => s), 700, 900);
        Assert.All(WorkloadSpikes.None.Draw(one, 1, 7).Arrays["fc_1"].Array<byte>(), s => Assert.Equal(1, s));
    }

    private static Workload Read(string json) => WorkloadReader.Choose(WorkloadReader.Parse(json, "net.json"), null, "net.json");
}
