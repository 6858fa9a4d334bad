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
    /// One step of the neuron in <paramref name="cell"/>: it leaves the new states there and gives the emission. The sums are those of the formula, already without
    /// the terms that are left out.
    /// </summary>
    /// <param name="cell">The neuron.</param>
    /// <param name="states">State variables.</param>
    /// <param name="spiking">Whether it fires, or emits its membrane.</param>
    /// <param name="strict">Whether it fires only above the threshold.</param>
    /// <param name="threshold">Firing threshold.</param>
    /// <param name="one">What a spike is.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Step<TLane, T, TCell>(ref TCell cell, int states, bool spiking, bool strict, TLane threshold, TLane one)
        where TLane : struct, ILane<TLane, T>
        where T : unmanaged
        where TCell : struct, IAffineCell<TLane>, allows ref struct
    {
        var watch = 3 * states;
        var fired = default(TLane);
        if (spiking) fired = Fires<TLane, T>(Sum<TLane, T, TCell>(ref cell, watch, false), threshold, strict);
        for (var i = 0; i < states; i++)
        {
            var sum = Sum<TLane, T, TCell>(ref cell, i, false);
            if (spiking) sum = TLane.Select(fired, Sum<TLane, T, TCell>(ref cell, states + i, false), sum);
            var gain = (2 * states) + i;
            for (var term = cell.FirstTerm(gain); term < cell.FirstTerm(gain + 1); term++)
                sum = TLane.Add(sum, Product<TLane, T, TCell>(ref cell, term, cell.Input(cell.Factor(term))));
            cell.SetNext(i, sum);
        }

        var membrane = Sum<TLane, T, TCell>(ref cell, watch, true);
        return spiking ? TLane.Select(Fires<TLane, T>(membrane, threshold, strict), one, default) : membrane;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Fires<TLane, T>(TLane membrane, TLane threshold, bool strict)
        where TLane : struct, ILane<TLane, T>
        where T : unmanaged => strict ? TLane.Above(membrane, threshold) : TLane.AtLeast(membrane, threshold);

    /// <summary>A sum over states, of before or after the step; its first term may be an offset.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Sum<TLane, T, TCell>(ref TCell cell, int sum, bool after)
        where TLane : struct, ILane<TLane, T>
        where T : unmanaged
        where TCell : struct, IAffineCell<TLane>, allows ref struct
    {
        var (first, end) = (cell.FirstTerm(sum), cell.FirstTerm(sum + 1));
        if (first == end) return default;
        var total = Term<TLane, T, TCell>(ref cell, first, after);
        for (var term = first + 1; term < end; term++) total = TLane.Add(total, Term<TLane, T, TCell>(ref cell, term, after));
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Term<TLane, T, TCell>(ref TCell cell, int term, bool after)
        where TLane : struct, ILane<TLane, T>
        where T : unmanaged
        where TCell : struct, IAffineCell<TLane>, allows ref struct
    {
        var state = cell.Factor(term);
        if (state < 0) return cell.Coefficient(term);
        return Product<TLane, T, TCell>(ref cell, term, after ? cell.Next(state) : cell.State(state));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Product<TLane, T, TCell>(ref TCell cell, int term, TLane factor)
        where TLane : struct, ILane<TLane, T>
        where T : unmanaged
        where TCell : struct, IAffineCell<TLane>, allows ref struct => cell.IsOne(term) ? factor : TLane.Multiply(factor, cell.Coefficient(term));
}

/// <summary>
/// One affine neuron (or a lane of them) as its step sees it, wherever an engine keeps it. Sums are numbered: n of the states where it did not fire, n where it did, n gains,
/// and the watched membrane; see <see cref="AffineTerms"/>.
/// </summary>
public interface IAffineCell<TLane>
{
    /// <summary>State variable before the step.</summary>
    TLane State(int index);

    /// <summary>State variable after the step.</summary>
    TLane Next(int index);

    /// <summary>Writes <see cref="Next"/>.</summary>
    void SetNext(int index, TLane value);

    /// <summary>Accumulated input of a port.</summary>
    TLane Input(int port);

    /// <summary>Where the terms of a sum start; those of the sum before end there.</summary>
    int FirstTerm(int sum);

    /// <summary>State or port that a term multiplies, -1 if the coefficient stands alone.</summary>
    int Factor(int term);

    /// <summary>Whether the coefficient is 1 everywhere, and not multiplied.</summary>
    bool IsOne(int term);

    /// <summary>Coefficient of a term.</summary>
    TLane Coefficient(int term);
}

/// <summary>The sums of an <see cref="AffineNeuron"/> as one list of terms, without those whose coefficient is 0 everywhere.</summary>
public sealed class AffineTerms
{
    private readonly List<int> first = [0];
    private readonly List<int> factors = [];
    private readonly List<bool> ones = [];
    private readonly List<Parameter> coefficients = [];

    /// <summary>Lists the terms for the numbers of <paramref name="arithmetic"/>.</summary>
    public AffineTerms(AffineNeuron neuron, Arithmetic arithmetic)
    {
        var one = arithmetic.Kind == ArithmeticKind.Integer ? FixedPoint.One : 1.0;
        var (n, ports) = (neuron.States, neuron.Ports);
        for (var i = 0; i < n; i++) Add(neuron.Offset[i], neuron.Decay.AsSpan(i * n, n), one);
        for (var i = 0; i < n; i++) Add(neuron.FiredOffset[i], neuron.FiredDecay.AsSpan(i * n, n), one);
        for (var i = 0; i < n; i++) Add(null, neuron.Gain.AsSpan(i * ports, ports), one);
        Add(null, neuron.Watch.AsSpan(), one);
    }

    /// <summary>First term of each sum, and the number of terms.</summary>
    public ImmutableArray<int> First => [.. first];

    /// <summary>State or port of each term, -1 for an offset.</summary>
    public ImmutableArray<int> Factors => [.. factors];

    /// <summary>Per term, whether its coefficient is 1 everywhere.</summary>
    public ImmutableArray<bool> Ones => [.. ones];

    /// <summary>Coefficient of each term.</summary>
    public ImmutableArray<Parameter> Coefficients => [.. coefficients];

    private void Add(Parameter? offset, ReadOnlySpan<Parameter> sum, double one)
    {
        if (offset is not null && !offset.Is(0)) Add(-1, false, offset);
        for (var i = 0; i < sum.Length; i++)
            if (!sum[i].Is(0)) Add(i, sum[i].Is(one), sum[i]);
        first.Add(factors.Count);
    }

    private void Add(int factor, bool isOne, Parameter coefficient)
    {
        factors.Add(factor);
        ones.Add(isOne);
        coefficients.Add(coefficient);
    }
}

/// <summary>Affine neurons of a population.</summary>
internal sealed class BoundAffine<T, TOne, TMany>(AffineNeuron neuron, int size, Arithmetic arithmetic) : BoundNeuron<T>(neuron, size)
    where T : unmanaged
    where TOne : unmanaged, ILane<TOne, T>
    where TMany : unmanaged, ILane<TMany, T>
{
    private readonly AffineTable<T> table = new(new(neuron, arithmetic), size);
    private readonly BoundParameter<T> threshold = new(neuron.Threshold, size);
    private readonly BoundParameter<T> one = new(Parameter.One, size);
    private readonly (bool Spiking, bool Strict) fires = (neuron.Spiking, neuron.Strict);

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
        Span<TLane> states = stackalloc TLane[block.States.Length];
        Span<TLane> next = stackalloc TLane[block.States.Length];
        Span<TLane> inputs = stackalloc TLane[block.Inputs.Length];
        var cell = new AffineCell<TLane, T>(table, states, next, inputs);
        for (; i + TLane.Width <= end; i += TLane.Width)
        {
            for (var j = 0; j < states.Length; j++) states[j] = TLane.Load(ref block.States[j][i]);
            for (var p = 0; p < inputs.Length; p++) inputs[p] = TLane.Load(ref block.Inputs[p][i - block.InputsFrom]);
            cell.Address = i;
            AffineNeuron.Step<TLane, T, AffineCell<TLane, T>>(ref cell, states.Length, fires.Spiking, fires.Strict, threshold.Load<TLane>(i), one.Load<TLane>(i)).Store(ref block.Emissions[i]);
            for (var j = 0; j < states.Length; j++) next[j].Store(ref block.States[j][i]);
        }

        return i;
    }
}

/// <summary>The terms in the numbers of an engine.</summary>
internal sealed class AffineTable<T>(AffineTerms terms, int size)
    where T : unmanaged
{
    public readonly int[] First = [.. terms.First];
    public readonly int[] Factors = [.. terms.Factors];
    public readonly bool[] Ones = [.. terms.Ones];
    public readonly BoundParameter<T>[] Coefficients = [.. terms.Coefficients.Select(c => new BoundParameter<T>(c, size))];
}

/// <summary>A lane of neurons, its states and inputs in memory of the thread.</summary>
internal ref struct AffineCell<TLane, T>(AffineTable<T> table, ReadOnlySpan<TLane> states, Span<TLane> next, ReadOnlySpan<TLane> inputs) : IAffineCell<TLane>
    where TLane : struct, ILane<TLane, T>
    where T : unmanaged
{
    private readonly ReadOnlySpan<TLane> states = states;
    private readonly Span<TLane> next = next;
    private readonly ReadOnlySpan<TLane> inputs = inputs;
    private readonly int[] first = table.First;
    private readonly int[] factors = table.Factors;
    private readonly bool[] ones = table.Ones;
    private readonly BoundParameter<T>[] coefficients = table.Coefficients;

    /// <summary>Address of the first neuron.</summary>
    public int Address { get; set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane State(int index) => states[index];

    public readonly TLane Next(int index) => next[index];

    public readonly void SetNext(int index, TLane value) => next[index] = value;

    public readonly TLane Input(int port) => inputs[port];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int FirstTerm(int sum) => first[sum];

    public readonly int Factor(int term) => factors[term];

    public readonly bool IsOne(int term) => ones[term];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly TLane Coefficient(int term) => coefficients[term].Load<TLane>(Address);
}
