using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuroChip.Ir.Neurons;

/// <summary>
/// Emits its accumulated input: <c>y = gain * x</c>. Stands where linear operations meet without a neuron between them
/// (membrane shortcuts, sums of spikes, pooling that is not merged).
/// </summary>
/// <param name="Gain">Factor; in an integer module fixed-point with <see cref="ILane{TLane,T}"/>'s fraction bits.</param>
public sealed record RelayNeuron(Parameter Gain) : Neuron
{
    /// <inheritdoc/>
    public override string Keyword => "relay";

    /// <inheritdoc/>
    public override string Title => "linear relay";

    /// <inheritdoc/>
    public override int Ports => 1;

    /// <inheritdoc/>
    public override int States => 0;

    /// <inheritdoc/>
    public override Parameter Initial(int state) => throw new ArgumentOutOfRangeException(nameof(state));

    /// <summary>One step: the emission of neurons with accumulated input <paramref name="x"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLane Step<TLane, T>(TLane x, TLane gain)
        where TLane : struct, ILane<TLane, T>
        where T : unmanaged => TLane.Multiply(x, gain);
}

/// <summary>Relays of a population.</summary>
internal sealed class BoundRelay<T, TOne, TMany>(RelayNeuron neuron, int size) : BoundNeuron<T>(neuron, size)
    where T : unmanaged
    where TOne : unmanaged, ILane<TOne, T>
    where TMany : unmanaged, ILane<TMany, T>
{
    private readonly BoundParameter<T> gain = new(neuron.Gain, size);

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
        ref var input = ref MemoryMarshal.GetArrayDataReference(block.Inputs[0]);
        ref var emission = ref MemoryMarshal.GetArrayDataReference(block.Emissions);
        for (; i + TLane.Width <= end; i += TLane.Width)
            RelayNeuron.Step<TLane, T>(TLane.Load(ref Unsafe.Add(ref input, i - block.InputsFrom)), gain.Load<TLane>(i)).Store(ref Unsafe.Add(ref emission, i));
        return i;
    }
}
