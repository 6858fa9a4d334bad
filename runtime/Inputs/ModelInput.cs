using System.Collections.Immutable;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Runtime.Inputs;

/// <summary>An input that an image expects.</summary>
/// <param name="Name">Name of the model's input.</param>
/// <param name="Static">Whether it has no axis of steps.</param>
/// <param name="Shape">Shape of one sample: the framework's shape, with an axis of steps in front unless static.</param>
/// <param name="Steps">Steps of one sample.</param>
/// <param name="Domain">Which values it may hold.</param>
public sealed record ModelInput(string Name, bool Static, ImmutableArray<int> Shape, int Steps, SpikeDomain Domain)
{
    /// <summary>The table whose sites are its rows (the last axis but one of its shape, of which a sample has as many as voxels); null for other inputs.</summary>
    public SiteTable? Sites { get; init; }

    /// <summary>The inputs of an image, in its order of populations.</summary>
    public static ImmutableArray<ModelInput> Of(ChipImage image) => Of(image.Populations, image.Steps, image.Sites);

    /// <summary>The inputs of a module, in its order of populations.</summary>
    public static ImmutableArray<ModelInput> Of(Module module) => Of(module.Populations, module.Steps, module.Sites);

    private static ImmutableArray<ModelInput> Of(ImmutableArray<Population> populations, int steps, ImmutableArray<SiteTable> sites) =>
    [
        .. populations.Where(p => p.Neuron is SourceNeuron).Select(p =>
        {
            var source = (SourceNeuron)p.Neuron;
            var shape = p.Layout.FrameworkShape;
            return new ModelInput(source.Input, source.Static, source.Static ? shape : shape.Insert(0, steps), steps, p.Domain) { Sites = p.Sites is { } id ? sites[id.Index] : null };
        }).DistinctBy(i => i.Name),
    ];

    /// <summary>Name and shape as errors show them: <c>'x' float32 [4,1,28,28]</c>.</summary>
    public override string ToString() => $"'{Name}' float32 {(Sites is null ? Tensor.FormatShape(Shape) : $"[{string.Concat(Shape[..^2].Select(e => $"{e},"))}N,{Shape[^1]}]")}";

    /// <summary>How an array of shape <paramref name="shape"/> is cut into samples, or null if it does not fit.</summary>
    internal SampleAxes? Fit(ImmutableArray<int> shape)
    {
        if (Equal(shape, Shape)) return new SampleAxes(null, 1);
        if (shape.Length == Shape.Length + 1 && Equal(shape.RemoveAt(0), Shape)) return new SampleAxes(shape[0], 1);

        // Compiled for a batch of 1, fed with a batch of N: N inferences.
        var batch = Static ? 0 : 1;
        if (Shape.Length > batch && Shape[batch] == 1)
        {
            if (shape.Length == Shape.Length && Equal(shape.SetItem(batch, 1), Shape)) return new SampleAxes(null, shape[batch], batch);
            if (shape.Length == Shape.Length + 1 && Equal(shape.RemoveAt(0).SetItem(batch, 1), Shape)) return new SampleAxes(shape[0], shape[batch + 1], batch);
        }

        // One step only: the axis of steps may be left out.
        if (!Static && Steps == 1)
        {
            var step = Shape.RemoveAt(0);
            if (Equal(shape, step)) return new SampleAxes(null, 1);
            if (shape.Length == Shape.Length && Equal(shape.RemoveAt(0), step)) return new SampleAxes(shape[0], 1);
        }

        // Axes of extent 1 elsewhere, such as an axis of steps where there is one step only, do not move any element.
        if (shape.Length == Shape.Length && Equal(Squeeze(shape), Squeeze(Shape))) return new SampleAxes(null, 1);
        if (shape.Length > Shape.Length && Equal(Squeeze(shape.RemoveAt(0)), Squeeze(Shape))) return new SampleAxes(shape[0], 1);
        return null;
    }

    private static bool Equal(ImmutableArray<int> a, ImmutableArray<int> b) => a.AsSpan().SequenceEqual(b.AsSpan());

    private static ImmutableArray<int> Squeeze(ImmutableArray<int> shape) => shape.RemoveAll(extent => extent == 1);
}

/// <summary>Where the inferences of an array are.</summary>
/// <param name="Outer">Extent of a leading axis of samples, null if there is none.</param>
/// <param name="Batch">Extent of the batch axis.</param>
/// <param name="BatchAxis">Position of the batch axis inside one sample.</param>
internal readonly record struct SampleAxes(int? Outer, int Batch, int BatchAxis = 0);
