using ILGPU;
using ILGPU.Runtime;
using NeuroChip.Ir.Ncir;
using NeuroChip.Simulator.Engines;
using NeuroChip.Simulator.Gpu.Kernels;

namespace NeuroChip.Simulator.Gpu;

/// <summary>The counters of a run on the device: for every step those of the first sample, then those of the second.</summary>
internal sealed class DeviceTallies<T, TSum, TNumbers>
    where T : unmanaged
    where TSum : unmanaged
    where TNumbers : struct, IDeviceNumbers<T, TSum>
{
    private const int PlacesPerPair = 2 * PairView.Spread;

    /// <summary>Addresses that one thread looks at: two cache lines of an NVIDIA device. Chosen, not measured.</summary>
    private const int LargestChunk = 64;

    private readonly TallyPlan plan;
    private readonly int steps;
    private readonly DeviceKernels<T, TSum, TNumbers> kernels;
    private readonly ILookup<PopulationId, (DeviceArray<int> Offsets, DeviceArray<TallyEntry> Entries, EventTally Tally)> populations;
    private readonly Dictionary<int, int> pairs;
    private readonly DeviceArray<long> counters;
    private readonly DeviceArray<long> places;
    private int samples;

    public DeviceTallies(TallyPlan plan, int steps, DeviceKernels<T, TSum, TNumbers> kernels, DeviceMemory memory)
    {
        (this.plan, this.steps, this.kernels) = (plan, steps, kernels);
        populations = plan.Populations.Select(t => (memory.Plan(t.Offsets), memory.Plan(t.Entries), Tally: t)).ToArray().ToLookup(t => t.Tally.Population);
        pairs = plan.Pairs.Index().ToDictionary(p => p.Item.Projection, p => p.Index);
        counters = memory.Plan<long>((long)steps * plan.Counters, perSample: true);
        places = memory.Plan<long>((long)steps * pairs.Count * PlacesPerPair, perSample: true);
    }

    public void Reset(int samples)
    {
        this.samples = samples;
        counters.View.MemSetToZero();
        places.View.MemSetToZero();
    }

    /// <summary>Counts what a population emitted in a step.</summary>
    public void Count(Population population, int step, ArrayView<T> emissions)
    {
        var each = (long)samples * plan.Counters;
        foreach (var (offsets, entries, tally) in populations[population.Id])
        {
            var chunk = Math.Min(tally.Grain, LargestChunk);
            var perGrain = (tally.Grain + chunk - 1) / chunk;
            kernels.Tally(samples, emissions, population.Size, new(offsets.View, entries.View, tally.Grain, chunk, perGrain, (tally.Offsets.Length - 1) * perGrain, plan.Counters), counters.Part(step * each, each));
        }
    }

    /// <summary>Where a projection counts its pairs in a step.</summary>
    public PairView Pairs(int projection, int step)
    {
        if (!pairs.TryGetValue(projection, out var index)) return new(places.View, 0, 0);
        var each = pairs.Count * PlacesPerPair;
        return new(places.Part((long)step * samples * each, (long)samples * each), each, index * PlacesPerPair);
    }

    /// <summary>All counters, brought to the host.</summary>
    public Tallies Read()
    {
        var all = new long[(long)steps * samples * plan.Counters];
        if (all.Length > 0) counters.View.SubView(0, all.Length).CopyToCPU(all);
        var spread = new long[(long)steps * samples * pairs.Count * PlacesPerPair];
        if (spread.Length > 0) places.View.SubView(0, spread.Length).CopyToCPU(spread);
        for (var row = 0; row < steps * samples && pairs.Count > 0; row++)
        {
            foreach (var (i, pair) in plan.Pairs.Index())
            {
                var from = spread.AsSpan(((row * pairs.Count) + i) * PlacesPerPair, PlacesPerPair);
                foreach (var probes in from[..PairView.Spread]) all[(row * plan.Counters) + pair.Probes] += probes;
                foreach (var additions in from[PairView.Spread..]) all[(row * plan.Counters) + pair.Additions] += additions;
            }
        }

        return new(all, samples, plan.Counters);
    }
}

/// <summary>Counters of a run.</summary>
internal sealed record Tallies(long[] All, int Samples, int Counters)
{
    public ReadOnlySpan<long> Of(int sample, int step) => All.AsSpan(checked(((step * Samples) + sample) * Counters), Counters);
}
