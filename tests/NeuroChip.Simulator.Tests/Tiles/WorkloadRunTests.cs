using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Runtime.Workloads;
using NeuroChip.Simulator.Tiles;

namespace NeuroChip.Simulator.Tests.Tiles;

public sealed class WorkloadRunTests
{
    private static readonly WorkloadReportSpikes Nothing = new("none", null, 0, 0, null, null);

    /// <summary>Row "Eyeriss" of reference/energy_reference.xlsx, mJ, from shapes and the chip file alone.</summary>
    [Theory]
    [InlineData("vgg16", 794.746324437184)]
    [InlineData("resnet18", 433.291974032216)]
    [InlineData("spikformer_cifar10", 71.37256750208)]
    [InlineData("spikformer_cifar10dvs", 117.576815731896)]
    [InlineData("sdt_cifar10", 127.560816168144)]
    [InlineData("sdt_cifar10dvs", 286.534199657232)]
    [InlineData("spikebert_sst2", 900.829000009728)]
    [InlineData("spikebert_mr", 1799.74727308492)]
    [InlineData("spikingbert_sst2", 1150.42153538022)]
    public void EnergyOfEyerissFollowsFromShapesAlone(string network, double published)
    {
        var report = new WorkloadRun(Published.Eyeriss).Run(Published.Network(network), WorkloadSpikes.None, Nothing);
        // Traffic is rounded to whole bits layer by layer.
        Assert.InRange(report.Energy!.Joules * 1e3 / published, 1 - 1e-8, 1 + 1e-8);
    }

    /// <summary>Row "Prosperity" of reference/energy_reference.xlsx, mJ, from its published times (time_reference.xlsx) and DRAM bits (mem_reference.csv).</summary>
    [Theory]
    [InlineData(3.74337e-3, 140_574_720, 3.421569969)]
    [InlineData(6.0587540e-3, 241_565_696, 5.7127265762)]
    [InlineData(21.503906e-3, 2_306_605_056, 38.3187269762)]
    public void EnergyFormulaOfProsperityGivesItsPublishedEnergies(double seconds, long dramBits, double published)
    {
        var cycles = (long)Math.Round(seconds * Published.Hertz);
        var layer = new WorkloadReportLayer("all", "linear", "core", 0, 0, 0, cycles, cycles, 0, [], dramBits, 0, null, null, null, 0, 0, 0);
        Assert.Equal(published, WorkloadCost.Price(Published.Prosperity, null, [layer], 1).Joules * 1e3, 9);
    }

    /// <summary>With spikes drawn independently at the published bit density, everything that does not depend on where they fall is as published.</summary>
    [Fact]
    public void DrawnSpikesGiveTheTrafficAndDensityAskedFor()
    {
        var network = Published.Network("spikformer_cifar10");
        var spikes = WorkloadSpikes.None.Draw(network, 0.14923, 1);
        var report = new WorkloadRun(Published.Prosperity).Run(network, spikes, Nothing);
        Assert.Equal(140_574_720, report.Total.DramBits);
        // Padding of the convolutions adds zeros to their matrices.
        Assert.InRange(report.Total.BitDensity!.Value, 0.13, 0.15);
        Assert.True(report.Total.ProductDensity < report.Total.BitDensity);
        Assert.Equal(report.Total.Cycles, report.Layers.Sum(l => l.Cycles));
        Assert.Equal(report.Energy!.Joules, report.Energy.ByLayer.Sum(l => l.Joules), 12);
    }

    [Fact]
    public void SpikesThatAreNeededAndNotThereAreNamed()
    {
        var network = Published.Network("lenet5");
        var stop = Assert.Throws<DiagnosticException>(() => new WorkloadRun(Published.Prosperity).Require(network, WorkloadSpikes.None, "net.json"));
        Assert.Equal("NC5047", stop.Diagnostics[0].Code);
        Assert.Contains("3 layers have none, the first is 'conv2d_1'", stop.Diagnostics[0].Message);
        new WorkloadRun(Published.Eyeriss).Require(network, WorkloadSpikes.None, "net.json");
    }

    [Fact]
    public void LayersThatNoTileDoesAreNamed()
    {
        var yaml = Published.Prosperity.ToYaml().Replace("does: [sparse, attention]", "does: [sparse]").Replace("does:\n    - sparse\n    - attention", "does: [sparse]");
        var chip = Assert.IsType<TileChip>(ChipModelReader.Parse(yaml, "chip.yaml"));
        var network = Published.Network("sdt_cifar10");
        var stop = Assert.Throws<DiagnosticException>(() => new WorkloadRun(chip).Require(network, WorkloadSpikes.None.Draw(network, 0, 1), "net.json"));
        Assert.Equal("NC5048", stop.Diagnostics[0].Code);
        Assert.Contains("4 of the 47 layers", stop.Diagnostics[0].Message);
    }
}
