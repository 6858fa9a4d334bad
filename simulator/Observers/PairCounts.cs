using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Simulator.Observers;

/// <summary>
/// Pairs of an event and a row that is a payload: every row that an event's synapses name is looked at (a probe), and one other than 0 makes an addition. Rows that stand
/// side by side are counted by a difference of running sums.
/// </summary>
internal sealed class PairCounts
{
    private readonly AddressFunction map;
    private readonly int rowCount;
    private readonly int[]? firstRow;
    private readonly StridedAxis run = new(1, 0, 0, 1);
    private readonly int[] offsets = [0];

    public PairCounts(AddressFunction map)
    {
        (this.map, rowCount) = (map, map.RowCount);
        if (map is not StridedMap strided) return;
        var free = strided.Axes.Where(a => a is { Extent: > 1, Source: 0 }).ToList();
        var side = free.FindIndex(a => a.Row == 1);
        if (side >= 0)
        {
            run = free[side];
            free.RemoveAt(side);
        }

        foreach (var axis in free) offsets = [.. offsets.SelectMany(o => Enumerable.Range(0, axis.Extent).Select(i => o + (i * axis.Row)))];
        firstRow = new int[strided.Sources];
        Array.Fill(firstRow, -1);
        Place(strided, 0, strided.SourceOrigin, strided.RowOrigin);
    }

    /// <summary>Rows that the events look at, and those of them that are not 0.</summary>
    public (long Probes, long Additions) Of(ReadOnlySpan<int> events, ReadOnlySpan<int> rows)
    {
        var before = new int[rowCount + 1];
        foreach (var row in rows) before[row + 1] = 1;
        for (var r = 0; r < rowCount; r++) before[r + 1] += before[r];
        long probes = 0, additions = 0;
        if (firstRow is null)
        {
            var synapses = new List<Synapse>();
            foreach (var source in events)
            {
                synapses.Clear();
                map.Enumerate(source, synapses);
                probes += synapses.Count;
                foreach (var (_, row) in synapses) additions += before[row + 1] - before[row];
            }

            return (probes, additions);
        }

        foreach (var source in events)
        {
            var first = firstRow[source];
            if (first < 0) continue;
            probes += (long)offsets.Length * run.Extent;
            foreach (var offset in offsets) additions += before[first + offset + run.Extent] - before[first + offset];
        }

        return (probes, additions);
    }

    private void Place(StridedMap strided, int axis, int source, int row)
    {
        while (axis < strided.Axes.Length && (strided.Axes[axis].Source == 0 || strided.Axes[axis].Extent == 1)) axis++;
        if (axis == strided.Axes.Length)
        {
            firstRow![source] = row;
            return;
        }

        var a = strided.Axes[axis];
        for (var i = 0; i < a.Extent; i++) Place(strided, axis + 1, source + (i * a.Source), row + (i * a.Row));
    }
}
