using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Compiler.Passes;

/// <summary>A convolution with its weights in binary64, as merges compute them; rows as <see cref="ConvMap"/> says.</summary>
internal sealed record DoubleConvolution(ConvMap Map, double[] Rows);

/// <summary>
/// Two convolutions in sequence as one. Taps, strides and pads compose; the weights of a tap are sums of matrix products over the channels in between.
/// The one is the two exactly if no pad of the second stands for something the first would have computed: where the second reads beyond the middle image it reads 0,
/// and the merged one must find nothing there either.
/// </summary>
internal static class ConvolutionProduct
{
    /// <summary>The address function of <paramref name="first"/> followed by <paramref name="second"/>; null, and why, where there is no exact one.</summary>
    public static ConvMap? Map(ConvMap first, ConvMap second, out string why)
    {
        why = "";
        if (!Fit(ref first, ref second))
        {
            why = $"an image of {first.Y.Output}x{first.X.Output} with {first.OutChannels} channels is read as {second.Y.Input}x{second.X.Input} with {second.Channels}";
            return null;
        }

        if (Then(first.Y, second.Y) is not { } y || Then(first.X, second.X) is not { } x)
        {
            why = "at the border the second reads zeros where the first would compute something";
            return null;
        }

        var map = new ConvMap(y, x, first.Channels, second.OutChannels, Greatest(first.Groups, second.Groups));
        if ((long)y.Kernel * x.Kernel * map.Channels * map.GroupOutputs <= MostWeights) return map;
        why = $"it would have {(long)y.Kernel * x.Kernel * map.Channels * map.GroupOutputs} weights, more than {MostWeights}";
        return null;
    }

    /// <summary>Both as one, with weights; the maps must compose. Taps are computed side by side, each in its own order, so threads cannot be seen in the result.</summary>
    public static DoubleConvolution Of(DoubleConvolution first, DoubleConvolution second)
    {
        var (a, b) = (first.Map, second.Map);
        if (!Fit(ref a, ref b) || Map(a, b, out var why) is not { } map) throw new ArgumentException("these convolutions are not one");
        var rows = new double[map.RowCount];
        var pairs = Pairs(a, b, map);
        var perTap = map.Channels * map.GroupOutputs;
        Parallel.For(0, pairs.Length, tap =>
        {
            foreach (var (from, to) in pairs[tap])
            {
                var left = first.Rows.AsSpan(from * a.Channels * a.GroupOutputs, a.Channels * a.GroupOutputs);
                var right = second.Rows.AsSpan(to * b.Channels * b.GroupOutputs, b.Channels * b.GroupOutputs);
                var sum = rows.AsSpan(tap * perTap, perTap);
                if (a.Groups == 1 && b.Groups == 1) MatrixProduct.Add(left, right, sum, a.Channels, a.OutChannels, b.OutChannels);
                else AddGrouped(a, left, b, right, map, sum);
            }
        });
        return new(map, rows);
    }

    /// <summary>Whether a convolution looks at nothing but the pixel itself.</summary>
    public static bool IsPointwise(ConvMap map) => IsPointwise(map.Y) && IsPointwise(map.X);

    /// <summary>A pixel-wise convolution does not care how its pixels are arranged (tokens of an image, say): takes the other's arrangement.</summary>
    private static bool Fit(ref ConvMap first, ref ConvMap second)
    {
        if (first.OutChannels != second.Channels || first.Y.Output * first.X.Output != second.Y.Input * second.X.Input) return false;
        if (first.Y.Output == second.Y.Input && first.X.Output == second.X.Input) return true;
        if (IsPointwise(first)) first = first with { Y = new(second.Y.Input, second.Y.Input, 1), X = new(second.X.Input, second.X.Input, 1) };
        else if (IsPointwise(second)) second = second with { Y = new(first.Y.Output, first.Y.Output, 1), X = new(first.X.Output, first.X.Output, 1) };
        else return false;
        return true;
    }

    /// <summary>Weights one address function can index (and half of what an array holds).</summary>
    private const long MostWeights = 1 << 30;

    private static bool IsPointwise(Window w) => w is { Kernel: 1, Stride: 1, Pad: 0 } && w.Input == w.Output;

    /// <summary>Distances between taps of the merged kernel that a step of a tap of either makes: i = (o*S2 - P2 + k2*D2)*S1 - P1 + k1*D1.</summary>
    private static (int First, int Second, int Dilation) Steps(Window first, Window second)
    {
        var one = first.Kernel == 1 ? 0 : first.Dilation;
        var two = second.Kernel == 1 ? 0 : second.Dilation * first.Stride;
        return (one, two, Math.Max(1, Greatest(one, two)));
    }

    private static Window? Then(Window first, Window second)
    {
        for (var o = 0; o < second.Output; o++)
        {
            for (var tap = 0; tap < second.Kernel; tap++)
            {
                var middle = second.InputOf(o, tap);
                if (middle >= 0 && middle < first.Output) continue;
                for (var k = 0; k < first.Kernel; k++)
                    if (first.InputOf(middle, k) is var i && i >= 0 && i < first.Input) return null;
            }
        }

        var (one, two, dilation) = Steps(first, second);
        var kernel = ((((first.Kernel - 1) * one) + ((second.Kernel - 1) * two)) / dilation) + 1;
        return new(first.Input, second.Output, kernel, first.Stride * second.Stride, first.Pad + (second.Pad * first.Stride), dilation);
    }

    /// <summary>For each merged tap, the taps of both that meet in it.</summary>
    private static List<(int First, int Second)>[] Pairs(ConvMap a, ConvMap b, ConvMap map)
    {
        var pairs = new List<(int, int)>[map.Y.Kernel * map.X.Kernel];
        for (var i = 0; i < pairs.Length; i++) pairs[i] = [];
        var (y, x) = (Steps(a.Y, b.Y), Steps(a.X, b.X));
        for (var by = 0; by < b.Y.Kernel; by++)
            for (var bx = 0; bx < b.X.Kernel; bx++)
                for (var ay = 0; ay < a.Y.Kernel; ay++)
                    for (var ax = 0; ax < a.X.Kernel; ax++)
                    {
                        var (ky, kx) = (((ay * y.First) + (by * y.Second)) / y.Dilation, ((ax * x.First) + (bx * x.Second)) / x.Dilation);
                        pairs[(ky * map.X.Kernel) + kx].Add(((ay * a.X.Kernel) + ax, (by * b.X.Kernel) + bx));
                    }

        return pairs;
    }

    /// <summary>Where one of them has groups, channel by channel: depthwise weights scale rows, so few products are to be made.</summary>
    private static void AddGrouped(ConvMap a, ReadOnlySpan<double> left, ConvMap b, ReadOnlySpan<double> right, ConvMap map, Span<double> sum)
    {
        var (outA, outB, outputs) = (a.GroupOutputs, b.GroupOutputs, map.GroupOutputs);
        for (var c = 0; c < a.Channels; c++)
        {
            var middle = c / a.GroupInputs * outA;
            for (var j = 0; j < outA; j++)
            {
                var weight = left[(c * outA) + j];
                var first = (middle + j) / b.GroupInputs * outB % outputs;
                var into = sum.Slice((c * outputs) + first, outB);
                var from = right.Slice((middle + j) * outB, outB);
                for (var o = 0; o < outB; o++) into[o] = Math.FusedMultiplyAdd(weight, from[o], into[o]);
            }
        }
    }

    private static int Greatest(int a, int b)
    {
        while (b != 0) (a, b) = (b, a % b);
        return a;
    }
}
