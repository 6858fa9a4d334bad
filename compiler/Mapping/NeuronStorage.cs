using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Compiler.Mapping;

/// <summary>What the neurons of a slice keep in the data memory of their core, apart from synapses.</summary>
internal static class NeuronStorage
{
    /// <summary>Bytes of a parameter or a state variable: float32 or a 32-bit fixed-point number.</summary>
    public const int NumberBytes = 4;

    /// <summary>Bytes of an instruction of an element-wise program: operation (8 bit) and three operands (16 bit each), padded to words.</summary>
    private const int InstructionBytes = 8;

    /// <summary>
    /// Bytes of the parameters of <paramref name="count"/> neurons: a value that all share is stored once, a per-channel one once for each
    /// channel in the slice, a per-neuron one for each neuron.
    /// </summary>
    public static long ParameterBytes(Population population, int count)
    {
        long bytes = population.Neuron switch
        {
            ArithmeticNeuron arithmetic => InstructionBytes * (long)arithmetic.Program.Code.Length,
            _ => 0,
        };
        foreach (var parameter in Parameters(population.Neuron)) bytes += (long)Math.Min(count, parameter.Length) * NumberBytes;
        return bytes;
    }

    /// <summary>Bytes of the values the accumulators start from.</summary>
    public static long BiasBytes(Population population, int count)
    {
        long bytes = 0;
        foreach (var bias in population.Bias)
            if (bias is not null) bytes += (long)Math.Min(count, bias.Length) * NumberBytes;
        return bytes;
    }

    /// <summary>Bytes of the state variables.</summary>
    public static long StateBytes(Population population, int count) => (long)population.Neuron.States * count * NumberBytes;

    /// <summary>Bytes of one step's emissions: a bit each, in words, or a number each.</summary>
    public static long EmissionBytes(SpikeDomain domain, int count) =>
        domain == SpikeDomain.Binary ? ((count + 31L) / 32) * 4 : (long)count * NumberBytes;

    /// <summary>
    /// Bytes of shared memory in which an input core finds what it emits (all steps, or one where the input is static), or in which a core
    /// records what the readouts need.
    /// </summary>
    public static long InputBytes(Population population, int count, int steps) =>
        population.Neuron is SourceNeuron source ? EmissionBytes(population.Domain, count) * (source.Static ? 1 : steps) : 0;

    /// <summary>Bytes of shared memory for what readouts see of a population.</summary>
    public static long RecordingBytes(Module module, Population population, int count)
    {
        long bytes = 0;
        foreach (var signal in module.Readouts.SelectMany(r => r.Signals).Where(s => s.Population == population.Id).Distinct())
            bytes += (signal.State < 0 ? EmissionBytes(population.Domain, count) : (long)count * NumberBytes) * module.Steps;
        return bytes;
    }

    private static IEnumerable<Parameter> Parameters(Neuron neuron) => neuron switch
    {
        SourceNeuron => [],
        RelayNeuron relay => [relay.Gain],
        LifNeuron lif => [lif.Decay, lif.Offset, lif.FiredDecay, lif.FiredOffset, lif.Gain, lif.Threshold, lif.Start],
        // Terms that are 0 everywhere are left out of the step, so they are not stored.
        AffineNeuron affine => [.. affine.Decay.Concat(affine.Offset).Concat(affine.FiredDecay).Concat(affine.FiredOffset).Concat(affine.Gain).Concat(affine.Watch).Where(p => !p.Is(0)), affine.Threshold, .. affine.Start],
        ArithmeticNeuron arithmetic => [.. arithmetic.Program.Parameters, .. arithmetic.Start, .. arithmetic.Units],
        _ => throw new ArgumentException($"neuron model '{neuron.Keyword}' has no storage rule", nameof(neuron)),
    };
}
