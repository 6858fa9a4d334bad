using System.Collections.Immutable;

namespace NeuroChip.Simulator.Timing;

/// <summary>All timing models. The only place that lists them; the first is the default.</summary>
public static class TimingModels
{
    /// <summary>Timing models by <see cref="ITimingModel.Name"/>.</summary>
    public static ImmutableArray<ITimingModel> Entries { get; } = [new AnalyticTiming()];

    /// <summary>The model of a name, or null.</summary>
    public static ITimingModel? Find(string name) => Entries.FirstOrDefault(e => e.Name == name);
}
