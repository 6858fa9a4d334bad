using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Mapping;

/// <summary>
/// Which slices need the payloads of a slice as rows: those with a target that some synapse gives such a row. Found by walking the synapses of the
/// projections concerned, because from a row no map leads to its targets.
/// </summary>
internal static class PayloadRowReach
{
    /// <summary>Per slice, the slices that need its payloads as rows.</summary>
    public static HashSet<int>[] Of(Module module, Partition partition)
    {
        var reach = new HashSet<int>[partition.Slices.Length];
        for (var s = 0; s < reach.Length; s++) reach[s] = [];
        var synapses = new List<Synapse>();
        foreach (var projection in module.Projections)
        {
            if (projection.RowsFrom is not { } rows) continue;
            for (var source = 0; source < projection.Map.SourceSize; source++)
            {
                synapses.Clear();
                projection.Map.Enumerate(source, synapses);
                var (lastTarget, lastRow) = (-1, -1);
                var (from, to) = (-1, -1);
                foreach (var (target, row) in synapses)
                {
                    if (from < 0 || !Same(partition, from, row)) from = partition.IndexOf(rows, row);
                    if (to < 0 || !Same(partition, to, target)) to = partition.IndexOf(projection.Target, target);
                    if (from == lastRow && to == lastTarget) continue;
                    reach[from].Add(to);
                    (lastRow, lastTarget) = (from, to);
                }
            }
        }

        return reach;
    }

    private static bool Same(Partition partition, int slice, int address) => address >= partition.Slices[slice].First && address <= partition.Slices[slice].Last;
}
