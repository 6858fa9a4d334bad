using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Runtime.Inputs;

/// <summary>
/// Cuts the arrays of an input file into samples: one array per model input under its name; one leading axis more than the model's input means that many
/// samples. Everything that does not fit is reported in one go. An input at active sites has a row for each voxel; the coordinates beside it cut it into clouds, and a cloud
/// is a sample.
/// </summary>
public static class InputBinder
{
    /// <summary>
    /// The samples for <paramref name="image"/>. <paramref name="file"/> names the input file in errors; <paramref name="labels"/> is the array that is
    /// not an input but the classes. Arrays that are no input are left alone and told to <paramref name="warnings"/>.
    /// </summary>
    public static SampleSet Bind(
        ChipImage image, IReadOnlyDictionary<string, Tensor> arrays, string file, string? labels = null, DiagnosticBag? warnings = null) =>
        Bind(ModelInput.Of(image), arrays, file, labels, warnings);

    /// <summary>The samples for given inputs.</summary>
    public static SampleSet Bind(
        ImmutableArray<ModelInput> inputs, IReadOnlyDictionary<string, Tensor> arrays, string file, string? labels = null, DiagnosticBag? warnings = null)
    {
        var bag = new DiagnosticBag();
        var bound = new List<(ModelInput Input, Tensor Array, SampleAxes Axes)>();
        foreach (var input in inputs.Where(i => i.Sites is null))
        {
            if (Find(input, inputs, arrays) is not { } array)
            {
                bag.Add(Diagnostic.Error("NC5004", $"the model's input {input} is not in the input file", new Place(file),
                    $"the file holds {List(arrays)}", $"in NumPy: savez('{file}', **{{'{input.Name}': array}})"));
                continue;
            }

            var place = new Place(file, input.Name);
            if (input.Fit(array.Shape) is not { } axes)
            {
                bag.Add(WrongShape(input, array, place));
                continue;
            }

            if (ToFloat(array, input, place, bag) is { } floats) bound.Add((input, floats, axes));
        }

        WarnAboutTheRest(inputs, arrays, file, labels, warnings);
        RequireEqualCounts(bound, file, bag);
        ImmutableArray<ModelInput> atSites = [.. inputs.Where(i => i.Sites is not null)];
        var clouds = atSites.IsEmpty ? null : Clouds(atSites, arrays, file, bag);
        bag.ThrowIfErrors();
        var samples = Cut(bound);
        if (clouds is null) return samples;
        if (bound.Count > 0 && samples.Samples.Length != clouds.Samples.Length)
            throw new DiagnosticException(Diagnostic.Error("NC5009", $"the file holds {clouds.Samples.Length} clouds, and {samples.Samples.Length} samples of '{bound[0].Input.Name}'", new Place(file)));
        return clouds with { Samples = [.. clouds.Samples.Select((c, i) => bound.Count == 0 ? c : new SampleInput(c.Arrays.AddRange(samples.Samples[i].Arrays)))] };
    }

    /// <summary>The samples of inputs at sites: all of them at those of one table.</summary>
    private static SampleSet? Clouds(ImmutableArray<ModelInput> inputs, IReadOnlyDictionary<string, Tensor> arrays, string file, DiagnosticBag bag)
    {
        var table = inputs[0].Sites!;
        ImmutableArray<Cloud> clouds;
        try
        {
            clouds = Cloud.Of(arrays, table.Input, file);
        }
        catch (DiagnosticException e)
        {
            foreach (var problem in e.Diagnostics) bag.Add(problem);
            return null;
        }

        if (arrays.TryGetValue(Cloud.GridArray, out var grid) && grid.Length <= 3)
        {
            var missing = 3 - grid.Length;
            if (Enumerable.Range(0, grid.Length).Any(i => grid.At(i) > table.Extent[missing + i]))
            {
                bag.Add(Diagnostic.Error("NC5087", $"the voxels of the file are on a grid of {string.Join(" x ", grid.ToLongs())}; the network is compiled for {string.Join(" x ", table.Extent)}", new Place(file, Cloud.GridArray),
                    $"compile it for both: --site-extent {string.Join(',', table.Extent.Select((e, i) => i < missing ? e : Math.Max(e, grid.At(i - missing))))}"));
            }
        }

        var rows = arrays[table.Input].Shape[0];
        var bound = new List<(ModelInput Input, Tensor Array)>();
        foreach (var input in inputs)
        {
            if (!arrays.TryGetValue(input.Name, out var array))
            {
                bag.Add(Diagnostic.Error("NC5004", $"the model's input {input} is not in the input file", new Place(file),
                    $"the file holds {List(arrays)}", $"in NumPy: savez('{file}', **{{'{input.Name}': array}})"));
                continue;
            }

            var place = new Place(file, input.Name);
            var shape = input.Shape.SetItem(input.Shape.Length - 2, rows);
            if (!array.Shape.SequenceEqual(shape) && !(input.Steps == 1 && array.Shape.SequenceEqual(shape[^2..])))
                bag.Add(Diagnostic.Error("NC5086", $"array '{input.Name}' is {Tensor.FormatShape(array.Shape)}; '{table.Input}' holds {rows} voxels, for which it must be {Tensor.FormatShape(shape)}", place, $"one row of {shape[^1]} features for each voxel"));
            else if (ToFloat(array, input, place, bag) is { } floats) bound.Add((input, floats));
        }

        return new SampleSet([.. clouds.Select(Sample)], null, clouds.Length) { Clouds = [.. clouds.Select(c => c.Batch)] };

        SampleInput Sample(Cloud cloud) => new(bound.ToImmutableDictionary(b => b.Input.Name, b =>
        {
            var (outer, channels) = (b.Input.Static ? 1 : b.Input.Steps, b.Input.Shape[^1]);
            return Tensor.Of(b.Input.Shape.SetItem(b.Input.Shape.Length - 2, cloud.Rows.Length), cloud.RowsOf(b.Array.Span<float>(), outer, channels));
        }).SetItem(table.Input, cloud.Coordinates));
    }

    // A lone .npy array has no name; it can only mean the only input.
    private static Tensor? Find(ModelInput input, ImmutableArray<ModelInput> inputs, IReadOnlyDictionary<string, Tensor> arrays) =>
        arrays.TryGetValue(input.Name, out var array) || (inputs.Length == 1 && arrays.TryGetValue("", out array)) ? array : null;

    private static Diagnostic WrongShape(ModelInput input, Tensor array, Place place)
    {
        var samples = input.Shape.Insert(0, -1);
        return Diagnostic.Error("NC5006",
            $"array '{input.Name}' is {Tensor.FormatShape(array.Shape)}; the model's input is {Tensor.FormatShape(input.Shape)}", place,
            $"one sample is {Tensor.FormatShape(input.Shape)}{(input.Static ? "" : $" ({input.Steps} time steps first)")}; "
            + $"S samples are {Tensor.FormatShape(samples).Replace("-1", "S")}");
    }

    private static Tensor? ToFloat(Tensor array, ModelInput input, Place place, DiagnosticBag bag)
    {
        var floats = array.ToFloats();
        var converted = array.Type == DType.Float32;
        for (var i = 0; i < floats.Length; i++)
        {
            var value = floats[i];
            if (!float.IsFinite(value))
            {
                bag.Add(Diagnostic.Error("NC5008", $"array '{input.Name}' holds {value} at {IndexText(array.Shape, i)}", place,
                    "a chip has no representation of it; remove it from the data"));
                return null;
            }

            if (!converted && value != array.At(i))
            {
                bag.Add(Diagnostic.Error("NC5007",
                    $"array '{input.Name}' is {Name(array.Type)}; the model's input is float32, which has no value for {array.At(i)} at {IndexText(array.Shape, i)}", place,
                    $"round it yourself: {input.Name}.astype('float32')"));
                return null;
            }

            if (!InDomain(value, input.Domain))
            {
                bag.Add(Diagnostic.Error("NC5016",
                    $"array '{input.Name}' holds {value} at {IndexText(array.Shape, i)}; the image takes {Describe(input.Domain)} there", place,
                    "the chip sends this input as spikes without a real payload; encode the data as the network was trained"));
                return null;
            }
        }

        return Tensor.Of(array.Shape, floats);
    }

    private static bool InDomain(float value, SpikeDomain domain) => domain switch
    {
        SpikeDomain.Binary => value is 0f or 1f,
        SpikeDomain.Signed => value is 0f or 1f or -1f,
        SpikeDomain.Count => value >= 0 && value == MathF.Truncate(value),
        _ => true,
    };

    private static string Describe(SpikeDomain domain) => domain switch
    {
        SpikeDomain.Binary => "spikes (0 or 1)",
        SpikeDomain.Signed => "signed spikes (-1, 0 or 1)",
        _ => "counts (0, 1, 2, ...)",
    };

    private static void WarnAboutTheRest(
        ImmutableArray<ModelInput> inputs, IReadOnlyDictionary<string, Tensor> arrays, string file, string? labels, DiagnosticBag? warnings)
    {
        var known = inputs.SelectMany(i => i.Sites is null ? [i.Name] : (string[])[i.Name, i.Sites.Input, Cloud.GridArray]).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, array) in arrays.OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            if (known.Contains(name) || name.Length == 0 || name == labels) continue;
            warnings?.Add(Diagnostic.Warning("NC5005", $"array '{name}' {Name(array.Type)} {Tensor.FormatShape(array.Shape)} is no input of the model and is not used", new Place(file, name),
                $"the model's inputs: {string.Join(", ", inputs)}",
                $"if it holds the class of each sample: --labels {name}"));
        }
    }

    private static void RequireEqualCounts(List<(ModelInput Input, Tensor Array, SampleAxes Axes)> bound, string file, DiagnosticBag bag)
    {
        var counts = bound.Select(b => (b.Axes.Outer, b.Axes.Batch)).Distinct().Count();
        if (counts > 1)
        {
            bag.Add(Diagnostic.Error("NC5009", "the input arrays hold different numbers of samples: "
                + string.Join(", ", bound.Select(b => $"'{b.Input.Name}' {(b.Axes.Outer ?? 1) * b.Axes.Batch}")), new Place(file)));
        }

        foreach (var (input, _, axes) in bound)
        {
            if ((axes.Outer ?? 1) * axes.Batch == 0)
                bag.Add(Diagnostic.Error("NC5009", $"array '{input.Name}' holds no sample", new Place(file, input.Name)));
        }
    }

    private static SampleSet Cut(List<(ModelInput Input, Tensor Array, SampleAxes Axes)> bound)
    {
        var (outer, batch) = bound.Count == 0 ? (null, 1) : (bound[0].Axes.Outer, bound[0].Axes.Batch);
        var samples = ImmutableArray.CreateBuilder<SampleInput>((outer ?? 1) * batch);
        for (var s = 0; s < samples.Capacity; s++)
        {
            samples.Add(new SampleInput(bound.ToImmutableDictionary(
                b => b.Input.Name, b => Sample(b.Array.Span<float>(), b.Input, b.Axes, s))));
        }

        return new SampleSet(samples.MoveToImmutable(), outer, batch);
    }

    // With a batch axis behind the axis of steps the values of one inference are not contiguous.
    private static Tensor Sample(ReadOnlySpan<float> all, ModelInput input, SampleAxes axes, int sample)
    {
        var size = Tensor.Count(input.Shape.AsSpan());
        var blocks = Tensor.Count(input.Shape.AsSpan(0, axes.BatchAxis));
        var block = size / Math.Max(1, blocks);
        var values = new float[size];
        var (outer, inner) = (sample / axes.Batch, sample % axes.Batch);
        for (var i = 0; i < blocks; i++)
        {
            var from = ((((long)outer * blocks) + i) * axes.Batch + inner) * block;
            all.Slice((int)from, block).CopyTo(values.AsSpan(i * block));
        }

        return Tensor.Of(input.Shape, values);
    }

    internal static string List(IReadOnlyDictionary<string, Tensor> arrays) => arrays.Count == 0
        ? "no arrays"
        : string.Join(", ", arrays.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"'{a.Key}' {Name(a.Value.Type)} {Tensor.FormatShape(a.Value.Shape)}"));

    internal static string Name(DType type) => type.ToString().ToLowerInvariant();

    private static string IndexText(ImmutableArray<int> shape, int index)
    {
        var at = new int[shape.Length];
        for (var axis = shape.Length - 1; axis >= 0; axis--)
        {
            at[axis] = index % shape[axis];
            index /= shape[axis];
        }

        return Tensor.FormatShape(at);
    }
}
