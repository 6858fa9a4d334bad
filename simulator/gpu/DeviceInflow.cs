using ILGPU;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Simulator.Gpu;

/// <summary>Adds the events of a projection to the accumulators of its port.</summary>
internal abstract class DeviceInflow<T, TSum>(Projection projection)
    where T : unmanaged
    where TSum : unmanaged
{
    public Projection Projection { get; } = projection;

    /// <summary>Takes the sites of a sample.</summary>
    public virtual void Bind(SiteBinding? sites)
    {
    }

    /// <summary>Adds what arrives in <paramref name="step"/>.</summary>
    public abstract void Add(int step, ArrayView<TSum> sums);
}
