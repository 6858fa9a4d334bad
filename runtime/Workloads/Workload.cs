using System.Collections.Immutable;

namespace NeuroChip.Runtime.Workloads;

/// <summary>A network as architects have it more often than as a model: the extents of its layers in order, without weights.</summary>
/// <param name="Name">Name of the network in its file.</param>
/// <param name="Layers">Layers in the order they run; at least one; names differ.</param>
public sealed record Workload(string Name, ImmutableArray<WorkloadLayer> Layers)
{
    /// <summary>Arrays of spikes that the layers take.</summary>
    public IEnumerable<SpikeOperand> Operands => Layers.SelectMany(l => l.Operands);
}

/// <summary>Spikes that go into a layer.</summary>
/// <param name="Layer">Name of the layer.</param>
/// <param name="Name">Name of the array in a trace.</param>
/// <param name="Axes">What the axes are: <c>T, batch, C, H, W</c>.</param>
/// <param name="Shape">Extents of these axes.</param>
public sealed record SpikeOperand(string Layer, string Name, string Axes, ImmutableArray<int> Shape)
{
    /// <summary>Elements.</summary>
    public long Elements => Shape.Aggregate(1L, (count, extent) => count * extent);
}

/// <summary>A layer of a workload.</summary>
/// <param name="Name">Its name; what comes before the first underscore is its kind.</param>
/// <param name="Batch">Samples at once, 1 or more.</param>
/// <param name="Steps">Time steps, 1 or more.</param>
public abstract record WorkloadLayer(string Name, int Batch, int Steps)
{
    /// <summary>Spikes it takes, whose pattern may matter for its time.</summary>
    public virtual ImmutableArray<SpikeOperand> Operands => [];
}

/// <summary>A square convolution of square images, without groups and dilation.</summary>
/// <param name="Name">Name.</param>
/// <param name="Height">Height and width of the input.</param>
/// <param name="InputChannels">Channels in.</param>
/// <param name="OutputChannels">Channels out.</param>
/// <param name="Kernel">Height and width of the kernel.</param>
/// <param name="Padding">Zeros on each side.</param>
/// <param name="Stride">Stride in both directions.</param>
/// <param name="Batch">Samples at once.</param>
/// <param name="Steps">Time steps.</param>
public sealed record ConvLayer(string Name, int Height, int InputChannels, int OutputChannels, int Kernel, int Padding, int Stride, int Batch, int Steps)
    : WorkloadLayer(Name, Batch, Steps)
{
    /// <summary>Height and width of the output.</summary>
    public int OutputHeight => ((Height - Kernel + (2 * Padding)) / Stride) + 1;

    /// <inheritdoc/>
    public override ImmutableArray<SpikeOperand> Operands => [new(Name, Name, "T, batch, C, H, W", [Steps, Batch, InputChannels, Height, Height])];
}

/// <summary>A fully connected layer, applied to each position of a sequence.</summary>
/// <param name="Name">Name.</param>
/// <param name="Inputs">Inputs.</param>
/// <param name="Outputs">Outputs.</param>
/// <param name="Length">Positions; 1 for a plain layer.</param>
/// <param name="Batch">Samples at once.</param>
/// <param name="Steps">Time steps.</param>
public sealed record LinearLayer(string Name, int Inputs, int Outputs, int Length, int Batch, int Steps) : WorkloadLayer(Name, Batch, Steps)
{
    /// <inheritdoc/>
    public override ImmutableArray<SpikeOperand> Operands => [new(Name, Name, "T, batch, length, n", [Steps, Batch, Length, Inputs])];
}

/// <summary>Attention of Q, K and V, which the layers before have computed.</summary>
/// <param name="Name">Name.</param>
/// <param name="Width">Channels of all heads together.</param>
/// <param name="Length">Tokens.</param>
/// <param name="Heads">Heads; they divide <paramref name="Width"/>.</param>
/// <param name="Batch">Samples at once.</param>
/// <param name="Steps">Time steps.</param>
/// <param name="Form">Which products.</param>
public sealed record AttentionLayer(string Name, int Width, int Length, int Heads, int Batch, int Steps, AttentionForm Form) : WorkloadLayer(Name, Batch, Steps)
{
    /// <inheritdoc/>
    public override ImmutableArray<SpikeOperand> Operands => [.. OperandSuffixes.Select(s => new SpikeOperand(Name, $"{Name}_{s}", "T, batch, length, dim", [Steps, Batch, Length, Width]))];

    // A mask takes the same time whatever the spikes are; the Q of a softmax is not made of spikes.
    private string[] OperandSuffixes => Form switch
    {
        AttentionForm.Products => ["q", "k", "v"],
        AttentionForm.Softmax => ["k", "v"],
        _ => [],
    };
}

/// <summary>The neurons of the layer before.</summary>
/// <param name="Name">Name.</param>
/// <param name="Neurons">Neurons of one sample.</param>
/// <param name="Batch">Samples at once.</param>
/// <param name="Steps">Time steps.</param>
public sealed record NeuronLayer(string Name, int Neurons, int Batch, int Steps) : WorkloadLayer(Name, Batch, Steps);

/// <summary>A maximum over square windows of spikes, that is an OR.</summary>
/// <param name="Name">Name.</param>
/// <param name="Height">Height and width of the input.</param>
/// <param name="Channels">Channels.</param>
/// <param name="Kernel">Height and width of the window.</param>
/// <param name="Padding">Padding on each side.</param>
/// <param name="Stride">Stride in both directions.</param>
/// <param name="Batch">Samples at once.</param>
/// <param name="Steps">Time steps.</param>
public sealed record PoolLayer(string Name, int Height, int Channels, int Kernel, int Padding, int Stride, int Batch, int Steps) : WorkloadLayer(Name, Batch, Steps);

/// <summary>A LayerNorm: mean and variance of each vector of a sequence.</summary>
/// <param name="Name">Name.</param>
/// <param name="Width">Elements of a vector.</param>
/// <param name="Batch">Samples at once.</param>
/// <param name="Length">Vectors of a sample and step.</param>
/// <param name="Steps">Time steps.</param>
public sealed record NormLayer(string Name, int Width, int Batch, int Length, int Steps) : WorkloadLayer(Name, Batch, Steps);
