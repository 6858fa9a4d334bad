using System.Numerics;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Runtime;

namespace NeuroChip.Simulator.Timing.Events;

/// <summary>What the network asks of cores and tells them.</summary>
internal interface IPacketReceiver
{
    /// <summary>Whether a core can take a packet.</summary>
    bool HasRoom(int core);

    /// <summary>A packet arrives; <paramref name="path"/> is its number in the <see cref="PathLog"/>, if there is one.</summary>
    void Arrive(int core, int packet, long now, int path);

    /// <summary>The send queue of a core has room again.</summary>
    void CanSend(int core, long now);
}

/// <summary>
/// Routers that follow multicast trees, packet by packet, for one tick at a time. A packet is received whole into a buffer, routed in its turn (one each interval of the router), and
/// leaves from the head of the buffer by each of its outputs as soon as that is free and there is room behind it; outputs take inputs in turn. It keeps its place in the buffer until the last
/// copy has left; copies that have not begun to leave when the wait of the router is over are lost. Nothing is done while nothing moves.
/// </summary>
internal sealed class PacketNetwork
{
    /// <summary>Router cycles a wait may last before packets that wait for each other in a circle count as stuck for good.</summary>
    public const long StuckAfter = 1_000_000;

    private readonly NetworkPlan plan;
    private readonly EventHeap events;
    private readonly IPacketReceiver cores;
    private readonly PacketPool packets;
    private readonly long hop;
    private readonly long interval;
    private readonly long wait;
    private readonly long stuck;
    private readonly bool coresTakeAll;
    private readonly int linkRoom;
    private readonly int sendRoom;
    private readonly int[] firstSlot; // by buffer
    private readonly Slot[] slots;
    private readonly BufferState[] buffers;
    private readonly OutputState[] outputs;
    private readonly long[] routerFree;
    private readonly long[] coreLinkFree;

    public PacketNetwork(NetworkPlan plan, ManyCoreChip chip, EventHeap events, PacketPool packets, IPacketReceiver cores)
    {
        (this.plan, this.events, this.packets, this.cores) = (plan, events, packets, cores);
        var (clock, routerClock) = (chip.Core.Clock.Hertz, chip.Noc.RouterClock.Hertz);
        long Router(double cycles) => EventTime.Of(cycles / routerClock, clock);
        (hop, interval, wait, stuck) = (Router(chip.Noc.HopLatency.Cycles.Count), Router(chip.Noc.RouterInterval.Cycles.Count), Router(chip.Noc.RouterWait.Cycles.Count), Router(StuckAfter));
        (linkRoom, sendRoom) = (chip.Pipeline!.LinkBuffer.Count, chip.Pipeline.SendQueue.Count);
        coresTakeAll = chip.Pipeline.FullQueue == FullQueue.Drop;
        firstSlot = new int[plan.Buffers + 1];
        for (var b = 0; b < plan.Buffers; b++) firstSlot[b + 1] = firstSlot[b] + (b < plan.SendQueue(0) ? linkRoom : sendRoom);
        slots = new Slot[firstSlot[^1]];
        (buffers, outputs) = (new BufferState[plan.Buffers], new OutputState[plan.Buffers]);
        (routerFree, coreLinkFree) = (new long[plan.Routers], new long[plan.Cores]);
        Carried = new OutputCounts[plan.Buffers];
        HighWater = new int[plan.Buffers];
    }

    /// <summary>What each output has carried since <see cref="Forget"/>.</summary>
    public OutputCounts[] Carried { get; }

    /// <summary>Most packets each buffer has held since <see cref="Forget"/>.</summary>
    public int[] HighWater { get; }

    /// <summary>Busy time of each output since <see cref="Forget"/>, at output * buckets + bucket: by the part of the tick in which a packet began.</summary>
    public long[] Busy { get; private set; } = [];

    /// <summary>Parts of a tick in <see cref="Busy"/>.</summary>
    public int Buckets { get; private set; }

    /// <summary>Length of such a part.</summary>
    public long BucketTime { get; private set; }

    /// <summary>Where what waits for what is written down; null for nowhere.</summary>
    public PathLog? Path { get; set; }

    /// <summary>Copies to cores that were begun.</summary>
    public long Injected { get; private set; }

    /// <summary>Copies to cores that were lost in routers.</summary>
    public long Lost { get; private set; }

    /// <summary>Copies to cores that have reached them.</summary>
    public long Arrived { get; private set; }

    /// <summary>Packets held by routers and send queues.</summary>
    public int Held { get; private set; }

    /// <summary>Counts begin from 0.</summary>
    public void Forget(int buckets, long bucketTime)
    {
        (Buckets, BucketTime) = (buckets, bucketTime);
        if (Busy.Length != buckets * plan.Buffers) Busy = new long[buckets * plan.Buffers];
        else Array.Clear(Busy);
        Array.Clear(Carried);
        Array.Clear(HighWater);
        (Injected, Lost, Arrived) = (0, 0, 0);
    }

    /// <summary>A new tick: all buffers are empty.</summary>
    public void Begin()
    {
        Array.Clear(routerFree);
        Array.Clear(coreLinkFree);
        Array.Clear(buffers);
        Array.Clear(outputs);
        Held = 0;
    }

    /// <summary>Whether the send queue of a core takes another packet.</summary>
    public bool CanSend(int core) => buffers[plan.SendQueue(core)].Count < sendRoom;

    /// <summary>A packet goes into the send queue of its core, which must have room.</summary>
    public void Send(int core, int packet, long now)
    {
        var queue = plan.SendQueue(core);
        Held++;
        Keep(queue, ++buffers[queue].Count);
        var root = plan.Roots[core];
        for (var i = plan.FirstOutput[root]; i < plan.FirstOutput[root + 1]; i++) Injected += plan.LeavesBehind[i];
        var begin = Math.Max(now, coreLinkFree[core]);
        coreLinkFree[core] = begin + plan.Times[(2 * queue) + packets.Payload(packet)];
        if (Path is { } path) packets.SetPath(packet, path.Add(PathUnit.Send, core, begin, coreLinkFree[core], packets.PathOf(packet)));
        events.Push(coreLinkFree[core], EventKind.Entered, core, packet);
    }

    /// <summary>The queue of a core has room again.</summary>
    public void CoreHasRoom(int core, long now)
    {
        if (!coresTakeAll) TryStart(plan.IntoCore(core), now);
    }

    /// <summary>One event of the network.</summary>
    public void Handle(in TimedEvent e)
    {
        switch (e.Kind)
        {
            case EventKind.Entered:
                Arrive(plan.SendQueue(e.A), e.B, plan.Roots[e.A], e.Time, packets.PathOf(e.B));
                break;
            case EventKind.Routed:
                Request(e.A, e.Time);
                break;
            case EventKind.Crossed:
                Cross(e.A, e.Time);
                break;
            default:
                if (buffers[e.A].Popped == e.B && buffers[e.A].Pending != 0) Drop(e.A, e.Time);
                break;
        }
    }

    /// <summary>Packets wait for each other and nothing else will ever happen, or not within <see cref="StuckAfter"/>: reported with the circle (NC5141).</summary>
    public void ThrowIfStuck(long now)
    {
        if (Held == 0 || events.Moving > 0 || (events.Count > 0 && events.NextTime - now <= stuck)) return;
        throw new DiagnosticException(DeadlockReport.Of(plan, buffers.Length, Held, now, WaitsFor));

        IEnumerable<(int Output, int Behind)> WaitsFor(int buffer)
        {
            ref readonly var state = ref buffers[buffer];
            if (state.Arrived == 0) yield break;
            var first = plan.FirstOutput[slots[firstSlot[buffer] + buffers[buffer].Head].Branch];
            for (var left = buffers[buffer].Pending; left != 0; left &= left - 1)
            {
                var output = plan.Outputs[first + BitOperations.TrailingZeroCount(left)];
                yield return (output, plan.LinkOf(output) is null ? -1 : plan.Behind[output]);
            }
        }
    }

    private int Room(int buffer) => firstSlot[buffer + 1] - firstSlot[buffer];

    private void Keep(int buffer, int count)
    {
        if (count > HighWater[buffer]) HighWater[buffer] = count;
    }

    private void Arrive(int buffer, int packet, int branch, long now, int path)
    {
        ref var state = ref buffers[buffer];
        var router = plan.RouterOf(buffer);
        var routed = Math.Max(now, routerFree[router]);
        routerFree[router] = routed + interval;
        routed += hop;
        if (Path is { } log) path = log.Add(PathUnit.Router, router, routed - hop, routed, path);
        slots[firstSlot[buffer] + ((state.Head + state.Arrived) % Room(buffer))] = new(packet, branch, routed, path);
        if (state.Arrived++ == 0) events.Push(routed, EventKind.Routed, buffer);
    }

    /// <summary>The head of a buffer asks for all its outputs.</summary>
    private void Request(int buffer, long now)
    {
        ref var state = ref buffers[buffer];
        ref readonly var head = ref slots[firstSlot[buffer] + state.Head];
        var (first, end) = (plan.FirstOutput[head.Branch], plan.FirstOutput[head.Branch + 1]);
        (state.Pending, state.Since) = (uint.MaxValue >> (32 - (end - first)), now);
        var bit = 1u << plan.InputOf[buffer];
        for (var i = first; i < end; i++)
        {
            outputs[plan.Outputs[i]].Waiting |= bit;
            TryStart(plan.Outputs[i], now);
        }

        if (state.Pending != 0) events.Push(now + wait, EventKind.TimedOut, buffer, state.Popped);
    }

    private void TryStart(int output, long now)
    {
        ref var to = ref outputs[output];
        if (to.Busy || to.Waiting == 0) return;
        var isLink = output < plan.SendQueue(0);
        var core = output - plan.SendQueue(0);
        if (isLink ? buffers[plan.Behind[output]].Count >= linkRoom : !coresTakeAll && !cores.HasRoom(core)) return;

        var later = to.Waiting >> to.Turn << to.Turn;
        var input = BitOperations.TrailingZeroCount(later != 0 ? later : to.Waiting);
        to.Waiting &= ~(1u << input);
        to.Turn = (input + 1) % NetworkPlan.Inputs;
        var buffer = plan.BufferOf[(plan.RouterOf(output) * NetworkPlan.Inputs) + input];
        ref var from = ref buffers[buffer];
        ref readonly var head = ref slots[firstSlot[buffer] + from.Head];
        var i = plan.FirstOutput[head.Branch];
        while (plan.Outputs[i] != output) i++;
        from.Pending &= ~(1u << (i - plan.FirstOutput[head.Branch]));
        from.Leaving++;
        var time = plan.Times[(2 * output) + packets.Payload(head.Packet)];
        (to.Busy, to.From, to.Packet, to.Next) = (true, buffer, head.Packet, plan.NextBranch[i]);
        if (Path is { } path) to.Path = path.Add(isLink ? PathUnit.Link : PathUnit.Receive, isLink ? output : core, now, now + time, head.Path);
        ref var carried = ref Carried[output];
        (carried.Packets, carried.Busy, carried.Waited) = (carried.Packets + 1, carried.Busy + time, carried.Waited + now - from.Since);
        Busy[(output * Buckets) + (int)Math.Min(Buckets - 1, now / BucketTime)] += time;
        events.Push(now + time, EventKind.Crossed, output);
    }

    private void Cross(int output, long now)
    {
        ref var on = ref outputs[output];
        on.Busy = false;
        var (buffer, packet, next, path) = (on.From, on.Packet, on.Next, on.Path);
        if (next >= 0)
        {
            var behind = plan.Behind[output];
            Held++;
            Keep(behind, ++buffers[behind].Count);
            Arrive(behind, packet, next, now, path);
        }
        else
        {
            Arrived++;
            cores.Arrive(output - plan.SendQueue(0), packet, now, path);
        }

        if (--buffers[buffer].Leaving == 0 && buffers[buffer].Pending == 0) Remove(buffer, now);
        TryStart(output, now);
    }

    /// <summary>The copies of a head that still wait are lost.</summary>
    private void Drop(int buffer, long now)
    {
        ref var state = ref buffers[buffer];
        var first = plan.FirstOutput[slots[firstSlot[buffer] + state.Head].Branch];
        for (; state.Pending != 0; state.Pending &= state.Pending - 1)
        {
            var i = first + BitOperations.TrailingZeroCount(state.Pending);
            outputs[plan.Outputs[i]].Waiting &= ~(1u << plan.InputOf[buffer]);
            Carried[plan.Outputs[i]].Dropped++;
            Lost += plan.LeavesBehind[i];
        }

        if (state.Leaving == 0) Remove(buffer, now);
    }

    private void Remove(int buffer, long now)
    {
        ref var state = ref buffers[buffer];
        state.Head = (state.Head + 1) % Room(buffer);
        state.Arrived--;
        state.Count--;
        state.Popped++;
        Held--;
        if (state.Arrived > 0)
        {
            var routed = slots[firstSlot[buffer] + state.Head].Routed;
            if (routed <= now) Request(buffer, now);
            else events.Push(routed, EventKind.Routed, buffer);
        }

        if (plan.Upstream[buffer] is >= 0 and var output) TryStart(output, now);
        else cores.CanSend(buffer - plan.SendQueue(0), now);
    }

    /// <summary>A packet in a buffer.</summary>
    private readonly record struct Slot(int Packet, int Branch, long Routed, int Path);

    /// <summary>A buffer; its head is the only packet in it that moves.</summary>
    private struct BufferState
    {
        /// <summary>Slot of the head.</summary>
        public int Head;

        /// <summary>Packets in it.</summary>
        public int Arrived;

        /// <summary>Packets in it and, for a send queue, on the way into it.</summary>
        public int Count;

        /// <summary>Packets that were its head before.</summary>
        public int Popped;

        /// <summary>Outputs of the head's branch that it still waits for.</summary>
        public uint Pending;

        /// <summary>Outputs by which it is just leaving.</summary>
        public int Leaving;

        /// <summary>When it asked for its outputs.</summary>
        public long Since;
    }

    private struct OutputState
    {
        /// <summary>Inputs whose heads wait for it.</summary>
        public uint Waiting;

        /// <summary>Input that is first in turn.</summary>
        public int Turn;

        /// <summary>Whether a packet is on it.</summary>
        public bool Busy;

        /// <summary>Buffer that packet comes from.</summary>
        public int From;

        /// <summary>That packet.</summary>
        public int Packet;

        /// <summary>Branch it comes to.</summary>
        public int Next;

        /// <summary>Its number in the log of paths.</summary>
        public int Path;
    }
}

/// <summary>What an output has carried.</summary>
internal struct OutputCounts
{
    /// <summary>Packets.</summary>
    public long Packets;

    /// <summary>Time it was busy.</summary>
    public long Busy;

    /// <summary>Time packets at the head of a buffer waited for it.</summary>
    public long Waited;

    /// <summary>Copies that were dropped because it did not become free in time.</summary>
    public long Dropped;
}
