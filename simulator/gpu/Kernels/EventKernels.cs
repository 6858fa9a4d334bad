using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Algorithms.ScanReduceOperations;

namespace NeuroChip.Simulator.Gpu.Kernels;

/// <summary>Lists of events.</summary>
internal static class EventKernels<T, TSum, TNumbers>
    where T : unmanaged
    where TSum : unmanaged
    where TNumbers : struct, IDeviceNumbers<T, TSum>
{
    /// <summary>
    /// One group of threads per bucket of <paramref name="bucketSize"/> addresses: lists the places in the bucket whose payload is not 0, ascending, and counts them. Each round takes as
    /// many addresses as there are threads; a scan tells every event its place.
    /// </summary>
    public static void Compact(ArrayView<T> payloads, ArrayView<int> events, ArrayView<int> counts, int bucketSize)
    {
        var start = Grid.IdxX * bucketSize;
        var count = 0;
        for (var round = 0; round < bucketSize; round += Group.DimX)
        {
            var place = round + Group.IdxX;
            var isEvent = 0;
            if (place < bucketSize && !TNumbers.IsZero(payloads[start + place])) isEvent = 1;
            var before = GroupExtensions.ExclusiveScan<int, AddInt32>(isEvent);
            Group.Barrier();
            if (isEvent != 0) events[start + count + before] = place;
            count += GroupExtensions.AllReduce<int, AddInt32>(isEvent);
            Group.Barrier();
        }

        if (Group.IdxX == 0) counts[Grid.IdxX] = count;
    }
}
