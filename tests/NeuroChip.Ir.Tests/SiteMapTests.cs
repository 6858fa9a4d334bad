using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Tensors;
using NeuroChip.TestKit;

namespace NeuroChip.Ir.Tests;

/// <summary>Address functions over active sites are the dense operators on the whole grid, looked at only where sites are.</summary>
public sealed class SiteMapTests
{
    private int hashed;
    private int direct;

    [Fact]
    public void Submanifold_is_the_dense_convolution_at_the_sites_there_are() => ForClouds((sites, random) =>
    {
        var extent = sites.Extent(6);
        var (window, cloud) = (sites.Same(extent), Cloud(sites, extent, random));
        var (channels, outputs, groups) = Channels(random);
        var table = Fed(extent, cloud, random);
        var map = new SubmanifoldMap(table.Id, table.Capacity, window, channels, outputs, groups, 0);
        var binding = Sample([table], cloud);
        var test = new Values(map, random);
        AssertEqual(test.Masked(test.Convolved(binding[table.Id]), binding[table.Id]), test.Through(map.Bind(binding)));
        AssertSame(map.Bind(binding), map.Bind(Sample([table with { Capacity = Other(table) }], cloud)));
    });

    [Fact]
    public void Sparse_convolution_makes_every_site_it_reaches() => ForCoarserSites((window, cloud, reached, fine, coarse, random) =>
    {
        var (channels, outputs, groups) = Channels(random);
        var map = new SparseConvMap(fine.Id, coarse.Id, fine.Capacity, coarse.Capacity, window, channels, outputs, groups, 0);
        var binding = Sample([fine, coarse], cloud);
        Assert.Equal(reached, Places(binding[coarse.Id]));
        var test = new Values(map, random);
        var dense = test.Convolved(binding[fine.Id]);
        var outside = Places(binding[coarse.Id]);
        Assert.All(dense, v => Assert.True(v.Value == 0 || outside.Contains((v.Key.Z, v.Key.Y, v.Key.X))));
        AssertEqual(test.Masked(dense, binding[coarse.Id]), test.Through(map.Bind(binding)));
        AssertSame(map.Bind(binding), map.Bind(Sample([fine with { Capacity = Other(fine) }, coarse with { Capacity = Other(coarse) }], cloud)));
    });

    [Fact]
    public void Inverse_convolution_is_the_transposed_one_at_the_finer_sites() => ForCoarserSites((window, cloud, _, fine, coarse, random) =>
    {
        var (channels, outputs, groups) = Channels(random);
        var map = new InverseConvMap(coarse.Id, fine.Id, coarse.Capacity, fine.Capacity, window, channels, outputs, groups, 0);
        var binding = Sample([fine, coarse], cloud);
        var test = new Values(map, random);
        AssertEqual(test.Masked(test.Transposed(binding[coarse.Id]), binding[fine.Id]), test.Through(map.Bind(binding)));

        // The pairs are those of the convolution, their roles swapped.
        var forward = (RulebookMap)new SparseConvMap(fine.Id, coarse.Id, fine.Capacity, coarse.Capacity, window, outputs, channels, groups, 0).Bind(binding);
        var backward = (RulebookMap)map.Bind(binding);
        Assert.Equal(
            Pairs(forward.Rulebook).Select(p => (p.Target, p.Tap, p.Source)).Order(),
            Pairs(backward.Rulebook).Order());
    });

    [Fact]
    public void Scatter_puts_every_channel_of_a_site_at_its_voxel() => ForClouds((sites, random) =>
    {
        var extent = sites.Extent(6);
        var cloud = Cloud(sites, extent, random);
        var channels = random.Next(1, 4);
        var table = Fed(extent, cloud, random);
        var volume = (int)table.Volume;
        var map = random.Next(2) == 0
            ? new ScatterMap(table.Id, table.Capacity, channels, volume * channels, extent[1] * extent[2], extent[2], 1, volume)
            : new ScatterMap(table.Id, table.Capacity, channels, volume * channels, channels, extent[0] * channels, extent[0] * extent[1] * channels, 1);
        var expected = new HashSet<(int, int, int)>();
        foreach (var ((z, y, x), site) in Places(Sample([table], cloud)[table.Id]).Select((p, s) => (p, s)))
            for (var c = 0; c < channels; c++) expected.Add(((site * channels) + c, (z * map.StrideZ) + (y * map.StrideY) + (x * map.StrideX) + (c * map.StrideC), 0));
        Assert.Equal(expected, AddressFunctionTests.Agreed(map.Bind(Sample([table], cloud))));
    });

    [Fact]
    public void Maps_say_what_they_can_before_a_sample() => ForClouds((sites, random) =>
    {
        var extent = sites.Extent(6);
        var cloud = Cloud(sites, extent, random);
        var table = Fed(extent, cloud, random);
        var map = new SubmanifoldMap(table.Id, table.Capacity, sites.Same(extent), 3, 6, 3, 17);
        Assert.Equal(map.Encode(), AddressFunctionTable.Decode(map.Keyword, map.Encode()).Encode());
        Assert.Equal(17L * 3 * 2, map.Total);
        Assert.Throws<InvalidOperationException>(() => map.Enumerate(0, []));
        Assert.Throws<InvalidOperationException>(() => map.Invert(0, []));
        Assert.Equal(map.Bound, map.Count(0));
    });

    [Fact]
    public void Probes_and_reads_are_those_of_looking_up_every_tap_inside_the_grid() => ForClouds((sites, random) =>
    {
        var extent = sites.Extent(6);
        var cloud = Cloud(sites, extent, random);
        var table = Fed(extent, cloud, random);
        var (window, active) = (sites.Same(extent), ActiveSites.Of(table, cloud));
        var map = new SubmanifoldMap(table.Id, table.Capacity, window, 1, 1, 1, 0);
        var book = ((RulebookMap)map.Bind(Sample([table], cloud))).Rulebook;
        for (var s = 0; s < book.Sources; s++)
        {
            var (probes, reads) = (0, 0L);
            foreach (var o in OutputsAndTaps(window).Where(p => At(window, p.Output, p.Tap) == active.Place(s)).Select(p => p.Output))
            {
                probes++;
                active.Find((((long)o.Z * extent[1]) + o.Y) * extent[2] + o.X, ref reads);
            }

            Assert.Equal((probes, reads), (book.Probes(s), book.Reads(s)));
            Assert.InRange(probes, book.TargetsOf(s).Length, map.ProbesPerSite);
        }
    });

    [Fact]
    public void Both_lookups_find_every_site_and_no_other()
    {
        ForClouds((sites, random) =>
        {
            var extent = sites.Extent(6);
            var cloud = Cloud(sites, extent, random);
            var places = new SortedSet<(int, int, int)>(Enumerable.Range(0, cloud.Length / 3).Select(r => (cloud[3 * r], cloud[(3 * r) + 1], cloud[(3 * r) + 2])));
            var table = Fed(extent, cloud, random);
            var active = ActiveSites.Of(table, cloud);
            if (table.Lookup == SiteLookup.Hash) hashed++;
            else direct++;
            Assert.Equal(places, Places(active));
            Assert.Equal(cloud, active.Coordinates());
            long reads = 0;
            for (var key = 0; key < table.Volume; key++) Assert.Equal(active.Keys.IndexOf(key), active.Find(key, ref reads));
            Assert.InRange(reads, table.Volume, table.Lookup == SiteLookup.Direct ? table.Volume : long.MaxValue);
        });
        Assert.True(Math.Min(hashed, direct) > 10, $"{hashed} hash tables, {direct} direct ones");
    }

    /// <summary>
    /// 9 830 random points in 64^3 (what E-3DSNN's energy script feeds in) and a 3x3x3 submanifold convolution. Of V voxels, one is taken with probability
    /// p(n) = 1 - (1 - 1/V)^n after n points. (3*64 - 2)^3 - V ordered pairs of different voxels are a tap apart, and both are taken with probability
    /// 1 - 2(1 - 1/V)^n + (1 - 2/V)^n. Frameworks keep points that share a voxel as rows of their own: then each point has itself and the p(n - 1) of its neighbours.
    /// </summary>
    [Fact]
    public void Random_points_in_a_cube_have_as_many_pairs_as_chance_gives()
    {
        const int size = 64, points = 9830;
        const double voxels = (double)size * size * size;
        var near = Math.Pow((3 * size) - 2, 3) - voxels;
        var expectedSites = voxels * Taken(points);
        var expectedPairs = expectedSites + (near * ((2 * Taken(points)) - 1 + Math.Pow(1 - (2 / voxels), points)));
        var expectedRows = points * (1 + (near / voxels * Taken(points - 1)));

        // A neighbour is counted from both sides, otherwise pairs are nearly independent: 9 100 of them deviate by sqrt(2 * 9 100) = 135 in one cloud, by 43 in the mean of ten.
        const double deviation = 135, tolerance = 3 * 43;
        Assert.InRange(expectedRows, 18_970 - deviation, 18_970 + deviation); // What is said of the script's clouds; what it printed is 19 030, 18 874, 18 637 and 19 044.

        var window = new Window(size, size, 3, 1, 1);
        var (sites, pairs, rows) = (new List<double>(), new List<double>(), new List<double>());
        for (var seed = 0; seed < 10; seed++)
        {
            var random = new Random(seed);
            var cloud = Enumerable.Range(0, points).Select(_ => (Z: random.Next(size), Y: random.Next(size), X: random.Next(size))).ToArray();
            var rowsAt = cloud.CountBy(p => p).ToDictionary();
            var active = ActiveSites.Of(new(new(0), "cloud", [size, size, size], points, "coors"), [.. rowsAt.Keys.SelectMany(p => new[] { p.Z, p.Y, p.X })]);
            var book = new SiteRulebook(new(window, window, window), SiteDirection.Forward, active, active);
            sites.Add(active.Count);
            pairs.Add(book.Pairs);
            rows.Add(Enumerable.Range(0, active.Count).Sum(s => rowsAt[active.Place(s)] * book.TargetsOf(s).Length));
        }

        Assert.InRange(sites.Average(), expectedSites - 15, expectedSites + 15);
        Assert.InRange(pairs.Average(), expectedPairs - tolerance, expectedPairs + tolerance);
        Assert.InRange(rows.Average(), expectedRows - tolerance, expectedRows + tolerance);

        static double Taken(int n) => 1 - Math.Pow(1 - (1 / voxels), n);
    }

    private static void ForClouds(Action<SiteGenerator, Random> property) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            property(new(random), random);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    /// <summary>Clouds with a window that reaches something: the sites it reaches, the cloud's table and that of the reached ones.</summary>
    private static void ForCoarserSites(Action<SiteWindow, int[], SortedSet<(int Z, int Y, int X)>, SiteTable, SiteTable, Random> property) => ForClouds((sites, random) =>
    {
        var extent = sites.Extent(6);
        var (window, cloud) = (sites.Window(extent), Cloud(sites, extent, random));
        var reached = Reached(window, cloud);
        if (reached.Count == 0) return;
        var fine = Fed(extent, cloud, random);
        property(window, cloud, reached, fine, new(new(1), "made", window.Outputs, reached.Count + random.Next(0, 200), "", new(fine.Id, window)), random);
    });

    private static int[] Cloud(SiteGenerator sites, ImmutableArray<int> extent, Random random) =>
        sites.Cloud(extent, Math.Max(1, (int)(extent[0] * extent[1] * extent[2] * Math.Pow(random.NextDouble(), 4))));

    /// <summary>A table for a cloud; with little room it is hashed, with much it is direct.</summary>
    private static SiteTable Fed(ImmutableArray<int> extent, int[] cloud, Random random) =>
        new(new(0), "cloud", extent, (cloud.Length / 3) + (random.Next(2) * random.Next(500)), "coors");

    /// <summary>A capacity with which a table that is hashed would be direct.</summary>
    private static int Other(SiteTable table) => table.Capacity + (int)table.Volume;

    private static SiteBinding Sample(ImmutableArray<SiteTable> tables, int[] cloud) =>
        new(tables, new Dictionary<string, Tensor> { ["coors"] = Tensor.Of([cloud.Length / 3, 3], cloud) });

    private static (int Channels, int Outputs, int Groups) Channels(Random random)
    {
        var groups = random.Next(1, 4);
        return (groups * random.Next(1, 4), groups * random.Next(1, 4), groups);
    }

    private static SortedSet<(int Z, int Y, int X)> Places(ActiveSites active) => [.. Enumerable.Range(0, active.Count).Select(active.Place)];

    private static IEnumerable<(int Source, int Tap, int Target)> Pairs(SiteRulebook book) =>
        Enumerable.Range(0, book.Sources).SelectMany(s => book.TargetsOf(s).ToArray().Select(p => (s, p.Tap, p.Site)));

    /// <summary>Output voxels some tap of which lies at a voxel of the cloud.</summary>
    private static SortedSet<(int Z, int Y, int X)> Reached(SiteWindow w, int[] cloud)
    {
        var voxels = Enumerable.Range(0, cloud.Length / 3).Select(r => (cloud[3 * r], cloud[(3 * r) + 1], cloud[(3 * r) + 2])).ToHashSet();
        var reached = new SortedSet<(int, int, int)>();
        foreach (var (o, k) in OutputsAndTaps(w))
            if (voxels.Contains(At(w, o, k))) reached.Add(o);
        return reached;
    }

    private static IEnumerable<((int Z, int Y, int X) Output, (int Z, int Y, int X) Tap)> OutputsAndTaps(SiteWindow w) =>
        from o in Elements(w.Z.Output, w.Y.Output, w.X.Output) from k in Elements(w.Z.Kernel, w.Y.Kernel, w.X.Kernel) select (o, k);

    /// <summary>The input voxel an output sees through a tap.</summary>
    private static (int Z, int Y, int X) At(SiteWindow w, (int Z, int Y, int X) output, (int Z, int Y, int X) tap) => (
        (output.Z * w.Z.Stride) - w.Z.Pad + (tap.Z * w.Z.Dilation),
        (output.Y * w.Y.Stride) - w.Y.Pad + (tap.Y * w.Y.Dilation),
        (output.X * w.X.Stride) - w.X.Pad + (tap.X * w.X.Dilation));

    private static IEnumerable<(int Z, int Y, int X)> Elements(int z, int y, int x) =>
        from i in Enumerable.Range(0, z) from j in Enumerable.Range(0, y) from k in Enumerable.Range(0, x) select (i, j, k);

    private static void AssertEqual(long[] expected, long[] actual) => Assert.Equal(expected, actual);

    /// <summary>The same synapses, however the tables are looked up.</summary>
    private static void AssertSame(AddressFunction one, AddressFunction other) =>
        Assert.Equal(Pairs(((RulebookMap)one).Rulebook), Pairs(((RulebookMap)other).Rulebook));

    /// <summary>Random numbers for sources and weights of a map, and what dense operators and the map make of them. Whole numbers, so that no order of additions matters.</summary>
    private sealed class Values(SiteConvMap map, Random random)
    {
        private readonly long[] payloads = [.. Enumerable.Range(0, map.SourceSize).Select(_ => random.NextInt64(-1000, 1000))];
        private readonly long[] weights = [.. Enumerable.Range(0, map.RowCount).Select(_ => random.NextInt64(-1000, 1000))];

        /// <summary>Every output of the whole grid: a loop over output voxels, output channels, taps and input channels.</summary>
        public Dictionary<(int Z, int Y, int X, int C), long> Convolved(ActiveSites sources)
        {
            var input = OnGrid(sources);
            var output = new Dictionary<(int, int, int, int), long>();
            foreach (var (o, k) in OutputsAndTaps(map.Window))
                foreach (var (oc, c) in Connected())
                {
                    var (z, y, x) = At(map.Window, o, k);
                    var sum = output.GetValueOrDefault((o.Z, o.Y, o.X, oc));
                    output[(o.Z, o.Y, o.X, oc)] = sum + (input.GetValueOrDefault((z, y, x, c)) * Weight(k, c, oc));
                }

            return output;
        }

        /// <summary>Every input of the whole grid, from the outputs: the transposed convolution.</summary>
        public Dictionary<(int Z, int Y, int X, int C), long> Transposed(ActiveSites sources)
        {
            var output = OnGrid(sources);
            var input = new Dictionary<(int, int, int, int), long>();
            foreach (var (o, k) in OutputsAndTaps(map.Window))
                foreach (var (oc, c) in Connected())
                {
                    var (z, y, x) = At(map.Window, o, k);
                    input[(z, y, x, oc)] = input.GetValueOrDefault((z, y, x, oc)) + (output.GetValueOrDefault((o.Z, o.Y, o.X, c)) * Weight(k, c, oc));
                }

            return input;
        }

        /// <summary>By target address: the values at the target's sites, 0 where there is no site.</summary>
        public long[] Masked(Dictionary<(int Z, int Y, int X, int C), long> dense, ActiveSites targets)
        {
            var result = new long[map.TargetSize];
            foreach (var ((z, y, x), site) in Places(targets).Select((p, s) => (p, s)))
                for (var c = 0; c < map.OutChannels; c++) result[(site * map.OutChannels) + c] = dense.GetValueOrDefault((z, y, x, c));
            return result;
        }

        /// <summary>By target address: what the map adds, event by event.</summary>
        public long[] Through(AddressFunction bound)
        {
            var sums = new long[map.TargetSize];
            foreach (var (source, target, row) in AddressFunctionTests.Agreed(bound)) sums[target] += payloads[source] * weights[row];
            return sums;
        }

        private Dictionary<(int Z, int Y, int X, int C), long> OnGrid(ActiveSites sources)
        {
            var grid = new Dictionary<(int, int, int, int), long>();
            foreach (var ((z, y, x), site) in Places(sources).Select((p, s) => (p, s)))
                for (var c = 0; c < map.Channels; c++) grid[(z, y, x, c)] = payloads[(site * map.Channels) + c];
            return grid;
        }

        private IEnumerable<(int Output, int Input)> Connected() =>
            from oc in Enumerable.Range(0, map.OutChannels)
            from c in Enumerable.Range(0, map.Channels)
            where oc / (map.OutChannels / map.Groups) == c / (map.Channels / map.Groups)
            select (oc, c);

        private long Weight((int Z, int Y, int X) tap, int c, int oc)
        {
            var outputs = map.OutChannels / map.Groups;
            var number = (((tap.Z * map.Window.Y.Kernel) + tap.Y) * map.Window.X.Kernel) + tap.X;
            return weights[(((number * map.Channels) + c) * outputs) + (oc % outputs)];
        }
    }
}
