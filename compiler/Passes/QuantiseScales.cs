using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Passes;

/// <summary>A projection into the port under consideration, and the value of its source's payload 1.</summary>
internal readonly record struct Incoming(Projection Projection, double Unit);

/// <summary>Chooses the scale of a port: the value of 1 in its accumulators, per channel. Every projection into the port shares it, as their contributions are added.</summary>
/// <param name="weightBits">Bits of a weight.</param>
/// <param name="power">Mean square payload per address of a population, from calibration; null without.</param>
internal sealed class QuantiseScales(int weightBits, Func<PopulationId, double[]?> power)
{
    /// <summary>
    /// Ratio of the largest to the smallest scale in a port. A channel whose weights are all (nearly) 0 would otherwise measure thresholds in units so small that they
    /// do not fit 32 bits.
    /// </summary>
    private const double Spread = 1 << 20;

    /// <summary>Ratios to the smallest weight that are whole to this relative precision count as whole: float32 has 24 bits.</summary>
    private const double WholeTolerance = 1e-6;

    /// <summary>Parts of the greatest weight at which clipping is tried, on calibration data.</summary>
    private static readonly double[] Clips = [1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5];

    /// <summary>Largest weight: weights are symmetric, so the most negative code is not used.</summary>
    public int Most { get; } = (1 << (weightBits - 1)) - 1;

    /// <summary>
    /// The scale per channel. In order of preference: one in which every weight is a whole number (sums of spikes and pooling stay exact);
    /// else one in which constant projections (shortcuts) are whole, so that they are not distorted; else the finest that covers the
    /// weights, or on calibration data covers most of them with the least error.
    /// </summary>
    /// <param name="incoming">Projections into the port, expanded to <paramref name="period"/>.</param>
    /// <param name="period">Number of channels.</param>
    /// <param name="finer">Whether exact scales should be divided as far as the weights allow: where a bias has to be expressed in them.</param>
    /// <param name="floor">Per channel, a scale that is not gone below, whatever the weights; null for none.</param>
    public double[] Choose(IReadOnlyList<Incoming> incoming, int period, bool finer, double[]? floor = null)
    {
        var (most, least) = (new double[period], new double[period]);
        Array.Fill(least, double.PositiveInfinity);
        ForEach(incoming, period, (c, w) =>
        {
            most[c] = Math.Max(most[c], w);
            if (w > 0) least[c] = Math.Min(least[c], w);
        });
        var exact = new bool[period];
        for (var c = 0; c < period; c++) exact[c] = most[c] > 0 && most[c] <= (Most + 0.5) * least[c];
        ForEach(incoming, period, (c, w) =>
        {
            var ratio = w / least[c];
            exact[c] &= !(Math.Abs(ratio - Math.Round(ratio)) > WholeTolerance * ratio);
        });

        var constant = new double[period];
        foreach (var i in incoming)
        {
            if (Constant(i.Projection.Rows) is not { } magnitude) continue;
            for (var c = 0; c < period; c++) constant[c] = Math.Max(constant[c], magnitude * i.Unit);
        }

        var clip = Clip(incoming, period, most);
        var scales = new double[period];
        for (var c = 0; c < period; c++)
        {
            if (most[c] == 0) continue;
            var covering = most[c] / Most;
            if (exact[c]) scales[c] = finer ? least[c] / Math.Max(1, Math.Floor(Most * least[c] / most[c] * (1 + WholeTolerance))) : least[c];
            else if (constant[c] >= covering) scales[c] = constant[c] / Math.Floor(constant[c] / covering * (1 + WholeTolerance));
            else scales[c] = covering * clip[c];
            if (floor is not null) scales[c] = Math.Max(scales[c], floor[c]);
        }

        var greatest = scales.Max();
        for (var c = 0; c < period; c++)
        {
            // A scale is a parameter of arithmetic neurons and of readouts, so it is a float32 number.
            scales[c] = scales[c] == 0 ? (greatest == 0 ? 1 : greatest) : Math.Max(scales[c], greatest / Spread);
            scales[c] = (float)scales[c];
        }

        return scales;
    }

    /// <summary>Whether every weight is a whole multiple of <paramref name="scale"/>.</summary>
    public bool IsExact(IReadOnlyList<Incoming> incoming, double scale)
    {
        var isExact = true;
        ForEach(incoming, 1, (_, w) => isExact &= Math.Abs((w / scale) - Math.Round(w / scale)) <= WholeTolerance * w / scale);
        return isExact;
    }

    /// <summary>The magnitude that all weights share, or null.</summary>
    public static double? Constant(Tensor rows)
    {
        if (rows.Length == 0) return null;
        var weights = rows.Span<float>();
        var magnitude = Math.Abs(weights[0]);
        foreach (var w in weights)
            if (Math.Abs(w) != magnitude) return null;
        return magnitude == 0 ? null : magnitude;
    }

    private static void ForEach(IReadOnlyList<Incoming> incoming, int period, Action<int, double> use)
    {
        foreach (var (projection, unit) in incoming)
        {
            var channel = QuantiseRows.Channel(projection.Map, period);
            var weights = projection.Rows.Array<float>();
            for (var row = 0; row < weights.Length; row++) use(channel(row), Math.Abs(weights[row]) * unit);
        }
    }

    /// <summary>
    /// Per channel, the part of the greatest weight to keep: the one with the least rounding error of what the calibration data make arrive, every
    /// weight counting by the mean square of its source. 1 without calibration data.
    /// </summary>
    private double[] Clip(IReadOnlyList<Incoming> incoming, int period, double[] most)
    {
        var best = new double[period];
        Array.Fill(best, 1);
        if (!incoming.Any(i => power(i.Projection.Source) is not null)) return best;
        var leastError = new double[period];
        Array.Fill(leastError, double.PositiveInfinity);
        foreach (var part in Clips)
        {
            var error = new double[period];
            foreach (var (projection, unit) in incoming)
            {
                var channel = QuantiseRows.Channel(projection.Map, period);
                var weights = projection.Rows.Array<float>();
                var (source, sourcePower) = Power(projection);
                for (var row = 0; row < weights.Length; row++)
                {
                    var c = channel(row);
                    if (most[c] == 0) continue;
                    var scale = most[c] * part / Most;
                    var value = weights[row] * unit;
                    var off = value - (scale * Math.Clamp(Math.Round(value / scale), -Most, Most));
                    error[c] += off * off * (sourcePower is null ? 1 : sourcePower[source!(row)]) / (unit * unit);
                }
            }

            for (var c = 0; c < period; c++)
            {
                if (error[c] >= leastError[c]) continue;
                (leastError[c], best[c]) = (error[c], part);
            }
        }

        return best;
    }

    private (Func<int, int>? Source, double[]? Power) Power(Projection projection)
    {
        if (power(projection.Source) is not { } perAddress || QuantiseRows.Source(projection.Map) is not { } source) return (null, null);
        var sums = new double[source.Count];
        for (var a = 0; a < perAddress.Length; a++) sums[a % sums.Length] += perAddress[a];

        // A source that is silent on the samples may not be silent always: it keeps a small say.
        var floor = (sums.Max() * 1e-3) + 1e-12;
        for (var s = 0; s < sums.Length; s++) sums[s] += floor;
        return (source.Of, sums);
    }
}
