using FsCheck;
using FsCheck.Fluent;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.TestKit;

namespace NeuroChip.Ir.Tests;

/// <summary>Address functions agree with themselves in both directions, and with the loops of the operators they stand for.</summary>
public sealed class AddressFunctionTests
{
    [Fact]
    public void Enumerate_invert_count_total_and_bound_agree() => ForMaps(map => Agreed(map));

    [Fact]
    public void Encoding_reads_back() => ForMaps(map =>
    {
        var read = AddressFunctionTable.Decode(map.Keyword, map.Encode());
        Assert.IsType(map.GetType(), read);
        Assert.Equal(map.Encode(), read.Encode());
        Assert.Equal((map.SourceSize, map.TargetSize, map.RowCount), (read.SourceSize, read.TargetSize, read.RowCount));
    });

    [Fact]
    public void Conv_is_the_convolution_of_frameworks() => ForMaps(map =>
    {
        if (map is not ConvMap conv) return;
        var (source, target) = (Image(conv.Channels, conv.Y.Input, conv.X.Input), Image(conv.OutChannels, conv.Y.Output, conv.X.Output));
        var expected = new HashSet<(int Source, int Target, int Row)>();
        foreach (var (oc, oy, ox) in Elements(conv.OutChannels, conv.Y.Output, conv.X.Output))
        {
            foreach (var (ic, ky, kx) in Elements(conv.Channels / conv.Groups, conv.Y.Kernel, conv.X.Kernel))
            {
                var c = (oc / (conv.OutChannels / conv.Groups) * (conv.Channels / conv.Groups)) + ic;
                var (y, x) = ((oy * conv.Y.Stride) - conv.Y.Pad + (ky * conv.Y.Dilation), (ox * conv.X.Stride) - conv.X.Pad + (kx * conv.X.Dilation));
                if (y < 0 || y >= conv.Y.Input || x < 0 || x >= conv.X.Input) continue;
                expected.Add((source(c, y, x), target(oc, oy, ox), Row(ky, kx, c, oc, conv.X.Kernel, conv.Channels, conv.OutChannels / conv.Groups)));
            }
        }

        Assert.True(expected.SetEquals(Synapses(map)));
    });

    [Fact]
    public void Deconv_is_the_transposed_convolution_of_frameworks() => ForMaps(map =>
    {
        if (map is not TransposedConvMap conv) return;
        var (source, target) = (Image(conv.Channels, conv.Y.Output, conv.X.Output), Image(conv.OutChannels, conv.Y.Input, conv.X.Input));
        var expected = new HashSet<(int Source, int Target, int Row)>();
        foreach (var (c, y, x) in Elements(conv.Channels, conv.Y.Output, conv.X.Output))
        {
            foreach (var (g, ky, kx) in Elements(conv.OutChannels / conv.Groups, conv.Y.Kernel, conv.X.Kernel))
            {
                var oc = (c / (conv.Channels / conv.Groups) * (conv.OutChannels / conv.Groups)) + g;
                var (oy, ox) = ((y * conv.Y.Stride) - conv.Y.Pad + (ky * conv.Y.Dilation), (x * conv.X.Stride) - conv.X.Pad + (kx * conv.X.Dilation));
                if (oy < 0 || oy >= conv.Y.Input || ox < 0 || ox >= conv.X.Input) continue;
                expected.Add((source(c, y, x), target(oc, oy, ox), Row(ky, kx, c, oc, conv.X.Kernel, conv.Channels, conv.OutChannels / conv.Groups)));
            }
        }

        Assert.True(expected.SetEquals(Synapses(map)));
    });

    [Fact]
    public void Pool_gathers_its_window_of_one_channel() => ForMaps(map =>
    {
        if (map is not PoolMap pool) return;
        var (source, target) = (Image(pool.Channels, pool.Y.Input, pool.X.Input), Image(pool.Channels, pool.Y.Output, pool.X.Output));
        var expected = new HashSet<(int Source, int Target, int Row)>();
        foreach (var (c, oy, ox) in Elements(pool.Channels, pool.Y.Output, pool.X.Output))
        {
            foreach (var (_, ky, kx) in Elements(1, pool.Y.Kernel, pool.X.Kernel))
            {
                var (y, x) = ((oy * pool.Y.Stride) - pool.Y.Pad + (ky * pool.Y.Dilation), (ox * pool.X.Stride) - pool.X.Pad + (kx * pool.X.Dilation));
                if (y < 0 || y >= pool.Y.Input || x < 0 || x >= pool.X.Input) continue;
                expected.Add((source(c, y, x), target(c, oy, ox), pool.RowPerPixel ? (oy * pool.X.Output) + ox : 0));
            }
        }

        Assert.True(expected.SetEquals(Synapses(map)));
    });

    [Theory]
    [InlineData(3, 1, 1, 3)]
    [InlineData(3, 2, 1, 2)]
    [InlineData(3, 2, 2, 3)] // stride and dilation share a factor: every tap can see the same input
    [InlineData(4, 4, 2, 2)]
    [InlineData(5, 3, 2, 2)]
    public void Bound_of_a_window_is_reached_inside(int kernel, int stride, int dilation, int bound)
    {
        var window = new Window(200, 40, kernel, stride, 0, dilation);
        Assert.Equal(bound, window.OutputsBound);
        Assert.Equal(bound, Enumerable.Range(0, window.Input).Max(window.OutputsOf));
    }

    [Fact]
    public void Layout_is_a_bijection_with_the_channel_innermost()
    {
        var layout = new Layout([1, 3, 4, 5], true);
        for (var i = 0; i < layout.Size; i++) Assert.Equal(i, layout.IndexOf(layout.AddressOf(i)));
        Assert.Equal((((2 * 5) + 1) * 3) + 1, layout.AddressOf((((1 * 4) + 2) * 5) + 1));
        Assert.Equal(3, layout.Channels);
    }

    [Fact]
    public void Strided_is_the_sum_over_its_indices() => ForMaps(map =>
    {
        if (map is not StridedMap strided) return;
        Assert.Null(strided.Fault());
        IEnumerable<(int Source, int Target, int Row)> all = [(strided.SourceOrigin, strided.TargetOrigin, strided.RowOrigin)];
        foreach (var axis in strided.Axes)
            all = all.SelectMany(s => Enumerable.Range(0, axis.Extent).Select(i => (s.Source + (i * axis.Source), s.Target + (i * axis.Target), s.Row + (i * axis.Row)))).ToArray();
        Assert.True(Synapses(map).SetEquals(all));
    });

    /// <summary>All synapses of a map, after a check that what it says of them in both directions and in numbers agrees.</summary>
    internal static HashSet<(int Source, int Target, int Row)> Agreed(AddressFunction map)
    {
        var forward = new HashSet<(int Source, int Target, int Row)>();
        long total = 0;
        for (var a = 0; a < map.SourceSize; a++)
        {
            var synapses = new List<Synapse>();
            map.Enumerate(a, synapses);
            Assert.Equal(map.Count(a), synapses.Count);
            Assert.True(synapses.Count <= map.Bound, $"{synapses.Count} targets of {a}, bound {map.Bound}");
            AssertAscending(synapses.Select(s => s.Target));
            Assert.All(synapses, s => Assert.InRange(s.Target, 0, map.TargetSize - 1));
            Assert.All(synapses, s => Assert.InRange(s.Row, 0, map.RowCount - 1));
            forward.UnionWith(synapses.Select(s => (a, s.Target, s.Row)));
            total += synapses.Count;
        }

        var backward = new HashSet<(int Source, int Target, int Row)>();
        for (var t = 0; t < map.TargetSize; t++)
        {
            var afferents = new List<Afferent>();
            map.Invert(t, afferents);
            AssertAscending(afferents.Select(s => s.Source));
            backward.UnionWith(afferents.Select(s => (s.Source, t, s.Row)));
        }

        Assert.Equal(total, map.Total);
        Assert.Equal(total, forward.Count);
        Assert.True(forward.SetEquals(backward));
        return forward;
    }

    /// <summary>Checks a property on the maps of random modules and on random windows over images.</summary>
    private static void ForMaps(Action<AddressFunction> property) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var maps = new MapGenerator(random);
            var image = new Layout([1, random.Next(1, 5), random.Next(1, 8), random.Next(1, 8)], true);
            for (var i = 0; i < 3; i++) property(maps.From(image).Map);
            property(maps.From(new Layout([random.Next(1, 20)], false)).Map);
            property(maps.Strided());
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));

    private static HashSet<(int Source, int Target, int Row)> Synapses(AddressFunction map)
    {
        var result = new HashSet<(int Source, int Target, int Row)>();
        var synapses = new List<Synapse>();
        for (var a = 0; a < map.SourceSize; a++)
        {
            synapses.Clear();
            map.Enumerate(a, synapses);
            result.UnionWith(synapses.Select(s => (a, s.Target, s.Row)));
        }

        return result;
    }

    private static Func<int, int, int, int> Image(int channels, int height, int width)
    {
        var layout = new Layout([1, channels, height, width], true);
        return (c, y, x) => layout.AddressOf((((c * height) + y) * width) + x);
    }

    private static int Row(int ky, int kx, int c, int oc, int kernelWidth, int channels, int groupOutputs) =>
        ((((ky * kernelWidth) + kx) * channels) + c) * groupOutputs + (oc % groupOutputs);

    private static IEnumerable<(int A, int B, int C)> Elements(int a, int b, int c) =>
        from i in Enumerable.Range(0, a) from j in Enumerable.Range(0, b) from k in Enumerable.Range(0, c) select (i, j, k);

    private static void AssertAscending(IEnumerable<int> numbers)
    {
        var last = -1;
        foreach (var number in numbers)
        {
            Assert.True(number > last, $"{number} after {last}");
            last = number;
        }
    }
}
