using ILGPU;
using ILGPU.Runtime;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Neurons;
using NeuroChip.Simulator.Gpu.Kernels;

namespace NeuroChip.Simulator.Gpu;

/// <summary>Steps the neurons of a population, of which the sample has the first ones: reads the accumulators, updates the states, writes the emissions.</summary>
internal delegate void DeviceNeuron<T, TSum>(int present, ArrayView<TSum> sums, ArrayView<T> states, ArrayView<T> emissions)
    where T : unmanaged
    where TSum : unmanaged;

/// <summary>The kernels, compiled for a device when they are first needed.</summary>
internal sealed class DeviceKernels<T, TLane, TSum, TNumbers>(Accelerator accelerator)
    where T : unmanaged
    where TLane : unmanaged, ILane<TLane, T>
    where TSum : unmanaged
    where TNumbers : struct, IDeviceNumbers<T, TSum>
{
    private readonly Lazy<Action<Index1D, ArrayView<TSum>, DeviceParameter<T>>> start =
        new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<TSum>, DeviceParameter<T>>(SumKernels<T, TSum, TNumbers>.Start));

    private readonly Lazy<Action<Index1D, ArrayView<T>, DeviceParameter<T>>> fill =
        new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<T>, DeviceParameter<T>>(SumKernels<T, TSum, TNumbers>.Fill));

    private readonly Lazy<Action<Index1D, ArrayView<TSum>, ArrayView<long>, ArrayView<Afferent>, ArrayView<T>, ArrayView<T>>> listed =
        new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<TSum>, ArrayView<long>, ArrayView<Afferent>, ArrayView<T>, ArrayView<T>>(SumKernels<T, TSum, TNumbers>.Listed));

    private readonly Lazy<Action<Index1D, ArrayView<TSum>, ArrayView<long>, ArrayView<Afferent>, ArrayView<T>, ArrayView<T>>> greatest =
        new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<TSum>, ArrayView<long>, ArrayView<Afferent>, ArrayView<T>, ArrayView<T>>(SumKernels<T, TSum, TNumbers>.Greatest));

    private readonly Lazy<Action<Index1D, ArrayView<TSum>, ConvShape, ArrayView<T>, ArrayView<T>>> convolution =
        new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<TSum>, ConvShape, ArrayView<T>, ArrayView<T>>(SumKernels<T, TSum, TNumbers>.Convolution));

    private readonly Lazy<Action<Index1D, ArrayView<TSum>, ConvShape, ArrayView<long>, ArrayView<Afferent>, ArrayView<T>, ArrayView<T>>> sites =
        new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<TSum>, ConvShape, ArrayView<long>, ArrayView<Afferent>, ArrayView<T>, ArrayView<T>>(SumKernels<T, TSum, TNumbers>.Sites));

    private readonly Lazy<Action<Index1D, ArrayView<TSum>, StridedAxis, ArrayView<StridedAxis>, int, int, ArrayView<T>, ArrayView<T>>> strided =
        new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<TSum>, StridedAxis, ArrayView<StridedAxis>, int, int, ArrayView<T>, ArrayView<T>>(SumKernels<T, TSum, TNumbers>.Strided));

    private readonly Lazy<Action<Index1D, ArrayView<TSum>, ConvShape, EventView, ArrayView<T>, ArrayView<T>>> convolutionOfEvents =
        new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<TSum>, ConvShape, EventView, ArrayView<T>, ArrayView<T>>(SumKernels<T, TSum, TNumbers>.ConvolutionOfEvents));

    private readonly Lazy<Action<Index1D, ArrayView<TSum>, ConvShape, ArrayView<long>, ArrayView<Afferent>, EventView, ArrayView<T>, ArrayView<T>>> sitesOfEvents =
        new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<TSum>, ConvShape, ArrayView<long>, ArrayView<Afferent>, EventView, ArrayView<T>, ArrayView<T>>(SumKernels<T, TSum, TNumbers>.SitesOfEvents));

    private readonly Lazy<Action<KernelConfig, ArrayView<T>, ArrayView<int>, ArrayView<int>, int>> compact =
        new(() => accelerator.LoadStreamKernel<ArrayView<T>, ArrayView<int>, ArrayView<int>, int>(EventKernels<T, TSum, TNumbers>.Compact));

    private readonly Lazy<Action<Index1D, NeuronRange, LifParameters<T>, T, ArrayView<TSum>, ArrayView<T>, ArrayView<T>>> lif =
        new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, NeuronRange, LifParameters<T>, T, ArrayView<TSum>, ArrayView<T>, ArrayView<T>>(NeuronKernels<T, TLane, TSum, TNumbers>.Lif));

    private readonly Lazy<Action<Index1D, NeuronRange, DeviceParameter<T>, ArrayView<TSum>, ArrayView<T>>> relay =
        new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, NeuronRange, DeviceParameter<T>, ArrayView<TSum>, ArrayView<T>>(NeuronKernels<T, TLane, TSum, TNumbers>.Relay));

    private readonly Lazy<Action<Index1D, NeuronRange, AffineArrays<T>, T, ArrayView<TSum>, ArrayView<T>, ArrayView<T>, ArrayView<T>>> affine =
        new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, NeuronRange, AffineArrays<T>, T, ArrayView<TSum>, ArrayView<T>, ArrayView<T>, ArrayView<T>>(NeuronKernels<T, TLane, TSum, TNumbers>.Affine));

    private readonly Lazy<Action<Index1D, NeuronRange, ProgramArrays, ArrayView<TSum>, ArrayView<T>, ArrayView<float>, ArrayView<T>>> program =
        new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, NeuronRange, ProgramArrays, ArrayView<TSum>, ArrayView<T>, ArrayView<float>, ArrayView<T>>(NeuronKernels<T, TLane, TSum, TNumbers>.Program));

    public Action<Index1D, ArrayView<TSum>, DeviceParameter<T>> Start => start.Value;

    public Action<Index1D, ArrayView<T>, DeviceParameter<T>> Fill => fill.Value;

    public Action<Index1D, ArrayView<TSum>, ArrayView<long>, ArrayView<Afferent>, ArrayView<T>, ArrayView<T>> Listed => listed.Value;

    public Action<Index1D, ArrayView<TSum>, ArrayView<long>, ArrayView<Afferent>, ArrayView<T>, ArrayView<T>> Greatest => greatest.Value;

    public Action<Index1D, ArrayView<TSum>, ConvShape, ArrayView<T>, ArrayView<T>> Convolution => convolution.Value;

    public Action<Index1D, ArrayView<TSum>, ConvShape, ArrayView<long>, ArrayView<Afferent>, ArrayView<T>, ArrayView<T>> Sites => sites.Value;

    public Action<Index1D, ArrayView<TSum>, StridedAxis, ArrayView<StridedAxis>, int, int, ArrayView<T>, ArrayView<T>> Strided => strided.Value;

    public Action<Index1D, ArrayView<TSum>, ConvShape, EventView, ArrayView<T>, ArrayView<T>> ConvolutionOfEvents => convolutionOfEvents.Value;

    public Action<Index1D, ArrayView<TSum>, ConvShape, ArrayView<long>, ArrayView<Afferent>, EventView, ArrayView<T>, ArrayView<T>> SitesOfEvents => sitesOfEvents.Value;

    /// <summary>Lists the events among <paramref name="payloads"/>, one group of threads per bucket.</summary>
    public void Compact(ArrayView<T> payloads, EventView into, int bucketSize)
    {
        var threads = Math.Min(accelerator.MaxNumThreadsPerGroup, Math.Clamp((bucketSize + accelerator.WarpSize - 1) / accelerator.WarpSize * accelerator.WarpSize, accelerator.WarpSize, 256));
        compact.Value(new(into.Counts.IntLength, threads), payloads, into.Events, into.Counts, bucketSize);
    }

    /// <summary>The step of a population's neuron, its parameters planned in <paramref name="memory"/>.</summary>
    public DeviceNeuron<T, TSum> Neuron(Population population, Arithmetic arithmetic, DeviceMemory memory)
    {
        var (size, channels, bits) = (population.Size, population.Layout.Channels, arithmetic.AccumulatorBits);
        var one = DeviceParameters.Numbers<T>(Parameter.One)[0];
        switch (population.Neuron)
        {
            case SourceNeuron:
                return (_, _, _, _) => throw new InvalidOperationException($"nothing feeds '{population.Name}'");
            case RelayNeuron relaying:
                var gain = DeviceParameters.Plan<T>(memory, relaying.Gain, size);
                return (present, sums, _, emissions) => relay.Value(size, new(size, channels, present, bits), gain(), sums, emissions);
            case LifNeuron firing:
                var p = new[] { firing.Decay, firing.Offset, firing.FiredDecay, firing.FiredOffset, firing.Gain, firing.Threshold }.Select(v => DeviceParameters.Plan<T>(memory, v, size)).ToArray();
                return (present, sums, states, emissions) => lif.Value(
                    size, new(size, channels, present, bits), new(p[0](), p[1](), p[2](), p[3](), p[4](), p[5](), firing.Strict ? 1 : 0), one, sums, states, emissions);
            case AffineNeuron summing:
                return Affine(summing, population, arithmetic, one, memory);
            case ArithmeticNeuron computing:
                return Program(computing, population, bits, memory);
            case var other:
                throw new ArgumentException($"no step for neuron '{other.Keyword}'");
        }
    }

    private DeviceNeuron<T, TSum> Affine(AffineNeuron neuron, Population population, Arithmetic arithmetic, T one, DeviceMemory memory)
    {
        var size = population.Size;
        var terms = new AffineTerms(neuron, arithmetic);
        var (first, factors, ones) = (memory.Plan<int>([.. terms.First]), memory.Plan<int>([.. terms.Factors]), memory.Plan<int>([.. terms.Ones.Select(o => o ? 1 : 0)]));
        var (coefficients, starts) = DeviceParameters.Plan<T>(memory, terms.Coefficients);
        var threshold = DeviceParameters.Plan<T>(memory, neuron.Threshold, size);
        var next = memory.Plan<T>((long)neuron.States * size);
        return (present, sums, states, emissions) => affine.Value(
            size,
            new(size, population.Layout.Channels, present, arithmetic.AccumulatorBits),
            new(first.View, factors.View, ones.View, coefficients.View, starts.View, threshold(), neuron.States, neuron.Spiking ? 1 : 0, neuron.Strict ? 1 : 0),
            one, sums, states, next.View, emissions);
    }

    private DeviceNeuron<T, TSum> Program(ArithmeticNeuron neuron, Population population, int bits, DeviceMemory memory)
    {
        var size = population.Size;
        var (code, results) = (memory.Plan<Instruction>([.. neuron.Program.Code]), memory.Plan<int>([.. neuron.Program.NextStates]));
        var (parameters, parameterAt) = DeviceParameters.Plan<float>(memory, neuron.Program.Parameters);
        var (units, unitAt) = DeviceParameters.Plan<float>(memory, neuron.Units);
        var registers = memory.Plan<float>((long)neuron.Program.Code.Length * size);
        var outputUnit = population.Domain == SpikeDomain.Real ? neuron.OutputUnit : 1;
        var emission = neuron.Program.Emission;
        var stateCount = neuron.States;
        return (present, sums, states, emissions) => program.Value(
            size,
            new(size, population.Layout.Channels, present, bits),
            new(code.View, results.View.SubView(0, stateCount), emission, parameters.View, parameterAt.View, units.View, unitAt.View, outputUnit),
            sums, states, registers.View, emissions);
    }
}
