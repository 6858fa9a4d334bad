using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Compiler.Lowering;

/// <summary>
/// What linear maps make of constants: biases that later operators move, weigh and add up. Constants that are the same at all pixels of a channel
/// stay cheap. Sums are taken in double precision and rounded once.
/// </summary>
internal static class LinearConstants
{
    /// <summary>The map's result for a constant source .</summary>
    public static Repeated Through(LinearMap map, Repeated constant) => map switch
    {
        ElementMap m => constant * m.Factor,
        IndexMap m => Moved(m, constant),
        MatrixMap m => Product(m, constant),
        ExplicitMap m => Synapses(m, constant),
        ConvolutionMap m => Convolution(m, constant),
        PoolingMap { Max: false } m => Pooling(m, constant),
        _ => throw new InvalidOperationException(map.GetType().Name),
    };

    /// <summary>Whether a result is one value, or one per channel, of the image or the tokens that a map makes.</summary>
    public static bool IsUniform(LinearMap map, Repeated result)
    {
        if (result.IsUniform) return true;
        if (map.TargetImage is not { } image) return false;
        return result.PerChannel(image[1], map.Targets / image[1], map.TargetTokens) is not null;
    }

    /// <summary>Whether a selection of pixels gives nothing at the elements that <paramref name="keep"/> leaves out (-1).</summary>
    public static bool IsZeroBeside(PoolingMap selection, int[] keep)
    {
        var reached = Through(selection, 1f);
        for (var i = 0; i < keep.Length; i++)
            if (keep[i] < 0 && reached[i] != 0) return false;
        return true;
    }

    private static bool IsInside(Window axis) => axis.InputOf(0, 0) >= 0 && axis.InputOf(axis.Output - 1, axis.Kernel - 1) < axis.Input;

    private static float At(float[] values, int i) => values[values.Length == 1 ? 0 : i];

    private static float[] Moved(IndexMap map, Repeated constant)
    {
        var result = new float[map.Count];
        for (var i = 0; i < map.TargetOf.Length; i++)
            if (map.TargetOf[i] is >= 0 and var to) result[to] = constant[i] * At(map.Factor, to);
        return result;
    }

    private static float[] Product(MatrixMap map, Repeated constant)
    {
        var sums = new double[map.Columns];
        for (var i = 0; i < map.Rows; i++)
        {
            double value = constant[i];
            if (value == 0) continue;
            var row = map.Weights.AsSpan(i * map.Columns, map.Columns);
            for (var t = 0; t < row.Length; t++) sums[t] += value * row[t];
        }
        return Rounded(sums);
    }

    private static float[] Synapses(ExplicitMap map, Repeated constant)
    {
        var sums = new double[map.Count];
        for (var a = 0; a < map.Sources; a++)
            for (var k = map.Offsets[a]; k < map.Offsets[a + 1]; k++) sums[map.TargetOf[k]] += (double)constant[a] * map.Weights[k];
        return Rounded(sums);
    }

    private static Repeated Pooling(PoolingMap map, Repeated constant)
    {
        if (map.AsConvolution() is { } depthwise) return Convolution(depthwise, constant);
        return Synapses(LinearAlgebra.Synapses(map), constant);
    }

    private static Repeated Convolution(ConvolutionMap map, Repeated constant)
    {
        int taps = map.Y.Kernel * map.X.Kernel, inputs = map.Channels / map.Groups, outputs = map.OutChannels / map.Groups;
        int sourcePixels = map.Sources / map.Channels, targetPixels = map.Targets / map.OutChannels;
        var perChannel = constant.PerChannel(map.Channels, sourcePixels, map.SourceTokens);
        // One tap on every pixel, or windows that all lie inside the image: the same for each pixel.
        if (perChannel is not null && !map.Transposed && IsInside(map.Y) && IsInside(map.X))
        {
            var sums = new float[map.OutChannels];
            for (var oc = 0; oc < sums.Length; oc++)
            {
                double sum = 0;
                for (var i = 0; i < inputs; i++)
                    for (var tap = 0; tap < taps; tap++) sum += (double)WeightOf(oc, i, tap) * At(perChannel, ChannelOf(oc, i));
                sums[oc] = (float)sum;
            }
            return Repeated.Of(sums, map.TargetTokens ? 1 : targetPixels);
        }
        var result = new float[map.Targets];
        var image = new double[targetPixels];
        var pairs = Enumerable.Range(0, taps).Select(tap => Pairs(map, tap).ToArray()).ToArray();
        for (var oc = 0; oc < map.OutChannels; oc++)
        {
            Array.Clear(image);
            for (var tap = 0; tap < taps; tap++)
            {
                if (perChannel is null)
                {
                    for (var i = 0; i < inputs; i++) AddChannel(oc, i, tap);
                    continue;
                }
                double sum = 0;
                for (var i = 0; i < inputs; i++) sum += (double)WeightOf(oc, i, tap) * At(perChannel, ChannelOf(oc, i));
                if (sum == 0) continue;
                foreach (var (_, target) in pairs[tap]) image[target] += sum;
            }
            for (var p = 0; p < targetPixels; p++) result[map.TargetTokens ? (p * map.OutChannels) + oc : (oc * targetPixels) + p] = (float)image[p];
        }
        return result;

        int ChannelOf(int oc, int i) => (oc / outputs * inputs) + i;

        float WeightOf(int oc, int i, int tap) =>
            map.Weights[((map.Transposed ? (ChannelOf(oc, i) * outputs) + (oc % outputs) : (oc * inputs) + i) * taps) + tap];

        void AddChannel(int oc, int i, int tap)
        {
            double weight = WeightOf(oc, i, tap);
            var c = ChannelOf(oc, i);
            if (weight == 0) return;
            foreach (var (source, target) in pairs[tap])
                image[target] += weight * constant[map.SourceTokens ? (source * map.Channels) + c : (c * sourcePixels) + source];
        }
    }

    /// <summary>Source and target pixels that meet at a tap.</summary>
    private static IEnumerable<(int Source, int Target)> Pairs(ConvolutionMap map, int tap)
    {
        var (y, x) = (map.Y, map.X);
        for (var oy = 0; oy < y.Output; oy++)
        {
            var iy = y.InputOf(oy, tap / x.Kernel);
            if (iy < 0 || iy >= y.Input) continue;
            for (var ox = 0; ox < x.Output; ox++)
            {
                var ix = x.InputOf(ox, tap % x.Kernel);
                if (ix < 0 || ix >= x.Input) continue;
                var (input, output) = ((iy * x.Input) + ix, (oy * x.Output) + ox);
                yield return map.Transposed ? (output, input) : (input, output);
            }
        }
    }

    private static float[] Rounded(double[] sums) => Array.ConvertAll(sums, s => (float)s);
}
