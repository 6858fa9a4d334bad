using System.Collections.Immutable;

namespace NeuroChip.Simulator.Pipelines.Timing;

/// <summary>Decides how long a step takes, from what happened in it. It cannot change a spike.</summary>
internal interface IPipelineTiming
{
    /// <summary>Seconds from the start of a step until all cores have sent and worked off everything, without the time between steps.</summary>
    double Time(StepActivity activity);
}

/// <summary>The timing models of pipelines, by name.</summary>
public static class PipelineTimings
{
    private static readonly (string Name, Func<PipelineLayout, FanOut, IPipelineTiming> Make)[] Table =
    [
        ("simple", (layout, _) => new SimplePipelineTiming(layout)),
        ("detailed", (layout, fanOut) => new DetailedPipelineTiming(layout, fanOut)),
        ("event", (layout, fanOut) => new EventPipelineTiming(layout, fanOut)),
    ];

    /// <summary>Names on the command line.</summary>
    public static ImmutableArray<string> Names => [.. Table.Select(t => t.Name)];

    internal static IPipelineTiming Make(string name, PipelineLayout layout, FanOut fanOut) => Array.Find(Table, t => t.Name == name).Make(layout, fanOut);
}
