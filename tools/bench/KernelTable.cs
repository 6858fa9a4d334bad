using System.Diagnostics;
using System.Runtime.Intrinsics;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Simulator.Engines;
using NeuroChip.Simulator.Engines.Kernels;

namespace NeuroChip.Bench;

internal static unsafe class KernelTable
{
    public static int Print()
    {
        foreach (var density in new[] { 0.05, 0.2, 1.0 })
            foreach (var ch in new[] { 16, 32, 64, 128, 256 }) Conv(ch, density);
        Csr();
        return 0;
    }
    static void Csr()
    {
        var random = new Random(1);
        int n = 4096, fan = 64;
        var off = new List<int> { 0 }; var t = new List<int>();
        for (int i = 0; i < n; i++) { var set = new SortedSet<int>(); while (set.Count < fan) set.Add(random.Next(n)); t.AddRange(set); off.Add(t.Count); }
        var map = new CsrMap([.. off], [.. t], n);
        var kernel = new CsrKernel<FloatScalar, float, float>(map, Enumerable.Range(0, t.Count).Select(_ => random.NextSingle()).ToArray());
        Time("csr", kernel, map.SourceSize, map.TargetSize, fan * (long)1, 0.2, random);
    }
    static void Conv(int ch, double density)
    {
        var random = new Random(1);
        var w = new Window(32, 32, 3, 1, 1);
        var map = new ConvMap(w, w, ch, ch, 1);
        var weights = Enumerable.Range(0, map.RowCount).Select(_ => random.NextSingle() - .5f).ToArray();
        var geo = new ConvGeometry(map);
        var kernel = new GatherKernel<Float512, Vector512<float>, float, float>(geo, new PackedRows<float>(weights, geo.Rows, geo.CellTargets, 16));
        Time($"conv {ch} at {density}", kernel, map.SourceSize, map.TargetSize, (long)(map.Total / (double)map.SourceSize), density, random);
    }
    static void Time(string name, SynapseKernel<float> kernel, int sources, int targets, long per, double density, Random random)
    {
        var ev = new EventList<float>(sources, [kernel.BucketSize]);
        for (int i = 0; i < sources; i++) ev.Values[i] = random.NextDouble() < density ? 1 : 0;
        ev.Index();
        var sums = new AlignedBuffer<float>(targets);
        var clock = Stopwatch.StartNew(); int reps = 0;
        for (int i = 0; i < 30; i++) { kernel.Add(ev, sums.Pointer, 0, targets); ev.Index(); Thread.Sleep(2); }
        double best = double.MaxValue, bi = double.MaxValue;
        while (clock.Elapsed.TotalSeconds < 1.0)
        {
            var t0 = Stopwatch.GetTimestamp(); kernel.Add(ev, sums.Pointer, 0, targets); best = Math.Min(best, Stopwatch.GetElapsedTime(t0).TotalSeconds);
            t0 = Stopwatch.GetTimestamp(); ev.Index(); bi = Math.Min(bi, Stopwatch.GetElapsedTime(t0).TotalSeconds); reps++;
        }
        Console.WriteLine($"{name,-20} {ev.Count * (double)per / best / 1e9:F1} G/s  add {best * 1e6:F0} us index {bi * 1e6:F0} us");
    }
}
