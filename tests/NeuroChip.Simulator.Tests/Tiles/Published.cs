using NeuroChip.Runtime.Workloads;
using NeuroChip.Simulator.Tiles;

namespace NeuroChip.Simulator.Tests.Tiles;

/// <summary>The networks and the machine of the published simulator of Prosperity, for tests against its figures.</summary>
internal static class Published
{
    /// <summary>500 MHz: what the published times are cycles of.</summary>
    public const double Hertz = 500e6;

    /// <summary>Its units, as simulator/accelerator.py of the repository sets them (commit 6ee1c6f).</summary>
    public static ProductSparseShape Prosperity { get; } = new(
        Rows: 256, Columns: 16, Lanes: 128, PopcountLanes: 8, NeuronLanes: 32, NeuronCycles: 2, MacLanes: 32, ExponentLanes: 8, DivideLanes: 1, MemoryBits: 1024, WeightBits: 8);

    private static readonly string File = Path.Combine(Root(), "tests", "golden", "workloads", "published.json");

    /// <summary>One of its networks.</summary>
    public static Workload Network(string name) => WorkloadReader.Choose(WorkloadReader.Load(File), name, File);

    /// <summary>The work of all layers.</summary>
    public static IEnumerable<LayerWork> Works(this Workload workload, WorkloadSpikes spikes) => workload.Layers.Select(l => WorkloadWork.Of(l, spikes, 8, 8));

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!System.IO.File.Exists(Path.Combine(folder, "NeuroChip.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
