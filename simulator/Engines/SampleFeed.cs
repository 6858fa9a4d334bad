using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime;

namespace NeuroChip.Simulator.Engines;

/// <summary>What one sample brings, as an engine asks for it: payloads of a population in a step, by address. Inputs always, and any population that was recorded.</summary>
public sealed class SampleFeed
{
    private readonly Arithmetic arithmetic;
    private readonly float[]?[] values;
    private readonly double[]?[] recorded;

    /// <summary>Takes one float32 tensor per input name, in the framework's order, steps outermost where the input is not static.</summary>
    public SampleFeed(ChipImage image, IReadOnlyDictionary<string, Tensor> inputs) : this(image, new SampleInput([.. inputs]))
    {
    }

    /// <summary>The active sites of the sample.</summary>
    public SiteBinding Sites { get; }

    /// <summary>Takes a whole sample, with the populations recorded for it.</summary>
    public SampleFeed(ChipImage image, SampleInput sample)
    {
        var inputs = sample.Arrays;
        recorded = [.. image.Populations.Select(p => sample.Recorded.TryGetValue(p.Name, out var array) ? array.Array<double>() : null)];
        arithmetic = image.Arithmetic;
        Sites = image.Sites.IsEmpty ? SiteBinding.None : new(image.Sites, inputs);
        values = [.. image.Populations.Select(p => p.Neuron is SourceNeuron source ? InputFeed.Values(p, image.Steps, inputs[source.Input], Sites) : null)];
    }

    /// <summary>Whether a population was recorded: then <see cref="TryRead"/> brings its payloads, be it an input or not.</summary>
    public bool IsRecorded(Population population) => recorded[population.Id.Index] is not null;

    /// <summary>
    /// Writes the payloads of a population in a step, if the sample brings them: it is an input, or was recorded. Else it writes nothing, and the engine
    /// computes them.
    /// </summary>
    public bool TryRead<T>(Population population, int step, Span<T> payloads) where T : unmanaged
    {
        if (recorded[population.Id.Index] is { } past)
        {
            var frame = past.AsSpan(step * population.Size, population.Size);
            for (var a = 0; a < frame.Length; a++)
            {
                var value = frame[population.Layout.IndexOf(a)];
                payloads[a] = typeof(T) == typeof(float) ? (T)(object)(float)value : (T)(object)(int)value;
            }

            return true;
        }

        if (values[population.Id.Index] is null) return false;
        Read(population, step, payloads);
        return true;
    }

    /// <summary>Writes the payloads of a source population in a step.</summary>
    private void Read<T>(Population population, int step, Span<T> payloads) where T : unmanaged =>
        InputFeed.Read(population, arithmetic, values[population.Id.Index]!, step, payloads);
}
