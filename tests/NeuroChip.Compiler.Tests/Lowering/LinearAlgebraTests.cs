using FsCheck;
using FsCheck.Fluent;
using NeuroChip.Compiler.Lowering;
using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Compiler.Tests.Lowering;

/// <summary>Two linear maps in a row and their composition give the same numbers, for random maps of every kind.</summary>
public class LinearAlgebraTests
{
    [Fact]
    public void CompositionIsApplyingBoth() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        var first = RandomMap(random, 0, 0);
        var second = RandomMap(random, first.Targets, first.TargetImage is { } image ? image[1] : 0, first.TargetImage);
        if (LinearAlgebra.Compose(first, second) is not { } both) return true;
        var x = Enumerable.Range(0, first.Sources).Select(_ => (double)random.Next(-3, 4)).ToArray();
        var expected = Apply(second, Apply(first, x));
        var actual = Apply(both, x);
        return expected.Zip(actual).All(p => Math.Abs(p.First - p.Second) <= 1e-4 * Math.Max(1, Math.Abs(p.First)));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(400));

    [Fact]
    public void TokensAndImagesAreTheSameMapInAnotherOrder() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        int pixels = random.Next(2, 5), inputs = random.Next(2, 5), outputs = random.Next(2, 5);
        float[] Numbers(int n) => [.. Enumerable.Range(0, n).Select(_ => (float)random.Next(-4, 5) / 2)];
        LinearMap map = ConvolutionMap.OnTokens(pixels, inputs, outputs, Numbers(inputs * outputs));
        if (random.Next(2) == 0) map = new PoolingMap(Window.Single, RandomWindow(random, pixels), inputs, true, [0.5f]) { SourceTokens = true, TargetTokens = true };
        var before = new IndexMap(Transposed(inputs, pixels), map.Sources, Floats.One).Simplest();
        var after = new IndexMap(Transposed(map.Targets / map.TargetImage![1], map.TargetImage[1]), map.Targets, Floats.One).Simplest();
        foreach (var (first, second) in new[] { (before, map), (map, after), (LinearAlgebra.Compose(before, map)!, after) })
        {
            var both = LinearAlgebra.Compose(first, second);
            Assert.NotNull(both);
            Assert.IsNotType<ExplicitMap>(both);
            var x = Enumerable.Range(0, first.Sources).Select(_ => (double)random.Next(-3, 4)).ToArray();
            Assert.Equal(Apply(second, Apply(first, x)), Apply(both, x));
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void ConstantsGoThroughMapsAsValuesDo() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        var map = RandomMap(random, 0, 0);
        var channels = map.SourceImage?[1] ?? 1;
        Repeated constant = random.Next(3) switch
        {
            0 => 1.5f,
            1 => Repeated.Of([.. Enumerable.Range(0, channels).Select(_ => (float)random.Next(-3, 4))], map.Sources / channels),
            _ => Enumerable.Range(0, map.Sources).Select(_ => (float)random.Next(-3, 4)).ToArray(),
        };
        var expected = Apply(map, [.. Enumerable.Range(0, map.Sources).Select(i => (double)constant[i])]);
        var actual = LinearConstants.Through(map, constant);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 4);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void RepeatedNumbersAreTheirElements() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        const int size = 48;
        int[] divisors = [1, 2, 3, 4, 6, 8, 12];
        Repeated Random()
        {
            var run = divisors[random.Next(divisors.Length)];
            return Repeated.Of([.. Enumerable.Range(0, size / run).Select(_ => (float)random.Next(2))], run);
        }
        var (a, b) = (Random(), Random());
        var sum = a + b;
        for (var i = 0; i < size; i++) Assert.Equal(a[i] + b[i], sum[i]);
        Repeated again = sum.Expanded(size);
        Assert.Equal((sum.Run, sum.Cycle.Length), (again.Run, again.Cycle.Length));
        foreach (var (channels, tokens) in new[] { (6, false), (6, true), (8, false), (12, true) })
        {
            var pixels = size / channels;
            var same = Enumerable.Range(0, size).All(i => sum[i] == (tokens ? sum[i % channels] : sum[i / pixels * pixels]));
            Assert.Equal(same, sum.PerChannel(channels, pixels, tokens) is not null);
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void AMeanOverALargeImageDoesNotRepeatTheWeightsBeforeIt()
    {
        var conv = new ConvolutionMap(new(14, 14, 1), new(14, 14, 1), 64, 64, 1, false, false, new float[64 * 64]);
        Assert.Null(LinearAlgebra.Compose(conv, new PoolingMap(new(14, 1, 14), new(14, 1, 14), 64, false, [1f / 196])));
    }

    [Fact]
    public void PoolingThenMatrixIsMerged()
    {
        var pool = new PoolingMap(new(4, 2, 2, 2), new(4, 2, 2, 2), 3, false, [0.25f]);
        Assert.IsType<MatrixMap>(LinearAlgebra.Compose(pool, new MatrixMap(12, 5, new float[60])));
    }

    [Fact]
    public void PaddingThatWouldSeeInputsIsNotMerged()
    {
        // The first convolution's windows beyond its result still see inputs there, where the second one expects zero.
        var first = new ConvolutionMap(new(6, 6, 5, 1, 2), new(6, 6, 5, 1, 2), 2, 2, 2, false, false, new float[50]);
        var second = new ConvolutionMap(new(6, 6, 3, 1, 1), new(6, 6, 3, 1, 1), 2, 2, 2, false, false, new float[18]);
        Assert.Null(LinearAlgebra.Compose(first, second));
    }

    private static int[] Transposed(int a, int b) => [.. Enumerable.Range(0, a * b).Select(i => (i % b * a) + (i / b))];

    private static LinearMap RandomMap(Random random, int sources, int channels, int[]? image = null)
    {
        float[] Weights(int n) => [.. Enumerable.Range(0, n).Select(_ => (float)random.Next(-4, 5) / 2)];
        if (image is null && sources == 0)
        {
            channels = random.Next(1, 4);
            image = [1, channels, random.Next(3, 7), random.Next(3, 7)];
            sources = channels * image[2] * image[3];
        }
        switch (random.Next(image is null ? 4 : 6))
        {
            case 0:
                return new ElementMap(sources, random.Next(2) == 0 ? [2f] : Weights(sources));
            case 1:
                var targets = Enumerable.Range(0, sources + 3).OrderBy(_ => random.Next()).Take(sources).Select(t => random.Next(4) == 0 ? -1 : t).ToArray();
                return new IndexMap(targets, sources + 3, [1f]);
            case 2:
                var outputs = random.Next(1, 6);
                return new MatrixMap(sources, outputs, Weights(sources * outputs));
            case 3:
                var lists = Enumerable.Range(0, sources).Select(_ => (List<(int, float)>?)[.. Enumerable.Range(0, 4).Where(_ => random.Next(2) == 0).Select(t => (t, (float)random.Next(-2, 3)))]).ToList();
                return LinearAlgebra.FromLists(lists, 4);
            case 4:
                var (y, x) = (RandomWindow(random, image![2]), RandomWindow(random, image[3]));
                return new PoolingMap(y, x, channels, false, [0.5f]);
            default:
                var depthwise = random.Next(2) == 0;
                var outs = depthwise ? channels : random.Next(1, 4);
                var (h, w) = (RandomWindow(random, image![2]), RandomWindow(random, image[3]));
                return new ConvolutionMap(h, w, channels, outs, depthwise ? channels : 1, false, false, Weights(outs * (depthwise ? 1 : channels) * h.Kernel * w.Kernel));
        }
    }

    private static Window RandomWindow(Random random, int input)
    {
        int kernel = random.Next(1, Math.Min(4, input + 1)), stride = random.Next(1, 3), pad = random.Next(0, kernel);
        return new(input, ((input + (2 * pad) - kernel) / stride) + 1, kernel, stride, pad);
    }

    private static double[] Apply(LinearMap map, double[] x)
    {
        // Tokens are the image with its axes exchanged.
        if (map.SourceTokens && map.SourceImage is { } source) x = Turned(x, x.Length / source[1], source[1]);
        var result = ApplyToImage(map, x);
        return map.TargetTokens && map.TargetImage is { } target ? Turned(result, target[1], result.Length / target[1]) : result;

        static double[] Turned(double[] values, int a, int b) => [.. Enumerable.Range(0, values.Length).Select(i => values[(i % a * b) + (i / a)])];
    }

    private static double[] ApplyToImage(LinearMap map, double[] x)
    {
        var y = new double[map.Targets];
        switch (map)
        {
            case ElementMap m:
                for (var i = 0; i < x.Length; i++) y[i] = x[i] * m.Factor[m.Factor.Length == 1 ? 0 : i];
                break;
            case IndexMap m:
                for (var i = 0; i < x.Length; i++)
                    if (m.TargetOf[i] >= 0) y[m.TargetOf[i]] = x[i] * m.Factor[m.Factor.Length == 1 ? 0 : m.TargetOf[i]];
                break;
            case MatrixMap m:
                for (var i = 0; i < x.Length; i++)
                    for (var t = 0; t < y.Length; t++) y[t] += x[i] * m.Weights[(i * y.Length) + t];
                break;
            case ExplicitMap m:
                for (var i = 0; i < x.Length; i++)
                    for (var k = m.Offsets[i]; k < m.Offsets[i + 1]; k++) y[m.TargetOf[k]] += x[i] * m.Weights[k];
                break;
            case PoolingMap m:
                Slide(m.Y, m.X, m.Channels, m.Channels, m.Channels, x, y, (_, _, _, p) => m.Factor[m.Factor.Length == 1 ? 0 : p]);
                break;
            case ConvolutionMap m:
                var inputs = m.Channels / m.Groups;
                Slide(m.Y, m.X, m.Channels, m.OutChannels, m.Groups, x, y, (oc, ci, k, _) => m.Weights[(((oc * inputs) + ci) * m.Y.Kernel * m.X.Kernel) + k]);
                break;
            default:
                throw new NotSupportedException(map.GetType().Name);
        }
        return y;
    }

    private static void Slide(Window h, Window w, int channels, int outputs, int groups, double[] x, double[] y, Func<int, int, int, int, float> weight)
    {
        for (var oc = 0; oc < outputs; oc++)
            for (var p = 0; p < h.Output * w.Output; p++)
                for (var ci = 0; ci < channels / groups; ci++)
                    for (var k = 0; k < h.Kernel * w.Kernel; k++)
                    {
                        var (iy, ix) = (h.InputOf(p / w.Output, k / w.Kernel), w.InputOf(p % w.Output, k % w.Kernel));
                        if (iy < 0 || iy >= h.Input || ix < 0 || ix >= w.Input) continue;
                        var c = (oc / (outputs / groups) * (channels / groups)) + ci;
                        y[(oc * h.Output * w.Output) + p] += x[(((c * h.Input) + iy) * w.Input) + ix] * weight(oc, ci, k, p);
                    }
    }
}
