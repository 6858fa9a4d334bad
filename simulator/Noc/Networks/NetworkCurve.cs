using System.Collections.Immutable;

namespace NeuroChip.Simulator.Noc.Networks;

/// <summary>Latency against rate, up to where the network no longer takes what is offered.</summary>
/// <param name="Points">Ascending in rate; the last one is not stable unless the network takes a flit per node and cycle.</param>
/// <param name="SaturationRate">The greatest stable rate found, to <see cref="Resolution"/>.</param>
public sealed record NetworkCurve(ImmutableArray<NetworkPoint> Points, double SaturationRate)
{
    /// <summary>How closely the saturation rate is looked for, in flits per node and cycle.</summary>
    public const double Resolution = 0.005;

    /// <summary>Measures in steps of <paramref name="step"/>, then halves the last one until it is small.</summary>
    public static NetworkCurve Measure(NetworkModel model, TrafficPattern traffic, double step, int seed, Action<double>? progress = null)
    {
        var points = new List<NetworkPoint>();
        NetworkPoint At(double rate)
        {
            progress?.Invoke(rate);
            var point = NetworkRun.At(model, traffic, rate, seed);
            points.Add(point);
            return point;
        }

        var (stable, unstable) = (0.0, double.PositiveInfinity);
        for (var i = 1; stable < 1 && double.IsInfinity(unstable); i++)
        {
            var rate = Math.Min(1, Math.Round(i * step, 6));
            if (At(rate).Stable) stable = rate;
            else unstable = rate;
        }

        while (unstable - stable > Resolution)
        {
            var rate = Math.Round((stable + unstable) / 2, 6);
            if (At(rate).Stable) stable = rate;
            else unstable = rate;
        }

        return new([.. points.OrderBy(p => p.Rate)], stable);
    }
}
