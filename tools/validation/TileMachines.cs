using NeuroChip.HwModels;
using NeuroChip.Runtime.Workloads;
using NeuroChip.Simulator.Tiles;

namespace NeuroChip.Validation;

/// <summary>Two machines and nine networks of Wei et al., "Prosperity", HPCA 2025: what their published simulator gives, and what our tile engines give for the same shapes.</summary>
internal static class TileMachines
{
    /// <summary>500 MHz: what the published times are cycles of.</summary>
    private const double Hertz = 500e6;

    private const string Repository = "PRO";

    private static readonly (string Network, string Title, double EyerissSeconds, double EyerissMillijoules, double ProsperityDramBits)[] Published =
    [
        ("vgg16", "VGG-16 CIFAR-10", 0.452082992, 794.746324437184, 2_306_605_056),
        ("resnet18", "ResNet-18 CIFAR-10", 0.271896886, 433.291974032216, 730_988_544),
        ("spikformer_cifar10", "Spikformer CIFAR-10", 0.043813696, 71.37256750208, 140_574_720),
        ("spikformer_cifar10dvs", "Spikformer CIFAR10-DVS", 0.072840462, 117.576815731896, 217_841_664),
        ("sdt_cifar10", "Spike-driven Transformer CIFAR-10", 0.078773364, 127.560816168144, 241_565_696),
        ("sdt_cifar10dvs", "Spike-driven Transformer CIFAR10-DVS", 0.176618244, 286.534199657232, 549_388_288),
        ("spikebert_sst2", "SpikeBERT SST-2", 0.51768576, 900.829000009728, 2_505_572_352),
        ("spikebert_mr", "SpikeBERT MR", 1.035383808, 1799.74727308492, 4_982_833_152),
        ("spikingbert_sst2", "SpikingBERT SST-2", 0.690766016, 1150.42153538022, 2_585_788_416),
    ];

    /// <summary>Prosperity's energies follow from its published times and DRAM bits by its energy formula.</summary>
    private static readonly (string Title, double Seconds, double DramBits, double Millijoules)[] Energies =
    [
        ("Spikformer CIFAR-10", 3.74337e-3, 140_574_720, 3.421569969),
        ("Spike-driven Transformer CIFAR-10", 6.0587540e-3, 241_565_696, 5.7127265762),
        ("VGG-16 CIFAR-10", 21.503906e-3, 2_306_605_056, 38.3187269762),
    ];

    public static IEnumerable<ValidationRow> Rows(string root)
    {
        var file = Path.Combine(root, "tests", "golden", "workloads", "published.json");
        var (eyeriss, prosperity) = (ChipModelReader.Load<TileChip>("eyeriss"), ChipModelReader.Load<TileChip>("prosperity"));
        foreach (var (name, title, seconds, millijoules, bits) in Published)
        {
            var network = WorkloadReader.Choose(WorkloadReader.Load(file), name, file);
            var report = new WorkloadRun(eyeriss).Run(network, WorkloadSpikes.None, Nothing);
            yield return new($"Eyeriss, {title}, cycles", $"{Repository} time_reference.xlsx", "S", report.Total.Cycles, Math.Round(seconds * Hertz), 0);
            yield return new($"Eyeriss, {title}, mJ", $"{Repository} energy_reference.xlsx", "S", report.Energy!.Joules * 1e3, millijoules, 1e-8);
            // Traffic depends on extents alone, so spikes of any density give it.
            var traffic = new WorkloadRun(prosperity).Run(network, WorkloadSpikes.None.Draw(network, 0, 1), Nothing);
            yield return new($"Prosperity, {title}, DRAM bits", $"{Repository} mem_reference.csv", "S", traffic.Total.DramBits, bits, 0);
        }

        foreach (var (title, seconds, bits, millijoules) in Energies)
        {
            var cycles = (long)Math.Round(seconds * Hertz);
            var layer = new WorkloadReportLayer("all", "linear", "core", 0, 0, 0, cycles, cycles, 0, [], (long)bits, 0, null, null, null, 0, 0, 0);
            yield return new($"Prosperity's energy from its time and DRAM bits, {title}, mJ", $"{Repository} energy_reference.xlsx", "S", WorkloadCost.Price(prosperity, null, [layer], 1).Joules * 1e3, millijoules, 1e-9);
        }
    }

    private static WorkloadReportSpikes Nothing => new("none", null, 0, 0, null, null);
}
