using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime;

namespace NeuroChip.Simulator.Tests.Timing;

/// <summary>Cycles, hops and loads against formulas worked out by hand.</summary>
public sealed class AnalyticTimingTests
{
    private static readonly ManyCoreChip Chip = ChipModelReader.Load<ManyCoreChip>("spinnaker1");

    /// <summary>Nothing arrives: a core pays for its tick and its neurons.</summary>
    [Fact]
    public void Unloaded_core_takes_the_tick_and_its_neurons()
    {
        var (image, input) = Pair(spikes: 0, sources: 40, targets: 25, new(0, 0, 40, 0, 0, 1), new(1, 0, 25, 3, 2, 7));
        var result = Run(image, input);
        var costs = Chip.Cycles;
        var unloaded = costs.Tick.Cycles.Count + (25 * costs.Lif.Cycles.Count);
        Assert.Equal(unloaded, result.Timing.Cores[1].PeakPerTick.Count);
        // Five steps in ticks 1 to 5; in tick 0 the input alone computes.
        Assert.Equal((6 * costs.Tick.Cycles.Count) + (5 * 25 * costs.Lif.Cycles.Count), result.Timing.Cores[1].Busy.Count);
        Assert.Equal(0, result.Timing.Cores[1].Waiting.Count);
        Assert.Equal(6 * Chip.CyclesPerTick, result.Timing.Cores[1].Busy.Count + result.Timing.Cores[1].Idle.Count);
        Assert.Empty(result.Activity.Links);
    }

    /// <summary>k spikes into n targets, all in one tick.</summary>
    [Theory]
    [InlineData(1, 25)]
    [InlineData(30, 25)]
    [InlineData(40, 100)]
    public void Loaded_core_pays_for_spikes_and_synapses(int spikes, int targets)
    {
        var (image, input) = Pair(spikes, sources: 40, targets, new(0, 0, 40, 0, 0, 1), new(1, 0, targets, 0, 0, 2));
        var result = Run(image, input);
        var costs = Chip.Cycles;
        long words = spikes * (Chip.Synapse.RowHeader.Count + ((long)targets * Chip.Synapse.WordsPerSynapse(32)));
        var synapses = (spikes * costs.SpikeReceived.Cycles.Count) + ((long)spikes * targets * costs.SynapticEvent.Cycles.Count) + (spikes * costs.DmaSetup.Cycles.Count);
        var fetch = Math.Max(words * costs.DmaWord.Cycles.Count, (long)Math.Ceiling(words * 4 / 1.04e9 * 200e6));
        var busiest = costs.Tick.Cycles.Count + synapses + (targets * costs.Lif.Cycles.Count);
        Assert.Equal(busiest + Math.Max(0, fetch - synapses), result.Timing.Cores[1].PeakPerTick.Count);
        Assert.Equal(5 * words, result.Activity.Cores[1].DmaWords);
        Assert.Equal(5 * spikes * targets, result.Activity.Cores[1].SynapticEvents);
        Assert.Equal(5 * spikes, result.Activity.Cores[1].PacketsReceived);
        Assert.Equal(5 * spikes, result.Activity.Cores[0].SpikesSent);
        Assert.Equal(result.Timing.Cores[1].PeakPerTick, result.Timing.SlowestCorePerTick.Max());
    }

    /// <summary>A tick that does not suffice is reported with the slowdown that would.</summary>
    [Fact]
    public void Overrun_gives_the_time_scale_factor()
    {
        var (image, input) = Pair(spikes: 200, sources: 200, targets: 250, new(0, 0, 200, 0, 0, 1), new(1, 0, 250, 0, 0, 2));
        var timing = Run(image, input).Timing;
        Assert.Equal(5, timing.Cores[1].OverrunTicks); // Spikes arrive in ticks 0 to 4; tick 5 has neurons only.
        Assert.Equal((double)timing.Cores[1].PeakPerTick.Count / Chip.CyclesPerTick, timing.TimeScaleFactor);
        Assert.True(timing.TimeScaleFactor > 1);
    }

    /// <summary>The memory of a chip gives cores that read together half as much each.</summary>
    [Fact]
    public void Cores_of_a_chip_share_its_memory()
    {
        var cheap = WithCheapSynapses();
        var together = Halves(cheap, 0, 0, 0, 0);
        var apart = Halves(cheap, 0, 0, 1, 0);
        long words = 40L * (Chip.Synapse.RowHeader.Count + (50L * Chip.Synapse.WordsPerSynapse(32)));
        var alone = (long)Math.Ceiling(words * 4 / 1.04e9 * 200e6);
        var shared = (long)Math.Ceiling(2 * words * 4 / 1.04e9 * 200e6);
        Assert.Equal(Waiting(alone), apart.Cores[1].Waiting.Count);
        Assert.Equal(Waiting(shared), together.Cores[1].Waiting.Count);

        long Waiting(long fetch) => 5 * Math.Max(0, Math.Max(fetch, words * cheap.Cycles.DmaWord.Cycles.Count) - (40 * cheap.Cycles.SpikeReceived.Cycles.Count) - (40 * 50 * cheap.Cycles.SynapticEvent.Cycles.Count));

        TimingResult Halves(ManyCoreChip chip, int x1, int y1, int x2, int y2)
        {
            var (image, input) = PairOn(chip, 40, 40, 100, new(0, 0, 40, 0, 0, 1), new(1, 0, 50, x1, y1, 2), new(1, 50, 50, x2, y2, 3));
            return Run(image, input).Timing;
        }
    }

    /// <summary>Latency is stages plus steps.</summary>
    [Fact]
    public void Latency_counts_stages_and_steps()
    {
        var (image, input) = Pair(3, 40, 25, new(0, 0, 40, 0, 0, 1), new(1, 0, 25, 0, 0, 2));
        var timing = Run(image, input).Timing;
        Assert.Equal((2, 6, 6), (timing.FirstOutputTick, timing.LastOutputTick, timing.Ticks));
        Assert.Equal(6e-3, timing.LatencySeconds, 12);
        var slow = Run(image with { TicksPerStep = 3 }, input).Timing;
        Assert.Equal((2, 14, 14), (slow.FirstOutputTick, slow.LastOutputTick, slow.Ticks));
        Assert.Equal((14 * Chip.Cycles.Tick.Cycles.Count) + (5 * 25 * Chip.Cycles.Lif.Cycles.Count) + (5L * 3 * (56 + (25 * 22))), slow.Cores[1].Busy.Count);
    }

    /// <summary>Moving a core changes hops and links, never spikes.</summary>
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(4, 0, 4)]
    [InlineData(2, 3, 5)]
    [InlineData(0, 3, 3)]
    public void Moving_a_core_changes_hops_and_never_spikes(int x, int y, int hops)
    {
        var (home, input) = Pair(9, 40, 25, new(0, 0, 40, 0, 0, 1), new(1, 0, 25, 0, 0, 2));
        var (moved, _) = Pair(9, 40, 25, new(0, 0, 40, 0, 0, 1), new(1, 0, 25, x, y, 2));
        var before = Run(home, input);
        var after = Run(moved, input);
        Assert.Equal(before.Recorded["layer"].Array<sbyte>(), after.Recorded["layer"].Array<sbyte>());
        Assert.Equal(45, after.Activity.Populations[0].Packets);
        Assert.Equal(45 * hops, after.Activity.Populations[0].LinkCrossings);
        Assert.Equal(45 * (hops + 1), after.Activity.Populations[0].RouterVisits);
        Assert.Equal(hops, after.Activity.Links.Length);
        Assert.All(after.Activity.Links, l => Assert.Equal((45, 0, 9), (l.Packets, l.PayloadPackets, l.PeakPacketsPerTick)));
    }

    /// <summary>Without an entry on the way, packets go straight on.</summary>
    [Fact]
    public void Packets_without_an_entry_go_straight_on()
    {
        var (image, input) = Pair(9, 40, 25, new(0, 0, 40, 0, 0, 1), new(1, 0, 25, 4, 0, 2));
        var sparse = image with { Routers = [.. image.Routers.Where(r => r.X is 0 or 4)] };
        Assert.Equal(2, sparse.Routers.Length);
        Assert.Equal(Run(image, input).Activity.Links.AsEnumerable(), Run(sparse, input).Activity.Links);
    }

    /// <summary>Broken tables are found before anything runs.</summary>
    [Theory]
    [InlineData("no entry at the sender", "NC5031: a packet of 'x' is lost at chip (0,0): no entry matches key 0x00000000, and it has just been sent")]
    [InlineData("no such core", "NC5031: a packet of 'x' is delivered to core 9 of chip (4,0), which holds nothing")]
    [InlineData("circle", "NC5032: a packet of 'x' runs in a circle through chip (1,0)")]
    [InlineData("twice", "NC5033: core 2 of chip (4,0) gets every packet of 'x' twice")]
    [InlineData("not reached", "NC5034: core 2 of chip (4,0) listens to 'x' but gets none of its packets")]
    public void Broken_tables_are_reported(string what, string expected)
    {
        var (image, input) = Pair(9, 40, 25, new(0, 0, 40, 0, 0, 1), new(1, 0, 25, 4, 0, 2));
        ImageRouter Router(int x, int y, uint route) => new(x, y, [new RoutingEntry(0, 0xFFFF0000, route)]);
        const uint east = 1, northEast = 2, north = 4, west = 8, south = 32, core2 = 1 << 8;
        image = image with
        {
            Routers = what switch
            {
                "no entry at the sender" => [],
                "no such core" => [Router(0, 0, east), Router(4, 0, core2 | (1 << 15))],
                "circle" => [Router(0, 0, east), Router(1, 0, east | north), Router(1, 1, west), Router(0, 1, south), Router(4, 0, core2)],
                "twice" => [Router(0, 0, east | northEast), Router(1, 1, east), Router(4, 1, south), Router(4, 0, core2)],
                _ => [Router(0, 0, east), Router(4, 0, 0)],
            },
        };
        var problem = Assert.Throws<DiagnosticException>(() => Run(image, input));
        Assert.Equal($"error {expected}\n  note: sent by core 1 of chip (0,0), neurons 0 to 39", problem.Diagnostics[0].ToString());
    }

    /// <summary>The chip with synapses so quick that the memory is what a core waits for.</summary>
    private static ManyCoreChip WithCheapSynapses()
    {
        var one = Chip.Cycles.Relay.With(1);
        return Chip with { Cycles = Chip.Cycles with { SynapticEvent = one, SpikeReceived = one } };
    }

    private static (ChipImage Image, SampleInput Input) Pair(int spikes, int sources, int targets, params Seat[] seats) => PairOn(Chip, spikes, sources, targets, seats);

    /// <summary>An input of which the first neurons spike in every step, and a dense layer.</summary>
    private static (ChipImage Image, SampleInput Input) PairOn(ManyCoreChip chip, int spikes, int sources, int targets, params Seat[] seats)
    {
        var net = new NetworkBuilder(Arithmetic.Float32, seed: 4);
        var input = net.Input("x", Networks.Flat(sources), SpikeDomain.Binary, isStatic: true);
        var layer = net.Lif("layer", Networks.Flat(targets));
        net.Project(input, layer, new DenseMap(sources, targets));
        var values = Enumerable.Range(0, sources).Select(a => a < spikes ? 1f : 0f).ToArray();
        return (Images.OnCores(net.Build(), chip, seats), SampleInput.Of("x", Tensor.Vector(values)));
    }

    private static SampleResult Run(ChipImage image, SampleInput input)
    {
        using var chip = new SimulatedChip();
        chip.Load(image);
        return chip.Run(input, RunRecording.All);
    }
}
