using System.Collections.Immutable;
using NeuroChip.Ir.Images;

namespace NeuroChip.Runtime;

/// <summary>What a session computed: each sample in the order given, and everything the chip did for all of them.</summary>
/// <param name="Samples">One result per sample.</param>
/// <param name="Activity">Sum over samples.</param>
/// <param name="Timing">Samples one after the other.</param>
public sealed record SessionResult(ImmutableArray<SampleResult> Samples, Activity Activity, TimingResult Timing)
{
    /// <summary>The same events without membership tests, over all samples; null where no projection looks up sites.</summary>
    public VanillaAddressing? Vanilla { get; init; }
}

/// <summary>A device with an image loaded: runs samples in their order, each from reset state, as many at once as the device likes.</summary>
public sealed class ChipSession
{
    private readonly IChipDevice device;

    /// <summary>Loads <paramref name="image"/> into <paramref name="device"/>.</summary>
    public ChipSession(IChipDevice device, ChipImage image)
    {
        this.device = device;
        Image = image;
        device.Load(image);
    }

    /// <summary>The image that runs.</summary>
    public ChipImage Image { get; }

    /// <summary>Runs <paramref name="samples"/> (at least one); <paramref name="progress"/> hears the number of samples done.</summary>
    public SessionResult Run(
        IReadOnlyList<SampleInput> samples, RunRecording recording, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        if (samples.Count == 0) throw new ArgumentException("a run needs at least one sample", nameof(samples));
        var results = ImmutableArray.CreateBuilder<SampleResult>(samples.Count);
        var rest = recording with { CoreTicks = false };
        foreach (var batch in samples.Chunk(device.SamplesAtOnce))
        {
            cancellation.ThrowIfCancellationRequested();
            results.AddRange(device.Run(batch, results.Count == 0 ? recording : rest));
            progress?.Report(results.Count);
        }

        var done = results.MoveToImmutable();
        return new SessionResult(done, done.Select(r => r.Activity).Aggregate((a, b) => a + b), done.Select(r => r.Timing).Aggregate((a, b) => a + b))
        {
            Vanilla = done.Select(r => r.Vanilla).Aggregate((a, b) => a is null || b is null ? null : a + b),
        };
    }
}
