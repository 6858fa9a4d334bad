using ILGPU;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Simulator.Gpu.Kernels;

/// <summary>What all neurons of a population have in common on the device.</summary>
/// <param name="Size">Neurons of a sample.</param>
/// <param name="Threads">Neurons of all samples: what lies between two states, ports or registers of a neuron.</param>
/// <param name="Channels">Channel of a neuron: address modulo this.</param>
/// <param name="Absent">How many of its last neurons each sample does not have; those emit 0.</param>
/// <param name="Bits">Bits of an accumulated input.</param>
internal readonly record struct NeuronRange(int Size, int Threads, int Channels, ArrayView<int> Absent, int Bits)
{
    /// <summary>Whether the sample of a thread has its neuron.</summary>
    public bool Has(int thread) => (thread % Size) < Size - Absent[thread / Size];
}

/// <summary>Parameters of integrate-and-fire neurons.</summary>
internal readonly record struct LifParameters<T>(
    DeviceParameter<T> Decay, DeviceParameter<T> Offset, DeviceParameter<T> FiredDecay, DeviceParameter<T> FiredOffset, DeviceParameter<T> Gain, DeviceParameter<T> Threshold, int Strict)
    where T : unmanaged;

/// <summary>Sums of affine neurons: <see cref="AffineTerms"/>, the coefficients one after the other from <paramref name="CoefficientAt"/> on.</summary>
internal readonly record struct AffineArrays<T>(
    ArrayView<int> First, ArrayView<int> Factors, ArrayView<int> Ones, ArrayView<T> Coefficients, ArrayView<int> CoefficientAt, DeviceParameter<T> Threshold, int States, int Spiking, int Strict)
    where T : unmanaged;

/// <summary>A program of arithmetic neurons; parameters and units as the coefficients of <see cref="AffineArrays{T}"/>.</summary>
internal readonly record struct ProgramArrays(
    ArrayView<Instruction> Code, ArrayView<int> NextStates, int Emission, ArrayView<float> Parameters, ArrayView<int> ParameterAt, ArrayView<float> Units, ArrayView<int> UnitAt, double OutputUnit);

/// <summary>Neuron steps, one thread for each neuron of each sample: those of <c>ir/Neurons</c> on lanes of one number.</summary>
internal static class NeuronKernels<T, TLane, TSum, TNumbers>
    where T : unmanaged
    where TLane : unmanaged, ILane<TLane, T>
    where TSum : unmanaged
    where TNumbers : struct, IDeviceNumbers<T, TSum>
{
    public static void Lif(Index1D i, NeuronRange range, LifParameters<T> p, T one, ArrayView<TSum> sums, ArrayView<T> states, ArrayView<T> emissions)
    {
        var a = i % range.Size;
        var channel = a % range.Channels;
        var h = TLane.Splat(states[i]);
        var x = TLane.Splat(TNumbers.Input(sums[i], range.Bits));
        var emission = LifNeuron.Step<TLane, T>(
            ref h, x, p.Decay.Load<TLane>(a, channel), p.Offset.Load<TLane>(a, channel), p.FiredDecay.Load<TLane>(a, channel), p.FiredOffset.Load<TLane>(a, channel), p.Gain.Load<TLane>(a, channel), p.Threshold.Load<TLane>(a, channel),
            p.Strict != 0, TLane.Splat(one), default);
        h.Store(ref states[i]);
        if (!range.Has(i)) emission = default;
        emission.Store(ref emissions[i]);
    }

    public static void Relay(Index1D i, NeuronRange range, DeviceParameter<T> gain, ArrayView<TSum> sums, ArrayView<T> emissions)
    {
        var a = i % range.Size;
        var emission = RelayNeuron.Step<TLane, T>(TLane.Splat(TNumbers.Input(sums[i], range.Bits)), gain.Load<TLane>(a, a % range.Channels));
        if (!range.Has(i)) emission = default;
        emission.Store(ref emissions[i]);
    }

    public static void Affine(Index1D i, NeuronRange range, AffineArrays<T> p, T one, ArrayView<TSum> sums, ArrayView<T> states, ArrayView<T> next, ArrayView<T> emissions)
    {
        var a = i % range.Size;
        var cell = new DeviceAffineCell<T, TLane, TSum, TNumbers>(i, a, range, p, sums, states, next);
        var emission = AffineNeuron.Step<TLane, T, DeviceAffineCell<T, TLane, TSum, TNumbers>>(
            ref cell, p.States, p.Spiking != 0, p.Strict != 0, p.Threshold.Load<TLane>(a, a % range.Channels), TLane.Splat(one));
        for (var j = 0; j < p.States; j++) states[(j * range.Threads) + i] = next[(j * range.Threads) + i];
        if (!range.Has(i)) emission = default;
        emission.Store(ref emissions[i]);
    }

    /// <summary>Every thread runs the program from one end to the other, its results in <paramref name="registers"/>: all threads take the same way.</summary>
    public static void Program(Index1D i, NeuronRange range, ProgramArrays p, ArrayView<TSum> sums, ArrayView<T> states, ArrayView<float> registers, ArrayView<T> emissions)
    {
        var (a, size) = (i % range.Size, range.Threads);
        for (var at = 0; at < p.Code.IntLength; at++)
        {
            var instruction = p.Code[at];
            float result;
            if (instruction.Op == ElementwiseOp.State)
                result = TNumbers.State(states[(instruction.A * size) + i]);
            else if (instruction.Op == ElementwiseOp.Input)
                result = TNumbers.Real(TNumbers.Input(sums[(instruction.A * size) + i], range.Bits), At(p.Units, p.UnitAt, instruction.A, a));
            else if (instruction.Op == ElementwiseOp.Parameter)
                result = At(p.Parameters, p.ParameterAt, instruction.A, a);
            else
                result = ElementwiseInterpreter.Compute(instruction.Op, registers[(instruction.A * size) + i], registers[(instruction.B * size) + i], registers[(instruction.C * size) + i]);
            registers[(at * size) + i] = result;
        }

        for (var s = 0; s < p.NextStates.IntLength; s++) states[(s * size) + i] = TNumbers.Stored(registers[(p.NextStates[s] * size) + i]);
        var emission = TNumbers.Payload(registers[(p.Emission * size) + i], p.OutputUnit, range.Bits);
        if (!range.Has(i)) emission = default;
        emissions[i] = emission;
    }

    /// <summary>Element of parameter <paramref name="index"/> of several that stand one after the other.</summary>
    private static float At(ArrayView<float> values, ArrayView<int> starts, int index, int address)
    {
        var start = starts[index];
        return values[start + (address % (starts[index + 1] - start))];
    }
}

/// <summary>One affine neuron on the device: states of before and after the step stand in two arrays, so that no thread needs an array of its own.</summary>
internal readonly struct DeviceAffineCell<T, TLane, TSum, TNumbers>(int i, int a, NeuronRange range, AffineArrays<T> p, ArrayView<TSum> sums, ArrayView<T> states, ArrayView<T> next)
    : IAffineCell<TLane>
    where T : unmanaged
    where TLane : unmanaged, ILane<TLane, T>
    where TSum : unmanaged
    where TNumbers : struct, IDeviceNumbers<T, TSum>
{
    public TLane State(int index) => TLane.Splat(states[(index * range.Threads) + i]);

    public TLane Next(int index) => TLane.Splat(next[(index * range.Threads) + i]);

    public void SetNext(int index, TLane value) => value.Store(ref next[(index * range.Threads) + i]);

    public TLane Input(int port) => TLane.Splat(TNumbers.Input(sums[(port * range.Threads) + i], range.Bits));

    public int FirstTerm(int sum) => p.First[sum];

    public int Factor(int term) => p.Factors[term];

    public bool IsOne(int term) => p.Ones[term] != 0;

    public TLane Coefficient(int term)
    {
        var start = p.CoefficientAt[term];
        return TLane.Splat(p.Coefficients[start + (a % (p.CoefficientAt[term + 1] - start))]);
    }
}
