using System.Runtime.CompilerServices;

namespace NeuroChip.Simulator.Pipelines.Timing;

/// <summary>
/// Message by message through finite buffers. A core sends when its last message has left it; a link carries one message per hop latency and holds
/// <c>link_buffer_size</c> of them, as do the port of the sending core and the input queue of the receiving one; a message moves on when the next buffer has room, so that a full
/// queue holds up the links before it, and in the end the sender. Messages are served in order of their sending, lower cores first: each books its whole way before the next one does.
/// </summary>
internal sealed class EventPipelineTiming : IPipelineTiming
{
    private readonly MessageSource messages;
    private readonly MeshPaths paths;
    private readonly SendQueue queue;
    private readonly BufferBookings buffers;
    private readonly double[] finish;
    private readonly (int Target, double Work)[] next;

    public EventPipelineTiming(PipelineLayout layout, FanOut fanOut)
    {
        messages = new(layout, fanOut);
        paths = new(layout);
        queue = new(layout.Cores.Length);
        finish = new double[layout.Cores.Length];
        next = new (int, double)[layout.Cores.Length];
        buffers = new(paths.LinkCount + finish.Length, layout.Chip.Mesh.LinkBufferSize);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double Time(StepActivity activity)
    {
        messages.Start(activity);
        buffers.Clear();
        Array.Clear(finish);
        for (var core = 0; core < next.Length; core++) Send(core, 0);
        var last = 0.0;
        while (queue.Count > 0)
        {
            var (sent, core) = queue.Pop();
            var (target, work) = next[core];
            if (target != MessageSource.Nowhere) sent = Travel(sent, core, target, work);
            last = Math.Max(last, Math.Max(sent, finish[Math.Max(target, 0)]));
            Send(core, sent);
        }

        return last;
    }

    private void Send(int core, double after)
    {
        if (!messages.Next(core, out var delay, out var target, out var work)) return;
        next[core] = (target, work);
        queue.Push(after + delay, core);
    }

    /// <summary>Books a message's way; returns when it enters the port of its core.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Travel(double ready, int core, int target, double work)
    {
        var path = paths.Between(core, target);
        var input = paths.LinkCount + target;
        var entered = buffers.Enter(path.Links[0], ready);
        var now = entered;
        for (var hop = 0; hop < path.Hops; hop++)
        {
            // It takes the link when the one before it is through, and only if there is room at its end.
            now = buffers.Enter(path.Links[hop + 1], Math.Max(now, buffers.Busy(path.Links[hop + 1])));
            buffers.Leave(path.Links[hop], now);
            now += path.Latencies[hop];
            buffers.Occupy(path.Links[hop + 1], now);
        }

        now = buffers.Enter(input, now);
        buffers.Leave(path.Links[^1], now);
        finish[target] = Math.Max(finish[target], now) + work;
        buffers.Leave(input, finish[target]);
        return entered;
    }
}

/// <summary>When the messages in buffers of one size leave them: a message can enter when the one that came so many before it has left.</summary>
internal sealed class BufferBookings
{
    private const int FirstRoom = 16;

    private readonly int size;
    private readonly double[][] left;
    private readonly int[] passed;
    private readonly double[] busy;

    public BufferBookings(int buffers, int size)
    {
        this.size = size;
        (left, passed, busy) = (new double[buffers][], new int[buffers], new double[buffers]);
        Array.Fill(left, []);
    }

    public void Clear()
    {
        Array.Clear(passed);
        Array.Clear(busy);
    }

    /// <summary>When a message that is there at <paramref name="time"/> finds room; <see cref="Leave"/> of the same message must follow before the next one's.</summary>
    public double Enter(int buffer, double time) => passed[buffer] < size ? time : Math.Max(time, left[buffer][passed[buffer] % size]);

    /// <summary>The message that entered last leaves.</summary>
    public void Leave(int buffer, double time)
    {
        ref var times = ref left[buffer];
        var place = passed[buffer]++ % size;
        if (place >= times.Length) Array.Resize(ref times, Math.Min(size, Math.Max(FirstRoom, 2 * place)));
        times[place] = time;
    }

    /// <summary>Until when the link that leads to a buffer carries a message.</summary>
    public double Busy(int buffer) => busy[buffer];

    public void Occupy(int buffer, double until) => busy[buffer] = until;
}
