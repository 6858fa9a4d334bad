using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Compiler.Mapping;

/// <summary>
/// Memory that a core's software needs for projections whose rows are payloads: events and rows of a step arrive at different ticks, and neither says anything without
/// the other, so both wait until the tick of the target. Each is kept for as many ticks as it may be early, a bit per address where payloads are binary, else 32 bits.
/// </summary>
internal static class PayloadRings
{
    /// <summary>Bytes on a core that holds <paramref name="count"/> targets.</summary>
    /// <param name="module">Module.</param>
    /// <param name="projections">Projections into its population.</param>
    /// <param name="count">Targets on the core.</param>
    /// <param name="delaySlots">Most ticks that the chip delays by.</param>
    public static long Bytes(Module module, IReadOnlyList<Projection> projections, int count, int delaySlots)
    {
        long bytes = 0;
        foreach (var projection in projections)
        {
            if (projection.RowsFrom is not { } rows) continue;
            var early = PhysicalDelay.Of(module, projection);
            bytes += Ring(module, projection.Source, AddressesHeard(projection, module[projection.Source].Size, count), early, delaySlots);
            bytes += Ring(module, rows, AddressesHeard(projection, module[rows].Size, count), module[projection.Target].Stage - module[rows].Stage, delaySlots);
        }

        return bytes;
    }

    /// <summary>Addresses that the targets of a core hear at most: one for each of their synapses, and never more than there are.</summary>
    private static long AddressesHeard(Projection projection, int addresses, int count) =>
        projection.Map is StridedMap strided ? Math.Min(addresses, (long)strided.FanIn * count) : addresses;

    private static long Ring(Module module, PopulationId from, long addresses, int ticks, int delaySlots)
    {
        var words = module[from].Domain == SpikeDomain.Binary ? (addresses + 31) / 32 : addresses;
        return PhysicalDelay.RingSlots(ticks, delaySlots) * words * 4;
    }
}
