using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace NeuroChip.Simulator.Pipelines.Timing;

/// <summary>
/// SANA-FE's <c>detailed</c> model: messages are taken in order of their sending, and meet a network that is described by how densely its links are occupied
/// and by the mean time that messages under way will take at their destination. Where a way is fuller than its buffers hold, the sender waits; a crowded way is slow. A core
/// works off its messages one after the other.
/// </summary>
internal sealed class DetailedPipelineTiming : IPipelineTiming
{
    private readonly PipelineLayout layout;
    private readonly MessageSource messages;
    private readonly MeshPaths paths;
    private readonly SendQueue queue;
    private readonly MessagesUnderWay underWay;
    private readonly double[] finish;
    private readonly double[] density;
    private readonly (int Target, double Work)[] next;
    private double mean;
    private long count;

    public DetailedPipelineTiming(PipelineLayout layout, FanOut fanOut)
    {
        this.layout = layout;
        messages = new(layout, fanOut);
        paths = new(layout);
        queue = new(layout.Cores.Length);
        underWay = new(layout.Cores.Length);
        finish = new double[layout.Cores.Length];
        next = new (int, double)[layout.Cores.Length];
        density = new double[paths.LinkCount];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Time(StepActivity activity)
    {
        Start(activity);
        var last = 0.0;
        while (queue.Count > 0)
        {
            var (sent, core) = queue.Pop();
            last = Math.Max(last, sent);
            if (underWay.Earliest <= sent) Arrive(sent);
            var (target, work) = next[core];
            if (target != MessageSource.Nowhere)
            {
                var path = paths.Between(core, target);
                var along = 0.0;
                foreach (var link in path.Links) along += density[link];
                var capacity = (double)path.Links.Length * layout.Chip.Mesh.LinkBufferSize;
                if (along > capacity) sent += (along - capacity) * mean;
                var received = sent + Math.Max(path.Latency, along * mean / path.Links.Length);
                var start = Math.Max(finish[target], received);
                finish[target] = Math.Max(finish[target] + work, received + work);
                last = Math.Max(last, finish[target]);
                Enter(target, start, work, path);
            }

            if (!messages.Next(core, out var delay, out var to, out var load)) continue;
            next[core] = (to, load);
            last = Math.Max(last, sent + delay);
            queue.Push(sent + delay, core);
        }

        return last;
    }

    private void Start(StepActivity activity)
    {
        messages.Start(activity);
        queue.Clear();
        underWay.Clear();
        Array.Clear(finish);
        Array.Clear(density);
        (mean, count) = (0, 0);
        for (var core = 0; core < next.Length; core++)
        {
            if (!messages.Next(core, out var delay, out var target, out var work)) continue;
            next[core] = (target, work);
            queue.Push(delay, core);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Enter(int target, double received, double work, MeshPath path)
    {
        foreach (var link in path.Links) density[link] += path.Share;
        mean += (work - mean) / (count + 1.0);
        count++;
        underWay.Add(target, received, work, path);
    }

    /// <summary>Takes everything that is received by <paramref name="time"/> out of the network, core by core.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Arrive(double time)
    {
        for (var target = underWay.FirstBy(time, 0); target >= 0; target = underWay.FirstBy(time, target))
        {
            var (work, path) = underWay.Take(target);
            foreach (var link in path.Links) density[link] -= path.Share;
            mean = count > 1 ? mean + ((mean - work) / (count - 1.0)) : 0;
            count--;
        }

        underWay.FindEarliest();
    }
}

/// <summary>Messages in the network, by destination in the order of their arrival there.</summary>
internal sealed class MessagesUnderWay
{
    private readonly double[] heads;
    private readonly int[] first;
    private readonly int[] last;
    private Entry[] entries = new Entry[256];
    private int used;
    private int free = -1;

    public MessagesUnderWay(int cores)
    {
        heads = new double[(cores + 3) & ~3];
        (first, last) = (new int[cores], new int[cores]);
    }

    /// <summary>The time at which the next of them is received.</summary>
    public double Earliest { get; private set; }

    public void Clear()
    {
        Array.Fill(heads, double.PositiveInfinity);
        (used, free, Earliest) = (0, -1, double.PositiveInfinity);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(int target, double received, double work, MeshPath path)
    {
        var index = free;
        if (index >= 0) free = entries[index].Next;
        else
        {
            index = used++;
            if (index == entries.Length) Array.Resize(ref entries, 2 * index);
        }

        entries[index] = new() { Received = received, Work = work, Path = path, Next = -1 };
        if (double.IsPositiveInfinity(heads[target]))
        {
            first[target] = index;
            heads[target] = received;
            Earliest = Math.Min(Earliest, received);
        }
        else
        {
            entries[last[target]].Next = index;
        }

        last[target] = index;
    }

    /// <summary>The first destination from <paramref name="from"/> on where a message is received by <paramref name="time"/>; -1 if there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int FirstBy(double time, int from)
    {
        if (heads[from] <= time) return from;
        ref var head = ref MemoryMarshal.GetArrayDataReference(heads);
        var limit = Vector256.Create(time);
        for (var i = from & ~3; i < heads.Length; i += 4)
        {
            var due = Vector256.ExtractMostSignificantBits(Vector256.LessThanOrEqual(Vector256.LoadUnsafe(ref head, (nuint)i), limit));
            if (i < from) due &= ~0u << (from - i);
            if (due != 0) return i + System.Numerics.BitOperations.TrailingZeroCount(due);
        }

        return -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (double Work, MeshPath Path) Take(int target)
    {
        var index = first[target];
        ref var entry = ref entries[index];
        var following = entry.Next;
        first[target] = following;
        heads[target] = following < 0 ? double.PositiveInfinity : entries[following].Received;
        entry.Next = free;
        free = index;
        return (entry.Work, entry.Path);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void FindEarliest()
    {
        var least = Vector256.Create(double.PositiveInfinity);
        ref var head = ref MemoryMarshal.GetArrayDataReference(heads);
        for (var i = 0; i < heads.Length; i += 4) least = Vector256.Min(least, Vector256.LoadUnsafe(ref head, (nuint)i));
        Earliest = Math.Min(Math.Min(least[0], least[1]), Math.Min(least[2], least[3]));
    }

    private struct Entry
    {
        public double Received, Work;
        public MeshPath Path;
        public int Next;
    }
}
