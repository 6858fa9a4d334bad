using ILGPU;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Simulator.Gpu.Kernels;

namespace NeuroChip.Simulator.Gpu;

/// <summary>What a projection reads on the device, step by step.</summary>
/// <param name="Samples">How many samples there are at present.</param>
/// <param name="Payloads">What arrives in a step.</param>
/// <param name="Rows">Its rows in a step: stored weights, or payloads of another population.</param>
/// <param name="RowsPerSample">Rows that each sample has of its own; 0 for stored weights.</param>
/// <param name="Bits">The bits of the weight of a row; null where rows are payloads.</param>
/// <param name="EventsBy">Lists of what arrives, by buckets of a size; null where it is mostly not 0.</param>
/// <param name="Pairs">Where pairs of an event and a row are counted in a step.</param>
internal sealed record InflowArrays<T>(
    Func<int> Samples,
    Func<int, ArrayView<T>> Payloads,
    Lazy<Func<int, ArrayView<T>>> Rows,
    int RowsPerSample,
    Func<int, int>? Bits,
    Func<int, Func<int, EventView>>? EventsBy,
    Func<int, PairView> Pairs)
    where T : unmanaged;

/// <summary>Adds the events of a projection to the accumulators of its port.</summary>
internal abstract class DeviceInflow<T, TSum>(Projection projection)
    where T : unmanaged
    where TSum : unmanaged
{
    public Projection Projection { get; } = projection;

    /// <summary>Takes the sites of a sample, if the map is one over sites.</summary>
    public virtual void Bind(int sample, SiteBinding sites)
    {
    }

    /// <summary>Adds what arrives in <paramref name="step"/>, in all samples.</summary>
    public abstract void Add(int step, ArrayView<TSum> sums);
}
