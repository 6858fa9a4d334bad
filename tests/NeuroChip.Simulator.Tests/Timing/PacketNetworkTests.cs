using NeuroChip.HwModels;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Simulator.Noc;
using NeuroChip.Simulator.Timing.Events;

namespace NeuroChip.Simulator.Tests.Timing;

/// <summary>The network of event timing on its own, against queueing theory.</summary>
public sealed class PacketNetworkTests
{
    private const int Senders = 16;

    private static readonly ManyCoreChip Chip = ChipModelReader.Load<ManyCoreChip>("spinnaker1") is var chip
        ? chip with
        {
            Pipeline = chip.Pipeline! with { SendQueue = chip.Pipeline.SendQueue.With(4096), LinkBuffer = chip.Pipeline.LinkBuffer.With(64) },
            Noc = chip.Noc with { RouterWait = chip.Noc.RouterWait.With(1_000_000_000) },
        }
        : null!;

    /// <summary>
    /// Packets that come at random and all want one link wait load * time / (2 (1 - load)) in the mean (M/D/1), whatever the order in which they are served. Core links and the router add what
    /// their own small loads make.
    /// </summary>
    [Theory]
    [InlineData(0.2)]
    [InlineData(0.5)]
    [InlineData(0.7)]
    [InlineData(0.85)]
    public void Mean_wait_at_a_link_is_that_of_theory(double load)
    {
        const int packets = 300_000;
        const double link = 44, coreLink = 8, hop = 5 / 133e6 * 200e6;
        var (network, events, pool, sink) = Network();
        var random = new Random(7);
        var now = 0.0;
        for (var i = 0; i < packets; i++)
        {
            now += -Math.Log(1 - random.NextDouble()) * link / load;
            var time = (long)(now * EventTime.PerCycle);
            Until(time, network, events);
            var core = random.Next(Senders);
            network.Send(core, pool.Add(core, 0, 1, false, time, -1), time);
        }

        Until(long.MaxValue, network, events);
        Assert.Equal((packets, packets, 0, 0), (network.Injected, network.Arrived, network.Lost, network.Held));
        var wait = (sink.Time / (double)packets / EventTime.PerCycle) - (coreLink + hop + link + hop + coreLink);
        var theory = load * link / (2 * (1 - load));
        Assert.InRange(wait, theory * 0.96, (theory * 1.04) + 0.15);
    }

    private static void Until(long time, PacketNetwork network, EventHeap events)
    {
        while (events.Count > 0 && events.NextTime <= time) network.Handle(events.Pop());
    }

    /// <summary>All cores of a chip that send to one on the next chip.</summary>
    private static (PacketNetwork, EventHeap, PacketPool, Sink) Network()
    {
        var net = new NetworkBuilder(Arithmetic.Float32, seed: 4);
        net.Project(net.Input("x", Networks.Flat(Senders), SpikeDomain.Binary), net.Lif("layer", Networks.Flat(1)), new DenseMap(Senders, 1));
        var image = Images.OnCores(net.Build(), Chip, [.. Enumerable.Range(0, Senders).Select(i => new Seat(0, i, 1, 0, 0, 1 + i)), new(1, 0, 1, 1, 0, 1)]);
        var (events, pool) = (new EventHeap(), new PacketPool());
        var sink = new Sink(pool);
        var network = new PacketNetwork(new(image, Chip, MulticastWalk.Trees(image, Chip)), Chip, events, pool, sink);
        network.Forget(1, long.MaxValue);
        network.Begin();
        return (network, events, pool, sink);
    }

    /// <summary>Takes everything and adds up how long it was on the way.</summary>
    private sealed class Sink(PacketPool packets) : IPacketReceiver
    {
        public long Time { get; private set; }

        public bool HasRoom(int core) => true;

        public void Arrive(int core, int packet, long now, int path) => Time += now - packets.Sent(packet);

        public void CanSend(int core, long now)
        {
        }
    }
}
