using System.Collections.Immutable;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Ncir;

/// <summary>Index of a <see cref="Population"/> in <see cref="Module.Populations"/>.</summary>
public readonly record struct PopulationId(int Index)
{
    /// <inheritdoc/>
    public override string ToString() => $"%{Index}";
}

/// <summary>In which numbers a module computes; both kinds are specified to the bit in <c>docs/ncir.md</c>.</summary>
public enum ArithmeticKind
{
    /// <summary>IEEE binary32, every sum in ascending source address, projection by projection.</summary>
    Float32,

    /// <summary>Integers: intN weights, exact sums, saturation to <see cref="Arithmetic.AccumulatorBits"/> before the neuron step.</summary>
    Integer,
}

/// <summary>The numbers of a module.</summary>
/// <param name="Kind">Float or integer.</param>
/// <param name="WeightBits">Bits of a weight: 32 for float32, else 2 to 16.</param>
/// <param name="AccumulatorBits">Bits an accumulated input saturates to (integer only), 16 to 32.</param>
public sealed record Arithmetic(ArithmeticKind Kind, int WeightBits, int AccumulatorBits)
{
    /// <summary>IEEE binary32 throughout.</summary>
    public static Arithmetic Float32 { get; } = new(ArithmeticKind.Float32, 32, 32);

    /// <summary>Integer modules: an exact sum brought into <see cref="AccumulatorBits"/> bits, the greatest or smallest number where it does not fit.</summary>
    public int Saturate(long sum) => Saturate(sum, AccumulatorBits);

    /// <summary>Integer modules: a real value in whole units: <c>value / unit</c> in binary64, rounded half to even and saturated; 0 for NaN.</summary>
    public int Quantise(float value, double unit) => Quantise(value, unit, AccumulatorBits);

    /// <summary><see cref="Saturate(long)"/> to a number of bits. Like <see cref="Quantise(float, double, int)"/> without anything that a kernel of a GPU could not do.</summary>
    public static int Saturate(long sum, int bits)
    {
        var limit = 1L << (bits - 1);
        return (int)Math.Max(-limit, Math.Min(sum, limit - 1));
    }

    /// <summary><see cref="Quantise(float, double)"/> to a number of bits.</summary>
    public static int Quantise(float value, double unit, int bits)
    {
        double limit = 1L << (bits - 1);
        var whole = Math.Round(value / unit, MidpointRounding.ToEven);
        return double.IsNaN(whole) ? 0 : (int)Math.Max(-limit, Math.Min(whole, limit - 1));
    }
}

/// <summary>What the payload of an emission can be.</summary>
public enum SpikeDomain
{
    /// <summary>0 or 1: an event without payload.</summary>
    Binary,

    /// <summary>A small non-negative integer: a count, sent as payload.</summary>
    Count,

    /// <summary>-1, 0 or 1.</summary>
    Signed,

    /// <summary>Any number: an analog value; a projection from it multiplies.</summary>
    Real,
}

/// <summary>How the addresses of a population relate to the tensor the framework knows.</summary>
/// <param name="FrameworkShape">Shape in the exported model without the time axis, e.g. [1,16,8,8].</param>
/// <param name="ChannelLast">
/// If true, axis 1 of <paramref name="FrameworkShape"/> is the channel and addresses run spatial axes first, channel innermost:
/// address = (y*W + x)*C + c. So one event's targets at one pixel are contiguous. If false, addresses are the C order of the framework's tensor.
/// The leading batch axis is always 1 where <paramref name="ChannelLast"/> is true.
/// </param>
public sealed record Layout(ImmutableArray<int> FrameworkShape, bool ChannelLast)
{
    /// <summary>Number of addresses.</summary>
    public int Size => Tensor.Count(FrameworkShape.AsSpan());

    /// <summary>Channels, i.e. the period of a per-channel parameter over addresses: axis 1 if channel-last, else the innermost axis (1 for a scalar).</summary>
    public int Channels => ChannelLast ? FrameworkShape[1] : FrameworkShape.Length == 0 ? 1 : FrameworkShape[^1];

    /// <summary>Address of the framework's element <paramref name="index"/> (C order).</summary>
    public int AddressOf(int index)
    {
        if (!ChannelLast) return index;
        var channels = FrameworkShape[1];
        var pixels = Size / channels;
        return (index % pixels * channels) + (index / pixels);
    }

    /// <summary>C-order index in the framework's tensor of <paramref name="address"/>.</summary>
    public int IndexOf(int address)
    {
        if (!ChannelLast) return address;
        var channels = FrameworkShape[1];
        var pixels = Size / channels;
        return (address % channels * pixels) + (address / channels);
    }

    /// <inheritdoc/>
    public bool Equals(Layout? other) => other is not null && ChannelLast == other.ChannelLast && FrameworkShape.AsSpan().SequenceEqual(other.FrameworkShape.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(ChannelLast, FrameworkShape.Length, Size);
}

/// <summary>A set of neurons of one model that share a step: one layer, one input, one relay.</summary>
/// <param name="Id">Position in <see cref="Module.Populations"/>.</param>
/// <param name="Name">Name for people, unique in the module.</param>
/// <param name="Layout">Addresses and the framework's shape.</param>
/// <param name="Neuron">What a neuron does in a step with its accumulated inputs.</param>
/// <param name="Domain">What it emits.</param>
/// <param name="Bias">
/// Per port, what the accumulator starts from in each step: null for zero, else a tensor (float32 or int32) whose length divides the size;
/// address <c>a</c> starts from element <c>a % length</c>. Length of the array = ports of the neuron.
/// </param>
/// <param name="Stage">
/// Tick at which the population computes step 0. Step t runs at tick <c>Stage + t * TicksPerStep</c>. Does not change what is computed,
/// only when; 0 before the delay-balancing pass.
/// </param>
public sealed record Population(
    PopulationId Id,
    string Name,
    Layout Layout,
    Neuron Neuron,
    SpikeDomain Domain,
    ImmutableArray<Tensor?> Bias,
    int Stage)
{
    /// <summary>What a payload of 1 is worth in the exported model, finite and not 0: recordings are multiplied by it. Nothing is computed with it.</summary>
    public double Unit { get; init; } = 1;

    /// <summary>
    /// The table whose sites the population has its neurons at, null if they are always there. Then the layout is [capacity, channels] in C order, address
    /// <c>site*channels + channel</c>, and only the neurons of the sites that a sample has exist: the others get nothing, emit 0 and are not read.
    /// </summary>
    public SiteTableId? Sites { get; init; }

    /// <summary>Number of neurons; of those planned for, where they are at sites.</summary>
    public int Size => Layout.Size;
}

/// <summary>Whether a projection only adds, or multiplies a real payload by a real weight or row. What it computes is the same.</summary>
public enum ProjectionKind
{
    /// <summary>Addressed sparse addition: the payload is binary, a count or signed, or the rows are payloads that are.</summary>
    Sparse,

    /// <summary>Real payload times weight: a multiply-accumulate.</summary>
    Analog,

    /// <summary>
    /// The same product with an integer payload, added digit by digit: for each of its <see cref="SignedDigits"/> that is not 0, the weight shifted by the digit's place is
    /// added or subtracted. Integer modules only.
    /// </summary>
    ShiftAdd,
}

/// <summary>How contributions meet at the target.</summary>
public enum Reduction
{
    /// <summary>They are added.</summary>
    Sum,

    /// <summary>The greatest is taken; a target none reaches gets 0. Not a sparse addition, and named so.</summary>
    Max,
}

/// <summary>All synapses of one kind from one population to one port of another.</summary>
/// <param name="Name">Name for people, unique in the module.</param>
/// <param name="Source">Population whose emissions are the events.</param>
/// <param name="Target">Population whose accumulators are added to.</param>
/// <param name="Port">Input port of the target's neuron.</param>
/// <param name="Map">Address function: targets and rows of an event.</param>
/// <param name="Rows">Weights; the row index of <paramref name="Map"/> is the C-order index into it. float32, or int8/int16 for integer modules; <see cref="NoRows"/> where <see cref="RowsFrom"/> is set.</param>
/// <param name="Delay">Steps between emission and arrival: 0 within the step (the graph of such projections has no cycle), 1 the next one, ...</param>
/// <param name="Kind">Whether it multiplies.</param>
/// <param name="Reduction">How contributions are combined.</param>
public sealed record Projection(
    string Name,
    PopulationId Source,
    PopulationId Target,
    int Port,
    AddressFunction Map,
    Tensor Rows,
    int Delay,
    ProjectionKind Kind,
    Reduction Reduction = Reduction.Sum)
{
    /// <summary><see cref="Rows"/> of a projection whose rows are payloads.</summary>
    public static Tensor NoRows { get; } = Tensor.Of([0], Array.Empty<float>());

    /// <summary>
    /// The population whose payloads of the same step are the rows, null where <see cref="Rows"/> are stored weights. Row r is the payload at its address r.
    /// Attention is of this form, and so is a membership test: a row of a binary population lets an event pass or not.
    /// </summary>
    public PopulationId? RowsFrom { get; init; }

    /// <summary>
    /// Whether a projection multiplies: payloads of <paramref name="source"/> by stored weights (<paramref name="rows"/> null) or by payloads of the domain <paramref name="rows"/>.
    /// A binary, signed or count payload on either side makes it an addition. What multiplies by stored weights can be written as <see cref="ProjectionKind.ShiftAdd"/> instead.
    /// </summary>
    public static ProjectionKind KindOf(SpikeDomain source, SpikeDomain? rows) =>
        source == SpikeDomain.Real && rows is null or SpikeDomain.Real ? ProjectionKind.Analog : ProjectionKind.Sparse;
}

/// <summary>A value of a population that a readout sees after each step.</summary>
/// <param name="Population">The population.</param>
/// <param name="State">Index of a state variable, or -1 for the emission.</param>
public readonly record struct Signal(PopulationId Population, int State)
{
    /// <summary>The emission of a population.</summary>
    public static Signal Emission(PopulationId population) => new(population, -1);
}

/// <summary>What a readout does along time.</summary>
public enum TimeReduction
{
    /// <summary>Every step is kept, stacked along <see cref="Readout.TimeAxis"/>.</summary>
    Each,

    /// <summary>Only the last step is kept.</summary>
    Last,

    /// <summary>The mean over steps.</summary>
    Mean,

    /// <summary>The sum over steps.</summary>
    Sum,
}

/// <summary>
/// A model output, computed by the host from recorded signals: an element-wise program over signals of populations of equal layout,
/// in float32 (integer signals are multiplied by <paramref name="Scales"/> first), then a reduction over time.
/// </summary>
/// <param name="Name">Output name in the model.</param>
/// <param name="Signals">What the program's ports read.</param>
/// <param name="Scales">Per signal: value of one unit, per address modulo length; null where the signal is float or unit 1.</param>
/// <param name="Program">Element-wise, no states; its emission is the value.</param>
/// <param name="Time">Reduction over steps.</param>
/// <param name="TimeAxis">Where the axis of steps stands in the output (only for <see cref="TimeReduction.Each"/>).</param>
/// <param name="FrameworkShape">Shape of the model output, with the axis of steps where there is one.</param>
public sealed record Readout(
    string Name,
    ImmutableArray<Signal> Signals,
    ImmutableArray<Tensor?> Scales,
    ElementwiseProgram Program,
    TimeReduction Time,
    int TimeAxis,
    ImmutableArray<int> FrameworkShape);

/// <summary>
/// A network as spike events: populations, projections and readouts, one sample at a time from reset state.
/// In step t every population, in topological order of the projections without delay, starts each port's accumulators from the bias, adds every
/// event of every projection in the module's order (sources in ascending address), and runs its neuron's step once.
/// </summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Arithmetic">In which numbers.</param>
/// <param name="Steps">Logical time steps of one sample, at least 1.</param>
/// <param name="TicksPerStep">Ticks of a tick-synchronous chip per step, at least 1.</param>
/// <param name="Populations">Populations; the index is the id.</param>
/// <param name="Projections">Projections in the order in which they add.</param>
/// <param name="Readouts">Model outputs in the model's order.</param>
public sealed record Module(
    string Name,
    Arithmetic Arithmetic,
    int Steps,
    int TicksPerStep,
    ImmutableArray<Population> Populations,
    ImmutableArray<Projection> Projections,
    ImmutableArray<Readout> Readouts)
{
    /// <summary>What the compiler chose where it had a choice, in the order of choosing.</summary>
    public ImmutableArray<Decision> Decisions { get; init; } = [];

    /// <summary>Tables of active sites, each after the one it is made from; empty for networks on dense tensors.</summary>
    public ImmutableArray<SiteTable> Sites { get; init; } = [];

    /// <summary>The population of an id.</summary>
    public Population this[PopulationId id] => Populations[id.Index];
}
