using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;
using NeuroChip.Simulator.Engines;
using NeuroChip.Simulator.Gpu.Kernels;

namespace NeuroChip.Simulator.Gpu;

/// <summary>
/// The engine for devices that ILGPU knows: weights, maps and parameters are uploaded once, the inputs of a batch of samples before its first step; a step is one kernel per projection and some
/// per population, queued one behind the other for all samples together, and nothing is read back before the last step. Every accumulator belongs to one thread that adds in the specified
/// order, or is an integer, so the bits are those of the interpreter.
/// </summary>
/// <typeparam name="T">float, or int for an integer image.</typeparam>
/// <typeparam name="TLane">Lane of one number.</typeparam>
/// <typeparam name="TSum">Accumulators.</typeparam>
/// <typeparam name="TNumbers">How they are summed.</typeparam>
internal sealed class IlgpuEngine<T, TLane, TSum, TNumbers> : IBatchEngine
    where T : unmanaged
    where TLane : unmanaged, ILane<TLane, T>
    where TSum : unmanaged
    where TNumbers : struct, IDeviceNumbers<T, TSum>
{
    private readonly ChipImage image;
    private readonly BatchRequest request;
    private readonly DeviceMemory memory;
    private readonly Accelerator accelerator;
    private readonly DeviceLayer<T, TSum, TNumbers>[] layers;
    private readonly DeviceLayer<T, TSum, TNumbers>[] order;
    private readonly DeviceTallies<T, TSum, TNumbers> tallies;
    private int samples;

    /// <param name="image">What to run.</param>
    /// <param name="request">What to bring back.</param>
    /// <param name="wanted">Samples side by side at most.</param>
    /// <param name="kernels">Kernels of the device, which stays open.</param>
    /// <param name="neurons">The same for neurons.</param>
    /// <param name="available">Bytes of its memory that may be taken.</param>
    /// <param name="choice">Which kernels, where several would do.</param>
    /// <exception cref="Ir.Diagnostics.DiagnosticException">NC5150 if one sample needs more.</exception>
    public IlgpuEngine(
        ChipImage image, BatchRequest request, int wanted, DeviceKernels<T, TSum, TNumbers> kernels, DeviceNeurons<T, TLane, TSum, TNumbers> neurons, long available, KernelChoice choice)
    {
        (this.image, this.request, accelerator) = (image, request, kernels.Accelerator);
        memory = new(accelerator, image.Name, available);
        layers =
        [
            .. image.Populations.Select(p => new DeviceLayer<T, TSum, TNumbers>(
                p,
                new(image.Steps, image.Projections.Where(i => i.Source == p.Id).Select(i => i.Delay).DefaultIfEmpty(0).Max(), [.. request.Kept.Where(s => s.Population == p.Id).Select(s => s.State)]),
                kernels, memory, neurons.Of(p, image.Arithmetic, memory))),
        ];
        tallies = new(request.Tallies, image.Steps, kernels, memory);
        var inflows = new DeviceInflows<T, TSum, TNumbers>(kernels, memory, choice);
        foreach (var (i, projection) in image.Projections.Index()) layers[projection.Target.Index].Connect(inflows.Create(projection, ArraysOf(i, projection)));
        order = [.. StepOrder.Of(image.Populations, image.Projections).Select(id => layers[id.Index])];
        memory.Commit(wanted, image.Populations.Select(DeviceNeurons<T, TLane, TSum, TNumbers>.ElementsOf).DefaultIfEmpty(1).Max());
    }

    public int Capacity => memory.Samples;

    public IBatchRun Run(IReadOnlyList<SampleFeed> samples)
    {
        if (samples.Count < 1 || samples.Count > Capacity) throw new ArgumentException($"{samples.Count} samples; 1 to {Capacity} go at once", nameof(samples));
        this.samples = samples.Count;
        return GpuDevice.Watch(accelerator.Name, () =>
        {
            foreach (var layer in layers) layer.Reset(samples);
            tallies.Reset(samples.Count);
            for (var step = 0; step < image.Steps; step++)
            {
                foreach (var layer in order)
                {
                    layer.Step(step);
                    tallies.Count(layer.Population, step, layer.EmissionsAt(step));
                }
            }

            return new BatchRun<T>(samples.Count, Read, tallies.Read());
        });
    }

    public void Dispose()
    {
        accelerator.Synchronize();
        memory.Dispose();
    }

    private T[] Read(Signal signal, int sample, int step) => request.Kept.Contains(signal)
        ? GpuDevice.Watch(accelerator.Name, () => layers[signal.Population.Index].Read(signal.State, step, sample))
        : throw new ArgumentException($"signal {signal.State} of '{image.Populations[signal.Population.Index].Name}' was not to be kept", nameof(signal));

    private InflowArrays<T> ArraysOf(int index, Projection projection)
    {
        var source = layers[projection.Source.Index];
        var rows = projection.RowsFrom is { } id ? layers[id.Index] : null;
        var weights = new Lazy<T[]>(() => Weights(projection.Rows));
        return new(
            () => samples,
            step => source.EmissionsAt(step - projection.Delay),
            new(() =>
            {
                if (rows is not null) return rows.EmissionsAt;
                var array = memory.Shared((projection.Rows, "weights"), () => memory.Plan<T>(projection.Rows.Length, view => view.CopyFromCPU(weights.Value)));
                return _ => array.View;
            }),
            rows?.Population.Size ?? 0,
            rows is null ? row => TNumbers.Bits(weights.Value[row]) : null,
            source.Population.Domain == SpikeDomain.Real ? null : bucketSize =>
            {
                var lists = source.EventsBy(bucketSize);
                return step => lists.At(step - projection.Delay);
            },
            step => tallies.Pairs(index, step));
    }

    private static T[] Weights(Tensor rows)
    {
        if (typeof(T) == typeof(float)) return Unsafe.As<T[]>(rows.ToFloats());
        var whole = new int[rows.Length];
        for (var i = 0; i < whole.Length; i++) whole[i] = checked((int)rows.At(i));
        return Unsafe.As<T[]>(whole);
    }
}
