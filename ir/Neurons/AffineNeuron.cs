using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Ir.Neurons;

/// <summary>
/// Neurons with several state variables whose step is affine in the states and the inputs, with another affine map after a spike:
/// current-based LIF, alpha synapses, adaptive thresholds, leaky-integrator readouts.
/// <code>
/// fired = sum_j Watch[j]*z[j] >= threshold      (or >, where Strict; never, where Spiking is false)
/// z'[i] = (fired ? FiredOffset[i] + sum_j FiredDecay[i,j]*z[j] : Offset[i] + sum_j Decay[i,j]*z[j]) + sum_p Gain[i,p]*x[p]
/// emits   sum_j Watch[j]*z'[j] >= threshold ? 1 : 0     (or, where Spiking is false, sum_j Watch[j]*z'[j] itself)
/// </code>
/// Sums run over ascending j, then ascending p; terms whose coefficient is 0 everywhere are left out, coefficients that are 1 everywhere are not multiplied.
/// An offset that is not 0 everywhere is the first summand; a sum without summands is 0. Inputs are added one by one to the selected sum.
/// </summary>
/// <param name="Model">The field's name, e.g. "current-based LIF".</param>
/// <param name="StateNames">Name of each state variable, e.g. i, v.</param>
/// <param name="Decay">Row-major n x n.</param>
/// <param name="Offset">n.</param>
/// <param name="FiredDecay">Row-major n x n.</param>
/// <param name="FiredOffset">n.</param>
/// <param name="Gain">Row-major n x ports.</param>
/// <param name="Watch">n: the weights of the membrane that is compared, or read out.</param>
/// <param name="Spiking">False for a readout that emits its membrane.</param>
/// <param name="Threshold">Firing threshold.</param>
/// <param name="Strict">True for <c>&gt;</c>.</param>
/// <param name="Start">n: state at reset of the network.</param>
public sealed record AffineNeuron(
    string Model,
    ImmutableArray<string> StateNames,
    ImmutableArray<Parameter> Decay,
    ImmutableArray<Parameter> Offset,
    ImmutableArray<Parameter> FiredDecay,
    ImmutableArray<Parameter> FiredOffset,
    ImmutableArray<Parameter> Gain,
    ImmutableArray<Parameter> Watch,
    bool Spiking,
    Parameter Threshold,
    bool Strict,
    ImmutableArray<Parameter> Start) : Neuron
{
    /// <inheritdoc/>
    public override string Keyword => "affine";

    /// <inheritdoc/>
    public override string Title => Model;

    /// <inheritdoc/>
    public override int Ports => Gain.Length / StateNames.Length;

    /// <inheritdoc/>
    public override int States => StateNames.Length;

    /// <inheritdoc/>
    public override Parameter Initial(int state) => Start[state];

    /// <summary>
    /// One step. <paramref name="z"/> holds the states, <paramref name="x"/> the accumulated inputs; the new states go to <paramref name="next"/>, the emission is returned.
    /// The sums are those of the formula, already without the terms that are left out.
    /// </summary>
    internal static TLane Step<TLane, T>(
        ReadOnlySpan<TLane> z, ReadOnlySpan<TLane> x, Span<TLane> next, AffineSums<T> sums, int address, TLane one)
        where TLane : struct, ILane<TLane, T>
        where T : unmanaged
    {
        var fired = default(TLane);
        if (sums.Spiking) fired = sums.Fires(sums.Watch.Of(z, address), address);
        for (var i = 0; i < next.Length; i++)
        {
            var sum = sums.Quiet[i].Of(z, address);
            if (sums.Spiking) sum = TLane.Select(fired, sums.Fired[i].Of(z, address), sum);
            next[i] = sums.Gain[i].Onto(sum, x, address);
        }

        var membrane = sums.Watch.Of((ReadOnlySpan<TLane>)next, address);
        return sums.Spiking ? TLane.Select(sums.Fires(membrane, address), one, default) : membrane;
    }
}

/// <summary>A sum <c>offset + c0*v0 + c1*v1 + ...</c> from left to right, without the terms whose coefficient is 0 everywhere.</summary>
internal sealed class AffineSum<T>
    where T : unmanaged
{
    private readonly (int Index, bool IsOne, BoundParameter<T> Coefficient)[] terms;
    private readonly BoundParameter<T>? offset;

    public AffineSum(Parameter? offset, IEnumerable<Parameter> coefficients, int size, double one)
    {
        if (offset is not null && !offset.Is(0)) this.offset = new(offset, size);
        terms = [.. coefficients.Index().Where(c => !c.Item.Is(0)).Select(c => (c.Index, c.Item.Is(one), new BoundParameter<T>(c.Item, size)))];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Of<TLane>(ReadOnlySpan<TLane> values, int address)
        where TLane : struct, ILane<TLane, T>
    {
        var sum = offset is { } start ? start.Load<TLane>(address) : default;
        var isEmpty = offset is null;
        foreach (ref readonly var term in terms.AsSpan())
        {
            var value = term.IsOne ? values[term.Index] : TLane.Multiply(values[term.Index], term.Coefficient.Load<TLane>(address));
            sum = isEmpty ? value : TLane.Add(sum, value);
            isEmpty = false;
        }

        return sum;
    }

    /// <summary>The terms added one by one to <paramref name="sum"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Onto<TLane>(TLane sum, ReadOnlySpan<TLane> values, int address)
        where TLane : struct, ILane<TLane, T>
    {
        foreach (ref readonly var term in terms.AsSpan())
            sum = TLane.Add(sum, term.IsOne ? values[term.Index] : TLane.Multiply(values[term.Index], term.Coefficient.Load<TLane>(address)));
        return sum;
    }
}

/// <summary>The sums of an <see cref="AffineNeuron"/> in the numbers of an engine.</summary>
internal sealed class AffineSums<T>
    where T : unmanaged
{
    private readonly BoundParameter<T> threshold;
    private readonly bool strict;

    public AffineSums(AffineNeuron neuron, int size, Arithmetic arithmetic)
    {
        var one = arithmetic.Kind == ArithmeticKind.Integer ? FixedPoint.One : 1.0;
        var (n, ports) = (neuron.States, neuron.Ports);
        Quiet = [.. Enumerable.Range(0, n).Select(i => new AffineSum<T>(neuron.Offset[i], neuron.Decay.Skip(i * n).Take(n), size, one))];
        Fired = [.. Enumerable.Range(0, n).Select(i => new AffineSum<T>(neuron.FiredOffset[i], neuron.FiredDecay.Skip(i * n).Take(n), size, one))];
        Gain = [.. Enumerable.Range(0, n).Select(i => new AffineSum<T>(null, neuron.Gain.Skip(i * ports).Take(ports), size, one))];
        Watch = new(null, neuron.Watch, size, one);
        threshold = new(neuron.Threshold, size);
        (strict, Spiking) = (neuron.Strict, neuron.Spiking);
    }

    public AffineSum<T>[] Quiet { get; }

    public AffineSum<T>[] Fired { get; }

    public AffineSum<T>[] Gain { get; }

    public AffineSum<T> Watch { get; }

    public bool Spiking { get; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Fires<TLane>(TLane membrane, int address)
        where TLane : struct, ILane<TLane, T> =>
        strict ? TLane.Above(membrane, threshold.Load<TLane>(address)) : TLane.AtLeast(membrane, threshold.Load<TLane>(address));
}

/// <summary>Affine neurons of a population.</summary>
internal sealed class BoundAffine<T, TOne, TMany>(AffineNeuron neuron, int size, Arithmetic arithmetic) : BoundNeuron<T>(neuron, size)
    where T : unmanaged
    where TOne : unmanaged, ILane<TOne, T>
    where TMany : unmanaged, ILane<TMany, T>
{
    private readonly AffineSums<T> sums = new(neuron, size, arithmetic);
    private readonly BoundParameter<T> one = new(Parameter.One, size);

    public override void Step(in NeuronBlock<T> block, int first, int count)
    {
        Check(block, first, count);
        Run<TOne>(block, Run<TMany>(block, first, first + count), first + count);
    }

    public override void StepOneByOne(in NeuronBlock<T> block, int first, int count)
    {
        Check(block, first, count);
        Run<TOne>(block, first, first + count);
    }

    private int Run<TLane>(in NeuronBlock<T> block, int i, int end)
        where TLane : unmanaged, ILane<TLane, T>
    {
        Span<TLane> z = stackalloc TLane[block.States.Length];
        Span<TLane> next = stackalloc TLane[block.States.Length];
        Span<TLane> x = stackalloc TLane[block.Inputs.Length];
        for (; i + TLane.Width <= end; i += TLane.Width)
        {
            for (var j = 0; j < z.Length; j++) z[j] = TLane.Load(ref block.States[j][i]);
            for (var p = 0; p < x.Length; p++) x[p] = TLane.Load(ref block.Inputs[p][i - block.InputsFrom]);
            AffineNeuron.Step<TLane, T>(z, x, next, sums, i, one.Load<TLane>(i)).Store(ref block.Emissions[i]);
            for (var j = 0; j < z.Length; j++) next[j].Store(ref block.States[j][i]);
        }

        return i;
    }
}
