using System.Runtime.CompilerServices;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Simulator.Engines.Kernels;

/// <summary>
/// Two ways to add the events of a map with cells, chosen in each step by how many events there are. Gather, the usual one: walks, for each cell, the events that reach it in ascending source address, with the cell's accumulators in up to four registers, and adds one
/// weight row per event. No multiplication where all payloads are 1. Weights are repacked once into blocks of as many columns as those
/// registers hold, rows of a block behind each other on cache lines, so that the block of a layer stays in the second-level cache
/// while all cells pass. Scatter, where there are so few events that most cells have none: each event adds its rows to the accumulators in memory.
/// Both add to a target in ascending source address.
/// </summary>
internal sealed unsafe class GatherKernel<TLanes, TVector, TWeight, TSum> : SynapseKernel<TSum>
    where TLanes : struct, IRowLanes<TVector, TWeight, TSum>
    where TVector : struct
    where TWeight : unmanaged
    where TSum : unmanaged
{
    /// <summary>Pixels that one pass over the rows of a few taps serves: their accumulators and the rows share the caches.</summary>
    private const int TilePixels = 56;

    /// <summary>Bytes of the rows of such a pass: they fit into the first-level cache, and are enough to have many events between two branches that are predicted wrongly.</summary>
    internal const int PassBytes = 48 * 1024;

    private readonly GatherGeometry geometry;
    private readonly PackedRows<TWeight> rows;
    private readonly DensePixels<TLanes, TVector, TWeight, TSum>? dense;
    private readonly int partsOfPixel = 1;

    public GatherKernel(GatherGeometry geometry, PackedRows<TWeight> rows)
    {
        this.geometry = geometry;
        this.rows = rows;
        if (geometry is not ConvGeometry { Groups: 1, Pixels: > 1 }) return;
        dense = new((ConvMap)geometry.Map, rows);
        partsOfPixel = PartsOf(geometry.BucketSize);
    }

    // The single cell of a dense map may be cut at its blocks; elsewhere a pixel is the smallest piece.
    public override int Granule => geometry.Pixels == 1 && geometry.Groups == 1 ? rows.WidestBlock : geometry.Groups * geometry.CellTargets;

    public override int BucketSize => geometry.BucketSize / partsOfPixel;

    /// <summary>Buckets of the event list that a pixel has.</summary>
    internal int PartsOfPixel => partsOfPixel;

    public override void Bind(AddressFunction map) => geometry.Bind(map);

    public override void Prepare(EventList<TSum> events)
    {
        if (!IsProduct(events)) events.MakeList();
    }

    public override long Work(EventList<TSum> events) => (long)events.Count * geometry.CellsPerEvent * geometry.CellTargets;

    public override void Add(EventList<TSum> events, TSum* sums, int first, int end)
    {
        if (events.Count == 0) return;
        var pixelTargets = geometry.Groups * geometry.CellTargets;
        if (IsProduct(events)) dense!.Add(events, sums, first / pixelTargets, end / pixelTargets);
        else if (ScattersCheaper(events.Count, (long)geometry.Pixels * geometry.Groups)) Scatter(events, sums, first, end);
        else Gather(events, sums, first, end);
    }

    /// <summary>Whether there are so many payloads that the events need not be walked.</summary>
    internal bool IsProduct(EventList<TSum> events) => dense is not null && DensePixels<TLanes, TVector, TWeight, TSum>.Pays(events);

    /// <summary>
    /// Compares the two in units of about a cycle. A gather visits every cell, with its segments and its registers; a scatter finds the cells of each
    /// event and loads and stores the registers of each. The constants are fitted to tools/bench.
    /// </summary>
    internal bool ScattersCheaper(int events, long cells)
    {
        if (geometry.Pixels == 1 && geometry.Groups == 1) return false;
        var registers = (geometry.CellTargets + TLanes.Width - 1) / TLanes.Width;
        var gather = cells * rows.Blocks.Length * (40 + (4 * geometry.MaxSegments));
        return events * (60L + (geometry.CellsPerEvent * (10L + registers))) < gather;
    }

    /// <summary>Event by event.</summary>
    internal void Scatter(EventList<TSum> events, TSum* sums, int first, int end)
    {
        var hits = stackalloc CellHit[geometry.MaxHits];
        var pixelTargets = geometry.Groups * geometry.CellTargets;
        var (firstPixel, endPixel) = (first / pixelTargets, end / pixelTargets);
        var (firstBucket, endBucket) = geometry.BucketsOf(firstPixel, endPixel);
        var starts = events.Buckets(BucketSize);
        var (from, to) = (starts[firstBucket * partsOfPixel], starts[Math.Max(firstBucket, endBucket) * partsOfPixel]);
        foreach (ref readonly var block in rows.Blocks.AsSpan())
        {
            for (var k = from; k < to;)
            {
                var bucket = events.Active[k] / geometry.BucketSize;
                var count = geometry.Hits(bucket, hits);
                var next = (bucket + 1) * geometry.BucketSize;
                var group = sums + (bucket % geometry.Groups * geometry.CellTargets) + block.FirstColumn;
                for (; k < to && events.Active[k] < next; k++)
                {
                    var source = events.Active[k];
                    var payload = TLanes.Splat(events.Values[source]);
                    for (var h = 0; h < count; h++)
                    {
                        if (hits[h].Pixel < firstPixel || hits[h].Pixel >= endPixel) continue;
                        var row = rows.Pointer + block.Offset + ((nint)(source + hits[h].RowShift) * block.Width);
                        AddRow(group + ((long)hits[h].Pixel * pixelTargets), block.Columns, payload, row, events.Ones);
                    }
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddRow(TSum* sums, int columns, TVector payload, TWeight* row, bool ones)
    {
        var column = 0;
        for (; column + TLanes.Width <= columns; column += TLanes.Width)
        {
            var sum = TLanes.Load(sums + column);
            TLanes.Store(ones ? TLanes.Add(sum, row + column) : TLanes.AddScaled(sum, payload, row + column), sums + column);
        }

        if (column < columns) AddTail(sums + column, columns - column, payload, row + column, ones);
    }

    /// <summary>The columns that do not fill a register, by way of one.</summary>
    private static void AddTail(TSum* sums, int columns, TVector payload, TWeight* row, bool ones)
    {
        var staging = stackalloc TSum[TLanes.Width];
        for (var i = 0; i < columns; i++) staging[i] = sums[i];
        var sum = TLanes.Load(staging);
        TLanes.Store(ones ? TLanes.Add(sum, row) : TLanes.AddScaled(sum, payload, row), staging);
        for (var i = 0; i < columns; i++) sums[i] = staging[i];
    }

    /// <summary>Into how many buckets of equally many channels a pixel is cut, so that a pass over some of them fits into the cache: as few as do, 1 if none do.</summary>
    private static int PartsOf(int channels)
    {
        const int most = PassBytes / 256; // Rows of four registers of float32.
        for (var parts = 1; parts <= channels / 64; parts++)
            if (channels % parts == 0 && channels / parts <= most) return parts;
        return 1;
    }

    /// <summary>Cell by cell.</summary>
    internal void Gather(EventList<TSum> events, TSum* sums, int first, int end)
    {
        var single = geometry.Pixels == 1 && geometry.Groups == 1;
        var pixelTargets = geometry.Groups * geometry.CellTargets;
        var (firstPixel, endPixel) = single ? (0, 1) : (first / pixelTargets, end / pixelTargets);
        var starts = events.Buckets(BucketSize);
        if (!single && geometry is ConvGeometry { Groups: 1 })
        {
            GatherTiles(events, sums, firstPixel, endPixel, (ConvMap)geometry.Map, starts);
            return;
        }

        var segments = stackalloc Segment[geometry.MaxSegments];
        foreach (ref readonly var block in rows.Blocks.AsSpan())
        {
            if (single && (block.FirstColumn < first || block.FirstColumn >= end)) continue;
            for (var pixel = firstPixel; pixel < endPixel; pixel++)
            {
                for (var group = 0; group < geometry.Groups; group++)
                {
                    var count = geometry.Segments(pixel, group, segments);
                    var any = false;
                    for (var s = 0; s < count; s++)
                    {
                        // From bucket numbers to positions in the event list.
                        var (from, to) = (starts[segments[s].FirstBucket], starts[segments[s].EndBucket]);
                        any |= from < to;
                        segments[s] = new(from, to, segments[s].RowShift);
                    }

                    if (!any) continue;
                    var cell = sums + ((long)pixel * pixelTargets) + (group * geometry.CellTargets) + block.FirstColumn;
                    AddBlock(events, cell, block, block.Columns, rows.Pointer, segments, count);
                }
            }
        }
    }

    /// <summary>
    /// A convolution, a few taps at a time over a tile of pixels, so that the rows of these taps stay in the first-level cache while the pixels of the tile pass:
    /// a row is read once per event, and the second-level cache gives only half of what the adders take. A pixel sees its taps in ascending source address as before.
    /// </summary>
    private void GatherTiles(EventList<TSum> events, TSum* sums, int firstPixel, int endPixel, ConvMap map, int* starts)
    {
        var staging = stackalloc TSum[(TilePixels * 4 * TLanes.Width) + 16];
        staging = (TSum*)(((nuint)staging + 63) & ~(nuint)63);
        foreach (ref readonly var block in rows.Blocks.AsSpan())
        {
            var columns = block.Columns;
            var room = PassBytes / (block.Width * sizeof(TWeight));
            var taps = map.X.Dilation == 1 ? Math.Clamp(room / map.Channels, 1, map.X.Kernel) : 1;
            var parts = room < map.Channels ? partsOfPixel : 1;
            for (var tile = firstPixel; tile < endPixel; tile += TilePixels)
            {
                // A block that does not fill its registers: the spare lanes must not reach the neighbour's accumulators.
                var pixels = Math.Min(TilePixels, endPixel - tile);
                var partial = columns < block.Width;
                var cells = sums + ((long)tile * map.OutChannels) + block.FirstColumn;
                var into = partial ? staging : cells;
                var stride = partial ? block.Width : map.OutChannels;
                for (var p = 0; partial && p < pixels; p++) new Span<TSum>(cells + ((long)p * map.OutChannels), columns).CopyTo(new(into + (p * stride), columns));
                for (var ky = 0; ky < map.Y.Kernel; ky++)
                {
                    for (var kx = 0; kx < map.X.Kernel; kx += taps)
                    {
                        for (var part = 0; part < partsOfPixel; part += partsOfPixel / parts)
                            AddTaps(events, into, stride, tile, pixels, map, starts, block, ky, kx, Math.Min(taps, map.X.Kernel - kx), part, partsOfPixel / parts);
                    }
                }

                for (var p = 0; partial && p < pixels; p++) new Span<TSum>(into + (p * stride), columns).CopyTo(new(cells + ((long)p * map.OutChannels), columns));
            }
        }
    }

    /// <summary>The events that reach <paramref name="pixels"/> pixels through the taps from (ky, kx) on, or through one tap from some channels (parts of a source pixel).</summary>
    private void AddTaps(EventList<TSum> events, TSum* cell, int stride, int firstPixel, int pixels, ConvMap map, int* starts, in RowBlock block, int ky, int kx, int taps, int part, int parts)
    {
        var (oy, ox) = Math.DivRem(firstPixel, map.X.Output);
        var y = map.Y.InputOf(oy, ky);
        for (var p = 0; p < pixels; p++, ox++, cell += stride)
        {
            if (ox == map.X.Output)
            {
                ox = 0;
                y = map.Y.InputOf(++oy, ky);
            }

            if ((uint)y >= (uint)map.Y.Input) continue;
            var left = map.X.InputOf(ox, kx);
            var (first, end) = (Math.Max(left, 0), Math.Min(left + taps, map.X.Input));
            if (first >= end) continue;
            var line = y * map.X.Input;
            var from = ((line + first) * partsOfPixel) + part;
            var segment = new Segment(starts[from], starts[from + ((end - first - 1) * partsOfPixel) + parts], ((ky * map.X.Kernel) + kx - line - left) * map.Channels);
            if (segment.FirstBucket < segment.EndBucket) Cell(events, cell, block.Width, rows.Pointer + block.Offset, &segment, 1);
        }
    }

    /// <summary>Adds the events of a cell's segments (positions in the event list) to the columns of one block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void AddBlock(EventList<TSum> events, TSum* cell, in RowBlock block, int columns, TWeight* rows, Segment* segments, int count)
    {
        if (columns == block.Width)
        {
            Cell(events, cell, block.Width, rows + block.Offset, segments, count);
            return;
        }

        // A block that does not fill its registers: the spare lanes must not reach the neighbour's accumulators.
        var staging = stackalloc TSum[4 * TLanes.Width];
        for (var i = 0; i < columns; i++) staging[i] = cell[i];
        Cell(events, staging, block.Width, rows + block.Offset, segments, count);
        for (var i = 0; i < columns; i++) cell[i] = staging[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Cell(EventList<TSum> events, TSum* sums, int width, TWeight* block, Segment* segments, int count)
    {
        var registers = width / TLanes.Width;
        if (events.Ones)
        {
            if (registers == 4) Four(sums, block, events.Active, segments, count);
            else if (registers == 2) Two(sums, block, events.Active, segments, count);
            else One(sums, block, events.Active, segments, count);
        }
        else
        {
            if (registers == 4) FourScaled(sums, block, events.Active, events.Values, segments, count);
            else if (registers == 2) TwoScaled(sums, block, events.Active, events.Values, segments, count);
            else OneScaled(sums, block, events.Active, events.Values, segments, count);
        }
    }

    private static void Four(TSum* sums, TWeight* block, int* active, Segment* segments, int count)
    {
        var width = TLanes.Width;
        var a = TLanes.Load(sums);
        var b = TLanes.Load(sums + width);
        var c = TLanes.Load(sums + (2 * width));
        var d = TLanes.Load(sums + (3 * width));
        for (var s = 0; s < count; s++)
        {
            var rows = block + ((nint)segments[s].RowShift * (4 * width));
            var end = active + segments[s].EndBucket;
            var k = active + segments[s].FirstBucket;
            for (; k + 1 < end; k += 2)
            {
                TWeight* row = rows + ((nint)(*k) * (4 * width)), next = rows + ((nint)k[1] * (4 * width));
                a = TLanes.Add(TLanes.Add(a, row), next);
                b = TLanes.Add(TLanes.Add(b, row + width), next + width);
                c = TLanes.Add(TLanes.Add(c, row + (2 * width)), next + (2 * width));
                d = TLanes.Add(TLanes.Add(d, row + (3 * width)), next + (3 * width));
            }

            if (k < end)
            {
                var row = rows + ((nint)(*k) * (4 * width));
                a = TLanes.Add(a, row);
                b = TLanes.Add(b, row + width);
                c = TLanes.Add(c, row + (2 * width));
                d = TLanes.Add(d, row + (3 * width));
            }
        }

        TLanes.Store(a, sums);
        TLanes.Store(b, sums + width);
        TLanes.Store(c, sums + (2 * width));
        TLanes.Store(d, sums + (3 * width));
    }

    private static void Two(TSum* sums, TWeight* block, int* active, Segment* segments, int count)
    {
        var width = TLanes.Width;
        var a = TLanes.Load(sums);
        var b = TLanes.Load(sums + width);
        for (var s = 0; s < count; s++)
        {
            var rows = block + ((nint)segments[s].RowShift * (2 * width));
            var end = active + segments[s].EndBucket;
            for (var k = active + segments[s].FirstBucket; k < end; k++)
            {
                var row = rows + ((nint)(*k) * (2 * width));
                a = TLanes.Add(a, row);
                b = TLanes.Add(b, row + width);
            }
        }

        TLanes.Store(a, sums);
        TLanes.Store(b, sums + width);
    }

    private static void One(TSum* sums, TWeight* block, int* active, Segment* segments, int count)
    {
        var width = TLanes.Width;
        var a = TLanes.Load(sums);
        for (var s = 0; s < count; s++)
        {
            var rows = block + ((nint)segments[s].RowShift * width);
            var end = active + segments[s].EndBucket;
            for (var k = active + segments[s].FirstBucket; k < end; k++) a = TLanes.Add(a, rows + ((nint)(*k) * width));
        }

        TLanes.Store(a, sums);
    }

    private static void FourScaled(TSum* sums, TWeight* block, int* active, TSum* values, Segment* segments, int count)
    {
        var width = TLanes.Width;
        var a = TLanes.Load(sums);
        var b = TLanes.Load(sums + width);
        var c = TLanes.Load(sums + (2 * width));
        var d = TLanes.Load(sums + (3 * width));
        for (var s = 0; s < count; s++)
        {
            var rows = block + ((nint)segments[s].RowShift * (4 * width));
            var end = active + segments[s].EndBucket;
            for (var k = active + segments[s].FirstBucket; k < end; k++)
            {
                var payload = TLanes.Splat(values[*k]);
                var row = rows + ((nint)(*k) * (4 * width));
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

    private static void TwoScaled(TSum* sums, TWeight* block, int* active, TSum* values, Segment* segments, int count)
    {
        var width = TLanes.Width;
        var a = TLanes.Load(sums);
        var b = TLanes.Load(sums + width);
        for (var s = 0; s < count; s++)
        {
            var rows = block + ((nint)segments[s].RowShift * (2 * width));
            var end = active + segments[s].EndBucket;
            for (var k = active + segments[s].FirstBucket; k < end; k++)
            {
                var payload = TLanes.Splat(values[*k]);
                var row = rows + ((nint)(*k) * (2 * width));
                a = TLanes.AddScaled(a, payload, row);
                b = TLanes.AddScaled(b, payload, row + width);
            }
        }

        TLanes.Store(a, sums);
        TLanes.Store(b, sums + width);
    }

    private static void OneScaled(TSum* sums, TWeight* block, int* active, TSum* values, Segment* segments, int count)
    {
        var width = TLanes.Width;
        var a = TLanes.Load(sums);
        for (var s = 0; s < count; s++)
        {
            var rows = block + ((nint)segments[s].RowShift * width);
            var end = active + segments[s].EndBucket;
            for (var k = active + segments[s].FirstBucket; k < end; k++)
                a = TLanes.AddScaled(a, TLanes.Splat(values[*k]), rows + ((nint)(*k) * width));
        }

        TLanes.Store(a, sums);
    }
}
