using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Runtime;

/// <summary>Which emissions a run keeps beside the model's outputs.</summary>
/// <param name="EverySpikingPopulation">Keep all populations that emit integers (<see cref="SpikeDomain.Real"/> ones only when named).</param>
/// <param name="Names">Names of further populations to keep.</param>
public sealed record RunRecording(bool EverySpikingPopulation, ImmutableHashSet<string> Names)
{
    /// <summary>
    /// Keep what each core did in each tick of the first sample, for a trace. Of the first only: with all samples, a long run would need memory without bound.
    /// </summary>
    public bool CoreTicks { get; init; }

    /// <summary>Only the model's outputs.</summary>
    public static RunRecording Outputs { get; } = new(false, []);

    /// <summary>The emissions of every spiking population too.</summary>
    public static RunRecording All { get; } = new(true, []);

    /// <summary>The emissions of the populations named.</summary>
    public static RunRecording Of(params ReadOnlySpan<string> names) => new(false, [.. names]);

    /// <summary>Whether emissions of <paramref name="population"/> are kept.</summary>
    public bool Keeps(Population population) =>
        Names.Contains(population.Name) || (EverySpikingPopulation && population.Domain != SpikeDomain.Real);

    /// <summary>What <c>--record</c> asks for: <c>outputs</c>, <c>all</c>, or names with commas between; a name <paramref name="image"/> does not have is refused.</summary>
    public static RunRecording Parse(string text, ChipImage image)
    {
        if (text == "outputs") return Outputs;
        if (text == "all") return All;
        var names = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToImmutableHashSet(StringComparer.Ordinal);
        var bag = new DiagnosticBag();
        foreach (var name in names.Except(image.Populations.Select(p => p.Name)).Order(StringComparer.Ordinal))
        {
            bag.Add(Diagnostic.Error("NC5012", $"--record: there is no population '{name}' in the image", null,
                "its populations: " + string.Join(", ", image.Populations.Select(p => $"'{p.Name}'"))));
        }

        bag.ThrowIfErrors();
        return new RunRecording(false, names);
    }
}
