using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Compiler.Lowering;

/// <summary>
/// Two linear maps in a row as one, where that is exact and does not cost more synapses than it saves. Null means: keep them apart, with a
/// relay population between.
/// </summary>
internal static class LinearAlgebra
{
    private const long MostExpanded = 1 << 24;

    /// <summary>Weights that a merged convolution may have in any case, and how many times those of the two it is made of.</summary>
    private const int FewWeights = 1 << 16, MostRepeated = 4;

    public static LinearMap? Compose(LinearMap first, LinearMap second) => (first, second) switch
    {
        (ElementMap { IsUnit: true }, _) => second,
        (_, ElementMap element) => first.Scaled(element.Factor),
        (ElementMap { Factor.Length: 1 } element, _) when second.Scaled(element.Factor) is { } scaled => scaled,
        (ElementMap element, MatrixMap matrix) => ScaleRows(matrix, element.Factor),
        (ElementMap element, ConvolutionMap conv) => conv.AfterFactor(element.Factor),
        (ElementMap element, IndexMap index) => new IndexMap(index.TargetOf, index.Count, Floats.Multiply(index.Factor, Moved(element.Factor, index))),
        (ElementMap element, PoolingMap { Max: false } pool) => pool.AsConvolution()?.AfterFactor(element.Factor),
        (ElementMap element, SiteMapping sites) => sites.AfterFactor(element.Factor),
        (SiteMapping scatter, IndexMap index) => scatter.Moved(index),
        (ElementMap element, ExplicitMap map) => ScaleSources(map, element.Factor),
        (ContractionMap product, IndexMap { Factor.Length: 1 } index) => product.Moved(ContractionSide.Target, index.Count, t => index.TargetOf[t])?.Scaled(index.Factor),
        (ContractionMap product, ExplicitMap map) => Summed(product, map),
        (ContractionMap product, PoolingMap { Max: false } pool) => Summed(product, Synapses(pool)),
        (IndexMap index, IndexMap next) => Chain(index, next).Simplest(),
        (IndexMap index, ConvolutionMap conv) => Turned(index, conv),
        (ConvolutionMap conv, IndexMap index) => Turned(conv, index),
        (IndexMap index, PoolingMap pool) => Turned(index, pool),
        (PoolingMap pool, IndexMap index) => Turned(pool, index),
        (IndexMap index, MatrixMap matrix) => Gathered(index, matrix),
        (IndexMap index, ExplicitMap map) => Gathered(index, map),
        (MatrixMap matrix, IndexMap index) => Scattered(matrix, index),
        (ExplicitMap map, IndexMap index) => Scattered(map, index),
        (PoolingMap { Max: false } pool, MatrixMap matrix) when (long)pool.Sources * matrix.Columns <= MostExpanded => Through(Synapses(pool), matrix),
        (ExplicitMap map, MatrixMap matrix) when (long)map.Sources * matrix.Columns <= MostExpanded => Through(map, matrix),
        (MatrixMap a, MatrixMap b) when (long)a.Rows * b.Columns <= (long)a.Rows * a.Columns => Product(a, b),
        (PoolingMap { Max: false } pool, ConvolutionMap { Transposed: false } conv) when pool.AsConvolution() is { } depthwise => Convolutions(depthwise, conv),
        (ConvolutionMap { Transposed: false } conv, PoolingMap { Max: false } pool) when pool.AsConvolution() is { } depthwise => Convolutions(conv, depthwise),
        (PoolingMap { Max: false } a, PoolingMap { Max: false } b) when a.AsConvolution() is { } x && b.AsConvolution() is { } y => Convolutions(x, y),
        _ => null,
    };

    /// <summary>A convolution on tokens that come as an image, or the other way round: only the order of the elements is another.</summary>
    private static ConvolutionMap? Turned(IndexMap index, ConvolutionMap conv) =>
        index.AsTransposition() is var (a, _) && a == (conv.SourceTokens ? conv.Channels : conv.Sources / conv.Channels)
            && conv.AfterFactor(index.Factor) is { } scaled ? scaled with { SourceTokens = !conv.SourceTokens } : null;

    private static LinearMap? Turned(ConvolutionMap conv, IndexMap index) =>
        index.AsTransposition() is var (a, _) && a == (conv.TargetTokens ? conv.Targets / conv.OutChannels : conv.OutChannels)
            ? (conv with { TargetTokens = !conv.TargetTokens }).Scaled(index.Factor) : null;

    private static PoolingMap? Turned(IndexMap index, PoolingMap pool) =>
        index.AsTransposition() is var (a, _) && index.Factor is [1f] && a == (pool.SourceTokens ? pool.Channels : pool.Sources / pool.Channels)
            ? pool with { SourceTokens = !pool.SourceTokens } : null;

    private static LinearMap? Turned(PoolingMap pool, IndexMap index) =>
        index.AsTransposition() is var (a, _) && a == (pool.TargetTokens ? pool.Targets / pool.Channels : pool.Channels)
            ? (pool with { TargetTokens = !pool.TargetTokens }).Scaled(index.Factor) : null;

    /// <summary>A pooling map as explicit synapses.</summary>
    public static ExplicitMap Synapses(PoolingMap pool)
    {
        int inPixels = pool.Y.Input * pool.X.Input, outPixels = pool.Y.Output * pool.X.Output;
        var bySource = new List<(int Target, float Weight)>[pool.Sources];
        for (var c = 0; c < pool.Channels; c++)
        {
            for (var p = 0; p < outPixels; p++)
            {
                for (var ky = 0; ky < pool.Y.Kernel; ky++)
                {
                    var y = pool.Y.InputOf(p / pool.X.Output, ky);
                    if (y < 0 || y >= pool.Y.Input) continue;
                    for (var kx = 0; kx < pool.X.Kernel; kx++)
                    {
                        var x = pool.X.InputOf(p % pool.X.Output, kx);
                        if (x < 0 || x >= pool.X.Input) continue;
                        var pixel = (y * pool.X.Input) + x;
                        (bySource[pool.SourceTokens ? (pixel * pool.Channels) + c : (c * inPixels) + pixel] ??= [])
                            .Add((pool.TargetTokens ? (p * pool.Channels) + c : (c * outPixels) + p, pool.Factor[pool.Factor.Length == 1 ? 0 : p]));
                    }
                }
            }
        }
        return FromLists(bySource, pool.Targets);
    }

    /// <summary>Explicit synapses from lists per source.</summary>
    public static ExplicitMap FromLists(IReadOnlyList<List<(int Target, float Weight)>?> bySource, int targets)
    {
        var offsets = new int[bySource.Count + 1];
        for (var a = 0; a < bySource.Count; a++) offsets[a + 1] = offsets[a] + (bySource[a]?.Count ?? 0);
        var targetOf = new int[offsets[^1]];
        var weights = new float[offsets[^1]];
        for (var a = 0; a < bySource.Count; a++)
        {
            if (bySource[a] is not { } list) continue;
            list.Sort((p, q) => p.Target.CompareTo(q.Target));
            for (var i = 0; i < list.Count; i++) (targetOf[offsets[a] + i], weights[offsets[a] + i]) = list[i];
        }
        return new(offsets, targetOf, weights, targets);
    }

    /// <summary>A product followed by sums along some of its axes; null if the second map is anything else.</summary>
    private static LinearMap? Summed(ContractionMap product, ExplicitMap map)
    {
        if (map.Weights.Length == 0 || map.Weights.Any(w => w != map.Weights[0])) return null;
        for (var a = 0; a < map.Sources; a++)
            if (map.Offsets[a + 1] - map.Offsets[a] > 1) return null;
        return product.Moved(ContractionSide.Target, map.Targets, t => map.Offsets[t + 1] > map.Offsets[t] ? map.TargetOf[map.Offsets[t]] : -1)?.Scaled(map.Weights[0]);
    }

    private static float[] Moved(float[] factor, IndexMap index)
    {
        if (factor.Length == 1) return factor;
        var moved = new float[index.Count];
        for (var a = 0; a < index.TargetOf.Length; a++)
            if (index.TargetOf[a] >= 0) moved[index.TargetOf[a]] = factor[a];
        return moved;
    }

    private static MatrixMap ScaleRows(MatrixMap matrix, float[] factor)
    {
        var scaled = new float[matrix.Weights.Length];
        for (var i = 0; i < scaled.Length; i++) scaled[i] = matrix.Weights[i] * factor[factor.Length == 1 ? 0 : i / matrix.Columns];
        return matrix with { Weights = scaled };
    }

    private static ExplicitMap ScaleSources(ExplicitMap map, float[] factor)
    {
        var scaled = new float[map.Weights.Length];
        for (var a = 0; a < map.Sources; a++)
            for (var k = map.Offsets[a]; k < map.Offsets[a + 1]; k++) scaled[k] = map.Weights[k] * factor[factor.Length == 1 ? 0 : a];
        return map with { Weights = scaled };
    }

    private static IndexMap Chain(IndexMap first, IndexMap second)
    {
        var targets = new int[first.TargetOf.Length];
        for (var a = 0; a < targets.Length; a++) targets[a] = first.TargetOf[a] < 0 ? -1 : second.TargetOf[first.TargetOf[a]];
        return new(targets, second.Count, Floats.Multiply(second.Factor, Moved(first.Factor, second)));
    }

    private static MatrixMap Gathered(IndexMap index, MatrixMap matrix)
    {
        var weights = new float[index.Sources * matrix.Columns];
        for (var a = 0; a < index.Sources; a++)
        {
            var row = index.TargetOf[a];
            if (row < 0) continue;
            var factor = index.Factor[index.Factor.Length == 1 ? 0 : row];
            for (var t = 0; t < matrix.Columns; t++) weights[(a * matrix.Columns) + t] = matrix.Weights[(row * matrix.Columns) + t] * factor;
        }
        return new(index.Sources, matrix.Columns, weights);
    }

    private static ExplicitMap Gathered(IndexMap index, ExplicitMap map)
    {
        var lists = new List<(int, float)>?[index.Sources];
        for (var a = 0; a < lists.Length; a++)
        {
            var middle = index.TargetOf[a];
            if (middle < 0) continue;
            var factor = index.Factor[index.Factor.Length == 1 ? 0 : middle];
            lists[a] = [];
            for (var k = map.Offsets[middle]; k < map.Offsets[middle + 1]; k++) lists[a]!.Add((map.TargetOf[k], map.Weights[k] * factor));
        }
        return FromLists(lists, map.Count);
    }

    private static LinearMap Scattered(MatrixMap matrix, IndexMap index)
    {
        var weights = new float[matrix.Rows * index.Count];
        for (var t = 0; t < matrix.Columns; t++)
        {
            var to = index.TargetOf[t];
            if (to < 0) continue;
            var factor = index.Factor[index.Factor.Length == 1 ? 0 : to];
            for (var a = 0; a < matrix.Rows; a++) weights[(a * index.Count) + to] = matrix.Weights[(a * matrix.Columns) + t] * factor;
        }
        return new MatrixMap(matrix.Rows, index.Count, weights);
    }

    private static ExplicitMap Scattered(ExplicitMap map, IndexMap index)
    {
        var lists = new List<(int, float)>?[map.Sources];
        for (var a = 0; a < lists.Length; a++)
        {
            lists[a] = [];
            for (var k = map.Offsets[a]; k < map.Offsets[a + 1]; k++)
            {
                var to = index.TargetOf[map.TargetOf[k]];
                if (to >= 0) lists[a]!.Add((to, map.Weights[k] * index.Factor[index.Factor.Length == 1 ? 0 : to]));
            }
        }
        return FromLists(lists, index.Count);
    }

    private static MatrixMap Through(ExplicitMap first, MatrixMap second)
    {
        var weights = new float[first.Sources * second.Columns];
        for (var a = 0; a < first.Sources; a++)
        {
            for (var k = first.Offsets[a]; k < first.Offsets[a + 1]; k++)
            {
                for (var t = 0; t < second.Columns; t++)
                    weights[(a * second.Columns) + t] += first.Weights[k] * second.Weights[(first.TargetOf[k] * second.Columns) + t];
            }
        }
        return new(first.Sources, second.Columns, weights);
    }

    private static MatrixMap Product(MatrixMap a, MatrixMap b)
    {
        var weights = new float[a.Rows * b.Columns];
        for (var i = 0; i < a.Rows; i++)
        {
            for (var k = 0; k < a.Columns; k++)
            {
                var w = a.Weights[(i * a.Columns) + k];
                for (var j = 0; j < b.Columns; j++) weights[(i * b.Columns) + j] += w * b.Weights[(k * b.Columns) + j];
            }
        }
        return new(a.Rows, b.Columns, weights);
    }

    /// <summary>
    /// Two convolutions as one. Exact where what the second one pads with zero would come out of the first one as zero too, that is where
    /// windows of the first beyond its result see no input.
    /// </summary>
    private static ConvolutionMap? Convolutions(ConvolutionMap first, ConvolutionMap second)
    {
        if (first.TargetTokens != second.SourceTokens && first.Targets != first.OutChannels) return null;
        if (Merge(first.Y, second.Y) is not { } y || Merge(first.X, second.X) is not { } x) return null;
        var before = (long)first.Y.Kernel * first.X.Kernel * (first.OutChannels / first.Groups) / (first.Y.Stride * first.X.Stride);
        var outputs = second.OutChannels / second.Groups;
        var depthwiseFirst = first.Groups == first.Channels && first.OutChannels == first.Channels;
        var depthwiseSecond = second.Groups == second.Channels && second.OutChannels == second.Channels;
        if (!depthwiseFirst && !depthwiseSecond) return null;
        var after = (long)y.Kernel * x.Kernel * (depthwiseFirst ? outputs : first.OutChannels / first.Groups) / (y.Stride * x.Stride);
        var apart = before + (before * second.Y.Kernel * second.X.Kernel * outputs / (second.Y.Stride * second.X.Stride));
        if (after > 2 * apart) return null;
        var groups = depthwiseFirst ? second.Groups : first.Groups;
        // A mean over a whole image behind a convolution would repeat its weights for each pixel.
        var merged = (long)second.OutChannels * (first.Channels / groups) * y.Kernel * x.Kernel;
        if (merged > Math.Max(FewWeights, (long)MostRepeated * (first.Weights.Length + second.Weights.Length))) return null;
        int inputs = first.Channels / groups, perGroup = second.OutChannels / groups;
        var weights = new float[second.OutChannels * inputs * y.Kernel * x.Kernel];
        for (var oc = 0; oc < second.OutChannels; oc++)
        {
            for (var ci = 0; ci < inputs; ci++)
            {
                var c = (oc / perGroup * inputs) + ci;
                for (var a = 0; a < first.Y.Kernel * first.X.Kernel; a++)
                {
                    for (var b = 0; b < second.Y.Kernel * second.X.Kernel; b++)
                    {
                        var w1 = depthwiseFirst ? first.Weights[(c * first.Y.Kernel * first.X.Kernel) + a]
                            : first.Weights[(((oc * inputs) + ci) * first.Y.Kernel * first.X.Kernel) + a];
                        var w2 = depthwiseFirst ? second.Weights[(((oc * inputs) + ci) * second.Y.Kernel * second.X.Kernel) + b]
                            : second.Weights[(oc * second.Y.Kernel * second.X.Kernel) + b];
                        var ky = (a / first.X.Kernel) + (b / second.X.Kernel * first.Y.Stride);
                        var kx = (a % first.X.Kernel) + (b % second.X.Kernel * first.X.Stride);
                        weights[(((((oc * inputs) + ci) * y.Kernel) + ky) * x.Kernel) + kx] += w1 * w2;
                    }
                }
            }
        }
        return new(y, x, first.Channels, second.OutChannels, groups, false, first.OneDimensional, weights) { SourceTokens = first.SourceTokens, TargetTokens = second.TargetTokens };
    }

    private static Window? Merge(Window first, Window second)
    {
        if (first.Dilation != 1 || second.Dilation != 1 || first.Output != second.Input) return null;
        if (second.Pad > 0 && first.InputOf(-1, first.Kernel - 1) >= 0) return null;
        var beyond = second.InputOf(second.Output - 1, second.Kernel - 1) >= second.Input;
        if (beyond && first.InputOf(first.Output, 0) < first.Input) return null;
        return new(first.Input, second.Output, first.Kernel + ((second.Kernel - 1) * first.Stride), first.Stride * second.Stride, first.Pad + (second.Pad * first.Stride));
    }
}
