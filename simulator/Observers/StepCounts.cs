using NeuroChip.Runtime;

namespace NeuroChip.Simulator.Observers;

/// <summary>What one projection did in one step; its events are those that arrive in it.</summary>
/// <param name="Events">Payloads other than 0.</param>
/// <param name="Synapses">Their synapses, zero weights included: what hardware adds that fetches whole rows.</param>
/// <param name="Operations">Their synapses whose weight or row is not 0.</param>
/// <param name="Probes">Rows looked at to see whether they are 0.</param>
public readonly record struct ProjectionStep(long Events, long Synapses, long Operations, long Probes)
{
    /// <summary>What was looked up in tables of active sites.</summary>
    public SiteLookups Sites { get; init; }

    /// <summary>The same events without membership tests.</summary>
    internal ProjectionStep Vanilla() => new(Events, Synapses + Sites.Saved(), Operations + Sites.Saved(), Probes)
    {
        // Coordinates are needed either way.
        Sites = new(0, 0, 0, Sites.SourceSites, 0, 0, 0, 0),
    };
}

/// <summary>What every projection and population did in every step of one sample, in integers: what the timing of tile chips reads.</summary>
/// <param name="projections">Projections of the image.</param>
/// <param name="populations">Populations of the image.</param>
/// <param name="steps">Steps of a sample.</param>
public sealed class StepCounts(int projections, int populations, int steps)
{
    private readonly ProjectionStep[] counts = new ProjectionStep[projections * steps];
    private readonly long[] emissions = new long[populations * steps];
    private readonly int[] present = [.. Enumerable.Repeat(int.MaxValue, populations)];

    /// <summary>Steps of the sample.</summary>
    public int Steps => steps;

    /// <summary>What a projection did in a step.</summary>
    public ProjectionStep this[int projection, int step]
    {
        get => counts[(projection * steps) + step];
        internal set => counts[(projection * steps) + step] = value;
    }

    /// <summary>Payloads other than 0 a population emitted in a step; none before the first.</summary>
    public long Emissions(int population, int step) => step < 0 ? 0 : emissions[(population * steps) + step];

    /// <summary>Neurons of a population of <paramref name="size"/> that exist in the sample.</summary>
    public int Present(int population, int size) => Math.Min(present[population], size);

    internal void SetPresent(int population, int neurons) => present[population] = neurons;

    /// <summary>The same events without membership tests.</summary>
    internal StepCounts Vanilla()
    {
        var other = new StepCounts(projections, populations, steps);
        for (var i = 0; i < counts.Length; i++) other.counts[i] = counts[i].Vanilla();
        emissions.CopyTo(other.emissions, 0);
        present.CopyTo(other.present, 0);
        return other;
    }

    internal void Emitted(int population, int step, long count) => emissions[(population * steps) + step] = count;

    internal void Clear()
    {
        Array.Clear(counts);
        Array.Clear(emissions);
    }
}
