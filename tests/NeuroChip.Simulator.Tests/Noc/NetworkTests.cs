using FsCheck;
using FsCheck.Fluent;
using NeuroChip.Simulator.Noc.Networks;

namespace NeuroChip.Simulator.Tests.Noc;

/// <summary>What must hold of any network of routers: the closed formula of a packet alone, nothing lost, no link above its rate.</summary>
public sealed class NetworkTests
{
    /// <summary>A packet alone takes what the formula says, on every topology, over every pair of nodes, for all delays.</summary>
    [Theory]
    [InlineData(NetworkTopology.Mesh)]
    [InlineData(NetworkTopology.Torus)]
    [InlineData(NetworkTopology.Hex)]
    public void A_packet_alone_takes_the_unloaded_latency(NetworkTopology topology)
    {
        for (var (delay, link, flits) = (1, 1, 1); delay <= 5; (delay, link, flits) = (delay + 1, delay % 3, 1 + (delay % 4)))
        {
            var model = new NetworkModel(new(topology, 5, 4), 2, 16, delay, link, flits);
            for (var from = 0; from < model.Shape.Nodes; from++)
            {
                for (var to = 0; to < model.Shape.Nodes; to++)
                {
                    var arrived = Alone(model, from, to);
                    Assert.Equal(model.UnloadedLatency(model.Shape.Distance(from, to)), arrived);
                }
            }
        }
    }

    /// <summary>The way of a packet is as long as the distance says, and every link of it leads to a neighbour whose link leads back.</summary>
    [Theory]
    [InlineData(NetworkTopology.Mesh)]
    [InlineData(NetworkTopology.Torus)]
    [InlineData(NetworkTopology.Hex)]
    public void Ways_are_shortest(NetworkTopology topology)
    {
        var shape = new NetworkShape(topology, 6, 5);
        for (var from = 0; from < shape.Nodes; from++)
        {
            var steps = Breadth(shape, from);
            for (var to = 0; to < shape.Nodes; to++)
            {
                Assert.Equal(steps[to], shape.Distance(from, to));
                var (at, links) = (from, 0);
                for (var port = shape.Port(at, to); port < shape.Links; port = shape.Port(at, to), links++)
                {
                    var next = shape.Neighbour(at, port);
                    Assert.Equal(at, shape.Neighbour(next, NetworkShape.Opposite(port)));
                    at = next;
                }

                Assert.Equal((to, steps[to]), (at, links));
            }
        }
    }

    /// <summary>Whatever is offered, far past saturation too: every flit comes out at its node, and no link carries more than one in a cycle.</summary>
    [Fact]
    public void Nothing_is_lost_and_no_link_exceeds_its_rate()
    {
        var networks =
            from topology in Gen.Elements(NetworkTopology.Mesh, NetworkTopology.Torus, NetworkTopology.Hex)
            from size in Gen.Choose(2, 5).Two()
            from vcs in Gen.Elements(2, 4)
            from buffer in Gen.Choose(1, 4)
            from delays in Gen.Choose(1, 4).Two()
            from flits in Gen.Choose(1, 4)
            from seed in Gen.Choose(1, 1000)
            select (Model: new NetworkModel(new(topology, size.Item1, size.Item2), vcs, buffer, delays.Item1, delays.Item2, flits), seed);
        Prop.ForAll(Arb.From(networks), n => Drain(n.Model, n.seed)).Check(Config.QuickThrowOnFailure.WithMaxTest(40));
    }

    /// <summary>The tail of a packet that has not wrapped does not tell its head, on another axis already, which channels to take.</summary>
    [Fact]
    public void Long_packets_on_a_torus_do_not_block_each_other() =>
        Drain(new NetworkModel(new(NetworkTopology.Torus, 2, 5), VirtualChannels: 2, Buffer: 1, RouterDelay: 1, LinkDelay: 4, PacketFlits: 2), 68);

    private static void Drain(NetworkModel model, int seed)
    {
        var random = new Random(seed);
        var network = new RouterNetwork(model);
        var nodes = model.Shape.Nodes;
        var (goal, got) = (new List<int>(), new List<int>());
        network.Arrived = (packet, _) => got[packet]++;
        var (packet, channel, left) = (new int[nodes], new int[nodes], new int[nodes]);
        while (network.Now < 600 || left.Any(l => l > 0) || network.InFlight > 0)
        {
            for (var node = 0; node < nodes; node++)
            {
                if (left[node] == 0 && network.Now < 600 && network.FreeChannel(node) is >= 0 and var free)
                {
                    var to = random.Next(nodes);
                    goal.Add(to);
                    got.Add(0);
                    (packet[node], channel[node], left[node]) = (network.NewPacket(to), free, model.PacketFlits);
                }

                if (left[node] > 0 && network.TryInject(node, channel[node], packet[node], left[node] == 1)) left[node]--;
            }

            network.Step();
            Assert.True(network.Now < 100_000, "the network does not come to rest");
        }

        Assert.All(got, flits => Assert.Equal(model.PacketFlits, flits));
        Assert.All(network.LinkFlits, flits => Assert.True(flits <= network.Now));
        Assert.True(goal.Count > 0);
    }

    /// <summary>The bottleneck of a column that all rows send through carries one flit in a cycle, and that is what arrives.</summary>
    [Fact]
    public void A_saturated_link_carries_its_rate()
    {
        var model = new NetworkModel(new(NetworkTopology.Mesh, 4, 1));
        var traffic = TrafficPattern.Of(model.Shape, [(0, 3, 1), (1, 3, 1), (2, 3, 1)]);
        var point = NetworkRun.At(model, traffic, 0.9, 1);
        Assert.False(point.Stable);
        Assert.InRange(point.BusiestLink, 0.99, 1.0);
        Assert.InRange(point.AcceptedRate * 4, 0.98, 1.0);
    }

    /// <summary>Figures of BookSim 2 (commit 28f43299; 8 x 8 mesh, XY, 4 channels of 8 flits, iSLIP, one cycle each for channel, switch and link), mean latency in cycles.</summary>
    [Theory]
    [InlineData("uniform", 0.05, 27.03)]
    [InlineData("uniform", 0.2, 27.84)]
    [InlineData("uniform", 0.35, 31.42)]
    [InlineData("transpose", 0.1, 27.41)]
    [InlineData("neighbor", 0.5, 19.97)]
    [InlineData("bitcomp", 0.15, 39.26)]
    [InlineData("tornado", 0.2, 38.05)]
    public void Latencies_are_those_of_BookSim(string traffic, double rate, double latency)
    {
        var model = new NetworkModel(new(NetworkTopology.Mesh, 8, 8));
        var point = NetworkRun.At(model, TrafficPattern.Of(traffic, model.Shape), rate, 1);
        Assert.True(point.Stable);
        Assert.InRange(point.LatencyCycles, latency * 0.97, latency * 1.03);
    }

    [Fact]
    public void The_same_seed_gives_the_same_figures()
    {
        var model = new NetworkModel(new(NetworkTopology.Hex, 6, 6), PacketFlits: 3);
        var traffic = TrafficPattern.Of("hotspot", model.Shape);
        Assert.Equal(NetworkRun.At(model, traffic, 0.08, 7), NetworkRun.At(model, traffic, 0.08, 7));
    }

    private static long Alone(NetworkModel model, int from, int to)
    {
        var network = new RouterNetwork(model);
        var (last, left) = (0L, model.PacketFlits);
        network.Arrived = (_, now) => last = now;
        var packet = network.NewPacket(to);
        for (var cycle = 0; cycle < 200; cycle++)
        {
            if (left > 0 && network.TryInject(from, 0, packet, left == 1)) left--;
            network.Step();
        }

        return last;
    }

    private static int[] Breadth(NetworkShape shape, int from)
    {
        var steps = Enumerable.Repeat(-1, shape.Nodes).ToArray();
        var next = new Queue<int>([from]);
        steps[from] = 0;
        while (next.TryDequeue(out var node))
        {
            for (var port = 0; port < shape.Links; port++)
            {
                if (shape.Neighbour(node, port) is not (>= 0 and var neighbour) || steps[neighbour] >= 0) continue;
                steps[neighbour] = steps[node] + 1;
                next.Enqueue(neighbour);
            }
        }

        return steps;
    }
}
