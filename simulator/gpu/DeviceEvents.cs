using ILGPU.Runtime;
using NeuroChip.Simulator.Gpu.Kernels;

namespace NeuroChip.Simulator.Gpu;

/// <summary>Lists of the events of a population by buckets of one size, one for each step that is kept.</summary>
internal sealed class DeviceEvents(DeviceMemory memory, int size, int bucketSize, int depth)
{
    private readonly int buckets = (size + bucketSize - 1) / bucketSize;
    private readonly DeviceArray<int>[] events = [.. Enumerable.Range(0, depth).Select(_ => memory.Plan<int>(size, perSample: true))];
    private readonly DeviceArray<int>[] counts = [.. Enumerable.Range(0, depth).Select(_ => memory.Plan<int>((size + bucketSize - 1) / bucketSize, perSample: true))];

    /// <summary>Addresses in a bucket.</summary>
    public int BucketSize => bucketSize;

    /// <summary>The list of a step that is kept; an empty one for a step before the first.</summary>
    public EventView At(int step) => new(events[(step + depth) % depth].View, counts[(step + depth) % depth].View, buckets);

    /// <summary>Forgets all events.</summary>
    public void Clear()
    {
        foreach (var count in counts) count.View.MemSetToZero();
    }
}
