using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Passes;

/// <summary>
/// Which targets a weight reaches. A port may have one scale per channel only if no weight reaches two channels; then the scale of a weight is that
/// of its channel. All is counted modulo a period: target address <c>a</c> belongs to channel <c>a % period</c>.
/// </summary>
internal static class QuantiseRows
{
    /// <summary>
    /// The finest period that every map into a port allows. Pooling uses one weight for all channels and forces a single scale; dense and convolution allow the
    /// target's channels; identity and permutation adapt to the others, as their few weights can be repeated (<see cref="Expand"/>).
    /// </summary>
    public static int Period(Population target, IReadOnlyCollection<Projection> incoming)
    {
        var channels = target.Layout.Channels;
        var (period, repeated) = (0, 1);
        foreach (var p in incoming)
        {
            if (p.RowsFrom is not null) return 1;
            switch (p.Map)
            {
                case DenseMap or CsrMap: period = GreatestDivisor(period, channels); break;
                case ConvMap m: period = GreatestDivisor(GreatestDivisor(period, channels), m.OutChannels); break;
                case TransposedConvMap m: period = GreatestDivisor(GreatestDivisor(period, channels), m.OutChannels); break;
                case SiteConvMap m: period = GreatestDivisor(GreatestDivisor(period, channels), m.OutChannels); break;
                case IdentityMap m: repeated = LeastMultiple(repeated, m.Rows); break;
                case PermutationMap m: repeated = LeastMultiple(repeated, m.Rows); break;
                default: return 1;
            }
        }

        return period == 0 ? repeated : period;
    }

    /// <summary>The projection with the weights of identity and permutation repeated so that their number is a multiple of the period.</summary>
    public static Projection Expand(Projection projection, int period)
    {
        if (projection.RowsFrom is not null) return projection;
        int Wanted(int rows) => LeastMultiple(rows, period);
        Tensor Repeat(int rows)
        {
            var from = projection.Rows.ToFloats();
            var to = new float[rows];
            for (var r = 0; r < rows; r++) to[r] = from[r % from.Length];
            return Tensor.Vector(to);
        }

        return projection.Map switch
        {
            IdentityMap m when m.Rows % period != 0 => projection with { Map = m with { Rows = Wanted(m.Rows) }, Rows = Repeat(Wanted(m.Rows)) },
            PermutationMap m when m.Rows % period != 0 => projection with { Map = new PermutationMap(m.TargetOf, m.Targets, Wanted(m.Rows)), Rows = Repeat(Wanted(m.Rows)) },
            _ => projection,
        };
    }

    /// <summary>The channel that a weight adds to.</summary>
    public static Func<int, int> Channel(AddressFunction map, int period)
    {
        if (period == 1) return _ => 0;
        return map switch
        {
            DenseMap m => row => row % m.Targets % period,
            ConvMap m => row => OutChannel(row, m.Channels, m.GroupInputs, m.GroupOutputs) % period,
            TransposedConvMap m => row => OutChannel(row, m.Channels, m.GroupInputs, m.GroupOutputs) % period,
            SiteConvMap m => row => OutChannel(row, m.Channels, m.GroupInputs, m.GroupOutputs) % period,
            IdentityMap or PermutationMap => row => row % period,
            CsrMap m => row => m.TargetOf[row] % period,
            _ => throw new ArgumentException($"weights of '{map.Keyword}' reach several channels"),
        };
    }

    /// <summary>The source address, or for convolutions the source channel, that a weight belongs to, with the number of those; null where a weight has many.</summary>
    public static (Func<int, int> Of, int Count)? Source(AddressFunction map) => map switch
    {
        DenseMap m => (row => row / m.Targets, m.Sources),
        ConvMap m => (row => row / m.GroupOutputs % m.Channels, m.Channels),
        TransposedConvMap m => (row => row / m.GroupOutputs % m.Channels, m.Channels),
        SiteConvMap m => (row => row / m.GroupOutputs % m.Channels, m.Channels),
        _ => null,
    };

    /// <summary>
    /// Per channel, the greatest sum (or greatest one, where the reduction is the maximum) that a single target collects if every one of its sources sends 1 and
    /// weights have the given magnitudes. Exact but for convolution borders, where it is that of the interior.
    /// </summary>
    public static double[] Load(AddressFunction map, Func<int, double> magnitude, int period, Reduction reduction)
    {
        var load = new double[period];
        if (reduction == Reduction.Max)
        {
            var channel = Channel(map, period);
            for (var row = 0; row < map.RowCount; row++) load[channel(row)] = Math.Max(load[channel(row)], magnitude(row));
            return load;
        }

        switch (map)
        {
            case DenseMap m:
                Fold(Sums(m.Targets, row => row % m.Targets));
                break;
            case ConvMap m:
                Fold(Sums(m.OutChannels, row => OutChannel(row, m.Channels, m.GroupInputs, m.GroupOutputs)));
                break;
            case TransposedConvMap m:
                Fold(Sums(m.OutChannels, row => OutChannel(row, m.Channels, m.GroupInputs, m.GroupOutputs)));
                break;
            case SiteConvMap m:
                var phases = Phases(m);
                var perPhase = Sums(m.OutChannels * (phases.Max() + 1), row => (phases[row / (m.GroupOutputs * m.Channels)] * m.OutChannels) + OutChannel(row, m.Channels, m.GroupInputs, m.GroupOutputs));
                for (var i = 0; i < perPhase.Length; i++) load[i % m.OutChannels % period] = Math.Max(load[i % m.OutChannels % period], perPhase[i]);
                break;
            case ScatterMap:
                load[0] = magnitude(0);
                break;
            case CsrMap m:
                Fold(Sums(m.Targets, row => m.TargetOf[row]));
                break;
            case IdentityMap or PermutationMap:
                for (var row = 0; row < map.RowCount; row++) load[row % period] = Math.Max(load[row % period], magnitude(row));
                break;
            case PoolMap m:
                for (var row = 0; row < m.RowCount; row++) load[0] = Math.Max(load[0], magnitude(row) * m.Y.Kernel * m.X.Kernel);
                break;
            default:
                var afferents = new List<Afferent>();
                for (var target = 0; target < map.TargetSize; target++)
                {
                    afferents.Clear();
                    map.Invert(target, afferents);
                    load[target % period] = Math.Max(load[target % period], afferents.Sum(a => magnitude(a.Row)));
                }

                break;
        }

        return load;

        double[] Sums(int targets, Func<int, int> targetOf)
        {
            var sums = new double[targets];
            for (var row = 0; row < map.RowCount; row++) sums[targetOf(row)] += magnitude(row);
            return sums;
        }

        void Fold(double[] sums)
        {
            for (var t = 0; t < sums.Length; t++) load[t % period] = Math.Max(load[t % period], sums[t]);
        }
    }

    /// <summary>Taps with one number can meet at one target. Forward all can; of an inverse convolution those that are the same place modulo the stride.</summary>
    private static int[] Phases(SiteConvMap map)
    {
        var (z, y, x) = (map.Window.Z, map.Window.Y, map.Window.X);
        var phases = new int[map.Window.Taps];
        for (var tap = 0; map.Direction == SiteDirection.Inverse && tap < phases.Length; tap++)
            phases[tap] = ((((tap / (y.Kernel * x.Kernel) * z.Dilation % z.Stride) * y.Stride) + (tap / x.Kernel % y.Kernel * y.Dilation % y.Stride)) * x.Stride) + (tap % x.Kernel * x.Dilation % x.Stride);
        return phases;
    }

    /// <summary>Most synapses of one target.</summary>
    public static double FanIn(AddressFunction map) => map is StridedMap strided ? strided.FanIn : Load(map, _ => 1, 1, Reduction.Sum)[0];

    /// <summary>The least common multiple.</summary>
    public static int LeastMultiple(int a, int b) => checked(a / GreatestDivisor(a, b) * b);

    private static int GreatestDivisor(int a, int b) => b == 0 ? a : GreatestDivisor(b, a % b);

    private static int OutChannel(int row, int channels, int groupInputs, int groupOutputs) =>
        (row / groupOutputs % channels / groupInputs * groupOutputs) + (row % groupOutputs);
}
