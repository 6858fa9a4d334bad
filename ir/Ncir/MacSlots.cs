using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Ir.Ncir;

/// <summary>To which of the three parts of a spiking network's dense cost a projection belongs.</summary>
public enum MacClass
{
    /// <summary>Nothing to multiply: a shortcut, a rearrangement, a pool, a sum.</summary>
    None,

    /// <summary>Real input times weights: the one layer that published energy models price as multiply-accumulates.</summary>
    FirstLayer,

    /// <summary>Convolutions and linear layers with stored weights.</summary>
    Weights,

    /// <summary>Products of two populations: attention.</summary>
    Attention,
}

/// <summary>
/// Dense multiply-accumulate slots of one time step: what an array that knows nothing of spikes and of borders has to do. A layer has
/// positions x K x N of them: output positions, inputs of one output (input channels of a group times taps), output channels. Taps that fall outside the
/// image count, as they do in the figures that papers print and FLOP counters give; <see cref="AddressFunction.Total"/> leaves them out.
/// </summary>
/// <param name="FirstLayer">Slots of <see cref="MacClass.FirstLayer"/>.</param>
/// <param name="Weights">Slots of <see cref="MacClass.Weights"/>.</param>
/// <param name="Attention">Slots of <see cref="MacClass.Attention"/>.</param>
public sealed record MacSlots(long FirstLayer, long Weights, long Attention)
{
    /// <summary>All slots of a step.</summary>
    public long Total => FirstLayer + Weights + Attention;

    /// <summary>The slots of a module whose domains are known.</summary>
    public static MacSlots Of(Module module)
    {
        var slots = module.Projections.ToLookup(p => ClassOf(module, p), p => Of(p).Slots);
        return new(slots[MacClass.FirstLayer].Sum(), slots[MacClass.Weights].Sum(), slots[MacClass.Attention].Sum());
    }

    /// <summary>Where a projection belongs.</summary>
    public static MacClass ClassOf(Module module, Projection projection)
    {
        if (projection.RowsFrom is not null) return MacClass.Attention;
        if (Of(projection).Slots == 0) return MacClass.None;
        return projection.Kind == ProjectionKind.Analog && module[projection.Source].Neuron is Neurons.SourceNeuron ? MacClass.FirstLayer : MacClass.Weights;
    }

    /// <summary>Positions, inputs of an output and outputs of a projection; all zero where it has no weights to multiply by.</summary>
    public static MacShape Of(Projection projection) => projection switch
    {
        { Reduction: Reduction.Max } => default,
        { Map: ConvMap c } => new((long)c.Y.Output * c.X.Output, (long)c.Y.Kernel * c.X.Kernel * c.GroupInputs, c.OutChannels),
        // An event of a transposed convolution reaches every tap, so its inputs are the positions.
        { Map: TransposedConvMap c } => new((long)c.Y.Output * c.X.Output, (long)c.Y.Kernel * c.X.Kernel * c.GroupInputs, c.OutChannels),
        { Map: DenseMap d } => new(1, d.Sources, d.Targets),
        // Pairs that the plan expects, or those of a sample.
        { Map: SiteConvMap s } => new(s.Pairs, s.GroupInputs, s.OutChannels),
        { Map: RulebookMap s } => new(s.Rulebook.Pairs, s.Of.GroupInputs, s.Of.OutChannels),
        { Map: CsrMap c } => new(c.Total, 1, 1),
        // One row for all synapses is a sum. Else the targets that an index runs over without the source are the outputs.
        { Map: StridedMap { Rows: > 1 } s } => new(s.Total / s.FanIn / s.Bound, s.FanIn, s.Bound),
        _ => default,
    };
}

/// <summary>The matrix product that a layer is.</summary>
/// <param name="Positions">Rows of the result: output pixels, tokens times heads.</param>
/// <param name="Inputs">Terms of each sum.</param>
/// <param name="Outputs">Columns of the result.</param>
public readonly record struct MacShape(long Positions, long Inputs, long Outputs)
{
    /// <summary>Their product.</summary>
    public long Slots => Positions * Inputs * Outputs;

    /// <inheritdoc/>
    public override string ToString() => $"{Positions} x {Inputs} x {Outputs}";
}
