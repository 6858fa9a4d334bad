using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Ncir;

/// <summary>Turns a model input into the emissions of its <see cref="SourceNeuron"/> population.</summary>
public static class InputFeed
{
    /// <summary>Number of elements the input of a population must have: one frame per step, or a single one where it is static.</summary>
    public static long Length(Population population, int steps) => Source(population).Static ? population.Size : (long)population.Size * steps;

    /// <summary>
    /// Payloads of one step in address order. <paramref name="input"/> holds the frames in the framework's C order, steps outermost.
    /// In an integer module a payload is <see cref="Arithmetic.Quantise(float, double)"/> of the value by the source's unit.
    /// </summary>
    public static void Read<T>(Population population, Arithmetic arithmetic, float[] input, int step, Span<T> payloads)
        where T : unmanaged
    {
        var source = Source(population);
        var frame = input.AsSpan(source.Static ? 0 : step * population.Size, population.Size);
        var channels = population.Layout.ChannelLast ? population.Layout.Channels : 1;
        var pixels = frame.Length / channels;
        for (var c = 0; c < channels; c++)
        {
            for (var p = 0; p < pixels; p++)
            {
                var value = frame[(c * pixels) + p];
                payloads[(p * channels) + c] = typeof(T) == typeof(float) ? (T)(object)value : (T)(object)arithmetic.Quantise(value, source.Unit);
            }
        }
    }

    /// <summary>The float32 values behind an input tensor, after a check of their number; those of a population at sites are brought from rows to sites.</summary>
    public static float[] Values(Population population, int steps, Tensor input, SiteBinding sites)
    {
        if (population.Sites is not null)
        {
            var expected = (long)sites.Present(population) * (Source(population).Static ? 1 : steps);
            return input.Length == expected ? sites.BySite(population, input.ToFloats())
                : throw new ArgumentException($"input '{Source(population).Input}' has {input.Length} elements {Tensor.FormatShape(input.Shape)}, expected {expected}");
        }

        if (input.Length == Length(population, steps)) return input.ToFloats();
        throw new ArgumentException($"input '{Source(population).Input}' has {input.Length} elements {Tensor.FormatShape(input.Shape)}, expected {Length(population, steps)}");
    }

    private static SourceNeuron Source(Population population) =>
        population.Neuron as SourceNeuron ?? throw new ArgumentException($"population '{population.Name}' is not an input");
}
