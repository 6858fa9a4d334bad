using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Ir.Neurons;

/// <summary>
/// A population's neuron with its parameters converted to the numbers of an engine, made once and used in every step. Steps allocate nothing
/// and write only the addresses they are given, so disjoint ranges may run on different threads.
/// </summary>
/// <typeparam name="T">float, or int in an integer module.</typeparam>
public abstract class BoundNeuron<T>
    where T : unmanaged
{
    private readonly Neuron neuron;
    private readonly StrongBox<BoundParameter<T>>?[] starts;

    /// <summary>Binds a neuron for <paramref name="size"/> addresses.</summary>
    protected BoundNeuron(Neuron neuron, int size)
    {
        this.neuron = neuron;
        starts = new StrongBox<BoundParameter<T>>?[neuron.States];
        Size = size;
    }

    /// <summary>Number of neurons of the population.</summary>
    public int Size { get; }

    /// <summary>Runs one step of the neurons <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> - 1 with the widest registers there are.</summary>
    public abstract void Step(in NeuronBlock<T> block, int first, int count);

    /// <summary>The same, one neuron at a time: gives the same bits, and is the definition.</summary>
    public abstract void StepOneByOne(in NeuronBlock<T> block, int first, int count);

    /// <summary>Sets the states to their values at reset of the network.</summary>
    public void Reset(in NeuronBlock<T> block) => Reset(block, 0, Size);

    /// <summary>The same for the neurons <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> - 1.</summary>
    public void Reset(in NeuronBlock<T> block, int first, int count)
    {
        for (var s = 0; s < neuron.States; s++) (starts[s] ??= new(Start(neuron.Initial(s)))).Value.CopyTo(block.States[s].AsSpan(first, count), first);
    }

    /// <summary>A start value as it stands in the state array.</summary>
    protected virtual BoundParameter<T> Start(Parameter initial) => new(initial, Size);

    /// <summary>Refuses ranges that the arrays do not have, so that the loops need no checks.</summary>
    protected void Check(in NeuronBlock<T> block, int first, int count)
    {
        var end = first + count;
        var fits = first >= 0 && count >= 0 && end <= Size && block.Emissions.Length >= end
            && block.States.Length == neuron.States && block.Inputs.Length == neuron.Ports;
        foreach (var state in block.States) fits &= state.Length >= end;
        foreach (var input in block.Inputs) fits &= input.Length >= end - block.InputsFrom && first >= block.InputsFrom;
        if (!fits) throw new ArgumentOutOfRangeException(nameof(first), $"neurons {first} to {end - 1} are not in a block of {Size}");
    }
}

/// <summary>Makes <see cref="BoundNeuron{T}"/>s.</summary>
public static class BoundNeuron
{
    /// <summary>Binds a population's neuron in the numbers of a module. T is float, or int if the arithmetic is integer.</summary>
    public static BoundNeuron<T> Bind<T>(Population population, Arithmetic arithmetic)
        where T : unmanaged
    {
        var isInteger = arithmetic.Kind == ArithmeticKind.Integer;
        if (typeof(T) != (isInteger ? typeof(int) : typeof(float))) throw new ArgumentException($"{typeof(T).Name} is not the number of {arithmetic.Kind} modules");
        object bound = (isInteger, Vector512.IsHardwareAccelerated) switch
        {
            (false, true) => Bind<float, FloatOne, FloatWide>(population, arithmetic),
            (false, false) => Bind<float, FloatOne, FloatMany>(population, arithmetic),
            (true, true) => Bind<int, IntOne, IntWide>(population, arithmetic),
            (true, false) => Bind<int, IntOne, IntMany>(population, arithmetic),
        };
        return (BoundNeuron<T>)bound;
    }

    /// <summary>Binds a population's neuron for chosen lanes.</summary>
    public static BoundNeuron<T> Bind<T, TOne, TMany>(Population population, Arithmetic arithmetic)
        where T : unmanaged
        where TOne : unmanaged, ILane<TOne, T>
        where TMany : unmanaged, ILane<TMany, T> => population.Neuron switch
        {
            SourceNeuron source => new BoundSource<T>(source, population.Size),
            RelayNeuron relay => new BoundRelay<T, TOne, TMany>(relay, population.Size),
            LifNeuron lif => new BoundLif<T, TOne, TMany>(lif, population.Size),
            AffineNeuron affine => new BoundAffine<T, TOne, TMany>(affine, population.Size, arithmetic),
            ArithmeticNeuron neuron => new BoundArithmetic<T>(neuron, population, arithmetic),
            var other => throw new ArgumentException($"no step for neuron '{other.Keyword}'"),
        };
}

/// <summary>Inputs of the model: their emissions are written by whoever feeds the model (<see cref="InputFeed"/>), a step changes nothing.</summary>
internal sealed class BoundSource<T>(SourceNeuron neuron, int size) : BoundNeuron<T>(neuron, size)
    where T : unmanaged
{
    public override void Step(in NeuronBlock<T> block, int first, int count) => Check(block, first, count);

    public override void StepOneByOne(in NeuronBlock<T> block, int first, int count) => Check(block, first, count);
}
