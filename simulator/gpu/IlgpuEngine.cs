using ILGPU;
using ILGPU.Runtime;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;
using NeuroChip.Simulator.Engines;

namespace NeuroChip.Simulator.Gpu;

/// <summary>
/// The engine for devices that ILGPU knows: weights, maps and parameters are uploaded once; a step is one kernel per projection and one per population, queued one behind the
/// other, with nothing read back but what is asked for after the step. Every accumulator belongs to one thread that adds in the specified order, so the bits are those of the
/// interpreter.
/// </summary>
/// <typeparam name="T">float, or int for an integer image.</typeparam>
/// <typeparam name="TLane">Lane of one number.</typeparam>
/// <typeparam name="TSum">Accumulators.</typeparam>
/// <typeparam name="TNumbers">How they are summed.</typeparam>
internal sealed class IlgpuEngine<T, TLane, TSum, TNumbers> : ISpikeEngine
    where T : unmanaged
    where TLane : unmanaged, ILane<TLane, T>
    where TSum : unmanaged
    where TNumbers : struct, IDeviceNumbers<T, TSum>
{
    private readonly int smallestBucket;
    private readonly DeviceMemory memory;
    private readonly Accelerator accelerator;
    private readonly DeviceLayer<T, TLane, TSum, TNumbers>[] layers;
    private readonly DeviceLayer<T, TLane, TSum, TNumbers>[] order;
    private readonly int[]?[] active;
    private int step;

    /// <param name="image">What to run.</param>
    /// <param name="accelerator">On what; stays open.</param>
    /// <param name="kernels">Its kernels.</param>
    /// <param name="available">Bytes of its memory that may be taken.</param>
    /// <param name="smallestBucket">Addresses of a pixel and group below which its events are not listed.</param>
    /// <exception cref="Ir.Diagnostics.DiagnosticException">NC5150 if the image needs more.</exception>
    public IlgpuEngine(ChipImage image, Accelerator accelerator, DeviceKernels<T, TLane, TSum, TNumbers> kernels, long available, int smallestBucket)
    {
        this.accelerator = accelerator;
        this.smallestBucket = smallestBucket;
        memory = new(accelerator);
        var sums = memory.Plan<TSum>(image.Populations.Select(p => (long)p.Size * p.Neuron.Ports).DefaultIfEmpty(0).Max());
        layers = new DeviceLayer<T, TLane, TSum, TNumbers>[image.Populations.Length];
        foreach (var population in image.Populations)
        {
            var depth = 1 + image.Projections.Where(p => p.Source == population.Id).Select(p => p.Delay).DefaultIfEmpty(0).Max();
            layers[population.Id.Index] = new(population, image.Arithmetic, depth, memory, kernels, sums);
        }

        var inflows = new DeviceInflows<T, TLane, TSum, TNumbers>(kernels, memory);
        foreach (var projection in image.Projections)
        {
            var source = layers[projection.Source.Index];
            layers[projection.Target.Index].Connect(inflows.Create(projection, ArraysOf(projection, source)));
        }

        order = [.. StepOrder.Of(image.Populations, image.Projections).Select(id => layers[id.Index])];
        active = new int[]?[layers.Length];
        memory.Commit(image.Name, available);
        if (image.Sites.IsEmpty) Reset();
    }

    public void Reset(SiteBinding? sites = null)
    {
        step = 0;
        Array.Clear(active);
        foreach (var layer in layers) layer.Reset(sites);
    }

    public void Step(SampleFeed feed)
    {
        Array.Clear(active);
        foreach (var layer in order) layer.Step(step, feed);
        step++;
    }

    public ReadOnlySpan<int> Active(PopulationId population)
    {
        if (active[population.Index] is { } known) return known;
        var payloads = Numbers<T>(Signal.Emission(population));
        return active[population.Index] = [.. Enumerable.Range(0, payloads.Length).Where(a => !TNumbers.IsZero(payloads[a]))];
    }

    public int EventCount(PopulationId population) => Active(population).Length;

    public TOut[] Numbers<TOut>(Signal signal) where TOut : unmanaged => (TOut[])(object)layers[signal.Population.Index].Read(signal.State, step - 1);

    public void Dispose()
    {
        accelerator.Synchronize();
        memory.Dispose();
    }

    private InflowArrays<T> ArraysOf(Projection projection, DeviceLayer<T, TLane, TSum, TNumbers> source) => new(
        step => source.EmissionsAt(step - projection.Delay),
        RowsOf(projection),
        bucketSize =>
        {
            if (source.Population.Domain == SpikeDomain.Real || bucketSize < smallestBucket) return null;
            var lists = source.EventsBy(bucketSize);
            return step => lists.At(step - projection.Delay);
        });

    /// <summary>Rows of a projection in a step; weights that projections share are uploaded once.</summary>
    private Func<int, ArrayView<T>> RowsOf(Projection projection)
    {
        if (projection.RowsFrom is { } rows) return layers[rows.Index].EmissionsAt;
        var weights = memory.Shared(projection.Rows, () => memory.Plan(projection.Rows.Length, () => Weights(projection.Rows)));
        return _ => weights.View;
    }

    private static T[] Weights(Tensor rows) => typeof(T) == typeof(float)
        ? (T[])(object)rows.ToFloats()
        : (T[])(object)Enumerable.Range(0, rows.Length).Select(i => checked((int)rows.At(i))).ToArray();
}
