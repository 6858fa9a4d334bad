using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Simulator.Engines;

/// <summary>What one sample shows after one computed step.</summary>
public interface IStepView
{
    /// <summary>Addresses of a population whose payload in the step is not 0, ascending; valid until the next step.</summary>
    ReadOnlySpan<int> Active(PopulationId population);

    /// <summary>How many addresses <see cref="Active"/> would list, without listing them.</summary>
    int EventCount(PopulationId population);

    /// <summary>
    /// A signal after the step, by address; the array may be longer than the population and is valid until the next step.
    /// <typeparamref name="T"/> is float, or int for an integer image (where states of arithmetic neurons are float32 bits).
    /// </summary>
    T[] Numbers<T>(Signal signal) where T : unmanaged;
}

/// <summary>
/// Decides which neurons of an image spike, step by step, and nothing else: not when, not at what price. Every engine gives the bits of
/// <see cref="ModuleInterpreter"/>, whatever its threads and registers (tests: the engine conformance suite). Made for one image by
/// <see cref="SpikeEngines"/>; not thread-safe.
/// </summary>
public interface ISpikeEngine : IStepView, IDisposable
{
    /// <summary>Brings every state to its value at reset, forgets all emissions, and takes the active sites of the next sample (null: the image has no tables of sites).</summary>
    void Reset(SiteBinding? sites = null);

    /// <summary>Computes the next step of the sample that <paramref name="feed"/> presents.</summary>
    void Step(SampleFeed feed);
}
