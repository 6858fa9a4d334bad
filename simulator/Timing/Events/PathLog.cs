using NeuroChip.Runtime;

namespace NeuroChip.Simulator.Timing.Events;

/// <summary>
/// What each thing that takes time in a tick had to wait for last, so that the longest chain can be followed back from its end. Kept for one tick only, which is simulated a second time for it.
/// </summary>
internal sealed class PathLog
{
    private readonly List<Entry> entries = [];

    /// <summary>Adds something that took from <paramref name="start"/> to <paramref name="end"/> and could not begin before number <paramref name="after"/> was over (-1: nothing before it).</summary>
    /// <returns>Its number.</returns>
    public int Add(PathUnit unit, int place, long start, long end, int after)
    {
        entries.Add(new(unit, place, start, end, after));
        return entries.Count - 1;
    }

    /// <summary>Forgets everything but the room it took.</summary>
    public void Clear() => entries.Clear();

    /// <summary>When a number was over; 0 for -1.</summary>
    public long EndOf(int entry) => entry < 0 ? 0 : entries[entry].End;

    /// <summary>The chain that ends with a number, from its beginning; things of one unit at one place that follow each other are one step.</summary>
    public List<PathStep> Chain(int last)
    {
        var steps = new List<PathStep>();
        for (var at = last; at >= 0; at = entries[at].After)
        {
            var (unit, place, start, end, after) = entries[at];
            var wait = start - EndOf(after);
            if (steps.Count > 0 && steps[^1] is var later && later.Unit == unit && later.Place == place)
                steps[^1] = later with { Start = EndOf(after), Count = later.Count + 1, Waited = later.Waited + wait };
            else
                steps.Add(new(unit, place, EndOf(after), end, wait, 1));
        }

        steps.Reverse();
        return steps;
    }

    private readonly record struct Entry(PathUnit Unit, int Place, long Start, long End, int After);
}

/// <summary>A step of a chain, in units of <see cref="EventTime"/>.</summary>
/// <param name="Unit">What.</param>
/// <param name="Place">Core, router, or output of the network.</param>
/// <param name="Start">When the first of it could have begun: the end of the step before.</param>
/// <param name="End">When the last of it was over.</param>
/// <param name="Waited">Of this, time it waited for its place to become free.</param>
/// <param name="Count">How many things.</param>
internal readonly record struct PathStep(PathUnit Unit, int Place, long Start, long End, long Waited, int Count);
