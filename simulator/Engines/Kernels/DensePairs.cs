using System.Runtime.Intrinsics;

namespace NeuroChip.Simulator.Engines.Kernels;

/// <summary>
/// A convolution between sites that multiplies all payloads: with few channels a pair of sites brings few events, and finding them takes longer than multiplying the zeros
/// between them too. Tap by tap over a tile of targets: the rows of a few channels of the tap stay in registers while its pairs pass. A target sees its taps, and their channels, in ascending
/// source, and products and sums are rounded one by one, so the bits are those of the walk; a payload of 0 adds a zero, which no sum can show. Not for payloads that are not finite.
/// </summary>
internal sealed unsafe class DensePairs<TLanes, TSpikes, TVector, TWeight, TSum>(SiteGeometry geometry, PackedRows<TWeight> rows)
    where TLanes : struct, IProductLanes<TVector, TWeight, TSum>
    where TSpikes : struct, IProductLanes<TVector, TWeight, TSum>
    where TVector : struct
    where TWeight : unmanaged
    where TSum : unmanaged
{
    /// <summary>Targets of a tile: many pairs to a tap, few enough that their payloads and accumulators stay in the second-level cache.</summary>
    private const int Tile = 2048;

    /// <summary>Payloads and accumulators in 32 KiB.</summary>
    private const int CacheNumbers = 8192;

    private readonly int channels = geometry.BucketSize, outputs = geometry.CellTargets;
    private readonly bool fits = geometry.BucketSize % (8 * TLanes.Rows) == 0 && rows.Blocks.All(block => block.Columns == block.Width);
    private AlignedBuffer<int>? packed;

    /// <summary>
    /// Whether this is faster than the walk, in products of this one: finding the events of a pair takes as long as 600, an event as long as 1.5 or, if it is multiplied,
    /// 2, and rows two by two are faster by 0.7. The constants are fitted to tools/bench.
    /// </summary>
    public bool Pays(EventList<TSum> events)
    {
        var perPair = (double)events.Count / Math.Max(1, geometry.Rulebook.Sources);
        var walk = 600 + (perPair * outputs * (events.Ones ? 1.5 : 2));
        return CanAdd(events) && (long)channels * outputs * (TLanes.Rows == 1 ? 1 : 0.7) < walk;
    }

    /// <summary>Whether it gives the bits of the walk: registers have to be full, and payloads two by two fit into 16 bits.</summary>
    public bool CanAdd(EventList<TSum> events) => fits && (TLanes.Rows == 1 ? events.Finite : events.Magnitude <= short.MaxValue);

    /// <summary>Brings the payloads into the form of the products; once before <see cref="Add"/>.</summary>
    public void Prepare(EventList<TSum> events)
    {
        if (TLanes.Rows == 1) return;
        packed ??= new(geometry.Map.SourceSize / 2);
        int* from = (int*)events.Values, to = packed.Pointer;
        var count = geometry.Rulebook.Sources * channels / 2;
        var i = 0;
        for (; i + 16 <= count; i += 16) Vector512.Narrow(Vector512.Load(from + (2 * i)), Vector512.Load(from + (2 * i) + 16)).AsInt32().Store(to + i);
        for (; i < count; i++) to[i] = (ushort)from[2 * i] | (from[(2 * i) + 1] << 16);
    }

    /// <summary>Adds all payloads to the target sites <paramref name="first"/> to <paramref name="end"/> - 1.</summary>
    public void Add(EventList<TSum> events, TSum* sums, int first, int end)
    {
        var (book, taps) = (geometry.Rulebook, geometry.Taps);
        var values = packed is null ? events.Values : (TSum*)packed.Pointer;
        Span<int> next = stackalloc int[taps];
        for (var tap = 0; tap < taps; tap++) next[tap] = FirstOf(book.Through(tap), first);
        for (var target = first; target < end; target += Tile)
        {
            for (var i = 0; i < taps; i++)
            {
                var tap = geometry.TapsDescend ? taps - 1 - i : i;
                var pairs = book.Through(tap)[next[tap]..];
                pairs = pairs[..CountBelow(pairs, Math.Min(end, target + Tile))];
                next[tap] += pairs.Length;
                foreach (ref readonly var block in rows.Blocks.AsSpan())
                {
                    var weights = rows.Pointer + block.Offset + ((nint)tap * channels * block.Width);
                    if (events.Ones) AddTap<TSpikes>(pairs, values, weights, block.Width, sums + block.FirstColumn);
                    else AddTap<TLanes>(pairs, values, weights, block.Width, sums + block.FirstColumn);
                }
            }
        }
    }

    /// <summary>As many channels at a time as have their rows in eight or sixteen registers, over as many pairs as leave their payloads and accumulators in the first-level cache until the last channels pass.</summary>
    private void AddTap<T>(ReadOnlySpan<(int Source, int Target)> pairs, TSum* values, TWeight* weights, int columns, TSum* sums)
        where T : struct, IProductLanes<TVector, TWeight, TSum>
    {
        var (registers, length) = (columns / T.Width, channels / T.Rows);
        for (var slice = registers == 1 && length <= 16 ? pairs.Length : Math.Max(32, CacheNumbers / (columns + length)); !pairs.IsEmpty; pairs = pairs[slice..])
        {
            slice = Math.Min(slice, pairs.Length);
            for (var k = 0; k < length;)
            {
                var here = registers == 4 ? 4 : registers == 1 && length - k >= 16 ? 16 : 8;
                var row = weights + ((nint)k * T.Rows * columns);
                if (here == 4) Four<T>(pairs[..slice], values + k, row, sums);
                else if (here == 16) Sixteen<T>(pairs[..slice], values + k, row, sums);
                else if (registers == 2) Two<T>(pairs[..slice], values + k, row, sums);
                else One<T>(pairs[..slice], values + k, row, sums);
                k += here;
            }
        }
    }

    private void Four<T>(ReadOnlySpan<(int Source, int Target)> pairs, TSum* values, TWeight* row, TSum* sums)
        where T : struct, IProductLanes<TVector, TWeight, TSum>
    {
        var width = T.Width;
        int length = channels / T.Rows, columns = outputs, stride = 4 * width, next = T.Rows * stride;
        TVector a0 = T.Row(row, stride), b0 = T.Row(row + width, stride), c0 = T.Row(row + (2 * width), stride), d0 = T.Row(row + (3 * width), stride);
        TVector a1 = T.Row(row + next, stride), b1 = T.Row(row + next + width, stride), c1 = T.Row(row + next + (2 * width), stride), d1 = T.Row(row + next + (3 * width), stride);
        TVector a2 = T.Row(row + (2 * next), stride), b2 = T.Row(row + (2 * next) + width, stride), c2 = T.Row(row + (2 * next) + (2 * width), stride), d2 = T.Row(row + (2 * next) + (3 * width), stride);
        TVector a3 = T.Row(row + (3 * next), stride), b3 = T.Row(row + (3 * next) + width, stride), c3 = T.Row(row + (3 * next) + (2 * width), stride), d3 = T.Row(row + (3 * next) + (3 * width), stride);
        foreach (var (source, target) in pairs)
        {
            TSum* p = values + ((nint)source * length), to = sums + ((nint)target * columns);
            TVector a = T.Load(to), b = T.Load(to + width), c = T.Load(to + (2 * width)), d = T.Load(to + (3 * width));
            (a, b, c, d) = (T.AddProduct(a, p[0], a0), T.AddProduct(b, p[0], b0), T.AddProduct(c, p[0], c0), T.AddProduct(d, p[0], d0));
            (a, b, c, d) = (T.AddProduct(a, p[1], a1), T.AddProduct(b, p[1], b1), T.AddProduct(c, p[1], c1), T.AddProduct(d, p[1], d1));
            (a, b, c, d) = (T.AddProduct(a, p[2], a2), T.AddProduct(b, p[2], b2), T.AddProduct(c, p[2], c2), T.AddProduct(d, p[2], d2));
            (a, b, c, d) = (T.AddProduct(a, p[3], a3), T.AddProduct(b, p[3], b3), T.AddProduct(c, p[3], c3), T.AddProduct(d, p[3], d3));
            T.Store(a, to);
            T.Store(b, to + width);
            T.Store(c, to + (2 * width));
            T.Store(d, to + (3 * width));
        }
    }

    private void Two<T>(ReadOnlySpan<(int Source, int Target)> pairs, TSum* values, TWeight* row, TSum* sums)
        where T : struct, IProductLanes<TVector, TWeight, TSum>
    {
        var width = T.Width;
        int length = channels / T.Rows, columns = outputs, stride = 2 * width, next = T.Rows * stride;
        TVector a0 = T.Row(row, stride), b0 = T.Row(row + width, stride);
        TVector a1 = T.Row(row + next, stride), b1 = T.Row(row + next + width, stride);
        TVector a2 = T.Row(row + (2 * next), stride), b2 = T.Row(row + (2 * next) + width, stride);
        TVector a3 = T.Row(row + (3 * next), stride), b3 = T.Row(row + (3 * next) + width, stride);
        TVector a4 = T.Row(row + (4 * next), stride), b4 = T.Row(row + (4 * next) + width, stride);
        TVector a5 = T.Row(row + (5 * next), stride), b5 = T.Row(row + (5 * next) + width, stride);
        TVector a6 = T.Row(row + (6 * next), stride), b6 = T.Row(row + (6 * next) + width, stride);
        TVector a7 = T.Row(row + (7 * next), stride), b7 = T.Row(row + (7 * next) + width, stride);
        foreach (var (source, target) in pairs)
        {
            TSum* p = values + ((nint)source * length), to = sums + ((nint)target * columns);
            TVector a = T.Load(to), b = T.Load(to + width);
            (a, b) = (T.AddProduct(a, p[0], a0), T.AddProduct(b, p[0], b0));
            (a, b) = (T.AddProduct(a, p[1], a1), T.AddProduct(b, p[1], b1));
            (a, b) = (T.AddProduct(a, p[2], a2), T.AddProduct(b, p[2], b2));
            (a, b) = (T.AddProduct(a, p[3], a3), T.AddProduct(b, p[3], b3));
            (a, b) = (T.AddProduct(a, p[4], a4), T.AddProduct(b, p[4], b4));
            (a, b) = (T.AddProduct(a, p[5], a5), T.AddProduct(b, p[5], b5));
            (a, b) = (T.AddProduct(a, p[6], a6), T.AddProduct(b, p[6], b6));
            (a, b) = (T.AddProduct(a, p[7], a7), T.AddProduct(b, p[7], b7));
            T.Store(a, to);
            T.Store(b, to + width);
        }
    }

    private void One<T>(ReadOnlySpan<(int Source, int Target)> pairs, TSum* values, TWeight* row, TSum* sums)
        where T : struct, IProductLanes<TVector, TWeight, TSum>
    {
        int length = channels / T.Rows, columns = outputs, stride = T.Width, next = T.Rows * stride;
        TVector a0 = T.Row(row, stride);
        TVector a1 = T.Row(row + next, stride);
        TVector a2 = T.Row(row + (2 * next), stride);
        TVector a3 = T.Row(row + (3 * next), stride);
        TVector a4 = T.Row(row + (4 * next), stride);
        TVector a5 = T.Row(row + (5 * next), stride);
        TVector a6 = T.Row(row + (6 * next), stride);
        TVector a7 = T.Row(row + (7 * next), stride);
        foreach (var (source, target) in pairs)
        {
            TSum* p = values + ((nint)source * length), to = sums + ((nint)target * columns);
            TVector a = T.Load(to);
            a = T.AddProduct(a, p[0], a0);
            a = T.AddProduct(a, p[1], a1);
            a = T.AddProduct(a, p[2], a2);
            a = T.AddProduct(a, p[3], a3);
            a = T.AddProduct(a, p[4], a4);
            a = T.AddProduct(a, p[5], a5);
            a = T.AddProduct(a, p[6], a6);
            a = T.AddProduct(a, p[7], a7);
            T.Store(a, to);
        }
    }

    private void Sixteen<T>(ReadOnlySpan<(int Source, int Target)> pairs, TSum* values, TWeight* row, TSum* sums)
        where T : struct, IProductLanes<TVector, TWeight, TSum>
    {
        int length = channels / T.Rows, columns = outputs, stride = T.Width, next = T.Rows * stride;
        TVector a0 = T.Row(row, stride);
        TVector a1 = T.Row(row + next, stride);
        TVector a2 = T.Row(row + (2 * next), stride);
        TVector a3 = T.Row(row + (3 * next), stride);
        TVector a4 = T.Row(row + (4 * next), stride);
        TVector a5 = T.Row(row + (5 * next), stride);
        TVector a6 = T.Row(row + (6 * next), stride);
        TVector a7 = T.Row(row + (7 * next), stride);
        TVector a8 = T.Row(row + (8 * next), stride);
        TVector a9 = T.Row(row + (9 * next), stride);
        TVector a10 = T.Row(row + (10 * next), stride);
        TVector a11 = T.Row(row + (11 * next), stride);
        TVector a12 = T.Row(row + (12 * next), stride);
        TVector a13 = T.Row(row + (13 * next), stride);
        TVector a14 = T.Row(row + (14 * next), stride);
        TVector a15 = T.Row(row + (15 * next), stride);
        foreach (var (source, target) in pairs)
        {
            TSum* p = values + ((nint)source * length), to = sums + ((nint)target * columns);
            TVector a = T.Load(to);
            a = T.AddProduct(a, p[0], a0);
            a = T.AddProduct(a, p[1], a1);
            a = T.AddProduct(a, p[2], a2);
            a = T.AddProduct(a, p[3], a3);
            a = T.AddProduct(a, p[4], a4);
            a = T.AddProduct(a, p[5], a5);
            a = T.AddProduct(a, p[6], a6);
            a = T.AddProduct(a, p[7], a7);
            a = T.AddProduct(a, p[8], a8);
            a = T.AddProduct(a, p[9], a9);
            a = T.AddProduct(a, p[10], a10);
            a = T.AddProduct(a, p[11], a11);
            a = T.AddProduct(a, p[12], a12);
            a = T.AddProduct(a, p[13], a13);
            a = T.AddProduct(a, p[14], a14);
            a = T.AddProduct(a, p[15], a15);
            T.Store(a, to);
        }
    }

    /// <summary>Index of the first pair whose target is not below <paramref name="target"/>; targets ascend.</summary>
    private static int FirstOf(ReadOnlySpan<(int Source, int Target)> pairs, int target)
    {
        var (low, high) = (0, pairs.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (pairs[middle].Target < target) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>Pairs, near the first, whose target is below <paramref name="target"/>.</summary>
    private static int CountBelow(ReadOnlySpan<(int Source, int Target)> pairs, int target)
    {
        const int stride = 16;
        var count = 0;
        while (count + stride <= pairs.Length && pairs[count + stride - 1].Target < target) count += stride;
        while (count < pairs.Length && pairs[count].Target < target) count++;
        return count;
    }
}
