using ILGPU;
using ILGPU.Runtime;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;
using NeuroChip.Simulator.Gpu.Kernels;

namespace NeuroChip.Simulator.Gpu;

/// <summary>Steps the neurons of a population in all samples: reads the accumulators, updates the states, writes the emissions.</summary>
/// <param name="threads">Neurons of all samples.</param>
/// <param name="absent">How many of its last neurons each sample does not have.</param>
/// <param name="sums">Accumulators, port after port.</param>
/// <param name="states">States, one after the other.</param>
/// <param name="emissions">Where emissions go.</param>
internal delegate void DeviceNeuron<T, TSum>(int threads, ArrayView<int> absent, ArrayView<TSum> sums, ArrayView<T> states, ArrayView<T> emissions)
    where T : unmanaged
    where TSum : unmanaged;

/// <summary>The kernels of neurons, compiled for a device when they are first needed.</summary>
internal sealed class DeviceNeurons<T, TLane, TSum, TNumbers>(Accelerator accelerator)
    where T : unmanaged
    where TLane : unmanaged, ILane<TLane, T>
    where TSum : unmanaged
    where TNumbers : struct, IDeviceNumbers<T, TSum>
{
    private readonly Lazy<Action<Index1D, NeuronRange, LifParameters<T>, T, ArrayView<TSum>, ArrayView<T>, ArrayView<T>>> lif =
        new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, NeuronRange, LifParameters<T>, T, ArrayView<TSum>, ArrayView<T>, ArrayView<T>>(NeuronKernels<T, TLane, TSum, TNumbers>.Lif));

    private readonly Lazy<Action<Index1D, NeuronRange, DeviceParameter<T>, ArrayView<TSum>, ArrayView<T>>> relay =
        new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, NeuronRange, DeviceParameter<T>, ArrayView<TSum>, ArrayView<T>>(NeuronKernels<T, TLane, TSum, TNumbers>.Relay));

    private readonly Lazy<Action<Index1D, NeuronRange, AffineArrays<T>, T, ArrayView<TSum>, ArrayView<T>, ArrayView<T>, ArrayView<T>>> affine =
        new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, NeuronRange, AffineArrays<T>, T, ArrayView<TSum>, ArrayView<T>, ArrayView<T>, ArrayView<T>>(
            NeuronKernels<T, TLane, TSum, TNumbers>.Affine));

    private readonly Lazy<Action<Index1D, NeuronRange, ProgramArrays, ArrayView<TSum>, ArrayView<T>, ArrayView<float>, ArrayView<T>>> program =
        new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, NeuronRange, ProgramArrays, ArrayView<TSum>, ArrayView<T>, ArrayView<float>, ArrayView<T>>(
            NeuronKernels<T, TLane, TSum, TNumbers>.Program));

    /// <summary>The step of a population's neuron, its parameters planned in <paramref name="memory"/>.</summary>
    public DeviceNeuron<T, TSum> Of(Population population, Arithmetic arithmetic, DeviceMemory memory)
    {
        var one = DeviceParameters.Numbers<T>(Parameter.One)[0];
        NeuronRange Range(int threads, ArrayView<int> absent) => new(population.Size, threads, population.Layout.Channels, absent, arithmetic.AccumulatorBits);
        Func<DeviceParameter<T>> Plan(Parameter parameter) => DeviceParameters.Plan<T>(memory, parameter, population.Size);
        switch (population.Neuron)
        {
            case SourceNeuron:
                return (_, _, _, _, _) => throw new InvalidOperationException($"nothing feeds '{population.Name}'");
            case RelayNeuron relaying:
                var factor = Plan(relaying.Gain);
                return (threads, absent, sums, _, emissions) => relay.Value(threads, Range(threads, absent), factor(), sums, emissions);
            case LifNeuron firing:
                var (decay, offset, firedDecay, firedOffset) = (Plan(firing.Decay), Plan(firing.Offset), Plan(firing.FiredDecay), Plan(firing.FiredOffset));
                var (gain, threshold) = (Plan(firing.Gain), Plan(firing.Threshold));
                return (threads, absent, sums, states, emissions) => lif.Value(
                    threads, Range(threads, absent), new(decay(), offset(), firedDecay(), firedOffset(), gain(), threshold(), firing.Strict ? 1 : 0), one, sums, states, emissions);
            case AffineNeuron summing:
                return Affine(summing, Range, Plan(summing.Threshold), new(summing, arithmetic), one, population.Size, memory);
            case ArithmeticNeuron computing:
                return Program(computing, Range, population, memory);
            case var other:
                throw new ArgumentException($"no step for neuron '{other.Keyword}'");
        }
    }

    private DeviceNeuron<T, TSum> Affine(
        AffineNeuron neuron, Func<int, ArrayView<int>, NeuronRange> range, Func<DeviceParameter<T>> threshold, AffineTerms terms, T one, int size, DeviceMemory memory)
    {
        var (first, factors, ones) = (memory.Plan<int>([.. terms.First]), memory.Plan<int>([.. terms.Factors]), memory.Plan<int>([.. terms.Ones.Select(o => o ? 1 : 0)]));
        var (coefficients, starts) = DeviceParameters.Plan<T>(memory, terms.Coefficients);
        var next = memory.Scratch<T>("states").AtLeast((long)neuron.States * size);
        return (threads, absent, sums, states, emissions) => affine.Value(
            threads,
            range(threads, absent),
            new(first.View, factors.View, ones.View, coefficients.View, starts.View, threshold(), neuron.States, neuron.Spiking ? 1 : 0, neuron.Strict ? 1 : 0),
            one, sums, states, next.View, emissions);
    }

    private DeviceNeuron<T, TSum> Program(ArithmeticNeuron neuron, Func<int, ArrayView<int>, NeuronRange> range, Population population, DeviceMemory memory)
    {
        var (code, results) = (memory.Plan<Instruction>([.. neuron.Program.Code]), memory.Plan<int>([.. neuron.Program.NextStates]));
        var (parameters, parameterAt) = DeviceParameters.Plan<float>(memory, neuron.Program.Parameters);
        var (units, unitAt) = DeviceParameters.Plan<float>(memory, neuron.Units);
        var registers = memory.Scratch<float>("registers").AtLeast(ElementsOf(population));
        var outputUnit = population.Domain == SpikeDomain.Real ? neuron.OutputUnit : 1;
        return (threads, absent, sums, states, emissions) => program.Value(
            threads,
            range(threads, absent),
            new(code.View, results.View.SubView(0, neuron.States), neuron.Program.Emission, parameters.View, parameterAt.View, units.View, unitAt.View, outputUnit),
            sums, states, registers.View, emissions);
    }

    /// <summary>Elements of the largest array that the neurons of a sample index.</summary>
    public static long ElementsOf(Population population) =>
        (long)population.Size * Math.Max(Math.Max(population.Neuron.Ports, population.Neuron.States), population.Neuron is ArithmeticNeuron a ? a.Program.Code.Length : 1);
}
