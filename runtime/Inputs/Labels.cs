using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Runtime.Inputs;

/// <summary>How many samples were put into the right class.</summary>
/// <param name="Correct">Samples whose greatest output is their label.</param>
/// <param name="Samples">Samples judged.</param>
public sealed record Accuracy(int Correct, int Samples)
{
    /// <summary>The fraction that is right.</summary>
    public double Fraction => (double)Correct / Samples;
}

/// <summary>The class of each sample, from an array of the input file.</summary>
public static class Labels
{
    /// <summary>Stops with NC5089 where the first output of an image has rows for active sites and no scores of the sample.</summary>
    public static void RequireScores(ChipImage image, string key)
    {
        if (image.Readouts.FirstOrDefault() is not { } readout || image.Populations[readout.Signals[0].Population.Index].Sites is not { } table) return;
        throw new DiagnosticException(Diagnostic.Error("NC5089", $"--labels {key}: output '{readout.Name}' has a row for each active site of '{image.Sites[table.Index].Name}' and no scores of the sample", null,
            "leave --labels out, and judge the output with what comes behind it in the model"));
    }

    /// <summary>The labels under <paramref name="key"/> for the inferences of <paramref name="samples"/> that <paramref name="range"/> keeps.</summary>
    public static ImmutableArray<int> Read(IReadOnlyDictionary<string, Tensor> arrays, string key, SampleSet samples, string? range, string file)
    {
        if (!arrays.TryGetValue(key, out var array))
        {
            throw new DiagnosticException(Diagnostic.Error("NC5010", $"--labels {key}: the input file has no array of this name", new Place(file),
                "the file holds " + string.Join(", ", arrays.Keys.Order(StringComparer.Ordinal).Select(k => $"'{k}'"))));
        }

        if (array.Length != samples.Samples.Length || array.Type is DType.Float32 or DType.Float64 or DType.Bool)
        {
            throw new DiagnosticException(Diagnostic.Error("NC5010",
                $"labels '{key}' are {array.Type.ToString().ToLowerInvariant()} {Tensor.FormatShape(array.Shape)}; the input holds {samples.Samples.Length} samples, so {samples.Samples.Length} integers are needed", new Place(file, key)));
        }

        var (first, end) = samples.RowsOf(range);
        return [.. Enumerable.Range(first, end - first).Select(i => (int)array.At(i))];
    }

    /// <summary>
    /// Judges by the greatest value of the first output, summed over steps where the readout keeps them; the lowest class wins a tie, as in NumPy's argmax.
    /// </summary>
    public static Accuracy Judge(Readout readout, IReadOnlyList<SampleResult> results, ImmutableArray<int> labels, string key, string file)
    {
        var classes = ClassScores(readout, results[0].Outputs[readout.Name]).Length;
        var outside = labels.Where(l => l < 0 || l >= classes).Distinct().ToArray();
        if (outside.Length > 0)
        {
            throw new DiagnosticException(Diagnostic.Error("NC5010",
                $"labels '{key}' name class {outside[0]}; the output '{readout.Name}' has classes 0 to {classes - 1}", new Place(file, key)));
        }

        var correct = 0;
        for (var s = 0; s < results.Count; s++)
        {
            var scores = ClassScores(readout, results[s].Outputs[readout.Name]);
            if (Array.IndexOf(scores, scores.Max()) == labels[s]) correct++;
        }

        return new Accuracy(correct, results.Count);
    }

    private static double[] ClassScores(Readout readout, Tensor output)
    {
        var values = output.Span<float>();
        if (readout.Time != TimeReduction.Each) return [.. values.ToArray().Select(v => (double)v)];
        var steps = readout.FrameworkShape[readout.TimeAxis];
        var inner = Tensor.Count(readout.FrameworkShape.AsSpan()[(readout.TimeAxis + 1)..]);
        var scores = new double[values.Length / steps];
        for (var i = 0; i < values.Length; i++) scores[(i / (inner * steps) * inner) + (i % inner)] += values[i];
        return scores;
    }
}
