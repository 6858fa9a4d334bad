using NeuroChip.HwModels;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Simulator.Observers;

/// <summary>
/// What a core must fetch from the memory of its chip for an event. Explicit synapses (dense, CSR) are rows there: one transfer per event, of the
/// length of the longest row. Weights that events share (kernel taps) are fetched only where the image says that they did not fit
/// into the core's own memory: one transfer per tap.
/// </summary>
internal sealed class RowStorage
{
    private readonly ChipImage image;
    private readonly SynapseModel format;
    private readonly Dictionary<(int Projection, int Core), int> longestRow = [];
    private readonly HashSet<(int Projection, int Core)> far = [];

    public RowStorage(ChipImage image, SynapseModel format)
    {
        (this.image, this.format) = (image, format);
        for (var p = 0; p < image.Projections.Length; p++)
            if (image.Projections[p].Map is CsrMap csr) MeasureRows(p, csr);
        for (var core = 0; core < image.Cores.Length; core++)
        {
            long outside = image.Cores[core].Memory.Where(m => m.Memory == "SDRAM" && m.Purpose == "shared weights").Sum(m => m.Bytes);
            if (outside == 0) continue;

            // The smallest are kept inside first, so the largest are those outside.
            var target = image.Cores[core].Slice.Population;
            var candidates =
                from p in Enumerable.Range(0, image.Projections.Length)
                where image.Projections[p].Target == target && image.Projections[p].RowsFrom is null && !IsExplicit(image.Projections[p].Map)
                let words = WordsOf(SharedWeights(image.Projections[p].Map, image.Cores[core].Slice.Count))
                orderby words descending, p descending
                select (Projection: p, Words: words);
            foreach (var (projection, words) in candidates)
            {
                if (outside <= 0) break;
                far.Add((projection, core));
                outside -= words * 4;
            }
        }
    }

    /// <summary>Transfers and words that one event with <paramref name="synapses"/> targets on a core takes.</summary>
    public (int Transfers, int Words) Fetch(int projection, int core, int synapses)
    {
        if (image.Projections[projection].RowsFrom is not null) return (0, 0);
        var map = image.Projections[projection].Map;
        if (IsExplicit(map))
        {
            var longest = map is CsrMap ? longestRow[(projection, core)] : synapses;
            return (1, format.RowHeader.Count + (longest * format.WordsPerSynapse(image.Arithmetic.WeightBits)));
        }

        if (!far.Contains((projection, core))) return (0, 0);
        var perTap = Math.Min(synapses, TapTargets(map, image.Cores[core].Slice.Count));
        var taps = (synapses + perTap - 1) / perTap;
        return (taps, taps * (int)WordsOf(perTap));
    }

    /// <summary>Words of the coordinates of a site, which an event brings from the memory of the chip.</summary>
    public int CoordinateWords(SiteTable table) => format.CoordinateWords(table);

    private static bool IsExplicit(AddressFunction map) => map is DenseMap or CsrMap;

    private static int TapTargets(AddressFunction map, int targets) => map switch
    {
        ConvMap conv => Math.Min(conv.GroupOutputs, targets),
        TransposedConvMap deconv => Math.Min(deconv.GroupOutputs, targets),
        SiteConvMap sites => Math.Min(sites.GroupOutputs, targets),
        _ => 1,
    };

    private static long SharedWeights(AddressFunction map, int targets) => map switch
    {
        ConvMap conv => (long)conv.Y.Kernel * conv.X.Kernel * conv.GroupInputs * Math.Min(targets, conv.OutChannels),
        TransposedConvMap deconv => (long)deconv.Y.Kernel * deconv.X.Kernel * deconv.GroupInputs * Math.Min(targets, deconv.OutChannels),
        SiteConvMap sites => (long)sites.Window.Taps * sites.GroupInputs * Math.Min(targets, sites.OutChannels),
        StridedMap strided => Math.Min(strided.RowCount, (long)strided.FanIn * targets),
        _ => Math.Min(targets, map.RowCount),
    };

    /// <summary>32-bit words of weights stored in the next power of two of their bits.</summary>
    private long WordsOf(long weights) => ((weights * System.Numerics.BitOperations.RoundUpToPowerOf2((uint)image.Arithmetic.WeightBits)) + 31) / 32;

    private void MeasureRows(int projection, CsrMap map)
    {
        for (var core = 0; core < image.Cores.Length; core++)
        {
            var slice = image.Cores[core].Slice;
            if (slice.Population != image.Projections[projection].Target) continue;
            var longest = 0;
            for (var source = 0; source < map.SourceSize; source++)
            {
                var row = map.TargetOf.AsSpan(map.Offsets[source], map.Count(source));
                longest = Math.Max(longest, LowerBound(row, slice.First + slice.Count) - LowerBound(row, slice.First));
            }

            longestRow.Add((projection, core), longest);
        }
    }

    private static int LowerBound(ReadOnlySpan<int> sorted, int value)
    {
        var at = sorted.BinarySearch(value);
        return at < 0 ? ~at : at;
    }
}
