using System.Collections.Immutable;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Simulator.Engines;

/// <summary>
/// Computes whole samples, several side by side, far from the host: nothing comes back before all steps are done, and then only what was asked for when the engine was made.
/// The bits are those of every <see cref="ISpikeEngine"/>; samples do not influence each other. Not thread-safe.
/// </summary>
public interface IBatchEngine : IDisposable
{
    /// <summary>Samples that it computes side by side, at least 1.</summary>
    int Capacity { get; }

    /// <summary>Computes all steps of one to <see cref="Capacity"/> samples from reset state. What it returns is valid until the next call.</summary>
    IBatchRun Run(IReadOnlyList<SampleFeed> samples);
}

/// <summary>What a batch brought back.</summary>
public interface IBatchRun
{
    /// <summary>What a sample shows after a step, of the signals in <see cref="BatchRequest.Kept"/>; <c>Active</c> and <c>EventCount</c> of the populations whose emissions are kept.</summary>
    IStepView At(int sample, int step);

    /// <summary>The counters of a sample in a step, <see cref="TallyPlan.Counters"/> of them.</summary>
    ReadOnlySpan<long> Tallies(int sample, int step);
}

/// <summary>What a batch engine is to bring back.</summary>
/// <param name="Kept">Signals that somebody reads number by number after the run, each once.</param>
/// <param name="Tallies">What is counted where the samples are computed.</param>
public sealed record BatchRequest(ImmutableArray<Signal> Kept, TallyPlan Tallies);

/// <summary>A batch engine by name.</summary>
/// <param name="image">What it computes.</param>
/// <param name="request">What it brings back.</param>
/// <param name="samples">Samples side by side at most; the engine may take fewer.</param>
public delegate IBatchEngine BatchEngineFactory(ChipImage image, BatchRequest request, int samples);
