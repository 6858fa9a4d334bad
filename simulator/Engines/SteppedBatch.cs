using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Simulator.Engines;

/// <summary>
/// A batch engine as an engine that goes step by step: it computes the whole sample when its first step is asked for, keeps every signal of every step, and shows them one step after the other.
/// For those who look at everything; it takes memory accordingly.
/// </summary>
public sealed class SteppedBatch : ISpikeEngine
{
    private readonly ChipImage image;
    private readonly IBatchEngine engine;
    private IBatchRun? run;
    private IStepView? view;
    private int step;

    /// <summary>Makes the engine for an image.</summary>
    public SteppedBatch(ChipImage image, BatchEngineFactory create)
    {
        this.image = image;
        engine = create(image, new([.. image.Populations.SelectMany(p => Enumerable.Range(-1, 1 + p.Neuron.States).Select(s => new Signal(p.Id, s)))], TallyPlan.None), 1);
    }

    /// <inheritdoc/>
    public void Reset(SiteBinding? sites = null) => (run, view, step) = (null, null, 0);

    /// <inheritdoc/>
    public void Step(SampleFeed feed)
    {
        if (step == image.Steps) throw new InvalidOperationException($"a sample of '{image.Name}' has {image.Steps} steps");
        run ??= engine.Run([feed]);
        view = run.At(0, step++);
    }

    /// <inheritdoc/>
    public ReadOnlySpan<int> Active(PopulationId population) => Now.Active(population);

    /// <inheritdoc/>
    public int EventCount(PopulationId population) => Now.EventCount(population);

    /// <inheritdoc/>
    public T[] Numbers<T>(Signal signal) where T : unmanaged => Now.Numbers<T>(signal);

    /// <inheritdoc/>
    public void Dispose() => engine.Dispose();

    private IStepView Now => view ?? throw new InvalidOperationException("no step is computed yet");
}
