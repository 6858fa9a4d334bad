using System.Numerics;
using System.Runtime.CompilerServices;
using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Simulator.Engines.Kernels;

/// <summary>Which weight a channelwise map uses.</summary>
internal enum ChannelWeights
{
    /// <summary>One for all.</summary>
    One,

    /// <summary>One per target pixel.</summary>
    PerPixel,

    /// <summary>One per tap and channel: depthwise convolution.</summary>
    PerTap,
}

/// <summary>
/// Windows that stay within a channel: pooling and depthwise convolution, sum or maximum. All channels of a pixel at once, over the payloads
/// themselves rather than the event list: a payload of 0 adds a zero, which no sum can show (no sum is ever -0).
/// </summary>
internal sealed unsafe class ChannelwiseKernel<T> : SynapseKernel<T> where T : unmanaged, INumber<T>
{
    private readonly Window y;
    private readonly Window x;
    private readonly int channels;
    private readonly ChannelWeights kind;
    private readonly T[] weights;
    private readonly bool maximum;

    public ChannelwiseKernel(Window y, Window x, int channels, ChannelWeights kind, T[] weights, bool maximum)
    {
        (this.y, this.x, this.channels, this.kind, this.weights, this.maximum) = (y, x, channels, kind, weights, maximum);
    }

    public override int Granule => channels;

    public override void Prepare(EventList<T> events)
    {
    }

    public override long Work(EventList<T> events) => (long)y.Output * x.Output * channels * y.Kernel * x.Kernel / 4;

    public override void Add(EventList<T> events, T* sums, int first, int end)
    {
        // A maximum over zeros is 0 (the window may hold a -0, which a sum does not show either).
        if (events.Count == 0) return;
        var taps = stackalloc Tap[y.Kernel * x.Kernel];
        fixed (T* weight = weights)
        {
            for (var pixel = first / channels; pixel < end / channels; pixel++)
            {
                var count = Taps(pixel, events.Values, weight, taps);
                var sum = sums + ((long)pixel * channels);
                if (maximum) AddGreatest(sum, taps, count);
                else AddAll(sum, taps, count);
            }
        }
    }

    private int Taps(int pixel, T* payloads, T* weight, Tap* into)
    {
        var (oy, ox) = Math.DivRem(pixel, x.Output);
        var count = 0;
        for (var ky = 0; ky < y.Kernel; ky++)
        {
            var iy = y.InputOf(oy, ky);
            if ((uint)iy >= (uint)y.Input) continue;
            for (var kx = 0; kx < x.Kernel; kx++)
            {
                var ix = x.InputOf(ox, kx);
                if ((uint)ix >= (uint)x.Input) continue;
                var at = kind switch
                {
                    ChannelWeights.PerTap => ((ky * x.Kernel) + kx) * channels,
                    ChannelWeights.PerPixel => pixel,
                    _ => 0,
                };
                into[count++] = new(payloads + ((((long)iy * x.Input) + ix) * channels), weight + at);
            }
        }

        return count;
    }

    private void AddAll(T* sum, Tap* taps, int count)
    {
        var perChannel = kind == ChannelWeights.PerTap;
        var c = 0;
        for (; c + Vector<T>.Count <= channels; c += Vector<T>.Count)
        {
            var total = Vector.Load(sum + c);
            for (var t = 0; t < count; t++)
                total += Vector.Load(taps[t].Payloads + c) * (perChannel ? Vector.Load(taps[t].Weights + c) : new Vector<T>(*taps[t].Weights));
            total.Store(sum + c);
        }

        for (; c < channels; c++)
        {
            var total = sum[c];
            for (var t = 0; t < count; t++) total += taps[t].Payloads[c] * taps[t].Weights[perChannel ? c : 0];
            sum[c] = total;
        }
    }

    private void AddGreatest(T* sum, Tap* taps, int count)
    {
        if (count == 0) return;
        var perChannel = kind == ChannelWeights.PerTap;
        var c = 0;
        for (; c + Vector<T>.Count <= channels; c += Vector<T>.Count)
        {
            var greatest = Product(taps[0]);
            for (var t = 1; t < count; t++)
            {
                var product = Product(taps[t]);
                greatest = Vector.ConditionalSelect(Vector.GreaterThan(product, greatest), product, greatest);
            }

            (Vector.Load(sum + c) + greatest).Store(sum + c);
        }

        for (; c < channels; c++)
        {
            var greatest = taps[0].Payloads[c] * taps[0].Weights[perChannel ? c : 0];
            for (var t = 1; t < count; t++)
            {
                var product = taps[t].Payloads[c] * taps[t].Weights[perChannel ? c : 0];
                if (product > greatest) greatest = product;
            }

            sum[c] += greatest;
        }

        Vector<T> Product(in Tap tap) => Vector.Load(tap.Payloads + c) * (perChannel ? Vector.Load(tap.Weights + c) : new Vector<T>(*tap.Weights));
    }

    /// <summary>Payloads of all channels at one place of the window, and their weight or weights.</summary>
    private readonly struct Tap(T* payloads, T* weights)
    {
        public readonly T* Payloads = payloads;

        public readonly T* Weights = weights;
    }
}

/// <summary>One weight per address, modulo their number: shortcuts and joins.</summary>
internal sealed unsafe class IdentityKernel<T> : SynapseKernel<T> where T : unmanaged, INumber<T>
{
    private readonly T[] weights;

    public IdentityKernel(T[] weights) => this.weights = weights;

    public override void Prepare(EventList<T> events)
    {
    }

    public override long Work(EventList<T> events) => events.Size / 4;

    public override void Add(EventList<T> events, T* sums, int first, int end)
    {
        if (events.Count == 0) return;
        if (weights.Length == 1)
        {
            Elementwise.AddProducts(new Span<T>(sums + first, end - first), new ReadOnlySpan<T>(events.Values + first, end - first), weights[0]);
            return;
        }

        for (var at = first; at < end;)
        {
            var row = at % weights.Length;
            var length = Math.Min(weights.Length - row, end - at);
            Elementwise.AddProducts(new Span<T>(sums + at, length), new ReadOnlySpan<T>(events.Values + at, length), weights.AsSpan(row, length));
            at += length;
        }
    }
}

/// <summary>At most one source per target: transposes, slices, concatenations. Read backwards, so that a range of targets is independent.</summary>
internal sealed unsafe class PermutationKernel<T> : SynapseKernel<T> where T : unmanaged, INumber<T>
{
    private readonly int[] sourceOf;
    private readonly T[] weights;

    public PermutationKernel(PermutationMap map, T[] weights)
    {
        this.weights = weights;
        sourceOf = new int[map.Targets];
        Array.Fill(sourceOf, -1);
        for (var a = 0; a < map.TargetOf.Length; a++)
            if (map.TargetOf[a] >= 0) sourceOf[map.TargetOf[a]] = a;
    }

    public override void Prepare(EventList<T> events)
    {
    }

    public override long Work(EventList<T> events) => sourceOf.Length * 2L;

    public override void Add(EventList<T> events, T* sums, int first, int end)
    {
        if (events.Count == 0) return;
        var values = events.Values;
        for (var t = first; t < end; t++)
        {
            var source = sourceOf[t];
            if (source >= 0) sums[t] += values[source] * weights[weights.Length == 1 ? 0 : t % weights.Length];
        }
    }
}

/// <summary>Sums of products over spans, products and sums rounded one by one.</summary>
internal static class Elementwise
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<T>(Span<T> sums, ReadOnlySpan<T> values) where T : unmanaged, INumber<T>
    {
        var i = 0;
        for (; i + Vector<T>.Count <= sums.Length; i += Vector<T>.Count)
            (new Vector<T>(sums[i..]) + new Vector<T>(values[i..])).CopyTo(sums[i..]);
        for (; i < sums.Length; i++) sums[i] += values[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProducts<T>(Span<T> sums, ReadOnlySpan<T> values, T weight) where T : unmanaged, INumber<T>
    {
        var i = 0;
        var splat = new Vector<T>(weight);
        for (; i + Vector<T>.Count <= sums.Length; i += Vector<T>.Count)
            (new Vector<T>(sums[i..]) + (new Vector<T>(values[i..]) * splat)).CopyTo(sums[i..]);
        for (; i < sums.Length; i++) sums[i] += values[i] * weight;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProducts<T>(Span<T> sums, ReadOnlySpan<T> values, ReadOnlySpan<T> weights) where T : unmanaged, INumber<T>
    {
        var i = 0;
        for (; i + Vector<T>.Count <= sums.Length; i += Vector<T>.Count)
            (new Vector<T>(sums[i..]) + (new Vector<T>(values[i..]) * new Vector<T>(weights[i..]))).CopyTo(sums[i..]);
        for (; i < sums.Length; i++) sums[i] += values[i] * weights[i];
    }
}
