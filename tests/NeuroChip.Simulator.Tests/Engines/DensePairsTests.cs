using System.Numerics;
using System.Runtime.Intrinsics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Tensors;
using NeuroChip.Simulator.Engines;
using NeuroChip.Simulator.Engines.Kernels;
using NeuroChip.TestKit;

namespace NeuroChip.Simulator.Tests.Engines;

/// <summary>Multiplying all payloads between sites gives the bits of adding event by event: every width of registers, floats and integers, spikes and counts, convolutions and their inverses.</summary>
public sealed unsafe class DensePairsTests
{
    /// <summary>float32.</summary>
    [Fact]
    public void Floats()
    {
        Check<Singles<Float512, Vector512<float>, float, float>, Fused<Float512, Vector512<float>>, Vector512<float>, float, float>(r => r.NextSingle() - 0.5f, r => r.NextSingle() - 0.5f);
        Check<Singles<Float256, Vector256<float>, float, float>, Fused<Float256, Vector256<float>>, Vector256<float>, float, float>(r => r.NextSingle() - 0.5f, r => r.Next(1, 5));
        Check<Singles<Float128, Vector128<float>, float, float>, Fused<Float128, Vector128<float>>, Vector128<float>, float, float>(r => r.NextSingle() - 0.5f, r => r.NextSingle() - 0.5f);
    }

    /// <summary>int8 and int16, with payloads up to the ends of what is taken.</summary>
    [Fact]
    public void Integers()
    {
        Check<Pairs512<Byte512, sbyte>, Pairs512<Byte512, sbyte>, Vector512<int>, sbyte, int>(r => (sbyte)r.Next(-128, 128), r => r.Next(-short.MaxValue, short.MaxValue + 1));
        Check<Pairs256<Byte256, sbyte>, Pairs256<Byte256, sbyte>, Vector256<int>, sbyte, int>(r => (sbyte)r.Next(-128, 128), r => r.Next(1, 5));
        Check<Pairs512<Short512, short>, Pairs512<Short512, short>, Vector512<int>, short, int>(r => (short)r.Next(-32768, 32768), r => r.Next(-short.MaxValue, short.MaxValue + 1));
        Check<Pairs256<Short256, short>, Pairs256<Short256, short>, Vector256<int>, short, int>(r => (short)r.Next(-32768, 32768), r => r.Next(1, 5));
    }

    private static void Check<TLanes, TSpikes, TVector, TWeight, TSum>(Func<Random, TWeight> weight, Func<Random, TSum> payload)
        where TLanes : struct, IProductLanes<TVector, TWeight, TSum>
        where TSpikes : struct, IProductLanes<TVector, TWeight, TSum>
        where TVector : struct
        where TWeight : unmanaged, INumber<TWeight>
        where TSum : unmanaged, INumber<TSum>
    {
        var added = 0;
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var sites = new SiteGenerator(random);
            var extent = sites.Extent(8);
            var cloud = sites.Cloud(extent, random.Next(1, (extent[0] * extent[1] * extent[2]) + 1));
            var window = random.Next(2) == 0 ? sites.Same(extent) : sites.Window(extent);
            var fine = new SiteTable(new(0), "fine", extent, (cloud.Length / 3) + random.Next(0, 3), "coors");
            var reached = ActiveSites.Of(fine, cloud).ReachedKeys(window).Length;
            if (reached == 0) continue;
            var coarse = new SiteTable(new(1), "coarse", window.Outputs, reached, "", new(fine.Id, window));
            var (channels, outputs) = (8 * TLanes.Rows * random.Next(1, 6), TLanes.Width * (random.Next(2) == 0 ? random.Next(1, 3) : 4 + random.Next(0, 3)));
            SiteConvMap map = random.Next(2) == 0
                ? new InverseConvMap(coarse.Id, fine.Id, coarse.Capacity, fine.Capacity, window, channels, outputs, 1, 0)
                : new SparseConvMap(fine.Id, coarse.Id, fine.Capacity, coarse.Capacity, window, channels, outputs, 1, 0);
            var bound = map.Bind(new SiteBinding([fine, coarse], new Dictionary<string, Tensor> { ["coors"] = Tensor.Of([cloud.Length / 3, 3], cloud) }));
            var geometry = new SiteGeometry(map);
            geometry.Bind(bound);
            var weights = Enumerable.Range(0, map.RowCount).Select(_ => weight(random)).ToArray();
            var pairs = new DensePairs<TLanes, TSpikes, TVector, TWeight, TSum>(geometry, new(weights, geometry.Rows, outputs, TLanes.Width));
            var events = new EventList<TSum>(map.SourceSize, [channels]);
            var (binary, density) = (random.Next(2) == 0, random.NextDouble());
            for (var a = 0; a < geometry.Rulebook.Sources * channels; a++)
                if (random.NextDouble() < density) events.Payloads[a] = binary ? TSum.One : payload(random);
            events.Index();
            Assert.True(pairs.CanAdd(events));

            var expected = new TSum[map.TargetSize];
            var sums = new AlignedBuffer<TSum>(map.TargetSize);
            for (var t = 0; t < expected.Length; t++) expected[t] = sums.Pointer[t] = TSum.CreateChecked(random.Next(0, 3));
            var synapses = new List<Synapse>();
            for (var k = 0; k < events.Count; k++)
            {
                synapses.Clear();
                bound.Enumerate(events.Active[k], synapses);
                foreach (var (target, row) in synapses)
                    expected[target] = unchecked(expected[target] + (events.Payloads[events.Active[k]] * TSum.CreateChecked(weights[row])));
                added += synapses.Count;
            }

            var cut = random.Next(geometry.Rulebook.Targets + 1);
            pairs.Prepare(events);
            pairs.Add(events, sums.Pointer, 0, cut);
            pairs.Add(events, sums.Pointer, cut, geometry.Rulebook.Targets);
            Assert.Equal(expected, sums.Span.ToArray());
            GC.KeepAlive(sums);
        }

        Assert.True(added > 100_000, $"only {added} additions");
    }
}
