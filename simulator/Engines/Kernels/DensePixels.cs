using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Simulator.Engines.Kernels;

/// <summary>
/// A convolution whose payloads are nearly all there (an image, a membrane): a matrix product instead of a walk over events. Four pixels share the weight
/// row in registers, the accumulators stay in registers through all taps, and a tap outside of the image reads zeros. Products and sums are rounded
/// one by one in ascending source address, so the bits are those of the walk; a payload of 0 adds a zero, which no sum can show. Not for payloads that are not
/// finite, since the zeros are multiplied too.
/// </summary>
internal sealed unsafe class DensePixels<TLanes, TVector, TWeight, TSum>(ConvMap map, PackedRows<TWeight> rows)
    where TLanes : struct, IRowLanes<TVector, TWeight, TSum>
    where TVector : struct
    where TWeight : unmanaged
    where TSum : unmanaged
{
    private const int Together = 4;

    private readonly AlignedBuffer<TSum> zeros = new((long)map.X.Kernel * map.Channels);

    /// <summary>Whether this is faster than the walk: from about a third of the payloads on, since four pixels share a row.</summary>
    public static bool Pays(EventList<TSum> events) => !events.Ones && events.Finite && events.Count > events.Size / 3;

    /// <summary>Adds all payloads to the pixels <paramref name="firstPixel"/> to <paramref name="endPixel"/> - 1.</summary>
    public void Add(EventList<TSum> events, TSum* sums, int firstPixel, int endPixel)
    {
        var spare = stackalloc TSum[(Together * 4 * TLanes.Width) + 16];
        spare = (TSum*)(((nuint)spare + 63) & ~(nuint)63);
        var windows = stackalloc Window[Together];
        foreach (ref readonly var block in rows.Blocks.AsSpan())
        {
            var (columns, registers) = (block.Columns, block.Width / TLanes.Width);
            for (var pixel = firstPixel; pixel < endPixel; pixel += Together)
            {
                var here = Math.Min(Together, endPixel - pixel);
                var staged = here < Together || columns < block.Width;
                var cells = sums + ((long)pixel * map.OutChannels) + block.FirstColumn;
                for (var p = 0; staged && p < here; p++) new Span<TSum>(cells + ((long)p * map.OutChannels), columns).CopyTo(new(spare + (p * block.Width), columns));
                for (var p = 0; p < Together; p++) windows[p] = new(map, p < here ? pixel + p : -1);
                var into = staged ? spare : cells;
                var stride = staged ? block.Width : map.OutChannels;
                var weights = rows.Pointer + block.Offset;
                if (registers == 4) Four(events.Values, windows, weights, into, stride);
                else if (registers == 2) Two(events.Values, windows, weights, into, stride);
                else One(events.Values, windows, weights, into, stride);
                for (var p = 0; staged && p < here; p++) new Span<TSum>(spare + (p * block.Width), columns).CopyTo(new(cells + ((long)p * map.OutChannels), columns));
            }
        }
    }

    /// <summary>Where the payloads of a pixel's tap stand, or zeros where it is outside; a whole kernel row at once where none is.</summary>
    private TSum* Payloads(TSum* values, in Window window, int ky, int kx, bool wholeRow)
    {
        var (y, x) = (window.Y + (ky * map.Y.Dilation), window.X + (kx * map.X.Dilation));
        var outside = window.IsSpare || (uint)y >= (uint)map.Y.Input || (!wholeRow && (uint)x >= (uint)map.X.Input);
        return outside ? zeros.Pointer : values + ((((long)y * map.X.Input) + x) * map.Channels);
    }

    private bool WholeRows(Window* windows)
    {
        if (map.X.Dilation != 1) return false;
        for (var p = 0; p < Together; p++)
            if (!windows[p].IsSpare && (windows[p].X < 0 || windows[p].X + map.X.Kernel > map.X.Input)) return false;
        return true;
    }

    private void Four(TSum* values, Window* windows, TWeight* weights, TSum* sums, int stride)
    {
        var width = TLanes.Width;
        TSum* s1 = sums + stride, s2 = s1 + stride, s3 = s2 + stride;
        TVector a0 = TLanes.Load(sums), b0 = TLanes.Load(sums + width), c0 = TLanes.Load(sums + (2 * width)), d0 = TLanes.Load(sums + (3 * width));
        TVector a1 = TLanes.Load(s1), b1 = TLanes.Load(s1 + width), c1 = TLanes.Load(s1 + (2 * width)), d1 = TLanes.Load(s1 + (3 * width));
        TVector a2 = TLanes.Load(s2), b2 = TLanes.Load(s2 + width), c2 = TLanes.Load(s2 + (2 * width)), d2 = TLanes.Load(s2 + (3 * width));
        TVector a3 = TLanes.Load(s3), b3 = TLanes.Load(s3 + width), c3 = TLanes.Load(s3 + (2 * width)), d3 = TLanes.Load(s3 + (3 * width));
        var whole = WholeRows(windows);
        var (taps, length) = whole ? (1, map.X.Kernel * map.Channels) : (map.X.Kernel, map.Channels);
        for (var ky = 0; ky < map.Y.Kernel; ky++)
        {
            for (var kx = 0; kx < taps; kx++)
            {
                TSum* p0 = Payloads(values, windows[0], ky, kx, whole), p1 = Payloads(values, windows[1], ky, kx, whole);
                TSum* p2 = Payloads(values, windows[2], ky, kx, whole), p3 = Payloads(values, windows[3], ky, kx, whole);
                for (var c = 0; c < length; c++, weights += 4 * width)
                {
                    TVector a = TLanes.Row(weights), b = TLanes.Row(weights + width), e = TLanes.Row(weights + (2 * width)), d = TLanes.Row(weights + (3 * width));
                    var payload = TLanes.Splat(p0[c]);
                    (a0, b0, c0, d0) = (TLanes.AddProduct(a0, payload, a), TLanes.AddProduct(b0, payload, b), TLanes.AddProduct(c0, payload, e), TLanes.AddProduct(d0, payload, d));
                    payload = TLanes.Splat(p1[c]);
                    (a1, b1, c1, d1) = (TLanes.AddProduct(a1, payload, a), TLanes.AddProduct(b1, payload, b), TLanes.AddProduct(c1, payload, e), TLanes.AddProduct(d1, payload, d));
                    payload = TLanes.Splat(p2[c]);
                    (a2, b2, c2, d2) = (TLanes.AddProduct(a2, payload, a), TLanes.AddProduct(b2, payload, b), TLanes.AddProduct(c2, payload, e), TLanes.AddProduct(d2, payload, d));
                    payload = TLanes.Splat(p3[c]);
                    (a3, b3, c3, d3) = (TLanes.AddProduct(a3, payload, a), TLanes.AddProduct(b3, payload, b), TLanes.AddProduct(c3, payload, e), TLanes.AddProduct(d3, payload, d));
                }
            }
        }

        Store(a0, b0, c0, d0, sums);
        Store(a1, b1, c1, d1, s1);
        Store(a2, b2, c2, d2, s2);
        Store(a3, b3, c3, d3, s3);
    }

    private static void Store(TVector a, TVector b, TVector c, TVector d, TSum* sums)
    {
        TLanes.Store(a, sums);
        TLanes.Store(b, sums + TLanes.Width);
        TLanes.Store(c, sums + (2 * TLanes.Width));
        TLanes.Store(d, sums + (3 * TLanes.Width));
    }

    private void Two(TSum* values, Window* windows, TWeight* weights, TSum* sums, int stride)
    {
        var width = TLanes.Width;
        TSum* s1 = sums + stride, s2 = s1 + stride, s3 = s2 + stride;
        TVector a0 = TLanes.Load(sums), b0 = TLanes.Load(sums + width), a1 = TLanes.Load(s1), b1 = TLanes.Load(s1 + width);
        TVector a2 = TLanes.Load(s2), b2 = TLanes.Load(s2 + width), a3 = TLanes.Load(s3), b3 = TLanes.Load(s3 + width);
        var whole = WholeRows(windows);
        var (taps, length) = whole ? (1, map.X.Kernel * map.Channels) : (map.X.Kernel, map.Channels);
        for (var ky = 0; ky < map.Y.Kernel; ky++)
        {
            for (var kx = 0; kx < taps; kx++)
            {
                TSum* p0 = Payloads(values, windows[0], ky, kx, whole), p1 = Payloads(values, windows[1], ky, kx, whole);
                TSum* p2 = Payloads(values, windows[2], ky, kx, whole), p3 = Payloads(values, windows[3], ky, kx, whole);
                for (var c = 0; c < length; c++, weights += 2 * width)
                {
                    TVector a = TLanes.Row(weights), b = TLanes.Row(weights + width);
                    TVector q0 = TLanes.Splat(p0[c]), q1 = TLanes.Splat(p1[c]), q2 = TLanes.Splat(p2[c]), q3 = TLanes.Splat(p3[c]);
                    (a0, b0) = (TLanes.AddProduct(a0, q0, a), TLanes.AddProduct(b0, q0, b));
                    (a1, b1) = (TLanes.AddProduct(a1, q1, a), TLanes.AddProduct(b1, q1, b));
                    (a2, b2) = (TLanes.AddProduct(a2, q2, a), TLanes.AddProduct(b2, q2, b));
                    (a3, b3) = (TLanes.AddProduct(a3, q3, a), TLanes.AddProduct(b3, q3, b));
                }
            }
        }

        TLanes.Store(a0, sums);
        TLanes.Store(b0, sums + width);
        TLanes.Store(a1, s1);
        TLanes.Store(b1, s1 + width);
        TLanes.Store(a2, s2);
        TLanes.Store(b2, s2 + width);
        TLanes.Store(a3, s3);
        TLanes.Store(b3, s3 + width);
    }

    private void One(TSum* values, Window* windows, TWeight* weights, TSum* sums, int stride)
    {
        var width = TLanes.Width;
        TSum* s1 = sums + stride, s2 = s1 + stride, s3 = s2 + stride;
        TVector a0 = TLanes.Load(sums), a1 = TLanes.Load(s1), a2 = TLanes.Load(s2), a3 = TLanes.Load(s3);
        var whole = WholeRows(windows);
        var (taps, length) = whole ? (1, map.X.Kernel * map.Channels) : (map.X.Kernel, map.Channels);
        for (var ky = 0; ky < map.Y.Kernel; ky++)
        {
            for (var kx = 0; kx < taps; kx++)
            {
                TSum* p0 = Payloads(values, windows[0], ky, kx, whole), p1 = Payloads(values, windows[1], ky, kx, whole);
                TSum* p2 = Payloads(values, windows[2], ky, kx, whole), p3 = Payloads(values, windows[3], ky, kx, whole);
                for (var c = 0; c < length; c++, weights += width)
                {
                    var a = TLanes.Row(weights);
                    a0 = TLanes.AddProduct(a0, TLanes.Splat(p0[c]), a);
                    a1 = TLanes.AddProduct(a1, TLanes.Splat(p1[c]), a);
                    a2 = TLanes.AddProduct(a2, TLanes.Splat(p2[c]), a);
                    a3 = TLanes.AddProduct(a3, TLanes.Splat(p3[c]), a);
                }
            }
        }

        TLanes.Store(a0, sums);
        TLanes.Store(a1, s1);
        TLanes.Store(a2, s2);
        TLanes.Store(a3, s3);
    }

    /// <summary>Where the window of a pixel starts; a spare one (pixel -1) sees only zeros.</summary>
    private readonly struct Window
    {
        public readonly int Y;
        public readonly int X;
        public readonly bool IsSpare;

        public Window(ConvMap map, int pixel)
        {
            IsSpare = pixel < 0;
            if (IsSpare) return;
            var (oy, ox) = Math.DivRem(pixel, map.X.Output);
            (Y, X) = (map.Y.InputOf(oy, 0), map.X.InputOf(ox, 0));
        }
    }
}
