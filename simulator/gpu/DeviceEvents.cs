using ILGPU;

namespace NeuroChip.Simulator.Gpu;

/// <summary>The events of a population in a step by buckets of addresses, on the device: bucket b lists <c>Counts[b]</c> places from <c>Events[b * size]</c> on, ascending.</summary>
internal readonly record struct EventView(ArrayView<int> Events, ArrayView<int> Counts);

/// <summary>Lists of a population by buckets of one size, one for each step that is kept.</summary>
internal sealed class DeviceEvents(DeviceMemory memory, int size, int bucketSize, int depth)
{
    private readonly DeviceArray<int>[] events = [.. Enumerable.Range(0, depth).Select(_ => memory.Plan<int>(size))];
    private readonly DeviceArray<int>[] counts = [.. Enumerable.Range(0, depth).Select(_ => memory.Plan<int>(size / bucketSize))];

    /// <summary>Addresses in a bucket.</summary>
    public int BucketSize => bucketSize;

    /// <summary>The list of a step that is kept.</summary>
    public EventView At(int step) => new(events[(step + depth) % depth].View, counts[(step + depth) % depth].View);
}
