using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime;
using NeuroChip.Simulator.Timing.Events;
using static NeuroChip.Simulator.Tests.Timing.EventCases;

namespace NeuroChip.Simulator.Tests.Timing;

/// <summary>Full buffers and queues: what they hold back, lose, or stop.</summary>
public sealed class EventLossTests
{
    /// <summary>Full buffers hold back routers and then cores; nothing is lost where routers wait.</summary>
    [Fact]
    public void Full_buffers_hold_back_the_senders()
    {
        var (image, input) = Crowd(Crowded(1, 1, 1_000_000_000));
        var (wide, _) = Crowd(Crowded(256, 256, 1_000_000_000));
        var (narrow, free) = (Run(image, input).Timing, Run(wide, input).Timing);
        Assert.Equal((0, 0), (narrow.Events!.Dropped, free.Events!.Dropped));
        Assert.True(narrow.Events.Cores.Sum(c => c.Blocked.Count) > 0);
        Assert.Equal(0, free.Events.Cores.Sum(c => c.Blocked.Count));
        Assert.All(narrow.Events.Cores, c => Assert.InRange(c.SendQueueHighWater, 0, 1));
        Assert.All(narrow.Events.Links, l => Assert.Equal(1, l.BufferHighWater));
        Assert.Contains(free.Events.Links, l => l.BufferHighWater > 4);
        // Held back at the core instead of on the way.
        Assert.True(narrow.Events.TransitCycles.Count < free.Events.TransitCycles.Count);
    }

    /// <summary>Two packets want one link at once: the second waits as long as the router lets it.</summary>
    [Theory]
    [InlineData(28, 1)]
    [InlineData(30, 0)]
    public void A_packet_that_waits_too_long_is_dropped(int routerCycles, int lost)
    {
        // A packet is on the link for 44 core cycles = 29.26 router cycles; one cycle passes between the two lookups.
        var chip = Chip with { Noc = Chip.Noc with { RouterWait = Chip.Noc.RouterWait.With(routerCycles) } };
        var (image, input) = Pair(chip, 2, 2, 1, new(0, 0, 1, 0, 0, 1), new(0, 1, 1, 0, 0, 2), new(1, 0, 1, 1, 0, 2));
        var result = Run(image, input);
        var events = result.Timing.Events!;
        Assert.Equal((10, 5 * lost), (events.Injected, events.Dropped));
        Assert.Equal(5 * lost, Assert.Single(events.Links).Dropped);
        Assert.Equal(10, result.Activity.Cores[2].PacketsReceived); // Counts and spikes stay what they are.
    }

    /// <summary>A queue of spikes that is full loses them or holds them back, as the chip says.</summary>
    [Fact]
    public void A_full_queue_of_spikes_drops_or_waits()
    {
        ManyCoreChip Of(FullQueue full) => WithPipeline(Chip, p => p with { FullQueue = full }) with
        {
            Core = Chip.Core with { SpikeQueue = Chip.Core.SpikeQueue.With(3) },
            Noc = Chip.Noc with { RouterWait = Chip.Noc.RouterWait.With(1_000_000_000) },
        };
        var (dropping, input) = Pair(Of(FullQueue.Drop), 30, 40, 100, new(0, 0, 40, 0, 0, 1), new(1, 0, 100, 0, 0, 2));
        var (waiting, _) = Pair(Of(FullQueue.Wait), 30, 40, 100, new(0, 0, 40, 0, 0, 1), new(1, 0, 100, 0, 0, 2));
        var (lossy, safe) = (Run(dropping, input).Timing.Events!, Run(waiting, input).Timing.Events!);
        Assert.True(lossy.Overflows > 50);
        Assert.Equal(lossy.Overflows, lossy.Cores[1].Overflows);
        Assert.Equal(lossy.Injected, lossy.Delivered);
        Assert.Equal(0, safe.Overflows);
        Assert.Equal((3, 3), (lossy.Cores[1].QueueHighWater, safe.Cores[1].QueueHighWater));
        Assert.Equal(30 * 5 * Chip.Cycles.SpikeReceived.Cycles.Count, safe.Cores[1].Decode.Count);
        Assert.True(safe.Cores[0].Blocked.Count > 0);
    }

    /// <summary>Packets that wait for each other in a circle are found, with the circle.</summary>
    [Fact]
    public void A_circle_of_full_buffers_is_reported()
    {
        var net = new NetworkBuilder(Arithmetic.Float32, seed: 4);
        (int X, int Y)[] ring = [(0, 0), (1, 0), (1, 1), (0, 1)];
        int[] links = [0, 2, 3, 5]; // E, N, W, S: on to the next of the ring.
        var inputs = ring.Select((_, i) => net.Input($"x{i}", Networks.Flat(50), SpikeDomain.Binary, isStatic: true)).ToArray();
        var layers = ring.Select((_, i) => net.Lif($"layer{i}", Networks.Flat(1))).ToArray();
        for (var i = 0; i < 4; i++) net.Project(inputs[i], layers[i], new DenseMap(50, 1));
        var chip = Crowded(1, 1, 1_000_000_000);
        var seats = ring.Select((c, i) => new Seat(i, 0, 50, c.X, c.Y, 1)).Concat(ring.Select((_, i) => new Seat(4 + i, 0, 1, ring[(i + 2) % 4].X, ring[(i + 2) % 4].Y, 2)));
        var image = Images.OnCores(net.Build(), chip, [.. seats]);
        // Each packet goes two links around the ring.
        image = image with
        {
            Routers =
            [
                .. ring.Select((c, i) => new ImageRouter(c.X, c.Y,
                [
                    new((uint)i << 16, 0xFFFF0000, 1u << links[i]),
                    new((uint)((i + 3) % 4) << 16, 0xFFFF0000, 1u << links[i]),
                    new((uint)((i + 2) % 4) << 16, 0xFFFF0000, 1u << (6 + 2)),
                ])).OrderBy(r => r.X).ThenBy(r => r.Y),
            ],
        };
        var ones = Tensor.Vector(Enumerable.Repeat(1f, 50).ToArray());
        var input = new SampleInput(Enumerable.Range(0, 4).ToImmutableDictionary(i => $"x{i}", _ => ones));
        var found = Assert.Throws<DiagnosticException>(() => Run(image, input)).Diagnostics[0];
        Assert.Equal("NC5141", found.Code);
        Assert.Equal(
            ["the buffer of link (0,0)E is full; its first packet waits for link (1,0)N",
             "the buffer of link (0,1)S is full; its first packet waits for link (0,0)E",
             "the buffer of link (1,0)N is full; its first packet waits for link (1,1)W",
             "the buffer of link (1,1)W is full; its first packet waits for link (0,1)S"],
            found.Notes[..^1].Order(StringComparer.Ordinal));

        // The chip as it is drops what waits too long, and so goes on.
        var patient = image with { ChipYaml = Crowded(1, 1, 240).ToYaml() };
        var events = Run(patient, input).Timing.Events!;
        Assert.True(events.Dropped > 0);
        Assert.Equal(events.Injected, events.Delivered + events.Dropped);
    }

    /// <summary>What is sent arrives or is lost, whatever the buffers; nothing else changes.</summary>
    [Theory]
    [InlineData(1, 1, 240)]
    [InlineData(1, 1, 3)]
    [InlineData(16, 4, 0)]
    [InlineData(16, 4, 240)]
    [InlineData(2, 1, 1_000_000_000)]
    public void Copies_are_conserved(int sendQueue, int linkBuffer, int wait)
    {
        var (image, input) = Crowd(Crowded(sendQueue, linkBuffer, wait));
        var (result, analytic) = (Run(image, input), Run(image, input, new Simulator.Timing.AnalyticTiming()));
        var events = result.Timing.Events!;
        Assert.Equal(result.Activity.Cores.Sum(c => c.PacketsReceived), events.Injected);
        Assert.Equal(events.Injected, events.Delivered + events.Dropped);
        Assert.Equal(events.Dropped > 0, events.Links.Any(l => l.Dropped > 0) || wait == 0);
        Assert.Equal(wait < 1000, events.Dropped > 0);
        Assert.Equal(analytic.Recorded["layer"].Array<sbyte>(), result.Recorded["layer"].Array<sbyte>());
        Assert.Equal(analytic.Activity.Cores.AsEnumerable(), result.Activity.Cores);
        if (events.Dropped + events.Overflows == 0) Assert.Equal(analytic.Timing.Cores.Select(c => c.Busy), result.Timing.Cores.Select(c => c.Busy));
    }
}
