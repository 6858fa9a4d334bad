using BenchmarkDotNet.Attributes;
using NeuroChip.Simulator.Engines;

namespace NeuroChip.Bench;

/// <summary>The kernels under BenchmarkDotNet: one run of a layer on one thread and on two.</summary>
public class KernelBenchmarks
{
    private IKernelCase? test;
    private WorkerTeam? team;

    /// <summary>Layers by name.</summary>
    public static IEnumerable<string> Layers => KernelCases.All.Select(c => c.Name);

    /// <summary>The layer measured.</summary>
    [ParamsSource(nameof(Layers))]
    public string Layer { get; set; } = "";

    /// <summary>Threads.</summary>
    [Params(1, 2)]
    public int Threads { get; set; }

    /// <summary>Makes the layer and its events.</summary>
    [GlobalSetup]
    public void Setup()
    {
        test = KernelCases.All.First(c => c.Name == Layer).Make();
        team = new(Threads);
        test.Plan(Threads);
    }

    /// <summary>Ends the threads.</summary>
    [GlobalCleanup]
    public void Cleanup() => team?.Dispose();

    /// <summary>All events of a step.</summary>
    [Benchmark]
    public void Step() => test!.Run(team!);
}
