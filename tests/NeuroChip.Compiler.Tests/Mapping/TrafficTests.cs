using FsCheck;
using FsCheck.Fluent;
using NeuroChip.Compiler.Mapping;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Compiler.Tests.Mapping;

public sealed class TrafficTests
{
    /// <summary>The closed forms mark exactly what enumerating every synapse marks.</summary>
    [Fact]
    public void RangesAreTheTargetsOfAllSynapses()
    {
        var property = Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
        {
            var random = new RandomSequence(seed);
            var map = RandomMap(ref random);
            var first = random.Below(map.SourceSize);
            var count = 1 + random.Below(map.SourceSize - first);
            var marked = new HashSet<int>();
            SliceReach.Ranges(map, first, count, (low, high) =>
            {
                for (var t = low; t <= high; t++) marked.Add(t);
            });
            var synapses = new List<Synapse>();
            for (var a = first; a < first + count; a++) map.Enumerate(a, synapses);
            return marked.SetEquals(synapses.Select(s => s.Target));
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), property);
    }

    [Fact]
    public void SlicesOfAConvolutionTalkToNeighboursOnly()
    {
        var n = new Networks("local");
        n.Conv("b", n.Conv("a", n.Input("x", 1, 1, 32, 32), 64), 64);
        var module = n.Build();
        var partition = new BalancedPartitioner().Partition(module, Networks.Board, 1);
        var traffic = TrafficGraph.Build(module, partition, 1);
        var (first, count) = (partition.FirstOf(new(1)), partition.CountOf(new(1)));
        Assert.True(count > 300);
        // Three pixels of a row reach five pixels of three rows: at most nine slices (a slice of three can lie across a border).
        for (var s = first; s < first + count; s++) Assert.InRange(traffic.TargetsOf(s).Length, 2, 12);
    }

    private static AddressFunction RandomMap(ref RandomSequence random)
    {
        var groups = 1 + random.Below(3);
        var (channels, outputs) = (groups * (1 + random.Below(3)), groups * (1 + random.Below(3)));
        var (y, x) = (RandomWindow(ref random), RandomWindow(ref random));
        switch (random.Below(7))
        {
            case 0: return new DenseMap(1 + random.Below(9), 1 + random.Below(9));
            case 1: return new IdentityMap(1 + random.Below(20), 1);
            case 2: return new PoolMap(y, x, channels, random.Below(2) == 0);
            case 3: return new TransposedConvMap(y, x, channels, outputs, groups);
            case 4:
                var size = 1 + random.Below(12);
                var shift = random.Below(size);
                return new PermutationMap([.. Enumerable.Range(0, size).Select(a => a % 3 == 2 ? -1 : (a + shift) % size)], size, size);
            case 5:
                var lists = new List<int[]>();
                for (var a = 1 + random.Below(8); a > 0; a--)
                {
                    var every = 1 + random.Below(4);
                    lists.Add([.. Enumerable.Range(0, 10).Where(t => t % every == 0)]);
                }
                return new CsrMap([0, .. lists.Select((_, k) => lists.Take(k + 1).Sum(l => l.Length))], [.. lists.SelectMany(l => l)], 10);
            default: return new ConvMap(y, x, channels, outputs, groups);
        }
    }

    private static Window RandomWindow(ref RandomSequence random)
    {
        var (kernel, stride, dilation) = (1 + random.Below(3), 1 + random.Below(2), 1 + random.Below(2));
        var reach = ((kernel - 1) * dilation) + 1;
        var pad = random.Below(reach);
        var input = reach + random.Below(6);
        return new(input, ((input + (2 * pad) - reach) / stride) + 1, kernel, stride, pad, dilation);
    }
}
