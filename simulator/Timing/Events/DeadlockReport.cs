using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Simulator.Timing.Events;

/// <summary>Says which buffers wait for each other when nothing moves any more.</summary>
internal static class DeadlockReport
{
    private const int Shown = 16;

    /// <summary>The diagnostic.</summary>
    /// <param name="plan">The network.</param>
    /// <param name="buffers">Number of buffers.</param>
    /// <param name="held">Packets that do not move.</param>
    /// <param name="now">Since when.</param>
    /// <param name="waitsFor">Outputs that the head of a buffer waits for, each with the full buffer behind it.</param>
    public static Diagnostic Of(NetworkPlan plan, int buffers, int held, long now, Func<int, IEnumerable<(int Output, int Behind)>> waitsFor)
    {
        var circle = Circle(buffers, waitsFor);
        var cycles = EventTime.Cycles(now);
        return Diagnostic.Error(
            "NC5141",
            $"{held} packets have not moved since core cycle {cycles} of a tick: they wait for each other in a circle",
            null,
            [
                .. circle.Take(Shown).Select(c => $"the buffer of {Name(c.Buffer)} is full; its first packet waits for link {plan.LinkOf(c.Output)}"),
                .. circle.Count > Shown ? [$"and {circle.Count - Shown} more"] : Array.Empty<string>(),
                "give the network another routing, or let routers drop packets that wait (router_wait of the chip model)",
            ]);

        string Name(int buffer) => buffer >= plan.SendQueue(0) ? $"core {buffer - plan.SendQueue(0)}" : $"link {plan.LinkOf(plan.Upstream[buffer])}";
    }

    private static List<(int Buffer, int Output)> Circle(int buffers, Func<int, IEnumerable<(int Output, int Behind)>> waitsFor)
    {
        // Depth first; a buffer that is met again on the way that led to it closes a circle.
        var done = new bool[buffers];
        for (var start = 0; start < buffers; start++)
        {
            var way = new List<(int Buffer, int Output)>();
            var on = new Dictionary<int, int>();
            var open = new Stack<(int Buffer, IEnumerator<(int Output, int Behind)> Next)>();
            void Enter(int buffer)
            {
                done[buffer] = true;
                on.Add(buffer, way.Count);
                way.Add((buffer, -1));
                open.Push((buffer, waitsFor(buffer).GetEnumerator()));
            }

            if (!done[start]) Enter(start);
            while (open.TryPeek(out var at))
            {
                if (!at.Next.MoveNext())
                {
                    open.Pop();
                    on.Remove(at.Buffer);
                    way.RemoveAt(way.Count - 1);
                    continue;
                }

                var (output, behind) = at.Next.Current;
                way[^1] = (at.Buffer, output);
                if (behind < 0) continue;
                if (on.TryGetValue(behind, out var first)) return way[first..];
                if (!done[behind]) Enter(behind);
            }
        }

        return [];
    }
}
