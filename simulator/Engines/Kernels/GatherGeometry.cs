using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Simulator.Engines.Kernels;

/// <summary>
/// Consecutive buckets of a source's event list whose events all reach one cell; the weight row of event <c>a</c> is
/// <c>a + RowShift</c> in units of rows.
/// </summary>
internal readonly record struct Segment(int FirstBucket, int EndBucket, int RowShift);

/// <summary>One cell that the events of a bucket reach; the weight row of event <c>a</c> is <c>a + RowShift</c>.</summary>
internal readonly record struct CellHit(int Pixel, int RowShift);

/// <summary>
/// A map seen from its targets: cells (one output pixel and group) of contiguous targets that share their sources, and for each cell
/// the stretches of the source's address range that reach it, in ascending source address. Walking them in that order is what makes a
/// gather add in exactly the order of a scatter.
/// </summary>
internal abstract class GatherGeometry
{
    /// <summary>The map itself.</summary>
    public abstract AddressFunction Map { get; }

    /// <summary>Output pixels.</summary>
    public abstract int Pixels { get; }

    /// <summary>Groups; a pixel has this many cells.</summary>
    public abstract int Groups { get; }

    /// <summary>Targets of a cell.</summary>
    public abstract int CellTargets { get; }

    /// <summary>Rows of <see cref="CellTargets"/> weights.</summary>
    public abstract int Rows { get; }

    /// <summary>Source addresses per bucket.</summary>
    public abstract int BucketSize { get; }

    /// <summary>Upper bound of segments per cell.</summary>
    public abstract int MaxSegments { get; }

    /// <summary>Cells an event usually reaches.</summary>
    public abstract int CellsPerEvent { get; }

    /// <summary>Upper bound of <see cref="Hits"/>.</summary>
    public abstract int MaxHits { get; }

    /// <summary>Takes the function of the sample that begins, for a map over sites.</summary>
    public virtual void Bind(AddressFunction sample)
    {
    }

    /// <summary>Writes the segments of a cell in ascending source address and returns their number.</summary>
    public abstract unsafe int Segments(int pixel, int group, Segment* into);

    /// <summary>Buckets that may reach the pixels <paramref name="firstPixel"/> to <paramref name="endPixel"/> - 1, as (first, end).</summary>
    public virtual (int First, int End) BucketsOf(int firstPixel, int endPixel) => (0, (Map.SourceSize + BucketSize - 1) / BucketSize);

    /// <summary>Writes the cells that a bucket of sources reaches (all of the group <c>bucket % Groups</c>) and returns their number.</summary>
    public abstract unsafe int Hits(int bucket, CellHit* into);
}

/// <summary>All inputs reach all outputs: one cell, one segment.</summary>
internal sealed class DenseGeometry(DenseMap map) : GatherGeometry
{
    public override AddressFunction Map => map;

    public override int Pixels => 1;

    public override int Groups => 1;

    public override int CellTargets => map.Targets;

    public override int Rows => map.Sources;

    public override int BucketSize => map.Sources;

    public override int MaxSegments => 1;

    public override int CellsPerEvent => 1;

    public override int MaxHits => 1;

    public override unsafe int Segments(int pixel, int group, Segment* into)
    {
        into[0] = new(0, 1, 0);
        return 1;
    }

    public override unsafe int Hits(int bucket, CellHit* into)
    {
        into[0] = new(0, 0);
        return 1;
    }
}

/// <summary>
/// Convolution. Without groups and dilation along x, the taps of a kernel row are neighbours in the source as well as in the rows, so a kernel
/// row is one segment; otherwise each tap is one.
/// </summary>
internal sealed class ConvGeometry(ConvMap map) : GatherGeometry
{
    private readonly bool merged = map.Groups == 1 && map.X.Dilation == 1;

    public override AddressFunction Map => map;

    public override int Pixels => map.Y.Output * map.X.Output;

    public override int Groups => map.Groups;

    public override int CellTargets => map.GroupOutputs;

    public override int Rows => map.Y.Kernel * map.X.Kernel * map.Channels;

    public override int BucketSize => map.GroupInputs;

    public override int MaxSegments => merged ? map.Y.Kernel : map.Y.Kernel * map.X.Kernel;

    public override int CellsPerEvent => map.Bound / map.GroupOutputs;

    public override int MaxHits => map.Y.Kernel * map.X.Kernel;

    public override unsafe int Segments(int pixel, int group, Segment* into)
    {
        var (oy, ox) = Math.DivRem(pixel, map.X.Output);
        var left = map.X.InputOf(ox, 0);
        var count = 0;
        for (var ky = 0; ky < map.Y.Kernel; ky++)
        {
            var y = map.Y.InputOf(oy, ky);
            if ((uint)y >= (uint)map.Y.Input) continue;
            var line = y * map.X.Input;
            if (merged)
            {
                var (first, end) = (Math.Max(left, 0), Math.Min(left + map.X.Kernel, map.X.Input));
                if (first < end) into[count++] = new(line + first, line + end, ((ky * map.X.Kernel) - line - left) * map.Channels);
                continue;
            }

            for (var kx = 0; kx < map.X.Kernel; kx++)
            {
                var x = map.X.InputOf(ox, kx);
                if ((uint)x >= (uint)map.X.Input) continue;
                var bucket = ((line + x) * map.Groups) + group;
                into[count++] = new(bucket, bucket + 1, ((ky * map.X.Kernel) + kx - line - x) * map.Channels);
            }
        }

        return count;
    }

    public override (int First, int End) BucketsOf(int firstPixel, int endPixel)
    {
        var first = map.Y.InputOf(firstPixel / map.X.Output, 0);
        var last = map.Y.InputOf((endPixel - 1) / map.X.Output, map.Y.Kernel - 1);
        var row = map.X.Input * map.Groups;
        return (Math.Clamp(first, 0, map.Y.Input) * row, Math.Clamp(last + 1, 0, map.Y.Input) * row);
    }

    public override unsafe int Hits(int bucket, CellHit* into)
    {
        var place = bucket / map.Groups;
        var (y, x) = Math.DivRem(place, map.X.Input);
        var columns = stackalloc int[map.X.Kernel];
        for (var kx = 0; kx < map.X.Kernel; kx++) columns[kx] = map.X.OutputOf(x, kx);
        var count = 0;
        for (var ky = 0; ky < map.Y.Kernel; ky++)
        {
            var oy = map.Y.OutputOf(y, ky);
            if (oy < 0) continue;
            for (var kx = 0; kx < map.X.Kernel; kx++)
            {
                if (columns[kx] >= 0) into[count++] = new((oy * map.X.Output) + columns[kx], ((ky * map.X.Kernel) + kx - place) * map.Channels);
            }
        }

        return count;
    }
}

/// <summary>Transposed convolution: the windows lie on the target, so each tap that divides evenly is a segment, in descending tap.</summary>
internal sealed class TransposedConvGeometry(TransposedConvMap map) : GatherGeometry
{
    public override AddressFunction Map => map;

    public override int Pixels => map.Y.Input * map.X.Input;

    public override int Groups => map.Groups;

    public override int CellTargets => map.GroupOutputs;

    public override int Rows => map.Y.Kernel * map.X.Kernel * map.Channels;

    public override int BucketSize => map.GroupInputs;

    public override int MaxSegments => map.Y.Kernel * map.X.Kernel;

    public override int CellsPerEvent => map.Bound / map.GroupOutputs;

    public override int MaxHits => map.Y.Kernel * map.X.Kernel;

    public override unsafe int Segments(int pixel, int group, Segment* into)
    {
        var (ty, tx) = Math.DivRem(pixel, map.X.Input);
        var count = 0;
        for (var ky = map.Y.Kernel - 1; ky >= 0; ky--)
        {
            var y = map.Y.OutputOf(ty, ky);
            if (y < 0) continue;
            for (var kx = map.X.Kernel - 1; kx >= 0; kx--)
            {
                var x = map.X.OutputOf(tx, kx);
                if (x < 0) continue;
                var place = (y * map.X.Output) + x;
                var bucket = (place * map.Groups) + group;
                into[count++] = new(bucket, bucket + 1, ((ky * map.X.Kernel) + kx - place) * map.Channels);
            }
        }

        return count;
    }

    public override unsafe int Hits(int bucket, CellHit* into)
    {
        var place = bucket / map.Groups;
        var (y, x) = Math.DivRem(place, map.X.Output);
        var count = 0;
        for (var ky = 0; ky < map.Y.Kernel; ky++)
        {
            var ty = map.Y.InputOf(y, ky);
            if ((uint)ty >= (uint)map.Y.Input) continue;
            for (var kx = 0; kx < map.X.Kernel; kx++)
            {
                var tx = map.X.InputOf(x, kx);
                if ((uint)tx < (uint)map.X.Input) into[count++] = new((ty * map.X.Input) + tx, ((ky * map.X.Kernel) + kx - place) * map.Channels);
            }
        }

        return count;
    }
}
