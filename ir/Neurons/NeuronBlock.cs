namespace NeuroChip.Ir.Neurons;

/// <summary>
/// The variables of a population as struct of arrays, each indexed by address. In an integer module the states of an <see cref="ArithmeticNeuron"/>
/// are float32 whose bits stand in the int array (<see cref="BitConverter.SingleToInt32Bits"/>); every other number is an integer.
/// </summary>
/// <typeparam name="T">float, or int in an integer module.</typeparam>
/// <param name="States">Per state variable, one number per neuron.</param>
/// <param name="Inputs">Per port, the accumulated input; in integer modules already saturated (<see cref="Ncir.Arithmetic.Saturate(long)"/>).</param>
/// <param name="Emissions">Written by a step: the payload, 0 where the neuron emits no event.</param>
public readonly record struct NeuronBlock<T>(T[][] States, T[][] Inputs, T[] Emissions)
    where T : unmanaged
{
    /// <summary>
    /// The neuron whose input stands first in <see cref="Inputs"/>: the input of neuron a is at index <c>a - InputsFrom</c>. An engine that computes a population piece by piece
    /// need not keep the inputs of all of it.
    /// </summary>
    public int InputsFrom { get; init; }

    /// <summary>Arrays for a population of <paramref name="size"/> neurons.</summary>
    public static NeuronBlock<T> Allocate(Neuron neuron, int size) => new(
        [.. Enumerable.Range(0, neuron.States).Select(_ => new T[size])],
        [.. Enumerable.Range(0, neuron.Ports).Select(_ => new T[size])],
        new T[size]);
}
