using NeuroChip.HwModels;
using NeuroChip.Runtime.Workloads;
using NeuroChip.Simulator.Tiles;

namespace NeuroChip.Simulator.Tests.Tiles;

/// <summary>The networks and the machine of the published simulator of Prosperity, for tests against its figures.</summary>
internal static class Published
{
    /// <summary>500 MHz: what the published times are cycles of.</summary>
    public const double Hertz = 500e6;

    /// <summary>Its chip file.</summary>
    public static TileChip Prosperity { get; } = ChipModelReader.Load<TileChip>("prosperity");

    /// <summary>The chip file of the dense array it is compared with.</summary>
    public static TileChip Eyeriss { get; } = ChipModelReader.Load<TileChip>("eyeriss");

    /// <summary>The engine of a chip of one kind of tile.</summary>
    public static ITileEngine Engine(this TileChip chip) => TileEngines.Of(chip, chip.Tiles.Values.Single());

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
