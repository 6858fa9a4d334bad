using System.Runtime.CompilerServices;

namespace NeuroChip.Simulator.Timing.Events;

/// <summary>What happens at a time.</summary>
internal enum EventKind
{
    /// <summary>Packet B has passed from core A to its router.</summary>
    Entered,

    /// <summary>The packet at the head of buffer A has been routed.</summary>
    Routed,

    /// <summary>The packet on output A has arrived at its other end.</summary>
    Crossed,

    /// <summary>The head of buffer A has waited as long as a router lets it, if it is still number B.</summary>
    TimedOut,

    /// <summary>Core A has updated neurons up to the next one that sends, or to the last, if nothing interrupted (version B).</summary>
    Updated,

    /// <summary>Unit B of core A is done with a spike.</summary>
    JobDone,

    /// <summary>A row has arrived in core A.</summary>
    Fetched,
}

/// <summary>What happens when.</summary>
/// <param name="Time">When.</param>
/// <param name="Order">How many events were announced before it.</param>
/// <param name="Kind">What.</param>
/// <param name="A">Where, see <see cref="EventKind"/>.</param>
/// <param name="B">Which, see <see cref="EventKind"/>.</param>
internal readonly record struct TimedEvent(long Time, int Order, EventKind Kind, int A, int B);

/// <summary>Events by time, those of one time in the order in which they were announced: a binary heap in an array that only grows.</summary>
internal sealed class EventHeap
{
    private TimedEvent[] heap = new TimedEvent[256];
    private int announced;

    /// <summary>Events still to come.</summary>
    public int Count { get; private set; }

    /// <summary>Events still to come that are more than a limit on waiting.</summary>
    public int Moving { get; private set; }

    /// <summary>When the next event is.</summary>
    public long NextTime => heap[0].Time;

    /// <summary>Announces an event.</summary>
    public void Push(long time, EventKind kind, int a, int b = 0)
    {
        if (Count == heap.Length) Array.Resize(ref heap, 2 * Count);
        if (kind != EventKind.TimedOut) Moving++;
        var added = new TimedEvent(time, announced++, kind, a, b);
        var at = Count++;
        while (at > 0)
        {
            var above = (at - 1) / 2;
            if (!Before(added, heap[above])) break;
            heap[at] = heap[above];
            at = above;
        }

        heap[at] = added;
    }

    /// <summary>Takes the next event.</summary>
    public TimedEvent Pop()
    {
        var first = heap[0];
        if (first.Kind != EventKind.TimedOut) Moving--;
        var last = heap[--Count];
        var at = 0;
        while ((2 * at) + 1 is var below && below < Count)
        {
            if (below + 1 < Count && Before(heap[below + 1], heap[below])) below++;
            if (!Before(heap[below], last)) break;
            heap[at] = heap[below];
            at = below;
        }

        heap[at] = last;
        return first;
    }

    /// <summary>Forgets all events.</summary>
    public void Clear() => (Count, Moving, announced) = (0, 0, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Before(in TimedEvent a, in TimedEvent b) => a.Time != b.Time ? a.Time < b.Time : a.Order < b.Order;
}
