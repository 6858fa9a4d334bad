using ILGPU;
using ILGPU.Runtime;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Simulator.Gpu;

/// <summary>One population on the device: states, what it emitted in the steps that are still needed, and the projections that lead into it.</summary>
/// <typeparam name="T">Payloads and states.</typeparam>
/// <typeparam name="TLane">Lane of one number.</typeparam>
/// <typeparam name="TSum">Accumulators.</typeparam>
/// <typeparam name="TNumbers">How they are summed.</typeparam>
internal sealed class DeviceLayer<T, TLane, TSum, TNumbers>
    where T : unmanaged
    where TLane : unmanaged, ILane<TLane, T>
    where TSum : unmanaged
    where TNumbers : struct, IDeviceNumbers<T, TSum>
{
    private readonly DeviceKernels<T, TLane, TSum, TNumbers> kernels;
    private readonly DeviceMemory memory;
    private readonly List<DeviceEvents> lists = [];
    private readonly DeviceArray<T>[] ring;
    private readonly DeviceArray<T> states;
    private readonly DeviceArray<T>[] starts;
    private readonly DeviceArray<T>[] biases;
    private readonly List<DeviceInflow<T, TSum>>[] inflows;
    private readonly DeviceNeuron<T, TSum> neuron;
    private readonly DeviceArray<TSum> sums;
    private readonly T[] given;
    private readonly T[]?[] read;
    private int present;

    /// <param name="population">The population.</param>
    /// <param name="arithmetic">In which numbers.</param>
    /// <param name="depth">Steps whose emissions are kept, the current one included.</param>
    /// <param name="memory">Where it is planned.</param>
    /// <param name="kernels">The kernels of the device.</param>
    /// <param name="sums">Accumulators that all layers use in turn, for every port of the largest.</param>
    public DeviceLayer(
        Population population, Arithmetic arithmetic, int depth, DeviceMemory memory, DeviceKernels<T, TLane, TSum, TNumbers> kernels, DeviceArray<TSum> sums)
    {
        Population = population;
        (this.kernels, this.memory) = (kernels, memory);
        this.sums = sums;
        ring = [.. Enumerable.Range(0, depth).Select(_ => memory.Plan<T>(population.Size))];
        states = memory.Plan<T>((long)population.Neuron.States * population.Size);
        starts = [.. Enumerable.Range(0, population.Neuron.States).Select(s => memory.Plan(StartOf(population.Neuron, s)))];
        biases = [.. population.Bias.Select(b => memory.Plan(b is null ? new T[1] : b.Array<T>()))];
        inflows = [.. biases.Select(_ => new List<DeviceInflow<T, TSum>>())];
        neuron = kernels.Neuron(population, arithmetic, memory);
        given = new T[population.Size];
        read = new T[]?[1 + population.Neuron.States];
    }

    public Population Population { get; }

    /// <summary>Adds a projection; the order of calls is the order of additions.</summary>
    public void Connect(DeviceInflow<T, TSum> inflow) => inflows[inflow.Projection.Port].Add(inflow);

    /// <summary>What was emitted in a step that is still kept; zeros for a step before the first.</summary>
    public ArrayView<T> EmissionsAt(int step) => ring[(step + ring.Length) % ring.Length].View;

    /// <summary>Lists of its events by buckets of a size, to be made in every step.</summary>
    public DeviceEvents EventsBy(int bucketSize)
    {
        if (lists.Find(l => l.BucketSize == bucketSize) is { } known) return known;
        lists.Add(new(memory, Population.Size, bucketSize, ring.Length));
        return lists[^1];
    }

    public void Reset(SiteBinding? sites)
    {
        Array.Clear(read);
        present = Population.Sites is null ? Population.Size : sites!.Present(Population);
        foreach (var inflow in inflows.SelectMany(i => i)) inflow.Bind(sites);
        for (var slot = 0; slot < ring.Length; slot++)
        {
            ring[slot].View.MemSetToZero();
            foreach (var list in lists) list.At(slot).Counts.MemSetToZero();
        }

        for (var s = 0; s < starts.Length; s++) kernels.Fill(Population.Size, StateView(s), new(starts[s].View, Population.Size));
    }

    /// <summary>Computes step <paramref name="step"/>: nothing comes back to the host.</summary>
    public void Step(int step, Engines.SampleFeed feed)
    {
        Array.Clear(read);
        var emissions = EmissionsAt(step);
        if (feed.TryRead<T>(Population, step, given)) emissions.CopyFromCPU(given);
        else Compute(step, emissions);
        foreach (var list in lists) kernels.Compact(emissions, list.At(step), list.BucketSize);
    }

    /// <summary>A signal after the step <paramref name="step"/>, brought to the host once.</summary>
    public T[] Read(int state, int step)
    {
        if (read[1 + state] is { } known) return known;
        var values = new T[Population.Size];
        (state < 0 ? EmissionsAt(step) : StateView(state)).CopyToCPU(values);
        return read[1 + state] = values;
    }

    private void Compute(int step, ArrayView<T> emissions)
    {
        for (var port = 0; port < inflows.Length; port++)
        {
            var into = sums.View.SubView((long)port * Population.Size, Population.Size);
            kernels.Start(Population.Size, into, new(biases[port].View, Population.Size));
            foreach (var inflow in inflows[port]) inflow.Add(step, into);
        }

        neuron(present, sums.View, states.View, emissions);
    }

    private ArrayView<T> StateView(int state) => states.View.SubView((long)state * Population.Size, Population.Size);

    /// <summary>States at reset as they stand in the array: those of arithmetic neurons are float32 bits.</summary>
    private static T[] StartOf(Neuron neuron, int state)
    {
        var start = neuron.Initial(state);
        if (neuron is ArithmeticNeuron && typeof(T) == typeof(int)) start = start.Map(v => BitConverter.SingleToInt32Bits((float)v));
        return DeviceParameters.Numbers<T>(start);
    }
}
