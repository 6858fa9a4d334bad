using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Simulator.Engines.Kernels;

/// <summary>
/// Convolution with few output channels: a few neighbouring output pixels of a row are computed as one wide cell, because what a narrow cell costs is
/// not its additions but finding its events. The window of the wide cell is the union of theirs; where an event is outside the window of one
/// of the pixels, that pixel's part of the weight row is zero, and adding a zero cannot be seen (no sum is ever -0). Rare events are left to
/// the plain kernel's scatter, payloads that are not finite to its gather, since infinity times zero is not zero.
/// </summary>
internal sealed unsafe class NarrowConvKernel<TLanes, TVector, TWeight, TSum> : SynapseKernel<TSum>
    where TLanes : struct, IRowLanes<TVector, TWeight, TSum>
    where TVector : struct
    where TWeight : unmanaged
    where TSum : unmanaged
{
    private readonly ConvMap map;
    private readonly int together;
    private readonly int window;
    private readonly PackedRows<TWeight> rows;
    private readonly GatherKernel<TLanes, TVector, TWeight, TSum> plain;

    public NarrowConvKernel(ConvMap map, int together, PackedRows<TWeight> rows, GatherKernel<TLanes, TVector, TWeight, TSum> plain)
    {
        (this.map, this.together, this.rows, this.plain) = (map, together, rows, plain);
        window = WindowOf(map, together);
    }

    public override int Granule => map.X.Output * map.OutChannels;

    public override int BucketSize => plain.BucketSize;

    private int Blocks => (map.X.Output + together - 1) / together;

    /// <summary>How many pixels are worth computing together: 1 if it does not pay.</summary>
    public static int Together(ConvMap map)
    {
        if (map.Groups != 1 || map.X.Dilation != 1 || map.OutChannels >= 32) return 1;
        foreach (var pixels in new[] { 4, 2 })
        {
            // At least two in five of the additions must be real ones.
            if (pixels * map.OutChannels <= 64 && pixels <= map.X.Output && 5 * map.X.Kernel >= 2 * WindowOf(map, pixels)) return pixels;
        }

        return 1;
    }

    /// <summary>The kernel's weights with a row per place of the union of windows, [ky, place, channel, pixel, output channel].</summary>
    public static TWeight[] Spread(ConvMap map, int together, ReadOnlySpan<TWeight> weights)
    {
        var window = WindowOf(map, together);
        var spread = new TWeight[map.Y.Kernel * window * map.Channels * together * map.OutChannels];
        for (var ky = 0; ky < map.Y.Kernel; ky++)
        {
            for (var place = 0; place < window; place++)
            {
                for (var pixel = 0; pixel < together; pixel++)
                {
                    var kx = place - (pixel * map.X.Stride);
                    if (kx < 0 || kx >= map.X.Kernel) continue;
                    for (var c = 0; c < map.Channels; c++)
                    {
                        var from = weights.Slice(((((ky * map.X.Kernel) + kx) * map.Channels) + c) * map.OutChannels, map.OutChannels);
                        from.CopyTo(spread.AsSpan(((((((ky * window) + place) * map.Channels) + c) * together) + pixel) * map.OutChannels));
                    }
                }
            }
        }

        return spread;
    }

    /// <summary>Places along x that the windows of neighbouring pixels cover.</summary>
    public static int WindowOf(ConvMap map, int together) => map.X.Kernel + (map.X.Stride * (together - 1));

    public override void Prepare(EventList<TSum> events) => plain.Prepare(events);

    public override long Work(EventList<TSum> events) => plain.Work(events);

    public override void Add(EventList<TSum> events, TSum* sums, int first, int end)
    {
        if (events.Count == 0) return;
        if (plain.IsProduct(events)) plain.Add(events, sums, first, end);
        else if (plain.ScattersCheaper(events.Count, (long)map.Y.Output * Blocks)) plain.Scatter(events, sums, first, end);
        else if (!events.Finite) plain.Gather(events, sums, first, end);
        else Gather(events, sums, first / Granule, end / Granule);
    }

    private void Gather(EventList<TSum> events, TSum* sums, int firstRow, int endRow)
    {
        var segments = stackalloc Segment[map.Y.Kernel];
        var starts = events.Buckets(BucketSize);
        foreach (ref readonly var block in rows.Blocks.AsSpan())
        {
            for (var oy = firstRow; oy < endRow; oy++)
            {
                for (var b = 0; b < Blocks; b++)
                {
                    var ox = b * together;
                    var count = Segments(oy, ox, starts, segments);
                    if (count == 0) continue;
                    var columns = (Math.Min(together, map.X.Output - ox) * map.OutChannels) - block.FirstColumn;
                    if (columns <= 0) continue;
                    var cell = sums + ((((long)oy * map.X.Output) + ox) * map.OutChannels) + block.FirstColumn;
                    GatherKernel<TLanes, TVector, TWeight, TSum>.AddBlock(events, cell, block, Math.Min(columns, block.Columns), rows.Pointer, segments, count);
                }
            }
        }
    }

    private int Segments(int oy, int ox, int* starts, Segment* into)
    {
        var left = map.X.InputOf(ox, 0);
        var (first, end) = (Math.Max(left, 0), Math.Min(left + window, map.X.Input));
        if (first >= end) return 0;
        var count = 0;
        for (var ky = 0; ky < map.Y.Kernel; ky++)
        {
            var y = map.Y.InputOf(oy, ky);
            if ((uint)y >= (uint)map.Y.Input) continue;
            var line = y * map.X.Input;
            var (from, to) = (starts[(line + first) * plain.PartsOfPixel], starts[(line + end) * plain.PartsOfPixel]);
            if (from < to) into[count++] = new(from, to, ((ky * window) - line - left) * map.Channels);
        }

        return count;
    }
}
