namespace NeuroChip.Simulator.Noc.Networks;

/// <summary>What a network does at one rate.</summary>
/// <param name="Rate">Flits offered per node and cycle, by the busiest node.</param>
/// <param name="LatencyCycles">Mean cycles from making a packet to the arrival of its last flit, waiting at the source included; NaN where the network is not stable.</param>
/// <param name="NetworkLatencyCycles">The same from entering the network on.</param>
/// <param name="AcceptedRate">Flits delivered per node and cycle.</param>
/// <param name="Links">Mean links of a packet.</param>
/// <param name="BusiestLink">Flits per cycle on the busiest link, 1 at most.</param>
/// <param name="Stable">Whether the network takes what is offered: latency below 500 cycles, and as much delivered as made, to 5 %.</param>
public sealed record NetworkPoint(double Rate, double LatencyCycles, double NetworkLatencyCycles, double AcceptedRate, double Links, double BusiestLink, bool Stable);

/// <summary>Measures a network under synthetic traffic: packets made by a Bernoulli process at each node, a warm-up, then a window whose packets are followed to their end.</summary>
public static class NetworkRun
{
    /// <summary>Mean latency from which a network counts as saturated.</summary>
    public const double SaturatedLatency = 500;

    /// <summary>Cycles before measuring.</summary>
    public const int WarmUp = 6000;

    /// <summary>Cycles whose packets are measured.</summary>
    public const int Window = 10000;

    /// <summary>Runs at one rate; the same seed gives the same result.</summary>
    /// <exception cref="InvalidOperationException">No flit moved for 10,000 cycles while some were in flight: a deadlock, which the routing rules out.</exception>
    public static NetworkPoint At(NetworkModel model, TrafficPattern traffic, double rate, int seed)
    {
        var shape = model.Shape;
        var random = new Random(seed);
        var network = new RouterNetwork(model);
        var waiting = Enumerable.Range(0, shape.Nodes).Select(_ => new Queue<int>()).ToArray();
        var (current, channel, left) = (new int[shape.Nodes], new int[shape.Nodes], new int[shape.Nodes]);
        var (made, entered, missing, links) = (new List<long>(), new List<long>(), new List<int>(), new List<int>());
        long open = 0, measured = 0, flitsIn = 0;
        double latency = 0, inside = 0, hops = 0;
        network.Arrived = (packet, now) =>
        {
            if (now >= WarmUp && now < WarmUp + Window) flitsIn++;
            if (--missing[packet] > 0 || made[packet] < WarmUp || made[packet] >= WarmUp + Window) return;
            open--;
            measured++;
            latency += now - made[packet];
            inside += now - entered[packet];
            hops += links[packet];
        };
        var odds = Enumerable.Range(0, shape.Nodes).Select(n => rate * traffic.Share(n) / model.PacketFlits).ToArray();
        var before = Array.Empty<long>();
        while (network.Now < WarmUp + Window || open > 0)
        {
            var now = network.Now;
            if (now == WarmUp) before = [.. network.LinkFlits];
            // What is left over after the window only has to arrive; new packets keep the network as busy as it was.
            for (var node = 0; node < shape.Nodes; node++)
            {
                if (random.NextDouble() < odds[node])
                {
                    var to = traffic.Destination(node, random);
                    waiting[node].Enqueue(network.NewPacket(to));
                    made.Add(now);
                    entered.Add(now);
                    missing.Add(model.PacketFlits);
                    links.Add(shape.Distance(node, to));
                    if (now >= WarmUp && now < WarmUp + Window) open++;
                }

                if (left[node] == 0 && waiting[node].Count > 0 && network.FreeChannel(node) is >= 0 and var free)
                {
                    (current[node], channel[node], left[node]) = (waiting[node].Dequeue(), free, model.PacketFlits);
                    entered[current[node]] = now;
                }

                if (left[node] > 0 && network.TryInject(node, channel[node], current[node], left[node] == 1)) left[node]--;
            }

            network.Step();
            if (network.InFlight > 0 && network.Now - network.LastMove > 10_000) throw new InvalidOperationException($"deadlock: {network.InFlight} flits have not moved since cycle {network.LastMove}");
            if (network.Now >= WarmUp + (4 * Window)) break;
        }

        var flits = made.Count(m => m >= WarmUp && m < WarmUp + Window) * (double)model.PacketFlits;
        var mean = measured == 0 ? model.UnloadedLatency(0) : latency / measured;
        var stable = open == 0 && mean < SaturatedLatency && flitsIn >= 0.95 * flits;
        var busiest = 0L;
        if (before.Length > 0) for (var l = 0; l < before.Length; l++) busiest = Math.Max(busiest, network.LinkFlits[l] - before[l]);
        return new(rate, stable ? mean : double.NaN, stable ? inside / Math.Max(1, measured) : double.NaN, (double)flitsIn / Window / shape.Nodes,
            hops / Math.Max(1, measured), (double)busiest / (network.Now - WarmUp), stable);
    }
}
