using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Runtime.Inputs;

/// <summary>
/// Binds a trace to an image: arrays named like populations (or <c>spk:NAME</c>, as <c>--record all</c> writes them), in <c>[steps, framework shape]</c> or with an
/// axis of samples in front. A recorded population emits what was recorded; what was not recorded is computed.
/// </summary>
public static class RecordedEmissions
{
    /// <summary>
    /// The samples of a run: those of the input file with what was recorded for them, or, without an input file, those of the trace. Then inputs that nobody needs
    /// because all their listeners were recorded are silent; one that is needed is missing (NC5004).
    /// </summary>
    /// <param name="image">What runs.</param>
    /// <param name="arrays">Arrays of the trace.</param>
    /// <param name="file">The trace, named in errors.</param>
    /// <param name="inputs">Samples of the input file; null if there is none.</param>
    /// <param name="warnings">Where warnings go.</param>
    public static SampleSet Bind(ChipImage image, IReadOnlyDictionary<string, Tensor> arrays, string file, SampleSet? inputs, DiagnosticBag warnings)
    {
        var bag = new DiagnosticBag();
        var bound = new List<(Population Population, Tensor Array, int? Samples)>();
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var population in image.Populations)
        {
            if (Find(population, arrays) is not { } name) continue;
            used.Add(name);
            if (Fit(population, image, arrays[name], new Place(file, name), bag) is { } fitted) bound.Add((population, arrays[name], fitted.Samples));
        }

        if (used.Count == 0)
        {
            bag.Add(Diagnostic.Error("NC5044", $"no array of the trace is named like a population of '{image.Name}'", new Place(file),
                $"the trace has: {string.Join(", ", arrays.Keys.Order(StringComparer.Ordinal).Select(k => $"'{k}'"))}", $"populations: {string.Join(", ", image.Populations.Select(p => $"'{p.Name}'"))}"));
        }

        // What --output writes holds the model's outputs too; they are no surprise.
        var outputs = image.Readouts.Select(r => r.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, array) in arrays.Where(a => !used.Contains(a.Key) && !outputs.Contains(a.Key)).OrderBy(a => a.Key, StringComparer.Ordinal))
            warnings.Add(Diagnostic.Warning("NC5046", $"no population of '{image.Name}' is called '{name}'; the array {Tensor.FormatShape(array.Shape)} is not used", new Place(file, name)));
        bag.ThrowIfErrors();

        var samples = inputs ?? WithoutInputs(image, bound, file, bag);
        foreach (var (population, array, count) in bound.Where(b => (b.Samples ?? 1) != samples.Samples.Length))
            bag.Add(Diagnostic.Error("NC5009", $"'{population.Name}' was recorded for {count ?? 1} samples {Tensor.FormatShape(array.Shape)}; the run has {samples.Samples.Length}", new Place(file, population.Name)));
        bag.ThrowIfErrors();
        return samples with { Samples = [.. samples.Samples.Select((s, i) => s with { Recorded = bound.ToImmutableDictionary(b => b.Population.Name, b => Sample(b.Population, image.Steps, b.Array, i)) })] };
    }

    private static string? Find(Population population, IReadOnlyDictionary<string, Tensor> arrays) =>
        arrays.ContainsKey(population.Name) ? population.Name
        : arrays.ContainsKey(OutputArrays.SpikePrefix + population.Name) ? OutputArrays.SpikePrefix + population.Name
        : null;

    private static (int? Samples, bool Fits)? Fit(Population population, ChipImage image, Tensor array, Place place, DiagnosticBag bag)
    {
        if (population.Sites is not null)
        {
            bag.Add(Diagnostic.Error("NC5088", $"'{population.Name}' is at active sites; recorded spikes cannot stand in for a population whose sites differ from sample to sample", place, "run the network on its input instead: --input X.npz"));
            return null;
        }

        ImmutableArray<int> one = [image.Steps, .. population.Layout.FrameworkShape];
        int? samples;
        if (array.Shape.SequenceEqual(one)) samples = null;
        else if (array.Rank == one.Length + 1 && array.Shape.Skip(1).SequenceEqual(one)) samples = array.Shape[0];
        else if (array.Shape.Where(e => e != 1).SequenceEqual(one.Where(e => e != 1))) samples = null;
        else
        {
            bag.Add(Diagnostic.Error("NC5043", $"population '{population.Name}' emits {Tensor.FormatShape(one)} (steps first); the trace has {Tensor.FormatShape(array.Shape)}", place,
                $"one sample is {Tensor.FormatShape(one)}, S samples are {Tensor.FormatShape(one.Insert(0, -1)).Replace("-1", "S")}"));
            return null;
        }

        for (var i = 0; i < array.Length; i++)
        {
            var value = array.At(i);
            if (CanEmit(population, image.Arithmetic, value)) continue;
            bag.Add(Diagnostic.Error("NC5045", $"population '{population.Name}' cannot emit {value} (element {i} of the array); it emits {Emits(population, image.Arithmetic)}", place));
            return null;
        }

        return (samples, true);
    }

    private static bool CanEmit(Population population, Arithmetic arithmetic, double value) => population.Domain switch
    {
        SpikeDomain.Binary => value is 0 or 1,
        SpikeDomain.Signed => value is 0 or 1 or -1,
        SpikeDomain.Count => value >= 0 && value <= int.MaxValue && value == Math.Truncate(value),
        _ => arithmetic.Kind == ArithmeticKind.Integer ? value == Math.Truncate(value) && Math.Abs(value) <= int.MaxValue : double.IsFinite(value),
    };

    private static string Emits(Population population, Arithmetic arithmetic) => population.Domain switch
    {
        SpikeDomain.Binary => "0 and 1",
        SpikeDomain.Signed => "-1, 0 and 1",
        SpikeDomain.Count => "0, 1, 2, ...",
        _ => arithmetic.Kind == ArithmeticKind.Integer ? "integers" : "finite numbers",
    };

    /// <summary>Samples of a run without an input file: inputs that somebody computes with are missed.</summary>
    private static SampleSet WithoutInputs(ChipImage image, List<(Population Population, Tensor Array, int? Samples)> bound, string file, DiagnosticBag bag)
    {
        var recorded = bound.Select(b => b.Population.Id).ToHashSet();
        foreach (var source in image.Populations.Where(p => p.Neuron is SourceNeuron && !recorded.Contains(p.Id)))
        {
            var needing = image.Projections.Where(p => (p.Source == source.Id || p.RowsFrom == source.Id) && !recorded.Contains(p.Target)).Select(p => image.Populations[p.Target.Index].Name).Distinct().ToArray();
            if (needing.Length == 0) continue;
            bag.Add(Diagnostic.Error("NC5004", $"the model's input '{((SourceNeuron)source.Neuron).Input}' is needed: {string.Join(", ", needing.Select(n => $"'{n}'"))} listen{(needing.Length == 1 ? "s" : "")} to it and was not recorded", new Place(file),
                "give it with --input X.npz, or record what listens to it"));
        }

        bag.ThrowIfErrors();
        var samples = bound.Select(b => b.Samples ?? 1).DefaultIfEmpty(1).Max();
        var silent = ModelInput.Of(image).ToImmutableDictionary(i => i.Name, i => Tensor.Of(i.Shape, new float[Tensor.Count(i.Shape.AsSpan())]));
        return new SampleSet([.. Enumerable.Repeat(new SampleInput(silent), samples)], bound.Any(b => b.Samples is not null) ? samples : null, 1);
    }

    private static Tensor Sample(Population population, int steps, Tensor array, int sample)
    {
        var size = steps * population.Size;
        ImmutableArray<int> shape = [steps, .. population.Layout.FrameworkShape];
        // Doubles hold every payload exactly, whatever type the trace is stored in.
        var values = new double[size];
        for (var i = 0; i < size; i++) values[i] = array.At((sample * size) + i);
        return Tensor.Of(shape, values);
    }
}
