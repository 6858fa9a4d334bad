using ILGPU;
using NeuroChip.Ir.Ncir;
using NeuroChip.Simulator.Gpu.Kernels;

namespace NeuroChip.Simulator.Gpu;

/// <summary>The synapses of a map by source.</summary>
/// <param name="Starts">Where those of each source begin.</param>
/// <param name="Targets">Target and bits of the weight.</param>
/// <param name="FanOut">Synapses of a source on average.</param>
internal sealed record ForwardList(DeviceArray<long> Starts, DeviceArray<Synapse> Targets, int FanOut)
{
    public ArrayView<long> First => Starts.View;

    public ArrayView<Synapse> Synapses => Targets.View;

    /// <summary>Plans the list of a map, where the row of a synapse becomes the bits of its weight.</summary>
    public static ForwardList Plan(DeviceMemory memory, AddressFunction map, Func<int, int> bits)
    {
        var starts = new long[map.SourceSize + 1];
        for (var source = 0; source < map.SourceSize; source++) starts[source + 1] = starts[source] + map.Count(source);
        return new(memory.Plan(starts), memory.Plan<Synapse>(starts[^1], view =>
        {
            using var writer = new DeviceWriter<Synapse>(view);
            var synapses = new List<Synapse>();
            for (var source = 0; source < map.SourceSize; source++)
            {
                synapses.Clear();
                map.Enumerate(source, synapses);
                foreach (var (target, row) in synapses) writer.Add(new(target, bits(row)));
            }
        }), (int)(starts[^1] / map.SourceSize));
    }
}

/// <summary>The sources of each target of a map that no sample changes.</summary>
internal sealed class AfferentList
{
    /// <summary>A warp of CUDA.</summary>
    private const int SliceWidth = 32;

    private readonly int width;
    private readonly DeviceArray<long> starts;
    private readonly DeviceArray<int> counts;
    private readonly DeviceArray<Afferent> afferents;
    private readonly bool inline;

    /// <summary>Plans it, in slices unless they would be mostly empty.</summary>
    /// <param name="memory">Where.</param>
    /// <param name="map">The map.</param>
    /// <param name="bits">The bits of the weight of a row; null where rows are payloads.</param>
    public AfferentList(DeviceMemory memory, AddressFunction map, Func<int, int>? bits)
    {
        inline = bits is not null;
        var sizes = new int[map.TargetSize];
        var one = new List<Afferent>();
        for (var target = 0; target < sizes.Length; target++) sizes[target] = Sources(map, target, one).Count;
        width = SliceWidth;
        var slices = Slices(sizes, width);
        if (slices[^1] > 2 * sizes.Sum(s => (long)s)) (width, slices) = (1, Slices(sizes, 1));
        counts = memory.Plan(sizes);
        starts = memory.Plan(slices);
        afferents = memory.Plan<Afferent>(slices[^1], view => Write(view, map, sizes, bits));
    }

    public AfferentView View => new(starts.View, counts.View, afferents.View, width, 0, inline ? 1 : 0);

    private static long[] Slices(int[] sizes, int width)
    {
        var starts = new long[((sizes.Length + width - 1) / width) + 1];
        foreach (var (slice, members) in sizes.Chunk(width).Index()) starts[slice + 1] = starts[slice] + ((long)width * members.Max());
        return starts;
    }

    private static List<Afferent> Sources(AddressFunction map, int target, List<Afferent> into)
    {
        into.Clear();
        map.Invert(target, into);
        return into;
    }

    private void Write(ArrayView<Afferent> view, AddressFunction map, int[] sizes, Func<int, int>? bits)
    {
        using var writer = new DeviceWriter<Afferent>(view);
        var members = new List<Afferent>[width];
        for (var m = 0; m < width; m++) members[m] = [];
        for (var first = 0; first < sizes.Length; first += width)
        {
            for (var m = 0; m < width; m++)
                if (first + m < sizes.Length) Sources(map, first + m, members[m]);
                else members[m].Clear();
            var longest = members.Max(m => m.Count);
            for (var k = 0; k < longest; k++)
            {
                foreach (var member in members)
                    writer.Add(k >= member.Count ? default : bits is null ? member[k] : new(member[k].Source, bits(member[k].Row)));
            }
        }
    }
}

/// <summary>The sources of each target of a map that every sample changes, within bounds that are planned.</summary>
internal sealed class SampleLists(DeviceMemory memory, int targets, long bound)
{
    private readonly DeviceArray<long> starts = memory.Plan<long>(targets, perSample: true);
    private readonly DeviceArray<int> counts = memory.Plan<int>(targets, perSample: true);
    private readonly DeviceArray<Afferent> afferents = memory.Plan<Afferent>(bound, perSample: true);

    public AfferentView View => new(starts.View, counts.View, afferents.View, 1, targets, 0);

    /// <summary>Writes the lists of a sample, which <paramref name="list"/> gives target by target.</summary>
    public void Write(int sample, Action<int, List<Afferent>> list)
    {
        var (firsts, sizes, all) = (new long[targets], new int[targets], new List<Afferent>());
        for (var t = 0; t < targets; t++)
        {
            var before = all.Count;
            list(t, all);
            (firsts[t], sizes[t]) = ((sample * bound) + before, all.Count - before);
        }

        starts.Write(firsts, (long)sample * targets);
        counts.Write(sizes, (long)sample * targets);
        afferents.Write(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(all), sample * bound);
    }
}
