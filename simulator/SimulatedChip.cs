using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime;
using NeuroChip.Simulator.Engines;
using NeuroChip.Simulator.Observers;
using NeuroChip.Simulator.Tiles;
using NeuroChip.Simulator.Timing;

namespace NeuroChip.Simulator;

/// <summary>
/// A chip in software: an engine says what spikes, an observer counts what that takes, a timing model says when. An image with neither cores nor
/// a schedule of tiles runs too; then there is nothing to count by core and nothing to time but ticks.
/// </summary>
public sealed class SimulatedChip : IChipDevice, IDisposable
{
    private readonly SpikeEngineEntry engineEntry;
    private readonly ITimingModel? fixedTiming;
    private readonly int threads;
    private ITimingModel timing;
    private ChipImage? image;
    private ChipModel? chip;
    private TilePlan? plan;
    private ISpikeEngine? engine;
    private ActivityObserver? observer;

    /// <summary>A chip with nothing loaded.</summary>
    /// <param name="engine">What computes spikes; null for the default.</param>
    /// <param name="timing">What times them; null for the one of the image's chip.</param>
    /// <param name="threads">Threads the engine may use; does not change any result.</param>
    public SimulatedChip(SpikeEngineEntry? engine = null, ITimingModel? timing = null, int threads = 1)
    {
        engineEntry = engine ?? SpikeEngines.Cpu;
        fixedTiming = timing;
        this.timing = timing ?? TimingModels.Entries[0];
        this.threads = threads;
    }

    /// <inheritdoc/>
    public string Description => $"simulated chip, {engineEntry.Name} engine, {timing.Name} timing";

    /// <inheritdoc/>
    public void Load(ChipImage image)
    {
        engine?.Dispose();
        (engine, this.image) = (null, image);
        chip = image.Cores.IsEmpty && image.Schedule is null ? null : ChipModelReader.Parse(image.ChipYaml, "chip model of the image");
        plan = image.Schedule is null ? null : new TilePlan(image, chip!.As<TileChip>());
        timing = fixedTiming ?? TimingModels.For(image);
        timing.Check(image, chip);
        observer = new(image, plan is null ? chip?.As<ManyCoreChip>() : null) { Events = timing.NeedsEvents ? new(image) : null };
        engine = engineEntry.Create(image, threads);
    }

    /// <inheritdoc/>
    public SampleResult Run(SampleInput input, RunRecording recording)
    {
        if (image is null) throw new InvalidOperationException("no image is loaded");
        return image.Arithmetic.Kind == ArithmeticKind.Integer ? Run<int>(image, input, recording) : Run<float>(image, input, recording);
    }

    /// <inheritdoc/>
    public void Dispose() => engine?.Dispose();

    private SampleResult Run<T>(ChipImage loaded, SampleInput input, RunRecording recording) where T : unmanaged
    {
        var (spikes, counts) = (engine!, observer!);
        var feed = new SampleFeed(loaded, input);
        var readouts = loaded.Readouts.Select(r => new ReadoutAccumulator(loaded.Populations, loaded.Arithmetic, r, loaded.Steps)).ToArray();
        var recorders = loaded.Populations.Where(recording.Keeps).Select(p => new EmissionRecorder<T>(p, loaded.Steps)).ToArray();
        spikes.Reset(feed.Sites);
        counts.Reset(feed.Sites);
        for (var step = 0; step < loaded.Steps; step++)
        {
            spikes.Step(feed);
            counts.Observe(step, spikes);
            for (var r = 0; r < readouts.Length; r++) readouts[r].Add([.. loaded.Readouts[r].Signals.Select(spikes.Numbers<T>)]);
            foreach (var recorder in recorders) recorder.Record(step, spikes);
        }

        var did = counts.Finish(recording.CoreTicks);
        var tiles = plan is null ? null : new TileCounts(plan, counts.Steps!, did.Sites);
        return new(
            loaded.Readouts.Zip(readouts, (r, a) => KeyValuePair.Create(r.Name, feed.Sites.Rows(loaded.Populations[r.Signals[0].Population.Index].Sites, a.Finish()))).ToImmutableDictionary(),
            recorders.ToImmutableDictionary(r => r.Name, r => feed.Sites.Rows(r.Sites, r.Finish())),
            did with { Tiles = tiles?.Totals() ?? [], TableBuild = tiles?.Build.Did ?? default },
            timing.Time(loaded, chip, new RunCounts(counts.Ticks, tiles, counts.Events), recording.CoreTicks))
        {
            Sites = loaded.Sites.ToImmutableDictionary(t => t.Name, t => Tensor.Of([feed.Sites[t.Id].Count, 3], feed.Sites[t.Id].Coordinates())),
            Vanilla = Vanilla(loaded, counts, did),
        };
    }

    /// <summary>The events of the sample counted and timed again, as if no membership were tested.</summary>
    private VanillaAddressing? Vanilla(ChipImage loaded, ActivityObserver counts, Activity did)
    {
        if (counts.Vanilla(did) is not { } other) return null;
        var tiles = plan is null ? null : new TileCounts(plan, other.Steps!, []);
        return new(other.Activity with { Tiles = tiles?.Totals() ?? [] }, timing.Time(loaded, chip, new RunCounts(other.Ticks, tiles)));
    }
}
