using System.Collections.Immutable;
using NeuroChip.Ir.Images;
using NeuroChip.Simulator.Timing.Events;

namespace NeuroChip.Simulator.Timing;

/// <summary>All timing models. The only place that lists them.</summary>
public static class TimingModels
{
    /// <summary>Timing models by <see cref="ITimingModel.Name"/>.</summary>
    public static ImmutableArray<ITimingModel> Entries { get; } = [new AnalyticTiming(), new TileTiming(), new EventTiming()];

    /// <summary>The usual model for an image: chips of tiles and chips of cores have one each.</summary>
    public static ITimingModel For(ChipImage image) => image.Schedule is null ? Entries[0] : Entries[1];

    /// <summary>The model of a name, or null.</summary>
    public static ITimingModel? Find(string name) => Entries.FirstOrDefault(e => e.Name == name);
}
