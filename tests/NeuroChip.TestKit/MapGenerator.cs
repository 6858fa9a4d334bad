using System.Collections.Immutable;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.TestKit;

/// <summary>Random address functions of every kind.</summary>
public sealed class MapGenerator(Random random)
{
    /// <summary>An address function from a layout, and the layout it leads to: of few neurons and weights, so that tests stay fast.</summary>
    public (AddressFunction Map, Layout Target) From(Layout source)
    {
        while (true)
        {
            var (map, target) = Any(source);
            if (target.Size <= 300 && map.RowCount <= 4000) return (map, target);
        }
    }

    private (AddressFunction Map, Layout Target) Any(Layout source)
    {
        if (!source.ChannelLast || random.Next(3) == 0)
        {
            var target = random.Next(3) == 0 ? source : new Layout([random.Next(1, 40)], false);
            return (Between(source, target), target);
        }

        var (y, x, channels) = Axes(source);
        if (random.Next(3) == 0)
        {
            var (py, px) = (Window(y), Window(x));
            return (new PoolMap(py, px, channels, random.Next(2) == 0), Image(source, channels, py.Output, px.Output));
        }

        var groups = random.Next(3) switch { 0 => channels, 1 => 1, _ => Divisor(channels) };
        var outChannels = groups * random.Next(1, 4);
        if (random.Next(3) == 0)
        {
            var (ty, tx) = (Transposed(y), Transposed(x));
            return (new TransposedConvMap(ty, tx, channels, outChannels, groups), Image(source, outChannels, ty.Input, tx.Input));
        }

        var (wy, wx) = (Window(y), Window(x));
        return (new ConvMap(wy, wx, channels, outChannels, groups), Image(source, outChannels, wy.Output, wx.Output));
    }

    /// <summary>An address function between two layouts: dense, CSR, a permutation, or the identity where the sizes allow.</summary>
    public AddressFunction Between(Layout source, Layout target) => random.Next(4) switch
    {
        0 when source.Size * target.Size <= 4000 => new DenseMap(source.Size, target.Size),
        1 when source.Size * target.Size <= 16000 => Csr(source.Size, target.Size),
        2 when source.Size == target.Size => new IdentityMap(source.Size, random.Next(3) switch { 0 => 1, 1 => target.Channels, _ => target.Size }),
        _ => Permutation(source.Size, target.Size, random.Next(3) switch { 0 => 1, 1 => target.Channels, _ => target.Size }),
    };

    /// <summary>
    /// A sum over up to four indices with nested strides in random order, as contractions of attention are: sizes of source, target and rows follow.
    /// </summary>
    public StridedMap Strided()
    {
        while (true)
        {
            var extents = Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(1, 5)).ToArray();
            var roles = extents.Select(_ => random.Next(1, 8)).ToArray(); // bits: in the source, in the target, in the row
            for (var i = 0; i < roles.Length; i++)
                if ((roles[i] & 3) == 0) roles[i] |= 1 << random.Next(2);
            var (source, target, row) = (Strides(1), Strides(2), Strides(4));
            var axes = extents.Select((e, i) => new StridedAxis(e, source.Of[i], target.Of[i], row.Of[i])).ToImmutableArray();
            var map = new StridedMap(source.Size, target.Size, row.Size, source.Origin, target.Origin, row.Origin, axes);
            if (map.Total <= 400) return map;

            (int[] Of, int Origin, int Size) Strides(int role)
            {
                var of = new int[extents.Length];
                var next = random.Next(1, 3);
                foreach (var i in Enumerable.Range(0, of.Length).OrderBy(_ => random.Next()))
                {
                    if ((roles[i] & role) == 0) continue;
                    of[i] = next;
                    next = (next * extents[i]) + random.Next(0, 2);
                }

                var origin = random.Next(0, 3);
                return (of, origin, origin + next + random.Next(0, 3));
            }
        }
    }

    /// <summary>A sliding window over an axis, with any stride, padding and dilation that leaves an output.</summary>
    public Window Window(int input)
    {
        if (input == 1 && random.Next(2) == 0) return Ir.Ncir.AddressFunctions.Window.Single;
        while (true)
        {
            var (kernel, stride, pad, dilation) = (random.Next(1, 5), random.Next(1, 4), random.Next(-1, 3), random.Next(1, 3));
            var after = random.Next(-1, 3);
            var room = input + pad + after - (dilation * (kernel - 1)) - 1;
            if (room >= 0) return new(input, (room / stride) + 1, kernel, stride, pad, dilation);
        }
    }

    private Window Transposed(int source)
    {
        while (true)
        {
            var (kernel, stride, pad, dilation) = (random.Next(1, 4), random.Next(1, 4), random.Next(0, 2), random.Next(1, 3));
            var target = ((source - 1) * stride) - (2 * pad) + (dilation * (kernel - 1)) + 1 + random.Next(0, stride);
            if (target is >= 1 and <= 24) return new(target, source, kernel, stride, pad, dilation);
            if (random.Next(20) == 0) return new(source, source, 1);
        }
    }

    private CsrMap Csr(int sources, int targets)
    {
        var offsets = new int[sources + 1];
        var targetOf = new List<int>();
        for (var a = 0; a < sources; a++)
        {
            for (var t = 0; t < targets; t++)
                if (random.Next(4) == 0) targetOf.Add(t);
            offsets[a + 1] = targetOf.Count;
        }

        return new([.. offsets], [.. targetOf], targets);
    }

    private PermutationMap Permutation(int sources, int targets, int rows)
    {
        var free = Enumerable.Range(0, targets).OrderBy(_ => random.Next()).ToArray();
        var targetOf = Enumerable.Range(0, sources).Select(a => a < free.Length && random.Next(8) > 0 ? free[a] : -1);
        return new([.. targetOf.OrderBy(_ => random.Next())], targets, rows);
    }

    private int Divisor(int number)
    {
        var divisors = Enumerable.Range(1, number).Where(d => number % d == 0).ToArray();
        return divisors[random.Next(divisors.Length)];
    }

    private static (int Y, int X, int Channels) Axes(Layout layout) =>
        layout.FrameworkShape is [_, var c, var h, var w] ? (h, w, c) : (1, layout.FrameworkShape[2], layout.FrameworkShape[1]);

    /// <summary>The image of a map's target; one axis where the source has one and the map did not open another.</summary>
    private static Layout Image(Layout source, int channels, int y, int x) =>
        new(source.FrameworkShape.Length == 3 && y == 1 ? [1, channels, x] : ImmutableArray.Create(1, channels, y, x), true);
}
