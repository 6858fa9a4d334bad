using System.Numerics;
using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Simulator.Engines.Kernels;

/// <summary>
/// Depthwise convolution: all channels of a pixel side by side, over the payloads themselves rather than the event list, since a payload of 0 adds a zero,
/// which no sum can show (no sum is ever -0). Inside the image a register of weights serves four neighbouring pixels.
/// </summary>
internal sealed unsafe class DepthwiseKernel<TLanes, TVector, T> : SynapseKernel<T>
    where TLanes : struct, IRowLanes<TVector, T, T>
    where TVector : struct
    where T : unmanaged, INumber<T>
{
    private readonly Window y;
    private readonly Window x;
    private readonly int channels;
    private readonly AlignedBuffer<T> weights;

    public DepthwiseKernel(ConvMap map, T[] weights)
    {
        (y, x, channels) = (map.Y, map.X, map.Channels);
        this.weights = new(weights.Length);
        weights.CopyTo(this.weights.Span);
    }

    public override int Granule => channels;

    public override void Prepare(EventList<T> events)
    {
    }

    public override long Work(EventList<T> events) => (long)y.Output * x.Output * channels * y.Kernel * x.Kernel;

    public override void Add(EventList<T> events, T* sums, int first, int end)
    {
        if (events.Count == 0) return;
        var (oy, ox) = Math.DivRem(first / channels, x.Output);
        var endPixel = end / channels;
        for (var pixel = first / channels; pixel < endPixel;)
        {
            var line = Inside(y, oy);
            var here = Inside(x, ox);
            var four = ox + 4 <= x.Output && pixel + 4 <= endPixel && here == (0, x.Kernel) && Inside(x, ox + 3) == (0, x.Kernel);
            var corner = (((long)y.InputOf(oy, 0) * x.Input) + x.InputOf(ox, 0)) * channels;
            var place = new Place(events.Values + corner, line.First, line.End, here.First, here.End);
            if (four) Four(place, sums + ((long)pixel * channels));
            else One(place, sums + ((long)pixel * channels), 0);
            var step = four ? 4 : 1;
            (pixel, ox) = (pixel + step, ox + step);
            if (ox == x.Output) (oy, ox) = (oy + 1, 0);
        }
    }

    /// <summary>The taps of an output that lie in the image.</summary>
    private static (int First, int End) Inside(Window axis, int output)
    {
        var at = axis.InputOf(output, 0);
        var first = at >= 0 ? 0 : (axis.Dilation - 1 - at) / axis.Dilation;
        var end = at >= axis.Input ? 0 : Math.Min(axis.Kernel, (axis.Input - 1 - at + axis.Dilation) / axis.Dilation);
        return (first, end);
    }

    private void Four(in Place place, T* sums)
    {
        var (down, across, next) = (y.Dilation * x.Input * channels, x.Dilation * channels, x.Stride * channels);
        var c = 0;
        for (; c + TLanes.Width <= channels; c += TLanes.Width)
        {
            var at = sums + c;
            var (s0, s1) = (TLanes.Load(at), TLanes.Load(at + channels));
            var (s2, s3) = (TLanes.Load(at + (2 * channels)), TLanes.Load(at + (3 * channels)));
            for (var ky = place.FirstY; ky < place.EndY; ky++)
            {
                var payload = place.Corner + c + ((long)ky * down);
                var weight = weights.Pointer + c + ((long)ky * x.Kernel * channels);
                for (var kx = 0; kx < x.Kernel; kx++, payload += across, weight += channels)
                {
                    var w = TLanes.Row(weight);
                    s0 = TLanes.AddScaled(s0, w, payload);
                    s1 = TLanes.AddScaled(s1, w, payload + next);
                    s2 = TLanes.AddScaled(s2, w, payload + (2 * next));
                    s3 = TLanes.AddScaled(s3, w, payload + (3 * next));
                }
            }

            TLanes.Store(s0, at);
            TLanes.Store(s1, at + channels);
            TLanes.Store(s2, at + (2 * channels));
            TLanes.Store(s3, at + (3 * channels));
        }

        for (var p = 0; p < 4 && c < channels; p++) One(new(place.Corner + ((long)p * next), place.FirstY, place.EndY, place.FirstX, place.EndX), sums + ((long)p * channels), c);
    }

    /// <summary>The channels from <paramref name="c"/> on of one pixel.</summary>
    private void One(in Place place, T* sums, int c)
    {
        var (down, across) = (y.Dilation * x.Input * channels, x.Dilation * channels);
        for (; c + TLanes.Width <= channels; c += TLanes.Width)
        {
            var sum = TLanes.Load(sums + c);
            for (var ky = place.FirstY; ky < place.EndY; ky++)
            {
                for (var kx = place.FirstX; kx < place.EndX; kx++)
                {
                    var payload = place.Corner + c + ((long)ky * down) + ((long)kx * across);
                    sum = TLanes.AddScaled(sum, TLanes.Row(weights.Pointer + c + ((((long)ky * x.Kernel) + kx) * channels)), payload);
                }
            }

            TLanes.Store(sum, sums + c);
        }

        for (; c < channels; c++)
        {
            var sum = sums[c];
            for (var ky = place.FirstY; ky < place.EndY; ky++)
            {
                for (var kx = place.FirstX; kx < place.EndX; kx++)
                    sum += place.Corner[c + ((long)ky * down) + ((long)kx * across)] * weights.Pointer[c + ((((long)ky * x.Kernel) + kx) * channels)];
            }

            sums[c] = sum;
        }
    }

    /// <summary>A window on the payloads: where its first tap is (perhaps outside of the image) and which taps are inside.</summary>
    private readonly struct Place(T* corner, int firstY, int endY, int firstX, int endX)
    {
        public readonly T* Corner = corner;

        public readonly int FirstY = firstY;

        public readonly int EndY = endY;

        public readonly int FirstX = firstX;

        public readonly int EndX = endX;
    }
}
