using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuroChip.Simulator.Engines.Kernels;

/// <summary>
/// A convolution between sites without groups. A target has a few of the taps, and each brings a few events: were they walked one by one, most of the time would go
/// into branches that are predicted wrongly. So the events that reach a target are brought together into one list first, a register at a time and without a branch, and then added
/// in one walk, in ascending source address. As in a dense convolution, a pass takes the rows of so many taps as the first-level cache holds over a tile of targets. Few events are scattered.
/// </summary>
internal sealed unsafe class SiteConvKernel<TLanes, TProducts, TSpikes, TVector, TWeight, TSum>(SiteGeometry geometry, PackedRows<TWeight> rows, GatherKernel<TLanes, TVector, TWeight, TSum> plain) : SynapseKernel<TSum>
    where TLanes : struct, IRowLanes<TVector, TWeight, TSum>
    where TProducts : struct, IProductLanes<TVector, TWeight, TSum>
    where TSpikes : struct, IProductLanes<TVector, TWeight, TSum>
    where TVector : struct
    where TWeight : unmanaged
    where TSum : unmanaged
{
    /// <summary>Pairs of sites in a tile: enough targets to use every row often, few enough that their accumulators stay in the second-level cache.</summary>
    private const int TilePairs = 8192;

    /// <summary>Events that are listed before they are added.</summary>
    private const int Room = 1024;

    /// <summary>Events that are listed at once.</summary>
    private const int Slack = 32;

    private readonly int channels = geometry.BucketSize;
    private readonly DensePairs<TProducts, TSpikes, TVector, TWeight, TSum> dense = new(geometry, rows);
    private readonly int[] passOf = PassesOf(geometry, GatherKernel<TLanes, TVector, TWeight, TSum>.PassBytes / (rows.WidestBlock * sizeof(TWeight)) / geometry.BucketSize);

    /// <summary>Passes over the taps.</summary>
    internal int Passes => Math.Max(passOf[0], passOf[^1]) + 1;

    public override int Granule => plain.Granule;

    public override int BucketSize => plain.BucketSize;

    public override void Bind(Ir.Ncir.AddressFunction map) => geometry.Bind(map);

    public override long Work(EventList<TSum> events) => plain.Work(events);

    public override void Prepare(EventList<TSum> events)
    {
        if (dense.Pays(events)) dense.Prepare(events);
        else events.MakeList();
    }

    public override void Add(EventList<TSum> events, TSum* sums, int first, int end)
    {
        if (events.Count == 0) return;
        if (dense.Pays(events)) dense.Add(events, sums, first / geometry.CellTargets, Math.Min(end / geometry.CellTargets, geometry.Rulebook.Targets));
        else if (plain.ScattersCheaper(events.Count, geometry.Rulebook.Targets)) plain.Scatter(events, sums, first, end);
        else Gather(events, sums, first, end);
    }

    /// <summary>Tile by tile, block by block, pass by pass.</summary>
    internal void Gather(EventList<TSum> events, TSum* sums, int first, int end)
    {
        var (target, endTarget) = (first / geometry.CellTargets, Math.Min(end / geometry.CellTargets, geometry.Rulebook.Targets));
        var lists = stackalloc int[2 * (Room + Slack)];
        var list = new Listed(lists, lists + Room + Slack, events.Values, events.Ones);
        var passStarts = new int[Passes + 1];
        var pairs = ArrayPool<Pair>.Shared.Rent(TilePairs + geometry.MaxSegments);
        while (target < endTarget)
        {
            target = Tile(target, endTarget, pairs, passStarts);
            foreach (ref readonly var block in rows.Blocks.AsSpan())
            {
                for (var pass = 0; pass < passStarts.Length - 1; pass++)
                    AddPairs(pairs.AsSpan(passStarts[pass]..passStarts[pass + 1]), events, sums + block.FirstColumn, block, list);
            }
        }

        ArrayPool<Pair>.Shared.Return(pairs);
    }

    /// <summary>Brings the pairs of the next targets together by pass, within a pass by target, and returns the target behind them.</summary>
    private int Tile(int first, int endTarget, Pair[] pairs, int[] passStarts)
    {
        var book = geometry.Rulebook;
        var (end, count) = (first, 0);
        for (; end < endTarget && count < TilePairs; end++) count += book.SourcesOf(end).Length;
        Array.Clear(passStarts);
        if (passStarts.Length == 2) passStarts[1] = count;
        for (var target = first; target < end && passStarts.Length > 2; target++)
            foreach (var (_, tap) in book.SourcesOf(target)) passStarts[passOf[tap] + 1]++;
        for (var pass = 1; pass < passStarts.Length; pass++) passStarts[pass] += passStarts[pass - 1];
        var next = passStarts.AsSpan().ToArray();
        for (var target = first; target < end; target++)
            foreach (var (site, tap) in book.SourcesOf(target)) pairs[next[passOf[tap]]++] = new(target, site, (tap - site) * channels);
        return end;
    }

    /// <summary>By tap, the pass that has its rows; passes follow each other in ascending source.</summary>
    private static int[] PassesOf(SiteGeometry geometry, int tapsOfPass)
    {
        var taps = geometry.MaxSegments;
        return [.. Enumerable.Range(0, taps).Select(tap => (geometry.TapsDescend ? taps - 1 - tap : tap) / Math.Clamp(tapsOfPass, 1, taps))];
    }

    private void AddPairs(ReadOnlySpan<Pair> pairs, EventList<TSum> events, TSum* sums, in RowBlock block, in Listed list)
    {
        int* starts = events.Buckets(BucketSize), active = events.Active;
        for (var i = 0; i < pairs.Length;)
        {
            var (target, count) = (pairs[i].Target, 0);
            var cell = sums + ((long)target * geometry.CellTargets);
            for (; i < pairs.Length && pairs[i].Target == target; i++)
            {
                var shift = Vector512.Create(pairs[i].RowShift);
                var (from, to) = (starts[pairs[i].Site], starts[pairs[i].Site + 1]);
                if (count + to - from > Room)
                {
                    AddListed(list, count, cell, block);
                    count = 0;
                }

                // The first ones without asking how many there are.
                for (var k = from; ; k += Slack)
                {
                    List(list, count + k - from, active + k, shift);
                    if (channels > 16) List(list, count + k - from + 16, active + k + 16, shift);
                    if (k + Slack >= to) break;
                    if (k + Slack - from + Slack <= Room) continue;
                    AddListed(list, k + Slack - from, cell, block);
                    from = k + Slack;
                }

                count += to - from;
            }

            if (count > 0) AddListed(list, count, cell, block);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void List(in Listed list, int at, int* active, Vector512<int> shift)
    {
        var sixteen = Vector512.Load(active);
        (sixteen + shift).Store(list.Rows + at);
        if (!list.Ones) sixteen.Store(list.Sources + at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddListed(in Listed list, int count, TSum* cell, in RowBlock block)
    {
        var weights = rows.Pointer + block.Offset;
        if (block.Columns == block.Width)
        {
            AddListed(list, count, cell, weights, block.Width);
            return;
        }

        // A block that does not fill its registers: the spare lanes must not reach the neighbour's accumulators.
        var staging = stackalloc TSum[4 * TLanes.Width];
        new Span<TSum>(cell, block.Columns).CopyTo(new(staging, block.Columns));
        AddListed(list, count, staging, weights, block.Width);
        new Span<TSum>(staging, block.Columns).CopyTo(new(cell, block.Columns));
    }

    private static void AddListed(in Listed list, int count, TSum* sums, TWeight* weights, int columns)
    {
        if (columns == 4 * TLanes.Width) Four(list, count, sums, weights);
        else if (columns == 2 * TLanes.Width) Two(list, count, sums, weights);
        else One(list, count, sums, weights);
    }

    private static void Four(in Listed list, int count, TSum* sums, TWeight* weights)
    {
        var width = TLanes.Width;
        int* rows = list.Rows, sources = list.Sources;
        var values = list.Values;
        var (a, b, c, d) = (TLanes.Load(sums), TLanes.Load(sums + width), TLanes.Load(sums + (2 * width)), TLanes.Load(sums + (3 * width)));
        if (list.Ones)
        {
            for (var k = 0; k < count; k++)
            {
                var row = weights + ((nint)rows[k] * (4 * width));
                a = TLanes.Add(a, row);
                b = TLanes.Add(b, row + width);
                c = TLanes.Add(c, row + (2 * width));
                d = TLanes.Add(d, row + (3 * width));
            }
        }
        else
        {
            for (var k = 0; k < count; k++)
            {
                var row = weights + ((nint)rows[k] * (4 * width));
                var payload = TLanes.Splat(values[sources[k]]);
                a = TLanes.AddScaled(a, payload, row);
                b = TLanes.AddScaled(b, payload, row + width);
                c = TLanes.AddScaled(c, payload, row + (2 * width));
                d = TLanes.AddScaled(d, payload, row + (3 * width));
            }
        }

        TLanes.Store(a, sums);
        TLanes.Store(b, sums + width);
        TLanes.Store(c, sums + (2 * width));
        TLanes.Store(d, sums + (3 * width));
    }

    private static void Two(in Listed list, int count, TSum* sums, TWeight* weights)
    {
        var width = TLanes.Width;
        int* rows = list.Rows, sources = list.Sources;
        var values = list.Values;
        var (a, b) = (TLanes.Load(sums), TLanes.Load(sums + width));
        if (list.Ones)
        {
            for (var k = 0; k < count; k++)
            {
                var row = weights + ((nint)rows[k] * (2 * width));
                a = TLanes.Add(a, row);
                b = TLanes.Add(b, row + width);
            }
        }
        else
        {
            for (var k = 0; k < count; k++)
            {
                var row = weights + ((nint)rows[k] * (2 * width));
                var payload = TLanes.Splat(values[sources[k]]);
                a = TLanes.AddScaled(a, payload, row);
                b = TLanes.AddScaled(b, payload, row + width);
            }
        }

        TLanes.Store(a, sums);
        TLanes.Store(b, sums + width);
    }

    private static void One(in Listed list, int count, TSum* sums, TWeight* weights)
    {
        int* rows = list.Rows, sources = list.Sources;
        var values = list.Values;
        var a = TLanes.Load(sums);
        if (list.Ones)
        {
            for (var k = 0; k < count; k++) a = TLanes.Add(a, weights + ((nint)rows[k] * TLanes.Width));
        }
        else
        {
            for (var k = 0; k < count; k++) a = TLanes.AddScaled(a, TLanes.Splat(values[sources[k]]), weights + ((nint)rows[k] * TLanes.Width));
        }

        TLanes.Store(a, sums);
    }

    private readonly record struct Pair(int Target, int Site, int RowShift);

    /// <summary>Events on their way to a target: the weight row of each and, unless all payloads are 1, its source.</summary>
    private readonly struct Listed(int* rows, int* sources, TSum* values, bool ones)
    {
        public readonly int* Rows = rows;
        public readonly int* Sources = sources;
        public readonly TSum* Values = values;
        public readonly bool Ones = ones;
    }
}
