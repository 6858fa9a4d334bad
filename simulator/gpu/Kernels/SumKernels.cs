using ILGPU;

namespace NeuroChip.Simulator.Gpu.Kernels;

/// <summary>What a kernel of sums reads of a step: payloads and rows of all samples.</summary>
/// <param name="Payloads">Payloads that arrive, sample after sample.</param>
/// <param name="Sources">How many each sample has.</param>
/// <param name="Rows">Weights, the same for all samples, or payloads of another population.</param>
/// <param name="RowsPerSample">How many rows each sample has of its own; 0 where all share them.</param>
internal readonly record struct Arriving<T>(ArrayView<T> Payloads, int Sources, ArrayView<T> Rows, int RowsPerSample)
    where T : unmanaged;

/// <summary>How accumulators and states begin, one thread each.</summary>
internal static class SumKernels<T, TSum, TNumbers>
    where T : unmanaged
    where TSum : unmanaged
    where TNumbers : struct, IDeviceNumbers<T, TSum>
{
    /// <summary>Sums start from the bias of the <paramref name="size"/> neurons.</summary>
    public static void Start(Index1D thread, ArrayView<TSum> sums, DeviceParameter<T> bias, int size) => sums[thread] = TNumbers.Start(bias[thread % size]);

    /// <summary>A value by address: states at reset.</summary>
    public static void Fill(Index1D thread, ArrayView<T> values, DeviceParameter<T> value, int size) => values[thread] = value[thread % size];
}
