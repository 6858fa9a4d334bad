using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuroChip.Ir.Neurons;

/// <summary>
/// Integrate-and-fire neurons with one state variable, leaky or not, in every reset form. The state <c>h</c> is the membrane before reset;
/// the reset of a spike is applied at the start of the next step, which computes the same spikes as resetting at once:
/// <code>
/// fired = h >= threshold              (or h > threshold, where Strict)
/// h     = (fired ? FiredDecay * h + FiredOffset : Decay * h + Offset) + Gain * x
/// emits h >= threshold ? 1 : 0
/// </code>
/// IF: Decay 1. LIF with decayed input: Decay 1-1/tau, Gain 1/tau. Hard reset to r: FiredDecay 0, FiredOffset Decay*r+Offset.
/// Soft reset: FiredDecay = Decay, FiredOffset = Offset - Decay*threshold. No reset: Fired* = the others.
/// Units: those of the exported model (integer modules: see docs/ncir.md).
/// </summary>
/// <param name="Model">The field's name, e.g. "LIF, decayed input, hard reset".</param>
/// <param name="Decay">Factor of the membrane where the neuron did not fire.</param>
/// <param name="Offset">Added where it did not fire.</param>
/// <param name="FiredDecay">Factor of the membrane where it fired.</param>
/// <param name="FiredOffset">Added where it fired.</param>
/// <param name="Gain">Factor of the accumulated input.</param>
/// <param name="Threshold">Firing threshold.</param>
/// <param name="Strict">True for <c>&gt;</c>, false for <c>&gt;=</c>.</param>
/// <param name="Start">Membrane at reset of the network.</param>
public sealed record LifNeuron(
    string Model,
    Parameter Decay,
    Parameter Offset,
    Parameter FiredDecay,
    Parameter FiredOffset,
    Parameter Gain,
    Parameter Threshold,
    bool Strict,
    Parameter Start) : Neuron
{
    /// <inheritdoc/>
    public override string Keyword => "lif";

    /// <inheritdoc/>
    public override string Title => Model;

    /// <inheritdoc/>
    public override int Ports => 1;

    /// <inheritdoc/>
    public override int States => 1;

    /// <inheritdoc/>
    public override Parameter Initial(int state) => Start;

    /// <summary>
    /// One step of the formula above, every product and sum of it in the order written, none left out.
    /// Takes the accumulated input <paramref name="x"/>, updates the membrane <paramref name="h"/> and gives the emission.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Step<TLane, T>(
        ref TLane h, TLane x, TLane decay, TLane offset, TLane firedDecay, TLane firedOffset, TLane gain, TLane threshold, bool strict, TLane one, TLane zero)
        where TLane : struct, ILane<TLane, T>
        where T : unmanaged
    {
        var fired = strict ? TLane.Above(h, threshold) : TLane.AtLeast(h, threshold);
        var quiet = TLane.Add(TLane.Multiply(h, decay), offset);
        var reset = TLane.Add(TLane.Multiply(h, firedDecay), firedOffset);
        h = TLane.Add(TLane.Select(fired, reset, quiet), TLane.Multiply(x, gain));
        return TLane.Select(strict ? TLane.Above(h, threshold) : TLane.AtLeast(h, threshold), one, zero);
    }
}

/// <summary>Integrate-and-fire neurons of a population.</summary>
internal sealed class BoundLif<T, TOne, TMany>(LifNeuron neuron, int size) : BoundNeuron<T>(neuron, size)
    where T : unmanaged
    where TOne : unmanaged, ILane<TOne, T>
    where TMany : unmanaged, ILane<TMany, T>
{
    private readonly BoundParameter<T> decay = new(neuron.Decay, size);
    private readonly BoundParameter<T> offset = new(neuron.Offset, size);
    private readonly BoundParameter<T> firedDecay = new(neuron.FiredDecay, size);
    private readonly BoundParameter<T> firedOffset = new(neuron.FiredOffset, size);
    private readonly BoundParameter<T> gain = new(neuron.Gain, size);
    private readonly BoundParameter<T> threshold = new(neuron.Threshold, size);
    private readonly BoundParameter<T> one = new(Parameter.One, size);
    private readonly bool strict = neuron.Strict;
    private readonly bool isUniform = neuron.Decay.IsScalar && neuron.Offset.IsScalar && neuron.FiredDecay.IsScalar && neuron.FiredOffset.IsScalar
        && neuron.Gain.IsScalar && neuron.Threshold.IsScalar;

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
        ref var state = ref MemoryMarshal.GetArrayDataReference(block.States[0]);
        ref var input = ref MemoryMarshal.GetArrayDataReference(block.Inputs[0]);
        ref var emission = ref MemoryMarshal.GetArrayDataReference(block.Emissions);
        return isUniform
            ? RunUniform<TLane>(ref state, ref input, ref emission, i, end, block.InputsFrom)
            : RunEach<TLane>(ref state, ref input, ref emission, i, end, block.InputsFrom);
    }

    /// <summary>One value of each parameter for all: they stay in registers.</summary>
    private int RunUniform<TLane>(ref T state, ref T input, ref T emission, int i, int end, int from)
        where TLane : unmanaged, ILane<TLane, T>
    {
        var (d, o, fd, fo) = (decay.Load<TLane>(0), offset.Load<TLane>(0), firedDecay.Load<TLane>(0), firedOffset.Load<TLane>(0));
        var (g, th, yes, above) = (gain.Load<TLane>(0), threshold.Load<TLane>(0), one.Load<TLane>(0), strict);
        for (; i + TLane.Width <= end; i += TLane.Width)
        {
            var h = TLane.Load(ref Unsafe.Add(ref state, i));
            var fires = LifNeuron.Step<TLane, T>(ref h, TLane.Load(ref Unsafe.Add(ref input, i - from)), d, o, fd, fo, g, th, above, yes, default);
            h.Store(ref Unsafe.Add(ref state, i));
            fires.Store(ref Unsafe.Add(ref emission, i));
        }

        return i;
    }

    private int RunEach<TLane>(ref T state, ref T input, ref T emission, int i, int end, int from)
        where TLane : unmanaged, ILane<TLane, T>
    {
        var (d, o, fd, fo, g, th) = (decay, offset, firedDecay, firedOffset, gain, threshold);
        var (yes, above) = (one.Load<TLane>(0), strict);
        for (; i + TLane.Width <= end; i += TLane.Width)
        {
            var h = TLane.Load(ref Unsafe.Add(ref state, i));
            var fires = LifNeuron.Step<TLane, T>(
                ref h, TLane.Load(ref Unsafe.Add(ref input, i - from)), d.Load<TLane>(i), o.Load<TLane>(i), fd.Load<TLane>(i), fo.Load<TLane>(i),
                g.Load<TLane>(i), th.Load<TLane>(i), above, yes, default);
            h.Store(ref Unsafe.Add(ref state, i));
            fires.Store(ref Unsafe.Add(ref emission, i));
        }

        return i;
    }
}
