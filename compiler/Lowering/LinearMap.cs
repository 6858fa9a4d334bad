using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Compiler.Lowering;

/// <summary>
/// A linear operation from one population's emissions to a value, in C order of the framework's tensors on both sides (images are
/// [1,C,H,W] or [1,C,L]). What <see cref="ModuleBuilder"/> turns into an address function once the layouts are known.
/// </summary>
internal abstract record LinearMap
{
    /// <summary>Elements of the source.</summary>
    public abstract int Sources { get; }

    /// <summary>Elements of the result.</summary>
    public abstract int Targets { get; }

    /// <summary>Shape as an image that the source must have, or null.</summary>
    public virtual int[]? SourceImage => null;

    /// <summary>Shape as an image that the result must have, or null.</summary>
    public virtual int[]? TargetImage => null;

    /// <summary>Whether the source's elements come pixel by pixel, channels innermost (tokens, [1,N,C]), and not channel by channel.</summary>
    public bool SourceTokens { get; init; }

    /// <summary>The same of the result's elements.</summary>
    public bool TargetTokens { get; init; }

    /// <summary>The map followed by a factor per result element (or one for all); null if this form cannot hold it.</summary>
    public abstract LinearMap? Scaled(Repeated factor);
}

/// <summary>Element by element, times a factor (one or one per element).</summary>
internal sealed record ElementMap(int Size, float[] Factor) : LinearMap
{
    public override int Sources => Size;

    public override int Targets => Size;

    public bool IsUnit => Factor.Length == 1 && Factor[0] == 1;

    public override LinearMap Scaled(Repeated factor) => new ElementMap(Size, Floats.Multiply(Factor, factor.Expanded(Size)));
}

/// <summary>Every source goes to at most one result element and no two to the same: transposes, slices, pads, concatenations.</summary>
internal sealed record IndexMap(int[] TargetOf, int Count, float[] Factor) : LinearMap
{
    public override int Sources => TargetOf.Length;

    public override int Targets => Count;

    public override LinearMap Scaled(Repeated factor) => new IndexMap(TargetOf, Count, Floats.Multiply(Factor, factor.Expanded(Count)));

    /// <summary>The same map in its simplest form: what moves nothing is element by element.</summary>
    public LinearMap Simplest()
    {
        if (TargetOf.Length != Count) return this;
        for (var i = 0; i < TargetOf.Length; i++)
            if (TargetOf[i] != i) return this;
        return new ElementMap(Count, Factor);
    }

    /// <summary>Extents (A, B) if element (a, b) of [A, B] goes to (b, a) of [B, A]; null if it is no such transposition.</summary>
    public (int A, int B)? AsTransposition()
    {
        if (TargetOf.Length != Count || Count < 4 || TargetOf[0] != 0) return null;
        var a = TargetOf[1];
        if (a <= 1 || Count % a != 0) return null;
        var b = Count / a;
        for (var i = 0; i < TargetOf.Length; i++)
            if (TargetOf[i] != (i % b * a) + (i / b)) return null;
        return (a, b);
    }
}

/// <summary>A full matrix, [Sources, Targets].</summary>
internal sealed record MatrixMap(int Rows, int Columns, float[] Weights) : LinearMap
{
    public override int Sources => Rows;

    public override int Targets => Columns;

    public override LinearMap Scaled(Repeated factor)
    {
        var scaled = new float[Weights.Length];
        for (var i = 0; i < scaled.Length; i++) scaled[i] = Weights[i] * factor[i % Columns];
        return this with { Weights = scaled };
    }
}

/// <summary>
/// A convolution: weights [OutChannels, Channels/Groups, KH, KW], or where <paramref name="Transposed"/> [Channels, OutChannels/Groups, KH, KW]
/// with the windows' roles swapped as in <see cref="TransposedConvMap"/>.
/// </summary>
internal sealed record ConvolutionMap(Window Y, Window X, int Channels, int OutChannels, int Groups, bool Transposed, bool OneDimensional, float[] Weights) : LinearMap
{
    private (int H, int W) In => Transposed ? (Y.Output, X.Output) : (Y.Input, X.Input);

    private (int H, int W) Out => Transposed ? (Y.Input, X.Input) : (Y.Output, X.Output);

    public override int Sources => Channels * In.H * In.W;

    public override int Targets => OutChannels * Out.H * Out.W;

    public override int[] SourceImage => OneDimensional ? [1, Channels, In.W] : [1, Channels, In.H, In.W];

    public override int[] TargetImage => OneDimensional ? [1, OutChannels, Out.W] : [1, OutChannels, Out.H, Out.W];

    public override LinearMap? Scaled(Repeated factor)
    {
        var pixels = Out.H * Out.W;
        if (factor.PerChannel(OutChannels, pixels, TargetTokens) is not { } perChannel) return null;
        var scaled = new float[Weights.Length];
        int taps = Y.Kernel * X.Kernel, perGroup = OutChannels / Groups;
        for (var i = 0; i < scaled.Length; i++)
        {
            var oc = Transposed ? (i / (taps * perGroup) / (Channels / Groups) * perGroup) + (i / taps % perGroup) : i / (taps * (Channels / Groups));
            scaled[i] = Weights[i] * perChannel[perChannel.Length == 1 ? 0 : oc];
        }
        return this with { Weights = scaled };
    }

    /// <summary>The convolution on inputs that are multiplied by one factor, or one per channel; null if they differ inside a channel.</summary>
    public ConvolutionMap? AfterFactor(Repeated factor)
    {
        var pixels = In.H * In.W;
        if (factor.PerChannel(Channels, pixels, SourceTokens) is not { } perChannel) return null;
        var scaled = new float[Weights.Length];
        int taps = Y.Kernel * X.Kernel, inputs = Channels / Groups, outputs = OutChannels / Groups;
        for (var i = 0; i < scaled.Length; i++)
        {
            var c = Transposed ? i / (taps * outputs) : (i / (taps * inputs) / outputs * inputs) + (i / taps % inputs);
            scaled[i] = Weights[i] * perChannel[perChannel.Length == 1 ? 0 : c];
        }
        return this with { Weights = scaled };
    }

    /// <summary>The same matrix [inputs, outputs] at each of a number of tokens: a convolution with one tap on tokens.</summary>
    public static ConvolutionMap OnTokens(int tokens, int inputs, int outputs, float[] matrix)
    {
        var weights = new float[matrix.Length];
        for (var o = 0; o < outputs; o++)
            for (var i = 0; i < inputs; i++) weights[(o * inputs) + i] = matrix[(i * outputs) + o];
        return new(Window.Single, new(tokens, tokens, 1), inputs, outputs, 1, false, true, weights) { SourceTokens = true, TargetTokens = true };
    }
}

/// <summary>Pooling of each channel: a sum with a factor (one or one per result pixel), or where <paramref name="Max"/> the maximum.</summary>
internal sealed record PoolingMap(Window Y, Window X, int Channels, bool OneDimensional, float[] Factor, bool Max = false) : LinearMap
{
    public override int Sources => Channels * Y.Input * X.Input;

    public override int Targets => Channels * Y.Output * X.Output;

    public override int[] SourceImage => OneDimensional ? [1, Channels, X.Input] : [1, Channels, Y.Input, X.Input];

    public override int[] TargetImage => OneDimensional ? [1, Channels, X.Output] : [1, Channels, Y.Output, X.Output];

    public override LinearMap? Scaled(Repeated factor) =>
        factor.IsUniform && !Max ? this with { Factor = Floats.Multiply(Factor, factor.Cycle) } : Max ? null : AsConvolution()?.Scaled(factor);

    /// <summary>The same as a depthwise convolution; null if the factor differs between pixels.</summary>
    public ConvolutionMap? AsConvolution()
    {
        if (Factor.Length != 1 || Max) return null;
        var weights = new float[Channels * Y.Kernel * X.Kernel];
        Array.Fill(weights, Factor[0]);
        return new(Y, X, Channels, Channels, Channels, false, OneDimensional, weights) { SourceTokens = SourceTokens, TargetTokens = TargetTokens };
    }

    /// <summary>Whether each result pixel is one input pixel or zero: padding, cropping, subsampling.</summary>
    public bool IsSelection => Y.Kernel == 1 && X.Kernel == 1 && !Max;
}

/// <summary>
/// Between active sites, or from them into a dense tensor. The function is known already, because it does not depend on layouts: rows are sites, channels innermost, on
/// either side. The strides of a scatter are those of the framework's tensor.
/// </summary>
internal sealed record SiteMapping(SiteMap Function, float[] Weights) : LinearMap
{
    public override int Sources => Function.SourceSize;

    public override int Targets => Function.TargetSize;

    public override int[] SourceImage => [1, Function.SourceChannels, Sources / Function.SourceChannels];

    public override int[]? TargetImage => Function is SiteConvMap m ? [1, m.OutChannels, m.Targets] : null;

    public override LinearMap? Scaled(Repeated factor)
    {
        if (Function is not SiteConvMap m) return factor.IsUniform ? this with { Weights = Floats.Multiply(Weights, factor.Cycle) } : null;
        return factor.PerChannel(m.OutChannels, m.Targets, true) is { } perChannel
            ? WithFactors(row => perChannel[perChannel.Length == 1 ? 0 : (row / m.GroupOutputs % m.Channels / m.GroupInputs * m.GroupOutputs) + (row % m.GroupOutputs)]) : null;
    }

    /// <summary>The same on inputs that are multiplied by one factor, or one per channel; null if they differ inside a channel.</summary>
    public SiteMapping? AfterFactor(Repeated factor) =>
        Function is SiteConvMap m && factor.PerChannel(m.Channels, m.Sources, true) is { } perChannel
            ? WithFactors(row => perChannel[perChannel.Length == 1 ? 0 : row / m.GroupOutputs % m.Channels]) : null;

    /// <summary>A scatter followed by an exchange of axes is a scatter with other strides; null where it is not.</summary>
    public SiteMapping? Moved(IndexMap index)
    {
        if (Function is not ScatterMap m || index.Factor is not [var factor] || index.Sources != m.Targets) return null;
        var strides = new[] { m.StrideZ, m.StrideY, m.StrideX, m.StrideC };
        var moved = Array.ConvertAll(strides, s => s == 0 ? 0 : index.TargetOf[s]);
        // Every element must be where the strides say, whatever order the axes had.
        var order = Enumerable.Range(0, 4).Where(i => strides[i] > 0).OrderByDescending(i => strides[i]).ToArray();
        for (var e = 0; e < index.TargetOf.Length; e++)
        {
            var (rest, to) = (e, 0L);
            foreach (var i in order)
            {
                to += (long)(rest / strides[i]) * moved[i];
                rest %= strides[i];
            }

            if (to != index.TargetOf[e]) return null;
        }

        return new(m with { Targets = index.Count, StrideZ = moved[0], StrideY = moved[1], StrideX = moved[2], StrideC = moved[3] }, Floats.Multiply(Weights, [factor]));
    }

    private SiteMapping WithFactors(Func<int, float> factorOf)
    {
        var scaled = new float[Weights.Length];
        for (var row = 0; row < scaled.Length; row++) scaled[row] = Weights[row] * factorOf(row);
        return this with { Weights = scaled };
    }
}

/// <summary>Explicit synapses, compressed by source; targets of a source ascend.</summary>
internal sealed record ExplicitMap(int[] Offsets, int[] TargetOf, float[] Weights, int Count) : LinearMap
{
    public override int Sources => Offsets.Length - 1;

    public override int Targets => Count;

    public override LinearMap Scaled(Repeated factor)
    {
        var scaled = new float[Weights.Length];
        for (var i = 0; i < scaled.Length; i++) scaled[i] = Weights[i] * factor[TargetOf[i]];
        return this with { Weights = scaled };
    }
}

/// <summary>Arrays of floats of which a single one stands for all elements.</summary>
internal static class Floats
{
    public static float[] One { get; } = [1f];

    public static float[] Multiply(float[] a, float[] b) => Zip(a, b, (x, y) => x * y);

    public static float[] Add(float[] a, float[] b) => Zip(a, b, (x, y) => x + y);

    public static float[] Zip(float[] a, float[] b, Func<float, float, float> f)
    {
        var result = new float[Math.Max(a.Length, b.Length)];
        for (var i = 0; i < result.Length; i++) result[i] = f(a[a.Length == 1 ? 0 : i], b[b.Length == 1 ? 0 : i]);
        return Compact(result);
    }

    public static float[] Compact(float[] values) => values.Length > 1 && Array.TrueForAll(values, v => v == values[0]) ? [values[0]] : values;

    /// <summary>A constant tensor broadcast to a shape, as floats in C order; one value if all are equal.</summary>
    public static float[] Broadcast(Ir.Tensors.Tensor tensor, IReadOnlyList<int> shape)
    {
        var data = tensor.ToFloats();
        if (data.Length == 1) return [data[0]];
        var size = 1;
        foreach (var d in shape) size *= d;
        if (data.Length == size && tensor.Rank <= shape.Count) return Compact(data);
        var result = new float[size];
        var strides = new int[shape.Count];
        var stride = 1;
        for (int i = tensor.Rank - 1, j = shape.Count - 1; i >= 0 && j >= 0; i--, j--)
        {
            strides[j] = tensor.Shape[i] == 1 ? 0 : stride;
            stride *= tensor.Shape[i];
        }
        var index = new int[shape.Count];
        var at = 0;
        for (var n = 0; n < size; n++)
        {
            result[n] = data[at];
            for (var d = shape.Count - 1; d >= 0; d--)
            {
                at += strides[d];
                if (++index[d] < shape[d]) break;
                at -= strides[d] * shape[d];
                index[d] = 0;
            }
        }
        return Compact(result);
    }
}
