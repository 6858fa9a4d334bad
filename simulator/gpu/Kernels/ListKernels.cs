using ILGPU;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Simulator.Gpu.Kernels;

/// <summary>
/// Lists of the sources of each target. They stand in slices of <paramref name="Width"/> targets, first the first source of each of them, then the second: threads of neighbouring targets
/// read neighbouring memory (the sliced ELLPACK format of Monakov, Lokhmotov and Avetisyan, HiPEAC 2010).
/// </summary>
/// <param name="Starts">Where each slice starts.</param>
/// <param name="Counts">Sources of each target.</param>
/// <param name="Afferents">Source and row, or where rows are <paramref name="Inline"/>, source and the bits of the weight.</param>
/// <param name="Width">Targets in a slice.</param>
/// <param name="PerSample">Targets of each sample that has lists of its own; 0 where all share them.</param>
/// <param name="Inline">1 where weights stand in the list.</param>
internal readonly record struct AfferentView(ArrayView<long> Starts, ArrayView<int> Counts, ArrayView<Afferent> Afferents, int Width, int PerSample, int Inline)
{
    /// <summary>Index of the first source of a target; the next ones are <see cref="Width"/> further each.</summary>
    public long First(int sample, int target)
    {
        var at = (sample * PerSample) + target;
        return Starts[at / Width] + (at % Width);
    }

    /// <summary>Number of sources of a target.</summary>
    public int Count(int sample, int target) => Counts[(sample * PerSample) + target];
}

/// <summary>Where a kernel counts the pairs of an event and a row that is a payload: 32 places for each of two counters and each sample, of which a thread takes one, so that few of them meet.</summary>
/// <param name="Places">All places.</param>
/// <param name="PerSample">Places of a sample; 0 where nothing is counted.</param>
/// <param name="First">The first place of the projection.</param>
internal readonly record struct PairView(ArrayView<long> Places, int PerSample, int First)
{
    /// <summary>Places of a counter.</summary>
    public const int Spread = 32;

    public void Count(int thread, int sample, long probes, long additions)
    {
        if (PerSample == 0 || probes == 0) return;
        var place = (sample * PerSample) + First + (thread % Spread);
        Atomic.Add(ref Places[place], probes);
        if (additions != 0) Atomic.Add(ref Places[place + Spread], additions);
    }
}

/// <summary>
/// Sums along lists and along indices, one thread to an accumulator, which adds in ascending address of the sources, as docs/ncir.md specifies sums. Payloads of 0 are passed over before their
/// weight is read.
/// </summary>
internal static class ListKernels<T, TSum, TNumbers>
    where T : unmanaged
    where TSum : unmanaged
    where TNumbers : struct, IDeviceNumbers<T, TSum>
{
    /// <summary>
    /// Any map with stored weights, as the list of the sources of each target. Four sources are one piece of straight code, so that their reads wait for memory together; the sums keep their order.
    /// </summary>
    public static void Listed(Index1D thread, ArrayView<TSum> sums, int targets, AfferentView list, ArrayView<T> payloads, int sources)
    {
        var sample = thread / targets;
        var target = thread - (sample * targets);
        var (at, first, width) = (list.First(sample, target), sample * sources, list.Width);
        var (sum, k) = (sums[thread], list.Count(sample, target));
        for (; k >= 4; k -= 4, at += 4 * width)
        {
            var (a, b) = (list.Afferents[at], list.Afferents[at + width]);
            var (c, d) = (list.Afferents[at + (2 * width)], list.Afferents[at + (3 * width)]);
            sum = Add(sum, payloads[first + a.Source], a.Row);
            sum = Add(sum, payloads[first + b.Source], b.Row);
            sum = Add(sum, payloads[first + c.Source], c.Row);
            sum = Add(sum, payloads[first + d.Source], d.Row);
        }

        for (; k > 0; k--, at += width)
        {
            var afferent = list.Afferents[at];
            sum = Add(sum, payloads[first + afferent.Source], afferent.Row);
        }

        sums[thread] = sum;
    }

    /// <summary>The same where rows stand elsewhere: payloads, or weights of a map that every sample changes.</summary>
    public static void ListedRows(Index1D thread, ArrayView<TSum> sums, int targets, AfferentView list, Arriving<T> arriving, PairView pairs)
    {
        var sample = thread / targets;
        var target = thread - (sample * targets);
        var (at, payloads, rows) = (list.First(sample, target), sample * arriving.Sources, sample * arriving.RowsPerSample);
        var (sum, probes, additions) = (sums[thread], 0L, 0L);
        for (var k = list.Count(sample, target); k > 0; k--, at += list.Width)
        {
            var afferent = list.Afferents[at];
            var payload = arriving.Payloads[payloads + afferent.Source];
            if (TNumbers.IsZero(payload)) continue;
            var weight = arriving.Rows[rows + afferent.Row];
            probes++;
            if (!TNumbers.IsZero(weight)) additions++;
            sum = TNumbers.Add(sum, TNumbers.Product(payload, weight));
        }

        sums[thread] = sum;
        pairs.Count(thread, sample, probes, additions);
    }

    /// <summary>The same where the greatest contribution counts, payloads of 0 among them.</summary>
    public static void Greatest(Index1D thread, ArrayView<TSum> sums, int targets, AfferentView list, Arriving<T> arriving)
    {
        var sample = thread / targets;
        var target = thread - (sample * targets);
        var (at, payloads, rows) = (list.First(sample, target), sample * arriving.Sources, sample * arriving.RowsPerSample);
        var count = list.Count(sample, target);
        if (count == 0) return;
        var greatest = default(TSum);
        for (var k = 0; k < count; k++, at += list.Width)
        {
            var afferent = list.Afferents[at];
            var weight = list.Inline != 0 ? TNumbers.OfBits(afferent.Row) : arriving.Rows[rows + afferent.Row];
            var contribution = TNumbers.Product(arriving.Payloads[payloads + afferent.Source], weight);
            if (k == 0 || TNumbers.Above(contribution, greatest)) greatest = contribution;
        }

        sums[thread] = TNumbers.Add(sums[thread], greatest);
    }

    /// <summary>
    /// Sums over indices, as in attention. <paramref name="axes"/> holds first the <paramref name="told"/> axes that the target's address tells, the greatest stride first, then those
    /// that are summed over, in the order in which the source ascends; the last of them is walked by addition, and <paramref name="rounds"/> is the number of combinations of the others.
    /// </summary>
    public static void Strided(Index1D thread, ArrayView<TSum> sums, int targets, StridedAxis origin, ArrayView<StridedAxis> axes, int told, int rounds, Arriving<T> arriving, PairView pairs)
    {
        var sample = thread / targets;
        var target = thread - (sample * targets);
        var (rest, source, row) = (target - origin.Target, origin.Source + (sample * arriving.Sources), origin.Row + (sample * arriving.RowsPerSample));
        for (var d = 0; d < told; d++)
        {
            if (rest < 0) return;
            var axis = axes[d];
            var i = rest / axis.Target;
            if (i >= axis.Extent) return;
            (rest, source, row) = (rest - (i * axis.Target), source + (i * axis.Source), row + (i * axis.Row));
        }

        if (rest != 0) return;
        var last = axes[axes.IntLength - 1];
        var (sum, probes, additions) = (sums[thread], 0L, 0L);
        for (var round = 0; round < rounds; round++)
        {
            var (at, by, left) = (source, row, round);
            for (var d = axes.IntLength - 2; d >= told; d--)
            {
                var axis = axes[d];
                var i = left % axis.Extent;
                (at, by, left) = (at + (i * axis.Source), by + (i * axis.Row), left / axis.Extent);
            }

            for (var i = 0; i < last.Extent; i++, at += last.Source, by += last.Row)
            {
                var payload = arriving.Payloads[at];
                if (TNumbers.IsZero(payload)) continue;
                var weight = arriving.Rows[by];
                probes++;
                if (!TNumbers.IsZero(weight)) additions++;
                sum = TNumbers.Add(sum, TNumbers.Product(payload, weight));
            }
        }

        sums[thread] = sum;
        pairs.Count(thread, sample, probes, additions);
    }

    /// <summary>Adds a payload times a weight, chosen without a branch: nothing where the payload is 0, be the weight infinite.</summary>
    private static TSum Add(TSum sum, T payload, int weight)
    {
        var added = TNumbers.Add(sum, TNumbers.Product(payload, TNumbers.OfBits(weight)));
        return TNumbers.IsZero(payload) ? sum : added;
    }
}
