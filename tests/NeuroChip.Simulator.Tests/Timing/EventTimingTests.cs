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

/// <summary>Spikes on their way, against formulas worked out by hand.</summary>
public sealed class EventTimingTests
{
    // In core cycles of 5 ns: 40 bit at 1 Gbit/s, 5 cycles of 133 MHz, 220 ns.
    private const double CoreLink = 8;
    private const double Hop = 5 / 133e6 * 200e6;
    private const double Link = 44;

    /// <summary>A lone spike takes what every part of its way takes.</summary>
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, 1)]
    [InlineData(4, 0, 4)]
    [InlineData(2, 3, 5)]
    public void Lone_spike_takes_what_every_part_takes(int x, int y, int hops)
    {
        var (image, input) = Pair(Chip, 1, 40, 1, new(0, 0, 40, 0, 0, 1), new(1, 0, 1, x, y, 2));
        var timing = Run(image, input).Timing;
        var transit = Transit(hops);
        AssertArrivesAt(transit, timing.Events!);
        Assert.Equal((5, 5, 0), (timing.Events!.Injected, timing.Events.Delivered, timing.Events.Dropped));
        Assert.Equal(hops, timing.Events.Links.Length);

        // Where it comes after the neuron is updated: decode, its row, addition.
        if (hops < 4) return;
        var c = Chip.Cycles;
        var sent = c.Tick.Cycles.Count + c.Source.Cycles.Count + c.PacketSent.Cycles.Count;
        AssertEarliestAt(sent + transit + c.SpikeReceived.Cycles.Count + ((Chip.Synapse.RowHeader.Count + Chip.Synapse.WordsPerSynapse(32)) * c.DmaWord.Cycles.Count) + c.SynapticEvent.Cycles.Count, timing.Cores[1].PeakPerTick.Count);
    }

    /// <summary>A link between boards takes its own time where the chip model tells it apart.</summary>
    [Theory]
    [InlineData(3, 4, 44)]
    [InlineData(4, 5, 200)]
    public void Links_between_boards_have_their_own_time(int from, int to, double cycles)
    {
        var chip = WithPipeline(Chip, p => p with { BoardLinkTime = Chip.Noc.LinkTime.With(1000) });
        Assert.Equal(cycles > 44, chip.Machine.BoardOf(from, 0) != chip.Machine.BoardOf(to, 0));
        var (image, input) = Pair(chip, 1, 40, 1, new(0, 0, 40, from, 0, 1), new(1, 0, 1, to, 0, 2));
        AssertArrivesAt(Transit(1) - Link + cycles, Run(image, input).Timing.Events!);
    }

    /// <summary>A link takes one packet after the other.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(12)]
    [InlineData(20)]
    public void Packets_over_a_link_follow_each_other(int packets)
    {
        var (image, input) = Pair(Chip, packets, 40, 1, new(0, 0, 40, 0, 0, 1), new(1, 0, 1, 1, 0, 2));
        var timing = Run(image, input).Timing;
        var each = Chip.Cycles.Source.Cycles.Count + Chip.Cycles.PacketSent.Cycles.Count;
        Assert.True(each < Link);
        // From the first packet on the link is never idle; the last one was sent while it worked.
        AssertArrivesAt(each + CoreLink + Hop + (packets * Link) + Hop + CoreLink - (packets * each), timing.Events!);
        var link = Assert.Single(timing.Events!.Links);
        Assert.Equal((5 * packets, 5L * packets * 44), (link.Packets, link.Busy.Count));
    }

    /// <summary>No link is ever busier than time passes, in any part of a tick.</summary>
    [Fact]
    public void Peak_rate_of_a_link_is_never_exceeded()
    {
        // Four cores of a chip with a neuron every 16 cycles, a link that takes one in 44.
        var chip = WithPipeline(Chip, p => p) with { Tick = Chip.Tick.With(150) };
        var (image, input) = Pair(chip, 800, 800, 4, new(0, 0, 200, 0, 0, 1), new(0, 200, 200, 0, 0, 2), new(0, 400, 200, 0, 0, 3), new(0, 600, 200, 0, 0, 4), new(1, 0, 4, 1, 0, 5));
        var timing = Run(image, input).Timing;
        var link = Assert.Single(timing.Events!.Links);
        Assert.Equal(link.Packets * 44, link.Busy.Count);
        var part = timing.Ticks * timing.CyclesPerTick.Count / (double)EventTiming.Parts;
        // The last part holds what is left after the tick.
        Assert.All(link.BusyByPart[..^1], busy => Assert.InRange(busy.Count, 0, part + (timing.Ticks * 44)));
        Assert.Contains(link.BusyByPart[..^1], busy => busy.Count > 0.75 * part);
        Assert.Contains(timing.Events.Cores, c => c.SendQueueHighWater == 16 && c.Blocked.Count > 0);
    }

    /// <summary>A tree has arrived when its deepest leaf has.</summary>
    [Fact]
    public void Multicast_takes_as_long_as_its_deepest_leaf()
    {
        var (image, input) = Pair(Chip, 1, 40, 6, new(0, 0, 40, 0, 0, 1), new(1, 0, 1, 0, 0, 2), new(1, 1, 1, 2, 0, 2), new(1, 2, 1, 5, 0, 2), new(1, 3, 1, 2, 1, 2), new(1, 4, 1, 2, 2, 2), new(1, 5, 1, 0, 3, 2));
        var events = Run(image, input).Timing.Events!;
        AssertArrivesAt(Transit(5), events);
        Assert.Equal(5 * 6, events.Delivered);
        // One copy per link of the tree, however many cores are behind it.
        Assert.All(events.Links, l => Assert.Equal(5, l.Packets));
        Assert.Equal(5 + 2 + 3, events.Links.Length);
        var mean = new[] { 0, 2, 5, 3, 4, 3 }.Average(Transit);
        Assert.InRange(events.TransitCycles.Count / 30.0, mean - 0.1, mean + 0.1);
    }

    /// <summary>Both timing models agree on how long cores work, for every kind of layer.</summary>
    [Fact]
    public void Cores_work_as_long_as_their_counts_say()
    {
        var seen = 0;
        foreach (var (name, make) in Networks.All)
        {
            foreach (var arithmetic in new[] { Arithmetic.Float32, Networks.Int8 })
            {
                var (module, inputs) = make(arithmetic, 3);
                if (!module.Sites.IsEmpty) continue;
                var image = Images.OnCores(module, Chip, [.. module.Populations.Select((p, i) => new Seat(i, 0, p.Size, i % 5, i / 5, 1))]);
                var (result, analytic) = (Run(image, new(inputs)), Run(image, new(inputs), new Simulator.Timing.AnalyticTiming()));
                if (result.Timing.Events!.Dropped + result.Timing.Events.Overflows > 0) continue;
                seen++;
                Assert.True(analytic.Timing.Cores.Select(c => c.Busy.Count).SequenceEqual(result.Timing.Cores.Select(c => c.Busy.Count)), $"{name} in {arithmetic.Kind}");
                foreach (var (core, unit) in result.Timing.Cores.Zip(result.Timing.Events.Cores))
                {
                    Assert.Equal(core.Busy, unit.Update + unit.Decode + unit.Add);
                    Assert.InRange(core.Waiting.Count - (unit.WaitingForRows + unit.Blocked + unit.WaitingForPackets).Count, -6, 6);
                }
            }
        }

        Assert.True(seen > 30, $"only {seen} networks lost nothing");
    }

    /// <summary>Moving a core changes cycles, never spikes.</summary>
    [Theory]
    [InlineData(4, 0)]
    [InlineData(2, 3)]
    public void Moving_a_core_changes_cycles_and_never_spikes(int x, int y)
    {
        var (home, input) = Pair(Chip, 9, 40, 25, new(0, 0, 40, 0, 0, 1), new(1, 0, 25, 0, 0, 2));
        var (moved, _) = Pair(Chip, 9, 40, 25, new(0, 0, 40, 0, 0, 1), new(1, 0, 25, x, y, 2));
        var (before, after) = (Run(home, input), Run(moved, input));
        Assert.Equal(before.Recorded["layer"].Array<sbyte>(), after.Recorded["layer"].Array<sbyte>());
        Assert.True(after.Timing.Events!.TransitCycles.Count > before.Timing.Events!.TransitCycles.Count);
    }

    /// <summary>Equal runs take equal times, with any number of threads.</summary>
    [Fact]
    public void Times_do_not_depend_on_threads()
    {
        var (image, input) = Crowd(Crowded(2, 1, 30));
        var runs = new[] { 1, 1, 2 }.Select(threads =>
        {
            using var chip = new SimulatedChip(null, new EventTiming(), threads);
            chip.Load(image);
            chip.Run(input, RunRecording.Outputs);
            return chip.Run(input, RunRecording.Outputs).Timing;
        }).ToArray();
        foreach (var other in runs[1..])
        {
            Assert.Equal(runs[0].Cores.AsEnumerable(), other.Cores);
            Assert.Equal(runs[0].Events!.Cores.AsEnumerable(), other.Events!.Cores);
            Assert.Equal(runs[0].Events!.CriticalPath.AsEnumerable(), other.Events.CriticalPath);
            Assert.Equal(runs[0].Events!.Links.SelectMany(l => l.BusyByPart.Append(l.Waited)), other.Events.Links.SelectMany(l => l.BusyByPart.Append(l.Waited)));
        }
    }

    /// <summary>What has a unit of its own works beside the rest.</summary>
    [Fact]
    public void Units_of_their_own_work_side_by_side()
    {
        CoreAction[] more = [CoreAction.None, CoreAction.Fetch, CoreAction.Fetch | CoreAction.Update, CoreAction.Fetch | CoreAction.Update | CoreAction.Decode | CoreAction.Add];
        var peaks = new List<long>();
        foreach (var overlap in more)
        {
            var (image, input) = Pair(WithPipeline(Chip, p => p with { Overlap = overlap }), 30, 40, 250, new(0, 0, 40, 0, 0, 1), new(1, 0, 250, 0, 0, 2));
            var timing = Run(image, input).Timing;
            var unit = timing.Events!.Cores[1];
            Assert.Equal((5L * 30 * 56, 5L * 30 * 250 * 22), (unit.Decode.Count, unit.Add.Count));
            peaks.Add(timing.Cores[1].PeakPerTick.Count);
        }

        Assert.Equal(peaks.OrderDescending(), peaks);
        Assert.Equal(peaks.Distinct().Count(), peaks.Count);
    }

    /// <summary>Whether spikes interrupt updates decides when a core has sent, not what it works.</summary>
    [Fact]
    public void Spikes_go_first_or_wait_for_the_update()
    {
        TimingResult Of(bool first)
        {
            var (image, input) = Pair(WithPipeline(Chip, p => p with { SpikesFirst = first }), 30, 40, 100, new(0, 0, 40, 0, 0, 1), new(1, 0, 100, 0, 0, 2));
            return Run(image, input).Timing;
        }

        var (first, later) = (Of(true), Of(false));
        Assert.Equal(first.Cores[1].Busy, later.Cores[1].Busy);
        Assert.Equal(30, later.Events!.Cores[1].QueueHighWater);
        Assert.True(first.Events!.Cores[1].QueueHighWater < 30);
    }

    /// <summary>The critical path leads without a gap from the beginning of the slowest tick to its end.</summary>
    [Fact]
    public void Critical_path_has_no_gap()
    {
        var one = Chip.Cycles.Relay.With(1);
        var quick = Chip with { Cycles = Chip.Cycles with { SpikeReceived = one, SynapticEvent = one, DmaWord = one } };
        var (image, input) = Pair(quick, 40, 40, 1, new(0, 0, 40, 0, 0, 1), new(1, 0, 1, 3, 0, 2));
        var timing = Run(image, input).Timing;
        var path = timing.Events!.CriticalPath;
        Assert.Equal(0, path[0].Start.Count);
        for (var i = 1; i < path.Length; i++) Assert.Equal(path[i - 1].End, path[i].Start);
        Assert.Equal(timing.SlowestCorePerTick.Max(), path[^1].End);
        Assert.Equal((PathUnit.Update, 0), (path[0].Unit, path[0].Core));
        Assert.Equal((PathUnit.Add, 1), (path[^1].Unit, path[^1].Core));
        // The last packet waited for the first link alone: behind it packets come one by one.
        var links = path.Where(s => s.Unit == PathUnit.Link).ToArray();
        Assert.Equal(["(0,0)E", "(1,0)E", "(2,0)E"], links.Select(l => l.Link!.Value.ToString()));
        Assert.Equal([0, 0], links[1..].Select(l => l.Waited.Count));
        Assert.True(path.Where(s => s.Core == 0 || s.Link == new LinkId(0, 0, 0)).Sum(s => s.Waited.Count) > 5 * 44);
    }

    /// <summary>Formulas and events agree where a core waits for packets of a slow one.</summary>
    [Fact]
    public void Analytic_timing_knows_when_the_last_packet_comes()
    {
        // The second layer is one neuron; the packets of the first come until its 250 neurons are updated.
        var net = new NetworkBuilder(Arithmetic.Float32, seed: 4);
        var x = net.Input("x", Networks.Flat(40), SpikeDomain.Binary, isStatic: true);
        var wide = net.Lif("wide", Networks.Flat(250), threshold: 0.01);
        var end = net.Lif("end", Networks.Flat(1));
        net.Project(x, wide, new DenseMap(40, 250));
        net.Project(wide, end, new DenseMap(250, 1));
        var image = Images.OnCores(net.Build(), Chip, new(0, 0, 40, 0, 0, 1), new(1, 0, 250, 0, 0, 2), new(2, 0, 1, 2, 0, 3));
        var input = SampleInput.Of("x", Tensor.Vector(Enumerable.Range(0, 40).Select(i => i < 20 ? 1f : 0f).ToArray()));
        var (events, formula) = (Run(image, input).Timing, Run(image, input, new Simulator.Timing.AnalyticTiming()).Timing);
        Assert.True(events.Cores[2].Waiting.Count > events.Cores[2].Busy.Count / 2, $"{events.Cores[2]}");
        for (var tick = 0; tick < events.Ticks; tick++)
            Assert.InRange(formula.SlowestCorePerTick[tick].Count, 0.99 * events.SlowestCorePerTick[tick].Count, 1.01 * events.SlowestCorePerTick[tick].Count);
        Assert.InRange(formula.Cores[2].PeakPerTick.Count, 0.99 * events.Cores[2].PeakPerTick.Count, 1.01 * events.Cores[2].PeakPerTick.Count);
    }

    /// <summary>What it cannot time is refused before anything runs.</summary>
    [Fact]
    public void Tiles_and_chips_without_pipelines_are_refused()
    {
        var (image, _) = Pair(Chip with { Pipeline = null }, 1, 40, 1, new(0, 0, 40, 0, 0, 1), new(1, 0, 1, 0, 0, 2));
        using var chip = new SimulatedChip(null, new EventTiming());
        Assert.Equal("NC5142", Assert.Throws<DiagnosticException>(() => chip.Load(image)).Diagnostics[0].Code);
        var net = new NetworkBuilder(Arithmetic.Float32, seed: 4);
        net.Project(net.Input("x", Networks.Flat(40), SpikeDomain.Binary, isStatic: true), net.Lif("layer", Networks.Flat(4)), new DenseMap(40, 4));
        var tiles = Images.OnTiles(net.Build(), ChipModelReader.Load<TileChip>("transformer-core"), new TileSeat(1, 0, 0));
        Assert.Equal("NC5140", Assert.Throws<DiagnosticException>(() => chip.Load(tiles)).Diagnostics[0].Code);
    }

    /// <summary>Events come by time, equal ones in the order in which they were announced.</summary>
    [Fact]
    public void Events_come_in_order()
    {
        var (random, heap) = (new Random(5), new EventHeap());
        var expected = new List<(long Time, int A)>();
        for (var i = 0; i < 2000; i++)
        {
            var time = random.Next(300);
            heap.Push(time, EventKind.Routed, i);
            expected.Add((time, i));
        }

        foreach (var (time, a) in expected.OrderBy(e => e.Time).ThenBy(e => e.A)) Assert.Equal((time, a), heap.Pop() is var e ? (e.Time, e.A) : default);
        Assert.Equal((0, 0), (heap.Count, heap.Moving));
    }

    private static double Transit(int hops) => CoreLink + ((hops + 1) * Hop) + (hops * Link) + CoreLink;

    /// <summary>The slowest copy took so long, to the next cycle.</summary>
    private static void AssertArrivesAt(double cycles, EventTimingResult events) => AssertEarliestAt(cycles, events.LongestTransit.Count);

    private static void AssertEarliestAt(double cycles, long actual) => Assert.InRange(actual, cycles - 0.05, cycles + 1);
}
