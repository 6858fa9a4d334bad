using System.Collections.Immutable;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Pipelines;

/// <summary>
/// A spiking network for a chip of pipelines that work in time steps, with the place of every neuron on the chip. States are doubles. A spike of one step
/// adds its weights in the next (later by a connection's delay).
/// </summary>
/// <param name="Name">Name.</param>
/// <param name="Groups">Groups of neurons; ids count through them.</param>
/// <param name="Connections">What a spike adds where.</param>
/// <param name="Placement">Where neurons are.</param>
public sealed record PipelineNetwork(string Name, ImmutableArray<NeuronGroup> Groups, ImmutableArray<GroupConnection> Connections, PipelinePlacement Placement)
{
    /// <summary>Number of neurons.</summary>
    public int NeuronCount => Groups.Length == 0 ? 0 : Groups[^1].First + Groups[^1].Count;

    /// <summary>Number of synapses.</summary>
    public long SynapseCount => Connections.Sum(c => c.Map.Total);
}

/// <summary>Neurons with one name.</summary>
/// <param name="Name">Name; a neuron is called NAME.NUMBER.</param>
/// <param name="First">Id of its first neuron in the network.</param>
/// <param name="Count">Number of neurons.</param>
/// <param name="Channels">
/// How numbers relate to addresses of connections: neurons of an image are numbered channel by channel, addresses have the channel innermost.
/// 1 if both are the same.
/// </param>
/// <param name="Parameters">Parameters of its neurons, by number.</param>
/// <param name="SpikeTrains">Given spikes of neurons that have some, by number: one truth value per step from the first on.</param>
public sealed record NeuronGroup(string Name, int First, int Count, int Channels, NeuronParameters Parameters, ImmutableDictionary<int, ImmutableArray<bool>> SpikeTrains)
{
    /// <summary>The address of the neuron of that number.</summary>
    public int AddressOf(int number)
    {
        if (Channels == 1) return number;
        var pixels = Count / Channels;
        return (number % pixels * Channels) + (number / pixels);
    }
}

/// <summary>
/// Synapses from one group to another: the address function, and the weights that its rows index. A weight never is negative zero, so that an
/// accumulator at negative zero is one that nothing arrived at.
/// </summary>
/// <param name="Source">Number of the group of sources.</param>
/// <param name="Target">Number of the group of targets.</param>
/// <param name="Map">Which addresses an address reaches.</param>
/// <param name="Weights">Weights, [rows], in binary32 where all of them are exact in it, else binary64.</param>
/// <param name="Delay">Steps by which they come later than in the next step.</param>
public sealed record GroupConnection(int Source, int Target, AddressFunction Map, Tensor Weights, int Delay)
{
    /// <summary>Weights in the narrowest type that holds all of them exactly, without negative zeros.</summary>
    public static Tensor Exact(double[] weights)
    {
        var single = true;
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] += 0.0;
            single &= (float)weights[i] == weights[i];
        }

        return single ? Tensor.Vector(Array.ConvertAll(weights, w => (float)w)) : Tensor.Vector(weights);
    }
}

/// <summary>Where the neurons of a network are, by neuron id.</summary>
/// <param name="Order">Ids in the order in which they were placed: a core visits its neurons in that order.</param>
/// <param name="Core">Core of each.</param>
/// <param name="Synapse">Synapse unit, in its core, that works for its inputs.</param>
/// <param name="Dendrite">Dendrite unit.</param>
/// <param name="Soma">Soma unit.</param>
public sealed record PipelinePlacement(
    ImmutableArray<int> Order, ImmutableArray<int> Core, ImmutableArray<ushort> Synapse, ImmutableArray<ushort> Dendrite, ImmutableArray<ushort> Soma);
