using ILGPU;
using ILGPU.Runtime;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;
using NeuroChip.Simulator.Engines;
using NeuroChip.Simulator.Gpu.Kernels;

namespace NeuroChip.Simulator.Gpu;

/// <summary>What a run asks of a population.</summary>
/// <param name="Steps">Steps of a sample.</param>
/// <param name="Delay">The longest delay of its projections: steps whose emissions are needed after their own.</param>
/// <param name="Kept">Signals that are read after the run, -1 for the emissions.</param>
internal sealed record LayerRequest(int Steps, int Delay, IReadOnlyCollection<int> Kept);

/// <summary>One population on the device: states, what it emitted in the steps that are still needed, and the projections that lead into it; each for all samples, one after the other.</summary>
/// <typeparam name="T">Payloads and states.</typeparam>
/// <typeparam name="TSum">Accumulators.</typeparam>
/// <typeparam name="TNumbers">How they are summed.</typeparam>
internal sealed class DeviceLayer<T, TSum, TNumbers>
    where T : unmanaged
    where TSum : unmanaged
    where TNumbers : struct, IDeviceNumbers<T, TSum>
{
    private readonly LayerRequest request;
    private readonly DeviceKernels<T, TSum, TNumbers> kernels;
    private readonly DeviceMemory memory;
    private readonly bool isOneFrame;
    private readonly List<DeviceEvents> lists = [];
    private readonly DeviceArray<T>[] ring;
    private readonly DeviceArray<T> states;
    private readonly DeviceArray<T>[] starts;
    private readonly DeviceArray<T>[] biases;
    private readonly Dictionary<int, DeviceArray<T>[]> kept;
    private readonly List<DeviceInflow<T, TSum>>[] inflows;
    private readonly DeviceNeuron<T, TSum> neuron;
    private readonly DeviceScratch<TSum> sums;
    private readonly DeviceArray<int> absent;
    private DeviceArray<T>[]? recorded;
    private bool isRecorded;
    private int samples;

    /// <summary>Plans a population.</summary>
    public DeviceLayer(Population population, LayerRequest request, DeviceKernels<T, TSum, TNumbers> kernels, DeviceMemory memory, DeviceNeuron<T, TSum> neuron)
    {
        Population = population;
        (this.request, this.kernels, this.memory, this.neuron) = (request, kernels, memory, neuron);
        var (size, isInput, isKept) = (population.Size, population.Neuron is SourceNeuron, request.Kept.Contains(-1));
        // All frames of an input are uploaded before the first step; what is read after the run is not overwritten.
        isOneFrame = population.Neuron is SourceNeuron { Static: true } && request.Delay == 0 && !isKept;
        var depth = isOneFrame ? 1 : isInput || isKept ? request.Steps + request.Delay : 1 + request.Delay;
        ring = [.. Enumerable.Range(0, depth).Select(_ => memory.Plan<T>(size, perSample: true))];
        states = memory.Plan<T>((long)population.Neuron.States * size, perSample: true);
        starts = [.. Enumerable.Range(0, population.Neuron.States).Select(s => memory.Plan(StartOf(population.Neuron, s)))];
        biases = [.. population.Bias.Select(b => memory.Plan(b is null ? new T[1] : b.Array<T>()))];
        kept = request.Kept.Where(s => s >= 0).ToDictionary(s => s, _ => Enumerable.Range(0, request.Steps).Select(_ => memory.Plan<T>(size, perSample: true)).ToArray());
        inflows = [.. biases.Select(_ => new List<DeviceInflow<T, TSum>>())];
        sums = memory.Scratch<TSum>("sums").AtLeast((long)size * population.Neuron.Ports);
        // Mostly nobody is absent; the array of zeros is the same for all.
        absent = population.Sites is null ? memory.Shared("nobody", () => memory.Plan<int>(1, perSample: true)) : memory.Plan<int>(1, perSample: true);
    }

    public Population Population { get; }

    /// <summary>Adds a projection; the order of calls is the order of additions.</summary>
    public void Connect(DeviceInflow<T, TSum> inflow) => inflows[inflow.Projection.Port].Add(inflow);

    /// <summary>What was emitted in a step that is still kept; zeros for a step before the first.</summary>
    public ArrayView<T> EmissionsAt(int step) => ring[isOneFrame ? 0 : (step + ring.Length) % ring.Length].Part(0, Threads);

    /// <summary>Lists of its events by buckets of a size, to be made in every step.</summary>
    public DeviceEvents EventsBy(int bucketSize)
    {
        if (lists.Find(l => l.BucketSize == bucketSize) is { } known) return known;
        lists.Add(new(memory, Population.Size, bucketSize, 1 + request.Delay));
        return lists[^1];
    }

    /// <summary>Brings everything to its value at reset and uploads what the samples bring.</summary>
    public void Reset(IReadOnlyList<SampleFeed> feeds)
    {
        samples = feeds.Count;
        for (var s = 0; s < samples; s++)
        {
            if (Population.Sites is not null) absent.Write([Population.Size - feeds[s].Sites.Present(Population)], s);
            foreach (var inflow in inflows.SelectMany(i => i)) inflow.Bind(s, feeds[s].Sites);
        }

        foreach (var slot in ring) slot.View.MemSetToZero();
        foreach (var list in lists) list.Clear();
        for (var s = 0; s < starts.Length; s++) kernels.Fill(StateView(s), new(starts[s].View, Population.Size), Population.Size);
        isRecorded = feeds[0].IsRecorded(Population);
        if (feeds.Any(f => f.IsRecorded(Population) != isRecorded)) throw new ArgumentException($"'{Population.Name}' is recorded for some samples only");
        if (isRecorded) recorded ??= [.. Enumerable.Range(0, request.Steps).Select(_ => memory.Take<T>(Population.Size))];
        if (isRecorded || Population.Neuron is SourceNeuron) Upload(feeds);
    }

    /// <summary>Computes step <paramref name="step"/> of all samples: nothing comes back to the host, and nothing goes there.</summary>
    public void Step(int step)
    {
        var emissions = EmissionsAt(step);
        if (isRecorded) recorded![step].Part(0, Threads).CopyTo(emissions);
        if (Population.Neuron is not SourceNeuron) Compute(step, emissions);
        foreach (var list in lists) kernels.Compact(samples, emissions, list.At(step), Population.Size, list.BucketSize);
        foreach (var (state, steps) in kept) StateView(state).CopyTo(steps[step].Part(0, Threads));
    }

    /// <summary>A kept signal after a step of a sample.</summary>
    public T[] Read(int state, int step, int sample)
    {
        var values = new T[Population.Size];
        (state < 0 ? EmissionsAt(step) : kept[state][step].View).SubView((long)sample * values.Length, values.Length).CopyToCPU(values);
        return values;
    }

    private int Threads => samples * Population.Size;

    /// <summary>Where the emissions are recorded, the only projections that matter are those that count their pairs.</summary>
    private void Compute(int step, ArrayView<T> emissions)
    {
        for (var port = 0; port < inflows.Length; port++)
        {
            var into = sums.View.SubView((long)port * Threads, Threads);
            kernels.Start(into, new(biases[port].View, Population.Size), Population.Size);
            foreach (var inflow in inflows[port].Where(i => !isRecorded || i.Projection.RowsFrom is not null)) inflow.Add(step, into);
        }

        if (!isRecorded) neuron(Threads, absent.View, sums.View, states.View, emissions);
    }

    private void Upload(IReadOnlyList<SampleFeed> feeds)
    {
        var frame = new T[Population.Size];
        for (var step = 0; step < (isOneFrame && !isRecorded ? 1 : request.Steps); step++)
        {
            for (var s = 0; s < samples; s++)
            {
                feeds[s].TryRead<T>(Population, step, frame);
                (isRecorded ? recorded![step] : ring[step]).Write(frame, (long)s * frame.Length);
            }
        }
    }

    private ArrayView<T> StateView(int state) => states.Part((long)state * Threads, Threads);

    /// <summary>States at reset as they stand in the array: those of arithmetic neurons are float32 bits.</summary>
    private static T[] StartOf(Neuron neuron, int state)
    {
        var start = neuron.Initial(state);
        if (neuron is ArithmeticNeuron && typeof(T) == typeof(int)) start = start.Map(v => BitConverter.SingleToInt32Bits((float)v));
        return DeviceParameters.Numbers<T>(start);
    }
}
