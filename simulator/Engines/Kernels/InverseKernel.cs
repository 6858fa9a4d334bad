using System.Numerics;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Simulator.Engines.Kernels;

/// <summary>Any map and reduction, target by target through the inverse of the map: for combinations that are too rare for a kernel of their own.</summary>
internal sealed unsafe class InverseKernel<T> : SynapseKernel<T> where T : unmanaged, INumber<T>
{
    private readonly AddressFunction map;
    private readonly T[] weights;
    private readonly bool maximum;

    public InverseKernel(AddressFunction map, T[] weights, bool maximum) => (this.map, this.weights, this.maximum) = (map, weights, maximum);

    public override void Prepare(EventList<T> events)
    {
    }

    public override long Work(EventList<T> events) => map.Total * 8;

    public override void Add(EventList<T> events, T* sums, int first, int end)
    {
        if (events.Count == 0) return;
        var afferents = new List<Afferent>();
        for (var t = first; t < end; t++)
        {
            afferents.Clear();
            map.Invert(t, afferents);
            if (afferents.Count == 0) continue;
            if (!maximum)
            {
                foreach (var (source, row) in afferents) sums[t] += events.Values[source] * weights[row];
                continue;
            }

            var greatest = events.Values[afferents[0].Source] * weights[afferents[0].Row];
            foreach (var (source, row) in afferents)
            {
                var contribution = events.Values[source] * weights[row];
                if (contribution > greatest) greatest = contribution;
            }

            sums[t] += greatest;
        }
    }
}
