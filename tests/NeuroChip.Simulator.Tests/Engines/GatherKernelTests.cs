using System.Runtime.Intrinsics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Tensors;
using NeuroChip.Simulator.Engines;
using NeuroChip.Simulator.Engines.Kernels;
using NeuroChip.TestKit;

namespace NeuroChip.Simulator.Tests.Engines;

/// <summary>The ways to add the events of a convolution give the same bits, in any cut of the targets, whatever the density would make the engine choose.</summary>
public sealed unsafe class GatherKernelTests
{
    /// <summary>Random windows with strides, dilations, groups and paddings, as a convolution and transposed.</summary>
    [Fact]
    public void Every_way_gives_the_bits_of_enumeration()
    {
        var narrowConvolutions = 0;
        for (var seed = 0; seed < 600; seed++)
        {
            var random = new Random(seed);
            var groups = Math.Max(1, random.Next(-2, 4));
            var (channels, outputs) = (groups * random.Next(1, 6), groups * random.Next(1, 40));
            Window y = RandomWindow(random), x = random.Next(5) == 0 ? Window.Single : RandomWindow(random);
            var deconv = random.Next(3) == 0;
            AddressFunction map = deconv ? new TransposedConvMap(y, x, channels, outputs, groups) : new ConvMap(y, x, channels, outputs, groups);
            GatherGeometry geometry = deconv ? new TransposedConvGeometry((TransposedConvMap)map) : new ConvGeometry((ConvMap)map);
            var weights = Enumerable.Range(0, map.RowCount).Select(_ => random.NextSingle() - 0.5f).ToArray();
            var kernel = new GatherKernel<Float256, Vector256<float>, float, float>(geometry, new PackedRows<float>(weights, geometry.Rows, geometry.CellTargets, 8));
            var events = new EventList<float>(map.SourceSize, [kernel.BucketSize]);
            var binary = random.Next(2) == 0;
            var density = random.NextDouble();
            for (var a = 0; a < map.SourceSize; a++)
                events.Payloads[a] = random.NextDouble() >= density * density ? 0 : binary ? 1 : random.NextSingle() - 0.5f;

            if (random.Next(8) == 0 && !binary) events.Payloads[random.Next(map.SourceSize)] = float.PositiveInfinity;
            events.Index();

            var start = Enumerable.Range(0, map.TargetSize).Select(_ => random.NextSingle()).ToArray();
            var expected = Enumerated(map, weights, events, start);
            Assert.Equal(expected, InTwoParts(kernel.Gather, kernel.Granule));
            Assert.Equal(expected, InTwoParts(kernel.Scatter, kernel.Granule));
            if (map is not ConvMap conv || NarrowConvKernel<Float256, Vector256<float>, float, float>.Together(conv) is not (> 1 and var together)) continue;
            var spread = NarrowConvKernel<Float256, Vector256<float>, float, float>.Spread(conv, together, weights);
            var rows = spread.Length / (together * conv.OutChannels);
            var narrow = new NarrowConvKernel<Float256, Vector256<float>, float, float>(conv, together, new(spread, rows, together * conv.OutChannels, 8), kernel);
            Assert.Equal(expected, InTwoParts(narrow.Add, narrow.Granule));
            narrowConvolutions++;

            float[] InTwoParts(AddRange add, int granule)
            {
                var cut = random.Next((map.TargetSize / granule) + 1) * granule;
                var sums = new AlignedBuffer<float>(map.TargetSize);
                start.CopyTo(sums.Span);
                if (cut > 0) add(events, sums.Pointer, 0, cut);
                if (cut < map.TargetSize) add(events, sums.Pointer, cut, map.TargetSize);
                var result = sums.Span.ToArray();
                GC.KeepAlive(sums);
                return result;
            }
        }

        Assert.True(narrowConvolutions > 40, $"only {narrowConvolutions} convolutions were narrow");
    }

    /// <summary>The same between sites: submanifold, strided and inverse, with few and with many channels, so that the taps take one pass or many.</summary>
    [Fact]
    public void Every_way_between_sites_gives_the_bits_of_enumeration()
    {
        var passes = 0;
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var sites = new SiteGenerator(random);
            var extent = sites.Extent(8);
            var volume = extent[0] * extent[1] * extent[2];
            var cloud = sites.Cloud(extent, random.Next(1, volume + 1));
            var window = random.Next(2) == 0 ? sites.Same(extent) : sites.Window(extent);
            var fine = new SiteTable(new(0), "fine", extent, (cloud.Length / 3) + random.Next(0, 3), "coors");
            var coarse = new SiteTable(new(1), "coarse", window.Outputs, Math.Max(1, ActiveSites.Of(fine, cloud).ReachedKeys(window).Length), "", new(fine.Id, window));
            if (ActiveSites.Of(fine, cloud).ReachedKeys(window).Length == 0) continue;
            var (channels, outputs) = (random.Next(8) == 0 ? random.Next(100, 1200) : random.Next(1, 40), random.Next(1, 80));
            if (window.Taps * channels * outputs > 1_000_000) continue;
            SiteConvMap map = random.Next(3) switch
            {
                0 => new InverseConvMap(coarse.Id, fine.Id, coarse.Capacity, fine.Capacity, window, channels, outputs, 1, 0),
                1 when window.Inputs.AsSpan().SequenceEqual(window.Outputs.AsSpan()) && (window.Z.Stride | window.Y.Stride | window.X.Stride) == 1 => new SubmanifoldMap(fine.Id, fine.Capacity, window, channels, outputs, 1, 0),
                _ => new SparseConvMap(fine.Id, coarse.Id, fine.Capacity, coarse.Capacity, window, channels, outputs, 1, 0),
            };
            var bound = map.Bind(new SiteBinding([fine, coarse], new Dictionary<string, Tensor> { ["coors"] = Tensor.Of([cloud.Length / 3, 3], cloud) }));
            var geometry = new SiteGeometry(map);
            var weights = Enumerable.Range(0, map.RowCount).Select(_ => random.NextSingle() - 0.5f).ToArray();
            var rows = new PackedRows<float>(weights, geometry.Rows, geometry.CellTargets, 8);
            var plain = new GatherKernel<Float256, Vector256<float>, float, float>(geometry, rows);
            var kernel = new SiteConvKernel<Float256, Singles<Float256, Vector256<float>, float, float>, Fused<Float256, Vector256<float>>, Vector256<float>, float, float>(geometry, rows, plain);
            kernel.Bind(bound);
            var events = new EventList<float>(map.SourceSize, [kernel.BucketSize]);
            var (binary, density, present) = (random.Next(2) == 0, random.NextDouble(), ((RulebookMap)bound).Rulebook.Sources * channels);
            for (var a = 0; a < present; a++)
                if (random.NextDouble() < density) events.Payloads[a] = binary ? 1 : random.NextSingle() - 0.5f;
            events.Index();

            var start = Enumerable.Range(0, map.TargetSize).Select(_ => random.NextSingle()).ToArray();
            var expected = Enumerated(bound, weights, events, start);
            foreach (var add in new AddRange[] { kernel.Gather, plain.Gather, plain.Scatter })
            {
                var sums = new AlignedBuffer<float>(map.TargetSize);
                start.CopyTo(sums.Span);
                var cut = random.Next((map.TargetSize / kernel.Granule) + 1) * kernel.Granule;
                if (cut > 0) add(events, sums.Pointer, 0, cut);
                if (cut < map.TargetSize) add(events, sums.Pointer, cut, map.TargetSize);
                Assert.Equal(expected, sums.Span.ToArray());
                GC.KeepAlive(sums);
            }

            if (kernel.Passes > 1) passes++;
        }

        Assert.InRange(passes, 20, 300);
    }

    private static float[] Enumerated(AddressFunction map, float[] weights, EventList<float> events, float[] start)
    {
        var sums = start.ToArray();
        var synapses = new List<Synapse>();
        for (var k = 0; k < events.Count; k++)
        {
            synapses.Clear();
            map.Enumerate(events.Active[k], synapses);
            foreach (var (target, row) in synapses) sums[target] += events.Payloads[events.Active[k]] * weights[row];
        }

        return sums;
    }

    private delegate void AddRange(EventList<float> events, float* sums, int first, int end);

    private static Window RandomWindow(Random random)
    {
        while (true)
        {
            var (input, kernel, stride, dilation) = (random.Next(3, 10), random.Next(1, 4), random.Next(1, 4), random.Next(1, 3));
            var pad = random.Next(0, kernel);
            var output = ((input + (2 * pad) - (dilation * (kernel - 1)) - 1) / stride) + 1;
            if (output > 0) return new(input, output, kernel, stride, pad, dilation);
        }
    }
}
