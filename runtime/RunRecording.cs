using System.Collections.Immutable;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Runtime;

/// <summary>Which emissions a run keeps beside the model's outputs.</summary>
/// <param name="EverySpikingPopulation">Keep all populations that emit integers (<see cref="SpikeDomain.Real"/> ones only when named).</param>
/// <param name="Names">Names of further populations to keep.</param>
public sealed record RunRecording(bool EverySpikingPopulation, ImmutableHashSet<string> Names)
{
    /// <summary>Only the model's outputs.</summary>
    public static RunRecording Outputs { get; } = new(false, []);

    /// <summary>The emissions of every spiking population too.</summary>
    public static RunRecording All { get; } = new(true, []);

    /// <summary>The emissions of the populations named.</summary>
    public static RunRecording Of(params ReadOnlySpan<string> names) => new(false, [.. names]);

    /// <summary>Whether emissions of <paramref name="population"/> are kept.</summary>
    public bool Keeps(Population population) =>
        Names.Contains(population.Name) || (EverySpikingPopulation && population.Domain != SpikeDomain.Real);
}
