using ILGPU;
using ILGPU.Runtime;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Simulator.Gpu.Kernels;

namespace NeuroChip.Simulator.Gpu;

/// <summary>The kernels that sum, list and count, compiled for a device when they are first needed. Those with a thread per accumulator take their number from the length of the sums.</summary>
internal sealed class DeviceKernels<T, TSum, TNumbers>(Accelerator accelerator)
    where T : unmanaged
    where TSum : unmanaged
    where TNumbers : struct, IDeviceNumbers<T, TSum>
{
    /// <summary>Threads of a group that are still few enough to be scheduled well; CUDA allows 1024.</summary>
    private const int LargestGroup = 256;

    private readonly Lazy<Action<Index1D, ArrayView<TSum>, DeviceParameter<T>, int>> start =
        new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<TSum>, DeviceParameter<T>, int>(SumKernels<T, TSum, TNumbers>.Start));

    private readonly Lazy<Action<Index1D, ArrayView<T>, DeviceParameter<T>, int>> fill =
        new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<T>, DeviceParameter<T>, int>(SumKernels<T, TSum, TNumbers>.Fill));

    private readonly DeviceConvolutions<T, TSum, TNumbers, OneOutput<T, TSum, TNumbers>> one = new(accelerator);
    private readonly DeviceConvolutions<T, TSum, TNumbers, TwoOutputs<T, TSum, TNumbers>> two = new(accelerator);
    private readonly DeviceConvolutions<T, TSum, TNumbers, FourOutputs<T, TSum, TNumbers>> four = new(accelerator);

    private readonly Lazy<Action<Index1D, ArrayView<TSum>, int, AfferentView, ArrayView<T>, int>> listed =
        new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<TSum>, int, AfferentView, ArrayView<T>, int>(ListKernels<T, TSum, TNumbers>.Listed));

    private readonly Lazy<Action<Index1D, ArrayView<TSum>, int, AfferentView, Arriving<T>, PairView>> listedRows =
        new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<TSum>, int, AfferentView, Arriving<T>, PairView>(ListKernels<T, TSum, TNumbers>.ListedRows));

    private readonly Lazy<Action<Index1D, ArrayView<TSum>, int, AfferentView, Arriving<T>>> greatest =
        new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<TSum>, int, AfferentView, Arriving<T>>(ListKernels<T, TSum, TNumbers>.Greatest));

    private readonly Lazy<Action<Index1D, ArrayView<TSum>, int, StridedAxis, ArrayView<StridedAxis>, int, int, Arriving<T>, PairView>> strided =
        new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<TSum>, int, StridedAxis, ArrayView<StridedAxis>, int, int, Arriving<T>, PairView>(
            ListKernels<T, TSum, TNumbers>.Strided));

    private readonly Lazy<Action<Index1D, ArrayView<T>, int, TallyView, ArrayView<long>>> tally =
        new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<T>, int, TallyView, ArrayView<long>>(EventKernels<T, TSum, TNumbers>.Tally));

    private readonly Lazy<Action<KernelConfig, ArrayView<T>, EventView, int, int>> compact =
        new(() => accelerator.LoadStreamKernel<ArrayView<T>, EventView, int, int>(EventKernels<T, TSum, TNumbers>.Compact));

    private readonly Lazy<Action<KernelConfig, ArrayView<TSum>, int, ArrayView<long>, ArrayView<Synapse>, EventView, int, ArrayView<T>, int>> scatter =
        new(() => accelerator.LoadStreamKernel<ArrayView<TSum>, int, ArrayView<long>, ArrayView<Synapse>, EventView, int, ArrayView<T>, int>(EventKernels<T, TSum, TNumbers>.Scatter));

    public Accelerator Accelerator => accelerator;

    public void Start(ArrayView<TSum> sums, DeviceParameter<T> bias, int size) => start.Value(sums.IntLength, sums, bias, size);

    public void Fill(ArrayView<T> values, DeviceParameter<T> value, int size) => fill.Value(values.IntLength, values, value, size);

    /// <summary>Convolutions with as many of a group's <paramref name="outputs"/> to a thread as leave <paramref name="lanes"/> threads to a pixel.</summary>
    public IDeviceConvolutions<T, TSum> Convolutions(int outputs, int lanes) =>
        outputs % 4 == 0 && outputs / 4 >= lanes ? four : outputs % 2 == 0 && outputs / 2 >= lanes ? two : one;

    public void Listed(ArrayView<TSum> sums, int targets, AfferentView list, ArrayView<T> payloads, int sources) => listed.Value(sums.IntLength, sums, targets, list, payloads, sources);

    public void ListedRows(ArrayView<TSum> sums, int targets, AfferentView list, Arriving<T> arriving, PairView pairs) => listedRows.Value(sums.IntLength, sums, targets, list, arriving, pairs);

    public void Greatest(ArrayView<TSum> sums, int targets, AfferentView list, Arriving<T> arriving) => greatest.Value(sums.IntLength, sums, targets, list, arriving);

    public void Strided(ArrayView<TSum> sums, int targets, StridedAxis origin, ArrayView<StridedAxis> axes, int told, int rounds, Arriving<T> arriving, PairView pairs) =>
        strided.Value(sums.IntLength, sums, targets, origin, axes, told, rounds, arriving, pairs);

    /// <summary>Adds the events of a step to the counters.</summary>
    public void Tally(int samples, ArrayView<T> payloads, int size, TallyView view, ArrayView<long> counters) => tally.Value(samples * view.Chunks, payloads, size, view, counters);

    /// <summary>Lists the events of a step, one group of threads per sample and bucket.</summary>
    public void Compact(int samples, ArrayView<T> payloads, EventView into, int size, int bucketSize) =>
        compact.Value(new(samples * into.Buckets, Group(bucketSize)), payloads, into, size, bucketSize);

    /// <summary>Adds events along their synapses, one group of threads per sample and bucket.</summary>
    public void Scatter(int samples, ArrayView<TSum> sums, int targets, ForwardList list, EventView events, int bucketSize, ArrayView<T> payloads, int sources) =>
        scatter.Value(new(samples * events.Buckets, Group(list.FanOut)), sums, targets, list.First, list.Synapses, events, bucketSize, payloads, sources);

    /// <summary>Whole warps, as many as have work.</summary>
    private int Group(int work)
    {
        // Some OpenCL devices know no sub-groups, or take a whole group for one.
        var warp = Math.Clamp(accelerator.WarpSize, 1, LargestGroup);
        return Math.Min(accelerator.MaxNumThreadsPerGroup, Math.Clamp((work + warp - 1) / warp * warp, warp, LargestGroup));
    }
}
