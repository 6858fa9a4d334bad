using System.Collections.Immutable;
using NeuroChip.Ir;

namespace NeuroChip.Simulator.Tiles;

/// <summary>
/// What one layer does in <see cref="Steps"/> time steps, without a word about when: the input of every <see cref="ITileEngine"/>. A layer
/// with weights is a product of a spike matrix (<see cref="Rows"/> x <see cref="Inputs"/>) with a weight matrix (<see cref="Inputs"/> x
/// <see cref="Outputs"/>); engines that look at single spikes read <see cref="Spikes"/>, the others the counts. Made from an image and what
/// happened on it, or from a workload file and a trace. All counts are exact integers over all <see cref="Steps"/> and the batch.
/// </summary>
public sealed record LayerWork
{
    /// <summary>Name of the layer as its source writes it.</summary>
    public required string Name { get; init; }

    /// <summary>By which rule it is counted.</summary>
    public required LayerKind Kind { get; init; }

    /// <summary>Time steps the counts cover; 1 or more.</summary>
    public int Steps { get; init; } = 1;

    /// <summary>M: rows of the spike matrix, that is output positions (tokens of attention, vectors of LayerNorm) x <see cref="Steps"/> x batch; 0 for a layer without one.</summary>
    public long Rows { get; init; }

    /// <summary>K: columns of the spike matrix: input channels x taps of the kernel (of one group).</summary>
    public long Inputs { get; init; }

    /// <summary>N: outputs of every row: output channels (elements of a vector of LayerNorm).</summary>
    public long Outputs { get; init; }

    /// <summary>Columns in which the same input can appear: taps of the kernel, 1 for a linear layer. A spike is stored once and unfolded on the chip.</summary>
    public int Taps { get; init; } = 1;

    /// <summary>Groups that inputs and outputs are divided into; a group of inputs reaches its group of outputs only. <see cref="Rows"/> counts positions of every group.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>The products of an attention layer; null for every other kind.</summary>
    public AttentionWork? Attention { get; init; }

    /// <summary>Input events (payloads other than 0), each counted once.</summary>
    public long Events { get; init; }

    /// <summary>Rows of weights the events fetch: one per event and tap of the kernel that it reaches, each of <see cref="Outputs"/> weights.</summary>
    public long Visits { get; init; }

    /// <summary>Synaptic additions these events cause.</summary>
    public long Additions { get; init; }

    /// <summary>Multiply-accumulates, of real-valued inputs.</summary>
    public long Macs { get; init; }

    /// <summary>Membership tests: is this row or mask element set.</summary>
    public long Probes { get; init; }

    /// <summary>Lookups of active sites, as many as the address unit of the tile does.</summary>
    public long Lookups { get; init; }

    /// <summary>Slots of the table that these read; more than <see cref="Lookups"/> where keys collide.</summary>
    public long LookupReads { get; init; }

    /// <summary>Neuron steps computed.</summary>
    public long NeuronUpdates { get; init; }

    /// <summary>Bits of the weights, each stored once.</summary>
    public Bits WeightBits { get; init; }

    /// <summary>Bits of the inputs as they are stored: 1 per binary spike.</summary>
    public Bits InputBits { get; init; }

    /// <summary>Bits of what leaves the layer.</summary>
    public Bits OutputBits { get; init; }

    /// <summary>Bits of membranes and other state kept from step to step.</summary>
    public Bits MembraneBits { get; init; }

    /// <summary>
    /// The spikes themselves, where an engine may need them: of a convolution or linear layer one matrix of <see cref="Rows"/> x <see cref="Inputs"/>,
    /// ordered by position, then step; of attention the matrices Q, K and V, each tokens x channels for every step in turn. Empty if not known.
    /// </summary>
    public ImmutableArray<SpikeMatrix> Spikes { get; init; } = [];
}
