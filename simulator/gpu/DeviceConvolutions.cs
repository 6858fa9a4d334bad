using ILGPU;
using ILGPU.Runtime;
using NeuroChip.Simulator.Gpu.Kernels;

namespace NeuroChip.Simulator.Gpu;

/// <summary>The kernels of convolutions with one size of block, compiled for a device when they are first needed.</summary>
internal interface IDeviceConvolutions<T, TSum>
    where T : unmanaged
    where TSum : unmanaged
{
    /// <summary>Adds the payloads of a step to all accumulators of <paramref name="targets"/> neurons; without buckets in <paramref name="events"/> all payloads are looked at.</summary>
    void Convolution(ArrayView<TSum> sums, int targets, ConvShape shape, EventView events, Arriving<T> arriving);

    /// <summary>The same along pairs of sites.</summary>
    void Sites(ArrayView<TSum> sums, int targets, ConvShape shape, AfferentView pairs, EventView events, Arriving<T> arriving);
}

/// <inheritdoc/>
internal sealed class DeviceConvolutions<T, TSum, TNumbers, TBlock>(Accelerator accelerator) : IDeviceConvolutions<T, TSum>
    where T : unmanaged
    where TSum : unmanaged
    where TNumbers : struct, IDeviceNumbers<T, TSum>
    where TBlock : unmanaged, IOutputBlock<TBlock, T, TSum>
{
    private readonly Lazy<Action<Index1D, ArrayView<TSum>, int, ConvShape, EventView, Arriving<T>>> convolution =
        new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<TSum>, int, ConvShape, EventView, Arriving<T>>(ConvKernels<T, TSum, TNumbers, TBlock>.Convolution));

    private readonly Lazy<Action<Index1D, ArrayView<TSum>, int, ConvShape, AfferentView, EventView, Arriving<T>>> sites =
        new(() => accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<TSum>, int, ConvShape, AfferentView, EventView, Arriving<T>>(ConvKernels<T, TSum, TNumbers, TBlock>.Sites));

    public void Convolution(ArrayView<TSum> sums, int targets, ConvShape shape, EventView events, Arriving<T> arriving) =>
        convolution.Value(sums.IntLength / TBlock.Count, sums, targets, shape, events, arriving);

    public void Sites(ArrayView<TSum> sums, int targets, ConvShape shape, AfferentView pairs, EventView events, Arriving<T> arriving) =>
        sites.Value(sums.IntLength / TBlock.Count, sums, targets, shape, pairs, events, arriving);
}
