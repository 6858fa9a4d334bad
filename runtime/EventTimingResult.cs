using System.Collections.Immutable;
using NeuroChip.Ir;

namespace NeuroChip.Runtime;

/// <summary>What takes time on the way of a spike.</summary>
public enum PathUnit
{
    /// <summary>A core updates neurons.</summary>
    Update,

    /// <summary>A packet goes from its core to the router.</summary>
    Send,

    /// <summary>A router looks up where it goes.</summary>
    Router,

    /// <summary>It crosses a link between chips.</summary>
    Link,

    /// <summary>It goes from the router to a core.</summary>
    Receive,

    /// <summary>A core takes it from its queue.</summary>
    Decode,

    /// <summary>Its row comes from the memory of the chip.</summary>
    Fetch,

    /// <summary>Its synapses are added.</summary>
    Add,
}

/// <summary>How a core spent the ticks of a run, in core cycles; index = index in <see cref="Ir.Images.ChipImage.Cores"/>.</summary>
/// <param name="Update">Updating neurons and sending.</param>
/// <param name="Decode">Taking spikes from the queue.</param>
/// <param name="Fetch">Having rows brought; beside the others where the chip does so.</param>
/// <param name="Add">Adding synapses.</param>
/// <param name="WaitingForRows">Nothing to do but to wait for rows.</param>
/// <param name="Blocked">Nothing to do but to wait until the network takes a packet.</param>
/// <param name="WaitingForPackets">Nothing to do before the next packet came.</param>
/// <param name="QueueHighWater">Most spikes in its queue at once.</param>
/// <param name="Overflows">Spikes that found the queue full and would have been lost.</param>
/// <param name="SendQueueHighWater">Most packets in its send queue at once.</param>
public readonly record struct CoreUnitTiming(
    Cycles Update, Cycles Decode, Cycles Fetch, Cycles Add, Cycles WaitingForRows, Cycles Blocked, Cycles WaitingForPackets, int QueueHighWater, long Overflows, int SendQueueHighWater)
{
    /// <summary>Times of two stretches, one after the other.</summary>
    public static CoreUnitTiming operator +(CoreUnitTiming a, CoreUnitTiming b) => new(
        a.Update + b.Update,
        a.Decode + b.Decode,
        a.Fetch + b.Fetch,
        a.Add + b.Add,
        a.WaitingForRows + b.WaitingForRows,
        a.Blocked + b.Blocked,
        a.WaitingForPackets + b.WaitingForPackets,
        Math.Max(a.QueueHighWater, b.QueueHighWater),
        a.Overflows + b.Overflows,
        Math.Max(a.SendQueueHighWater, b.SendQueueHighWater));
}

/// <summary>What a link did in the ticks of a run.</summary>
/// <param name="Link">Which.</param>
/// <param name="Packets">Packets that crossed it.</param>
/// <param name="Busy">Core cycles in which a packet was on it.</param>
/// <param name="Waited">Core cycles that packets at the head of a buffer waited for it, summed over packets.</param>
/// <param name="BufferHighWater">Most packets in the buffer behind it at once.</param>
/// <param name="Dropped">Copies that would have been dropped because it did not become free in time.</param>
/// <param name="BusyByPart">The busy cycles by part of the tick, in equal parts from its beginning; what is done after the end of a tick counts to the last.</param>
public sealed record LinkTiming(LinkId Link, long Packets, Cycles Busy, Cycles Waited, int BufferHighWater, long Dropped, ImmutableArray<Cycles> BusyByPart)
{
    /// <summary>Times of two stretches, one after the other.</summary>
    public static LinkTiming operator +(LinkTiming a, LinkTiming b) => new(
        a.Link, a.Packets + b.Packets, a.Busy + b.Busy, a.Waited + b.Waited, Math.Max(a.BufferHighWater, b.BufferHighWater), a.Dropped + b.Dropped, [.. a.BusyByPart.Zip(b.BusyByPart, (x, y) => x + y)]);
}

/// <summary>A step of the chain that decides how long the slowest tick takes; steps follow each other without a gap.</summary>
/// <param name="Unit">What takes the time.</param>
/// <param name="Core">Core it happens in, index in the image; -1 for a router or link.</param>
/// <param name="Link">The link, or for a router its chip with direction -1; null in a core.</param>
/// <param name="Start">Core cycle of the tick in which its first part began.</param>
/// <param name="End">Core cycle in which its last part was over.</param>
/// <param name="Waited">Of these, cycles it waited for its place to become free.</param>
/// <param name="Count">Neighbouring parts taken together, e.g. spikes handled one after the other.</param>
public sealed record CriticalStep(PathUnit Unit, int Core, LinkId? Link, Cycles Start, Cycles End, Cycles Waited, int Count);

/// <summary>What event timing knows beyond <see cref="TimingResult"/>, for one sample or for several.</summary>
/// <param name="Cores">Per core of the image.</param>
/// <param name="Links">Links that carried or dropped packets, in ascending order.</param>
/// <param name="Injected">Copies of packets that cores should have got.</param>
/// <param name="Delivered">Copies that reached them.</param>
/// <param name="Dropped">Copies that would have been dropped in routers: with <paramref name="Delivered"/> they are <paramref name="Injected"/>.</param>
/// <param name="TransitCycles">Core cycles from sending to arriving, summed over <paramref name="Delivered"/>.</param>
/// <param name="LongestTransit">The same of the copy that took longest.</param>
/// <param name="SlowestTick">The tick of a sample in which some core needed most cycles.</param>
/// <param name="CriticalPath">The chain of work and transfers up to the end of that core in that tick.</param>
public sealed record EventTimingResult(
    ImmutableArray<CoreUnitTiming> Cores,
    ImmutableArray<LinkTiming> Links,
    long Injected,
    long Delivered,
    long Dropped,
    Cycles TransitCycles,
    Cycles LongestTransit,
    int SlowestTick,
    ImmutableArray<CriticalStep> CriticalPath)
{
    /// <summary>How each core spent each tick, at index tick x cores + core; of one sample, and only if <see cref="RunRecording.CoreTicks"/> asked for it.</summary>
    public ImmutableArray<CoreUnitTiming> PerTick { get; init; } = [];

    /// <summary>Spikes that found the queue of a core full and would have been lost.</summary>
    public long Overflows => Cores.Sum(c => c.Overflows);

    private Cycles End => CriticalPath.IsEmpty ? new(0) : CriticalPath[^1].End;

    /// <summary>Times of two samples of one image; the critical path is that of the slower one.</summary>
    public static EventTimingResult operator +(EventTimingResult a, EventTimingResult b)
    {
        var slower = b.End.CompareTo(a.End) > 0 ? b : a;
        return new(
            [.. a.Cores.Zip(b.Cores, (x, y) => x + y)],
            [.. a.Links.Concat(b.Links).GroupBy(l => l.Link).OrderBy(g => g.Key).Select(g => g.Aggregate((x, y) => x + y))],
            a.Injected + b.Injected,
            a.Delivered + b.Delivered,
            a.Dropped + b.Dropped,
            a.TransitCycles + b.TransitCycles,
            a.LongestTransit.CompareTo(b.LongestTransit) >= 0 ? a.LongestTransit : b.LongestTransit,
            slower.SlowestTick,
            slower.CriticalPath);
    }
}
