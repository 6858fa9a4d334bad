using ILGPU;

namespace NeuroChip.Simulator.Gpu.Kernels;

/// <summary>
/// Accumulators that one thread keeps in registers: of output channels of the same pixel, a stride apart, so that an event and its payload are read once for all of them. Neighbouring threads
/// have neighbouring channels.
/// </summary>
/// <typeparam name="TSelf">The block.</typeparam>
/// <typeparam name="T">Payloads and weights.</typeparam>
/// <typeparam name="TSum">Accumulators.</typeparam>
internal interface IOutputBlock<TSelf, T, TSum>
    where TSelf : unmanaged, IOutputBlock<TSelf, T, TSum>
    where T : unmanaged
    where TSum : unmanaged
{
    /// <summary>Number of accumulators.</summary>
    static abstract int Count { get; }

    static abstract TSelf Load(ArrayView<TSum> sums, int first, int stride);

    static abstract void Store(TSelf block, ArrayView<TSum> sums, int first, int stride);

    /// <summary>Adds the payload times a weight to each.</summary>
    static abstract TSelf Add(TSelf block, T payload, ArrayView<T> rows, int first, int stride);
}

/// <summary>One accumulator.</summary>
internal readonly record struct OneOutput<T, TSum, TNumbers>(TSum A) : IOutputBlock<OneOutput<T, TSum, TNumbers>, T, TSum>
    where T : unmanaged
    where TSum : unmanaged
    where TNumbers : struct, IDeviceNumbers<T, TSum>
{
    public static int Count => 1;

    public static OneOutput<T, TSum, TNumbers> Load(ArrayView<TSum> sums, int first, int stride) => new(sums[first]);

    public static void Store(OneOutput<T, TSum, TNumbers> block, ArrayView<TSum> sums, int first, int stride) => sums[first] = block.A;

    public static OneOutput<T, TSum, TNumbers> Add(OneOutput<T, TSum, TNumbers> block, T payload, ArrayView<T> rows, int first, int stride) =>
        new(TNumbers.Add(block.A, TNumbers.Product(payload, rows[first])));
}

/// <summary>Two accumulators.</summary>
internal readonly record struct TwoOutputs<T, TSum, TNumbers>(TSum A, TSum B) : IOutputBlock<TwoOutputs<T, TSum, TNumbers>, T, TSum>
    where T : unmanaged
    where TSum : unmanaged
    where TNumbers : struct, IDeviceNumbers<T, TSum>
{
    public static int Count => 2;

    public static TwoOutputs<T, TSum, TNumbers> Load(ArrayView<TSum> sums, int first, int stride) => new(sums[first], sums[first + stride]);

    public static void Store(TwoOutputs<T, TSum, TNumbers> block, ArrayView<TSum> sums, int first, int stride)
    {
        sums[first] = block.A;
        sums[first + stride] = block.B;
    }

    public static TwoOutputs<T, TSum, TNumbers> Add(TwoOutputs<T, TSum, TNumbers> block, T payload, ArrayView<T> rows, int first, int stride) =>
        new(TNumbers.Add(block.A, TNumbers.Product(payload, rows[first])), TNumbers.Add(block.B, TNumbers.Product(payload, rows[first + stride])));
}

/// <summary>Four accumulators.</summary>
internal readonly record struct FourOutputs<T, TSum, TNumbers>(TSum A, TSum B, TSum C, TSum D) : IOutputBlock<FourOutputs<T, TSum, TNumbers>, T, TSum>
    where T : unmanaged
    where TSum : unmanaged
    where TNumbers : struct, IDeviceNumbers<T, TSum>
{
    public static int Count => 4;

    public static FourOutputs<T, TSum, TNumbers> Load(ArrayView<TSum> sums, int first, int stride) =>
        new(sums[first], sums[first + stride], sums[first + (2 * stride)], sums[first + (3 * stride)]);

    public static void Store(FourOutputs<T, TSum, TNumbers> block, ArrayView<TSum> sums, int first, int stride)
    {
        sums[first] = block.A;
        sums[first + stride] = block.B;
        sums[first + (2 * stride)] = block.C;
        sums[first + (3 * stride)] = block.D;
    }

    public static FourOutputs<T, TSum, TNumbers> Add(FourOutputs<T, TSum, TNumbers> block, T payload, ArrayView<T> rows, int first, int stride) => new(
        TNumbers.Add(block.A, TNumbers.Product(payload, rows[first])),
        TNumbers.Add(block.B, TNumbers.Product(payload, rows[first + stride])),
        TNumbers.Add(block.C, TNumbers.Product(payload, rows[first + (2 * stride)])),
        TNumbers.Add(block.D, TNumbers.Product(payload, rows[first + (3 * stride)])));
}
