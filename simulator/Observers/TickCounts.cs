using System.Collections.Immutable;
using NeuroChip.Runtime;
using NeuroChip.Simulator.Noc;

namespace NeuroChip.Simulator.Observers;

/// <summary>
/// What every core did in every tick of one sample, in integers: what timing models read. Neurons of a population compute step t in tick
/// <c>Stage + t * TicksPerStep</c>; their packets arrive within that tick and are handled in it.
/// </summary>
public sealed class TickCounts
{
    private readonly CoreActivity[] counts;

    /// <summary>Counts of a chip that has done nothing yet.</summary>
    /// <param name="ticks">Ticks of a sample.</param>
    /// <param name="trees">Per core of the image, where its packets go.</param>
    public TickCounts(int ticks, ImmutableArray<MulticastTree> trees)
    {
        (Ticks, Trees) = (ticks, trees);
        counts = new CoreActivity[ticks * trees.Length];
    }

    /// <summary>Ticks of the sample.</summary>
    public int Ticks { get; }

    /// <summary>Number of cores.</summary>
    public int Cores => Trees.Length;

    /// <summary>Per core of the image, where its packets go.</summary>
    public ImmutableArray<MulticastTree> Trees { get; }

    /// <summary>What a core did in a tick.</summary>
    public ref readonly CoreActivity this[int tick, int core] => ref counts[(tick * Cores) + core];

    /// <summary>Adds to what a core did in a tick.</summary>
    internal void Add(int tick, int core, in CoreActivity more) => counts[(tick * Cores) + core] += more;

    /// <summary>What a core did in all ticks.</summary>
    public CoreActivity Total(int core)
    {
        var total = default(CoreActivity);
        for (var tick = 0; tick < Ticks; tick++) total += this[tick, core];
        return total;
    }

    /// <summary>Forgets everything.</summary>
    internal void Clear() => Array.Clear(counts);
}
