using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Algorithms.ScanReduceOperations;
using NeuroChip.Ir.Ncir;
using NeuroChip.Simulator.Engines;

namespace NeuroChip.Simulator.Gpu.Kernels;

/// <summary>
/// The events of a population in a step by buckets of addresses: bucket b of a sample lists <c>Counts[b]</c> places in the bucket, ascending, from <c>Events[b * size]</c> on.
/// </summary>
/// <param name="Events">Places, sample after sample.</param>
/// <param name="Counts">Events in each bucket, sample after sample.</param>
/// <param name="Buckets">Buckets of a sample.</param>
internal readonly record struct EventView(ArrayView<int> Events, ArrayView<int> Counts, int Buckets);

/// <summary>What is counted of a population: <see cref="EventTally"/> on the device.</summary>
/// <param name="Offsets">Where the entries of each grain begin.</param>
/// <param name="Entries">All entries.</param>
/// <param name="Grain">Addresses of a grain.</param>
/// <param name="Chunk">Addresses that a thread looks at; those of a grain are shared out.</param>
/// <param name="ChunksPerGrain">Threads of a grain.</param>
/// <param name="Chunks">Threads of a sample.</param>
/// <param name="Counters">Counters of a sample.</param>
internal readonly record struct TallyView(ArrayView<int> Offsets, ArrayView<TallyEntry> Entries, int Grain, int Chunk, int ChunksPerGrain, int Chunks, int Counters);

/// <summary>Lists of events, counts of events, and sums that follow events instead of targets.</summary>
internal static class EventKernels<T, TSum, TNumbers>
    where T : unmanaged
    where TSum : unmanaged
    where TNumbers : struct, IDeviceNumbers<T, TSum>
{
    /// <summary>
    /// One group of threads per sample and bucket of <paramref name="bucketSize"/> of the <paramref name="size"/> addresses: lists the places in the bucket whose payload is not 0, ascending,
    /// and counts them. Each round takes as many addresses as there are threads; a scan tells every event its place.
    /// </summary>
    public static void Compact(ArrayView<T> payloads, EventView into, int size, int bucketSize)
    {
        var sample = Grid.IdxX / into.Buckets;
        var first = (Grid.IdxX - (sample * into.Buckets)) * bucketSize;
        var start = (sample * size) + first;
        var there = IntrinsicMath.Min(bucketSize, size - first);
        var count = 0;
        for (var round = 0; round < there; round += Group.DimX)
        {
            var place = round + Group.IdxX;
            var isEvent = 0;
            if (place < there && !TNumbers.IsZero(payloads[start + place])) isEvent = 1;
            var before = GroupExtensions.ExclusiveScan<int, AddInt32>(isEvent);
            Group.Barrier();
            if (isEvent != 0) into.Events[start + count + before] = place;
            count += GroupExtensions.AllReduce<int, AddInt32>(isEvent);
            Group.Barrier();
        }

        if (Group.IdxX == 0) into.Counts[Grid.IdxX] = count;
    }

    /// <summary>
    /// One thread per sample and chunk of a grain: counts the events of its addresses, then adds them to the counters of the grain's entries. Integers, so the order of additions does not matter.
    /// </summary>
    public static void Tally(Index1D thread, ArrayView<T> payloads, int size, TallyView tally, ArrayView<long> counters)
    {
        var sample = thread / tally.Chunks;
        var chunk = thread - (sample * tally.Chunks);
        var grain = chunk / tally.ChunksPerGrain;
        var first = (grain * tally.Grain) + ((chunk - (grain * tally.ChunksPerGrain)) * tally.Chunk);
        var last = IntrinsicMath.Min(size, IntrinsicMath.Min(first + tally.Chunk, (grain + 1) * tally.Grain));
        var (events, digits) = (0, 0);
        for (var at = (sample * size) + first; at < (sample * size) + last; at++)
        {
            var payload = payloads[at];
            if (TNumbers.IsZero(payload)) continue;
            events++;
            digits += TNumbers.Digits(payload);
        }

        if (events == 0) return;
        for (var e = tally.Offsets[grain]; e < tally.Offsets[grain + 1]; e++)
        {
            var entry = tally.Entries[e];
            Atomic.Add(ref counters[(sample * tally.Counters) + entry.Counter], (long)entry.Weight * (entry.ByDigits != 0 ? digits : events));
        }
    }

    /// <summary>
    /// One group of threads per sample and bucket: takes its events one after the other and adds them to their targets, which the threads share. Only for integers, where the order of additions
    /// does not matter. <paramref name="synapses"/> holds targets and weights by source.
    /// </summary>
    public static void Scatter(ArrayView<TSum> sums, int targets, ArrayView<long> first, ArrayView<Synapse> synapses, EventView events, int bucketSize, ArrayView<T> payloads, int sources)
    {
        var sample = Grid.IdxX / events.Buckets;
        var bucket = Grid.IdxX - (sample * events.Buckets);
        var start = bucket * bucketSize;
        for (var k = 0; k < events.Counts[Grid.IdxX]; k++)
        {
            var source = start + events.Events[(sample * sources) + start + k];
            var payload = payloads[(sample * sources) + source];
            for (var s = first[source] + Group.IdxX; s < first[source + 1]; s += Group.DimX)
            {
                var synapse = synapses[s];
                TNumbers.AddAtomically(ref sums[(sample * targets) + synapse.Target], TNumbers.Product(payload, TNumbers.OfBits(synapse.Row)));
            }
        }
    }
}
