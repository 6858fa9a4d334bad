using NeuroChip.Simulator.Noc.Networks;

namespace NeuroChip.Validation;

/// <summary>Mean packet latencies of BookSim 2 (commit 28f43299): flit-level networks of input-queued routers, XY, iSLIP with one iteration, delays of one cycle.</summary>
internal static class RouterNetworks
{
    private static readonly (NetworkTopology Topology, int Extent, int Channels, int Buffer, string Traffic, double Rate, double Latency)[] BookSim =
    [
        (NetworkTopology.Mesh, 8, 4, 8, "uniform", 0.1, 27.3),
        (NetworkTopology.Mesh, 8, 4, 8, "uniform", 0.2, 27.8),
        (NetworkTopology.Mesh, 8, 4, 8, "uniform", 0.3, 29.3),
        (NetworkTopology.Mesh, 8, 4, 8, "uniform", 0.35, 31.6),
        (NetworkTopology.Mesh, 8, 4, 8, "uniform", 0.4, 39.4),
        (NetworkTopology.Mesh, 8, 4, 8, "transpose", 0.1, 27.4),
        (NetworkTopology.Mesh, 8, 4, 8, "transpose", 0.12, 27.8),
        (NetworkTopology.Mesh, 8, 4, 8, "transpose", 0.14, 34.3),
        (NetworkTopology.Mesh, 8, 4, 8, "bitcomp", 0.1, 38.5),
        (NetworkTopology.Mesh, 8, 4, 8, "bitcomp", 0.2, 41.7),
        (NetworkTopology.Mesh, 8, 4, 8, "tornado", 0.1, 36.4),
        (NetworkTopology.Mesh, 8, 4, 8, "tornado", 0.2, 38.1),
        (NetworkTopology.Mesh, 8, 4, 8, "tornado", 0.25, 43.8),
        (NetworkTopology.Mesh, 8, 4, 8, "neighbor", 0.5, 20.0),
        (NetworkTopology.Mesh, 4, 4, 8, "uniform", 0.4, 16.8),
        (NetworkTopology.Mesh, 4, 4, 8, "uniform", 0.6, 19.0),
        (NetworkTopology.Mesh, 4, 4, 8, "uniform", 0.7, 24.3),
        (NetworkTopology.Mesh, 16, 4, 8, "uniform", 0.1, 49.4),
        (NetworkTopology.Mesh, 16, 4, 8, "uniform", 0.2, 57.3),
        (NetworkTopology.Mesh, 8, 2, 4, "uniform", 0.2, 27.9),
        (NetworkTopology.Mesh, 8, 2, 4, "uniform", 0.3, 29.8),
        (NetworkTopology.Mesh, 8, 1, 8, "uniform", 0.1, 28.8),
        (NetworkTopology.Mesh, 8, 1, 8, "uniform", 0.15, 32.0),
        (NetworkTopology.Torus, 8, 4, 8, "uniform", 0.1, 26.2),
        (NetworkTopology.Torus, 8, 4, 8, "uniform", 0.3, 27.0),
        (NetworkTopology.Torus, 8, 4, 8, "uniform", 0.5, 30.0),
        (NetworkTopology.Torus, 8, 4, 8, "tornado", 0.1, 36.8),
        (NetworkTopology.Torus, 8, 4, 8, "tornado", 0.2, 41.8),
    ];

    public static IEnumerable<ValidationRow> Rows()
    {
        foreach (var (topology, k, channels, buffer, traffic, rate, latency) in BookSim)
        {
            // BookSim's torus has links of two cycles.
            var model = new NetworkModel(new(topology, k, k), channels, buffer, 3, topology == NetworkTopology.Torus ? 2 : 1);
            var point = NetworkRun.At(model, TrafficPattern.Of(traffic, model.Shape), rate, 1);
            var routers = channels == 4 ? "" : $", {channels} channels of {buffer}";
            yield return new($"{topology.ToString().ToLowerInvariant()} {k} x {k}{routers}, {traffic} traffic at {rate.ToString(System.Globalization.CultureInfo.InvariantCulture)}, cycles", "BookSim 2, run by us", "S", Math.Round(point.LatencyCycles, 4), latency, 0.1);
        }

        foreach (var (traffic, saturation) in new[] { ("uniform", 0.43), ("transpose", 0.158), ("tornado", 0.265) })
        {
            var model = new NetworkModel(new(NetworkTopology.Mesh, 8, 8));
            yield return new($"mesh 8 x 8, {traffic} traffic, saturation, flits per node and cycle", "BookSim 2, run by us", "S", NetworkCurve.Measure(model, TrafficPattern.Of(traffic, model.Shape), 0.05, 1).SaturationRate, saturation, 0.1);
        }
    }
}
