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
/// a schedule of tiles runs too; then there is nothing to count by core and nothing to time but ticks. An engine that computes several samples side by side counts
/// for the observer, and shows afterwards only what has to be seen number by number.
/// </summary>
public sealed class SimulatedChip : IChipDevice, IDisposable
{
    private readonly SpikeEngineEntry engineEntry;
    private readonly ITimingModel? fixedTiming;
    private readonly int threads;
    private readonly int samplesAtOnce;
    private ITimingModel timing;
    private ChipImage? image;
    private ChipModel? chip;
    private TilePlan? plan;
    private ISpikeEngine? engine;
    private IBatchEngine? batchEngine;
    private ImmutableArray<Signal> kept;
    private ActivityObserver? observer;

    /// <summary>A chip with nothing loaded.</summary>
    /// <param name="engine">What computes spikes; null for the default.</param>
    /// <param name="timing">What times them; null for the one of the image's chip.</param>
    /// <param name="threads">Threads the engine may use; does not change any result.</param>
    /// <param name="samplesAtOnce">Samples side by side at most, for engines that can; does not change any result.</param>
    public SimulatedChip(SpikeEngineEntry? engine = null, ITimingModel? timing = null, int threads = 1, int samplesAtOnce = 16)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samplesAtOnce, 1);
        engineEntry = engine ?? SpikeEngines.Cpu;
        fixedTiming = timing;
        this.timing = timing ?? TimingModels.Entries[0];
        this.threads = threads;
        this.samplesAtOnce = samplesAtOnce;
    }

    /// <inheritdoc/>
    public string Description => $"simulated chip, {engineEntry.Name} engine, {timing.Name} timing";

    /// <inheritdoc/>
    public int SamplesAtOnce => engineEntry.CreateBatch is null ? 1 : samplesAtOnce;

    /// <inheritdoc/>
    public void Load(ChipImage image)
    {
        Dispose();
        (engine, batchEngine, this.image) = (null, null, image);
        chip = image.Cores.IsEmpty && image.Schedule is null ? null : ChipModelReader.Parse(image.ChipYaml, "chip model of the image");
        plan = image.Schedule is null ? null : new TilePlan(image, chip!.As<TileChip>());
        timing = fixedTiming ?? TimingModels.For(image);
        timing.Check(image, chip);
        observer = new(image, plan is null ? chip?.As<ManyCoreChip>() : null) { Events = timing.NeedsEvents ? new(image) : null };
        if (engineEntry.CreateBatch is null) engine = engineEntry.Create(image, threads);
    }

    /// <summary>Runs one sample.</summary>
    public SampleResult Run(SampleInput input, RunRecording recording) => ((IChipDevice)this).Run([input], recording)[0];

    /// <inheritdoc/>
    // Explicit: a second Run beside the one above would leave open which of them Run(new(...), ...) means.
    IReadOnlyList<SampleResult> IChipDevice.Run(IReadOnlyList<SampleInput> inputs, RunRecording recording)
    {
        if (image is null) throw new InvalidOperationException("no image is loaded");
        return image.Arithmetic.Kind == ArithmeticKind.Integer ? [.. Run<int>(image, inputs, recording)] : [.. Run<float>(image, inputs, recording)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        engine?.Dispose();
        batchEngine?.Dispose();
    }

    private IEnumerable<SampleResult> Run<T>(ChipImage loaded, IReadOnlyList<SampleInput> inputs, RunRecording recording) where T : unmanaged
    {
        var rest = recording with { CoreTicks = false };
        if (engine is { } spikes)
        {
            foreach (var (i, input) in inputs.Index())
            {
                var feed = new SampleFeed(loaded, input);
                spikes.Reset(feed.Sites);
                yield return Collect<T>(loaded, feed, i == 0 ? recording : rest, step =>
                {
                    spikes.Step(feed);
                    observer!.Observe(step, spikes);
                    return spikes;
                });
            }

            yield break;
        }

        var batch = BatchEngine(loaded, recording);
        foreach (var (first, part) in inputs.Chunk(batch.Capacity).Index())
        {
            SampleFeed[] feeds = [.. part.Select(input => new SampleFeed(loaded, input))];
            var run = batch.Run(feeds);
            for (var i = 0; i < feeds.Length; i++)
            {
                var sample = i;
                yield return Collect<T>(loaded, feeds[sample], first + sample == 0 ? recording : rest, step =>
                {
                    var view = run.At(sample, step);
                    observer!.Observe(step, view, run.Tallies(sample, step));
                    return view;
                });
            }
        }
    }

    /// <summary>The engine that keeps what this recording, the readouts and the observer read number by number, and counts the rest.</summary>
    private IBatchEngine BatchEngine(ChipImage loaded, RunRecording recording)
    {
        var (tallies, seen) = observer!.LeaveToEngine();
        ImmutableArray<Signal> read =
        [
            .. loaded.Readouts.SelectMany(r => r.Signals)
                .Concat(loaded.Populations.Where(p => recording.Keeps(p) || seen.Contains(p.Id)).Select(p => Signal.Emission(p.Id)))
                .Distinct().OrderBy(s => s.Population.Index).ThenBy(s => s.State),
        ];
        if (batchEngine is not null && kept.SequenceEqual(read)) return batchEngine;
        batchEngine?.Dispose();
        batchEngine = null;
        kept = read;
        return batchEngine = engineEntry.CreateBatch!(loaded, new(read, tallies), samplesAtOnce);
    }

    /// <summary>Takes the steps of a sample one after the other; <paramref name="next"/> computes or finds one, has it counted, and shows it.</summary>
    private SampleResult Collect<T>(ChipImage loaded, SampleFeed feed, RunRecording recording, Func<int, IStepView> next) where T : unmanaged
    {
        var counts = observer!;
        var readouts = loaded.Readouts.Select(r => new ReadoutAccumulator(loaded.Populations, loaded.Arithmetic, r, loaded.Steps)).ToArray();
        var recorders = loaded.Populations.Where(recording.Keeps).Select(p => new EmissionRecorder<T>(p, loaded.Steps)).ToArray();
        counts.Reset(feed.Sites);
        for (var step = 0; step < loaded.Steps; step++)
        {
            var view = next(step);
            for (var r = 0; r < readouts.Length; r++) readouts[r].Add([.. loaded.Readouts[r].Signals.Select(view.Numbers<T>)]);
            foreach (var recorder in recorders) recorder.Record(step, view);
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
