using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Runtime.Inputs;

/// <summary>
/// The samples an input file holds, and how the file had arranged them: the outputs are given back in the same arrangement.
/// </summary>
/// <param name="Samples">One entry per inference, outer axis first.</param>
/// <param name="Outer">Extent of a leading axis of samples, or null if the file held none.</param>
/// <param name="Batch">Extent of the model's own batch axis where the model was compiled for 1 and the file brought another; else 1.</param>
public sealed record SampleSet(ImmutableArray<SampleInput> Samples, int? Outer, int Batch)
{
    /// <summary>The batch index in the file of each sample, where samples are clouds; they are then counted one by one, and no array has an axis for them. Else empty.</summary>
    public ImmutableArray<int> Clouds { get; init; } = [];

    /// <summary>
    /// A part of the outer axis, written <c>A..B</c> (samples A to B - 1, counted from 0), <c>A..</c>, <c>..B</c> or <c>A</c>; null for all.
    /// </summary>
    public SampleSet Part(string? range)
    {
        var (first, end) = RowsOf(range);
        if (!Clouds.IsEmpty) return this with { Samples = Samples[first..end], Clouds = Clouds[first..end], Batch = end - first };
        return this with { Samples = Samples[first..end], Outer = Outer is null ? null : (end - first) / Batch };
    }

    /// <summary>First and end of what <see cref="Part"/> keeps, counted in inferences; a range past the samples is refused.</summary>
    public (int First, int End) RowsOf(string? range)
    {
        if (range is null) return (0, Samples.Length);
        var (count, size) = Clouds.IsEmpty ? (Outer ?? 1, Batch) : (Clouds.Length, 1);
        var (first, end) = ParseRange(range, count);
        if (first < 0 || end > count || first >= end)
        {
            throw new DiagnosticException(Diagnostic.Error("NC5011", $"--samples {range} names no part of the {count} samples of the input",
                null, $"A..B takes samples A to B - 1 of 0 to {count - 1}"));
        }

        return (first * size, end * size);
    }

    private static (int First, int End) ParseRange(string range, int count)
    {
        var parts = range.Split("..");
        if (parts.Length == 1 && int.TryParse(parts[0], out var only)) return (only, only + 1);
        if (parts.Length == 2 && Bound(parts[0], 0) is { } first && Bound(parts[1], count) is { } end) return (first, end);
        throw new DiagnosticException(Diagnostic.Error("NC5011", $"--samples {range} is not a range of samples", null, "write A..B, A.., ..B or A"));
    }

    private static int? Bound(string text, int otherwise) => text.Length == 0 ? otherwise : int.TryParse(text, out var value) ? value : null;
}
