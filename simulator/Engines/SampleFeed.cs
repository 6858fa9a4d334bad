using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Simulator.Engines;

/// <summary>The inputs of one sample, as an engine asks for them: payloads of a source population in a step, by address.</summary>
public sealed class SampleFeed
{
    private readonly Arithmetic arithmetic;
    private readonly float[]?[] values;

    /// <summary>Takes one float32 tensor per input name, in the framework's order, steps outermost where the input is not static.</summary>
    public SampleFeed(ChipImage image, IReadOnlyDictionary<string, Tensor> inputs)
    {
        arithmetic = image.Arithmetic;
        values = [.. image.Populations.Select(p => p.Neuron is SourceNeuron source ? InputFeed.Values(p, image.Steps, inputs[source.Input]) : null)];
    }

    /// <summary>Writes the payloads of a source population in a step.</summary>
    public void Read<T>(Population population, int step, Span<T> payloads) where T : unmanaged =>
        InputFeed.Read(population, arithmetic, values[population.Id.Index]!, step, payloads);
}
