using System.Diagnostics;
using NeuroChip.Simulator.Engines;
using NeuroChip.Simulator.Engines.Kernels;

namespace NeuroChip.Bench;

/// <summary>
/// Synaptic additions per second of the fast engine's kernels, on one thread and on two. An addition is one synapse of one spike; the time
/// includes building the list of events from the payloads. The median of many runs; on a machine that others use too, the best run says
/// what the code can do.
/// </summary>
internal static class KernelTable
{
    private static readonly TimeSpan PerCell = TimeSpan.FromSeconds(0.4);

    public static int Print()
    {
        Console.WriteLine($"registers of {(int)KernelFactory.Widest} bits, {Environment.ProcessorCount} processors; thousand million additions/s, median (best)");
        Console.WriteLine($"{"layer",-66} {"1 thread",15} {"2 threads",15}");
        using var one = new WorkerTeam(1);
        using var two = new WorkerTeam(2);
        foreach (var (name, make) in KernelCases.All)
        {
            var test = make();
            Console.WriteLine($"{name,-66} {Measure(test, one),15} {Measure(test, two),15}");
        }

        return 0;
    }

    private static string Measure(IKernelCase test, WorkerTeam team)
    {
        test.Plan(team.Threads);
        var warm = Stopwatch.StartNew();
        while (warm.Elapsed < PerCell) test.Run(team); // Until the just-in-time compiler has taken its last look.
        var seconds = new List<double>();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < PerCell)
        {
            var start = Stopwatch.GetTimestamp();
            test.Run(team);
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        seconds.Sort();
        var additions = test.Additions / 1e9;
        return $"{additions / seconds[seconds.Count / 2]:F2} ({additions / seconds[0]:F2})";
    }
}
