using NeuroChip.Ir.Ncir;

namespace NeuroChip.Simulator.Observers;

/// <summary>
/// Sums of effective synapses over the events of a step. Neighbouring sources mostly have equally many (all channels of a pixel, all pixels of a row but those at the
/// border), so they are kept as runs of equal numbers, and a run is counted by where it starts and ends in the list of events. Where runs are
/// too short for that (weights with zeros here and there), every source has its number.
/// </summary>
internal sealed class EffectiveCounts
{
    /// <summary>A run is looked up in the time that this many events take.</summary>
    private const int EventsPerRun = 12;

    private readonly int[] each;
    private readonly int[] firsts;
    private readonly int[] values;

    /// <summary>Sums for the events of a projection.</summary>
    /// <param name="synapses">Synapses of each source that count.</param>
    public EffectiveCounts(int[] synapses)
    {
        each = synapses;
        var (starts, numbers) = (new List<int>(), new List<int>());
        for (var a = 0; a < each.Length; a++)
        {
            Total += each[a];
            if (a > 0 && each[a] == each[a - 1]) continue;
            starts.Add(a);
            numbers.Add(each[a]);
        }

        (firsts, values) = ([.. starts, each.Length], [.. numbers]);
        if ((long)values.Length * EventsPerRun <= each.Length) each = [];
    }

    /// <summary>The sum over all sources.</summary>
    public long Total { get; }

    /// <summary>Consecutive sources, from a multiple of it on, that have the same number: the greatest such; 0 where all have.</summary>
    public int Unit => firsts.Skip(1).SkipLast(1).Aggregate(0, TallyPart.Common);

    /// <summary>The number of one source.</summary>
    public int At(int source)
    {
        if (each.Length > 0) return each[source];
        var run = Array.BinarySearch(firsts, source);
        return values[run < 0 ? ~run - 1 : run];
    }

    /// <summary>The sum over the sources listed, which ascend.</summary>
    public long Over(ReadOnlySpan<int> active)
    {
        long sum = 0;
        if (each.Length > 0)
        {
            foreach (var source in active) sum += each[source];
            return sum;
        }

        var from = 0;
        for (var run = 0; run < values.Length && from < active.Length; run++)
        {
            var to = FirstFrom(active, from, firsts[run + 1]);
            sum += (long)(to - from) * values[run];
            from = to;
        }

        return sum;
    }

    /// <summary>The sum over the sources listed, which ascend, each as often as its payload has <see cref="SignedDigits"/> that are not 0.</summary>
    public long OverDigits(ReadOnlySpan<int> active, int[] payloads)
    {
        long sum = 0;
        var run = 0;
        foreach (var source in active)
        {
            while (firsts[run + 1] <= source) run++;
            sum += (long)values[run] * SignedDigits.Count(payloads[source]);
        }

        return sum;
    }

    /// <summary>The first position from <paramref name="from"/> on whose address is at least <paramref name="address"/>: near ones are found fast.</summary>
    private static int FirstFrom(ReadOnlySpan<int> active, int from, int address)
    {
        var step = 1;
        while (from + step <= active.Length && active[from + step - 1] < address)
        {
            from += step;
            step *= 2;
        }

        for (; step > 0; step /= 2)
            if (from + step <= active.Length && active[from + step - 1] < address) from += step;
        return from;
    }
}
