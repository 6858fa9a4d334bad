using System.Numerics;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Simulator.Engines.Kernels;

/// <summary>Rows that are payloads of another population, over any map: target by target through the inverse of the map.</summary>
internal sealed unsafe class PayloadRowsKernel<T>(AddressFunction map) : SynapseKernel<T> where T : unmanaged, INumber<T>
{
    public override void Prepare(EventList<T> events)
    {
    }

    public override long Work(EventList<T> events) => map.Total * 8;

    public override void Add(EventList<T> events, T* sums, int first, int end)
    {
        if (events.Count == 0 || RowEvents!.Count == 0) return;
        var afferents = new List<Afferent>();
        for (var t = first; t < end; t++)
        {
            afferents.Clear();
            map.Invert(t, afferents);
            foreach (var (source, row) in afferents)
                if (!T.IsZero(events.Values[source])) sums[t] += events.Values[source] * RowEvents.Values[row];
        }
    }
}
