using System.Collections.Immutable;
using System.Diagnostics;
using System.Numerics;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Tensors;
using NeuroChip.Simulator.Engines;

namespace NeuroChip.Bench;

/// <summary>
/// Tables of active sites: voxel-offset probes per second (table and pairs together, on one thread), and synaptic additions per second of submanifold convolutions, each
/// beside the convolution of as many channels on a dense image in the same run. Seconds of the processor, not of the clock: these runs are long enough to be
/// interrupted by whatever else the machine does.
/// </summary>
internal static class SiteMeasures
{
    private const int Voxels = 100_000;

    private static readonly TimeSpan PerCell = TimeSpan.FromSeconds(0.5);

    private static readonly (string Name, ImmutableArray<int> Extent, Func<ImmutableArray<int>, int, int[]> Make)[] Grids =
    [
        ("random, 128 x 128 x 128", [128, 128, 128], Clouds.Random),
        ("random, 64 x 64 x 64", [64, 64, 64], Clouds.Random),
        ("scanned, 40 x 800 x 800", [40, 800, 800], Clouds.Scanned),
    ];

    public static int Print()
    {
        Console.WriteLine($"{Voxels} voxels, one thread, medians (best)");
        Console.WriteLine($"{"cloud",-26} {"lookup",-7} {"probes",10} {"pairs",8} {"reads/probe",12} {"table",16} {"pairs",16} {"probes/s",20} {"k2 s2, probes/s",20}");
        foreach (var (name, extent, make) in Grids) Build(name, extent, make(extent, Voxels));
        Console.WriteLine();
        Console.WriteLine($"thousand million additions/s on one thread, median (best); 3x3x3 on the sites of the scanned cloud, 3x3 on an image of 48x48");
        Console.WriteLine($"{"channels, spikes, weights",-40} {"sites",16} {"dense image",16} {"of dense",9}");
        var cloud = Clouds.Scanned([40, 800, 800], Voxels);
        foreach (var channels in new[] { 16, 32, 64, 128 })
        {
            foreach (var counts in new[] { 1, 4 })
            {
                Compare<float>(cloud, channels, counts, 32);
                Compare<int>(cloud, channels, counts, 8);
            }
        }

        return 0;
    }

    private static void Build(string name, ImmutableArray<int> extent, int[] cloud)
    {
        var table = new SiteTable(new(0), "cloud", extent, Voxels, "coors");
        var window = new SiteWindow(Same(extent[0]), Same(extent[1]), Same(extent[2]));
        ActiveSites? active = null;
        SiteRulebook? book = null;
        var makeTable = Repeat(() => active = ActiveSites.Of(table, cloud));
        var makeBook = Repeat(() => book = new(window, SiteDirection.Forward, active!, active!));
        var (probes, reads) = Probes(book!);
        var halved = new SiteWindow(Half(extent[0]), Half(extent[1]), Half(extent[2]));
        var coarse = new SiteTable(new(1), "coarse", halved.Outputs, Voxels, "", new(new(0), halved));
        SiteRulebook? down = null;
        var makeDown = Repeat(() =>
        {
            var made = active!.Reached(coarse);
            down = new(halved, SiteDirection.Forward, active, made);
        });
        Console.WriteLine(
            $"{name,-26} {table.Lookup,-7} {probes,10} {book!.Pairs,8} {(double)reads / probes,12:F2} {Milliseconds(makeTable),16} {Milliseconds(makeBook),16} " +
            $"{$"{probes / (makeTable[makeTable.Count / 2] + makeBook[makeBook.Count / 2]) / 1e6:F1} M ({probes / (makeTable[0] + makeBook[0]) / 1e6:F1})",20} {$"{Probes(down!).Probes / makeDown[makeDown.Count / 2] / 1e6:F1} M",20}");
    }

    private static (long Probes, long Reads) Probes(SiteRulebook book) =>
        (Enumerable.Range(0, book.Sources).Sum(s => (long)book.Probes(s)), Enumerable.Range(0, book.Sources).Sum(s => (long)book.Reads(s)));

    private static void Compare<T>(int[] cloud, int channels, int counts, int bits) where T : unmanaged, INumber<T>
    {
        using var one = new WorkerTeam(1);
        const int extent = 48;
        var table = new SiteTable(new(0), "cloud", [40, 800, 800], Voxels, "coors");
        var binding = new SiteBinding([table], new Dictionary<string, Tensor> { ["coors"] = Tensor.Of([Voxels, 3], cloud) });
        var sparse = new SubmanifoldMap(table.Id, Voxels, new(Same(40), Same(800), Same(800)), channels, channels, 1, 0);
        var sites = Rate(new KernelCase<T>(sparse, 0.3, bits, sites: binding) { CountsUpTo = counts });
        var dense = Rate(new KernelCase<T>(new ConvMap(Same(extent), Same(extent), channels, channels, 1), 0.3, bits) { CountsUpTo = counts });
        var what = $"{channels} -> {channels}, 30 % {(counts == 1 ? "spikes" : $"counts up to {counts}")}, {(bits == 32 ? "float32" : $"int{bits}")}";
        Console.WriteLine($"{what,-40} {Both(sites),16} {Both(dense),16} {sites.Median / dense.Median,9:F2}");

        (double Median, double Best) Rate(IKernelCase test)
        {
            test.Plan(1);
            var seconds = Repeat(() => test.Run(one));
            return (test.Additions / seconds[seconds.Count / 2] / 1e9, test.Additions / seconds[0] / 1e9);
        }

        static string Both((double Median, double Best) rate) => $"{rate.Median:F2} ({rate.Best:F2})";
    }

    private static Window Same(int extent) => new(extent, extent, 3, 1, 1);

    private static Window Half(int extent) => new(extent, extent / 2, 2, 2);

    /// <summary>Seconds, ascending.</summary>
    private static List<double> Repeat(Action run)
    {
        var warm = Stopwatch.StartNew();
        while (warm.Elapsed < PerCell) run();
        var seconds = new List<double>();
        var clock = Stopwatch.StartNew();
        while (seconds.Count < 3 || clock.Elapsed < PerCell)
        {
            var start = Environment.CpuUsage.TotalTime;
            run();
            seconds.Add((Environment.CpuUsage.TotalTime - start).TotalSeconds);
        }

        seconds.Sort();
        return seconds;
    }

    private static string Milliseconds(List<double> ascending) => $"{ascending[ascending.Count / 2] * 1e3:F1} ms ({ascending[0] * 1e3:F1})";
}
