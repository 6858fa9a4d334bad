using System.Collections.Immutable;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Simulator.Engines;

/// <summary>
/// What an engine counts while it computes: for every step of a sample, integers that are sums over the events of that step. Counts of actions by core, projection and
/// population are of this form, so that a chip's activity needs no list of events.
/// </summary>
/// <param name="Counters">Number of counters per sample and step.</param>
/// <param name="Populations">Sums over the events of populations; of one there may be several, of different grains.</param>
/// <param name="Pairs">Counts of projections whose rows are payloads.</param>
public sealed record TallyPlan(int Counters, ImmutableArray<EventTally> Populations, ImmutableArray<PairTally> Pairs)
{
    /// <summary>Nothing is counted.</summary>
    public static TallyPlan None { get; } = new(0, [], []);
}

/// <summary>
/// Sums over the events of one population: an event at address a adds to each entry from <c>Offsets[a / Grain]</c> to <c>Offsets[a / Grain + 1] - 1</c>. The events
/// of step t count in step t.
/// </summary>
/// <param name="Population">Whose events.</param>
/// <param name="Grain">Consecutive addresses that share entries; the last ones may be fewer.</param>
/// <param name="Offsets">Where the entries of each grain start, and their end.</param>
/// <param name="Entries">All entries.</param>
public sealed record EventTally(PopulationId Population, int Grain, int[] Offsets, TallyEntry[] Entries);

/// <summary>What an event adds to a counter.</summary>
/// <param name="Counter">Index of the counter.</param>
/// <param name="Weight">How much.</param>
/// <param name="ByDigits">1: as often as the payload, an integer, has <see cref="SignedDigits"/> that are not 0; 0: once.</param>
public readonly record struct TallyEntry(int Counter, int Weight, int ByDigits);

/// <summary>
/// Counts of a projection without delay whose rows are payloads of another population: synapses of its events (every one looks at its row), and those whose row is not 0.
/// </summary>
/// <param name="Projection">Index of the projection in the image.</param>
/// <param name="Probes">Counter of rows looked at.</param>
/// <param name="Additions">Counter of rows that are not 0.</param>
public readonly record struct PairTally(int Projection, int Probes, int Additions);
