using System.Collections.Immutable;
using NeuroChip.Ir;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime.Workloads;

namespace NeuroChip.Simulator.Tiles;

/// <summary>What the layers of a workload do, from their extents and, where given, from their spikes. One work covers all steps of a batch.</summary>
public static class WorkloadWork
{
    /// <summary>The work of a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="spikes">Spikes of its operands; a layer whose operands are not all there has no <see cref="LayerWork.Spikes"/>.</param>
    /// <param name="weightBits">Bits of a weight on the machine.</param>
    /// <param name="stateBits">Bits of a membrane on the machine.</param>
    public static LayerWork Of(WorkloadLayer layer, WorkloadSpikes spikes, int weightBits, int stateBits) => layer switch
    {
        ConvLayer c => Conv(c, spikes, weightBits),
        LinearLayer l => Linear(l, spikes, weightBits),
        AttentionLayer a => Attention(a, spikes),
        NeuronLayer n => Neurons(n, stateBits),
        PoolLayer p => Start(p, LayerKind.Pool) with { InputBits = new((long)p.Batch * p.Steps * p.Channels * p.Height * p.Height) },
        NormLayer n => Start(n, LayerKind.Normalise) with { Rows = (long)n.Batch * n.Length * n.Steps, Outputs = n.Width },
        _ => throw new ArgumentException($"'{layer.Name}' is of no kind known here", nameof(layer)),
    };

    private static LayerWork Start(WorkloadLayer layer, LayerKind kind) => new() { Name = layer.Name, Kind = kind, Steps = layer.Steps };

    private static LayerWork Conv(ConvLayer conv, WorkloadSpikes spikes, int weightBits)
    {
        var taps = conv.Kernel * conv.Kernel;
        var work = Start(conv, LayerKind.Conv) with
        {
            Rows = (long)conv.Batch * conv.Steps * conv.OutputHeight * conv.OutputHeight,
            Inputs = (long)conv.InputChannels * taps,
            Outputs = conv.OutputChannels,
            Taps = taps,
            WeightBits = new((long)conv.InputChannels * taps * conv.OutputChannels * weightBits),
            InputBits = new(conv.Operands[0].Elements),
        };
        return Spiking(work, conv, spikes, t => Unfolding.Windows(conv, t));
    }

    private static LayerWork Linear(LinearLayer linear, WorkloadSpikes spikes, int weightBits)
    {
        var work = Start(linear, LayerKind.Linear) with
        {
            Rows = (long)linear.Batch * linear.Steps * linear.Length,
            Inputs = linear.Inputs,
            Outputs = linear.Outputs,
            WeightBits = new((long)linear.Inputs * linear.Outputs * weightBits),
            InputBits = new(linear.Operands[0].Elements),
        };
        return Spiking(work, linear, spikes, t => Unfolding.Positions(linear, t));
    }

    private static LayerWork Attention(AttentionLayer attention, WorkloadSpikes spikes)
    {
        var width = attention.Width / attention.Heads;
        var elements = (long)attention.Batch * attention.Steps * attention.Length * attention.Width;
        var work = Start(attention, LayerKind.Attention) with
        {
            Attention = new(attention.Form, attention.Heads, attention.Length, width),
            Rows = (long)attention.Batch * attention.Steps * attention.Length,
            Inputs = attention.Width,
            Outputs = attention.Width,
            InputBits = new(3 * elements),
            OutputBits = new(elements),
        };
        return Spiking(work, attention, spikes, t => Unfolding.Tokens(attention, t));
    }

    private static LayerWork Neurons(NeuronLayer neurons, int stateBits)
    {
        var perStep = (long)neurons.Neurons * neurons.Batch;
        return Start(neurons, LayerKind.Neurons) with
        {
            NeuronUpdates = perStep * neurons.Steps,
            OutputBits = new(perStep * neurons.Steps),
            MembraneBits = new(perStep * stateBits),
        };
    }

    /// <summary>Adds the spikes, if all of them are there, and what they cause: every bit of the spike matrix is an addition to each output.</summary>
    private static LayerWork Spiking(LayerWork work, WorkloadLayer layer, WorkloadSpikes spikes, Func<Tensor, SpikeMatrix> matrixOf)
    {
        var operands = layer.Operands;
        if (operands.IsEmpty || operands.Any(o => !spikes.Arrays.ContainsKey(o.Name))) return work;
        var matrices = operands.Select(o => matrixOf(spikes.Arrays[o.Name])).ToImmutableArray();
        // The Q of a softmax is real; the engines that look at spikes leave it alone.
        if (layer is AttentionLayer { Form: AttentionForm.Softmax }) matrices = matrices.Insert(0, new SpikeMatrix(0, 0));
        return work with
        {
            Spikes = matrices,
            Events = operands.Sum(o => CountOnes(spikes.Arrays[o.Name])),
            Additions = work.Kind == LayerKind.Attention ? 0 : matrices[0].Ones * work.Outputs,
        };
    }

    private static long CountOnes(Tensor spikes)
    {
        long ones = 0;
        foreach (var spike in spikes.Span<byte>()) ones += spike;
        return ones;
    }
}
