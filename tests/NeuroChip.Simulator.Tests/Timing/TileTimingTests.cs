using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime;

namespace NeuroChip.Simulator.Tests.Timing;

/// <summary>Cycles and traffic of schedules on tiles against formulas worked out by hand, on the chip of tests/golden/chips/tiny-tiles.yaml.</summary>
public sealed class TileTimingTests
{
    // Tiles of the chip: 0 attention (0,0), 1 encoder (1,0), 2 linear (1,1), 3 residual (0,1). Links 32 bits, hop 2, header 16, DRAM 64 bits a cycle.
    private const int Linear = 2;
    private static readonly TileChip Chip = ChipModelReader.Load<TileChip>(Path.Combine(Root(), "tests", "golden", "chips", "tiny-tiles.yaml"));

    /// <summary>One dense layer 40 -> 24, 7 of its inputs spike in each of 5 steps; no output is read.</summary>
    [Fact]
    public void OneLayerByHand()
    {
        var result = Run(OneLayer(24), 7);
        var tiles = result.Timing.Tiles!;
        // 7 events; 7 rows of 24 weights over 16 lanes are 14 cycles; 24 neurons over 4 lanes are 6.
        Assert.Equal(5 * (14 + 6), tiles.Latency.Count);
        Assert.Equal(20, tiles.FirstOutput.Count);
        Assert.Equal(["events 35", "adders 70", "neurons 30", "noc 30", "dram 5"], tiles.Stages[0].Units.Select(u => $"{u.Unit} {u.Cycles.Count}"));
        Assert.Equal(["adders 70", "neurons 30"], tiles.Stages[0].Decisive.Select(u => $"{u.Unit} {u.Cycles.Count}"));
        Assert.Equal("adders", tiles.Stages[0].Bound);
        Assert.Equal([0, 0, 100, 0], tiles.TileBusy.Select(b => b.Count));
        Assert.Equal((100, "tile 2 (linear)"), (tiles.Interval.Count, tiles.Bottleneck));
        Assert.Equal(100 / 1e8, result.Timing.LatencySeconds);
        Assert.Equal(0, result.Timing.CyclesPerTick.Count);

        var did = Assert.Single(result.Activity.Tiles);
        Assert.Equal((35, 5 * 7 * 24, 0, 0, 5 * 24), (did.Events, did.Additions, did.Macs, did.Probes, did.NeuronUpdates));
        Assert.Equal((5L * 7 * 24 * 8, 0L), (did.WeightBitsRead, did.WeightBitsWritten));
        // A header of 16 bits and a bitmap of 40, from the DRAM channel at (0,0) over 2 links.
        Assert.Equal((5 * 56, 5 * 56, 2 * 5 * 56), (did.EventBitsRead, did.DramBitsRead, did.NocBitHops));
        Assert.Equal(5L * ((7 * 24) + 24) * 32, did.AccumulatorBitsRead);
        Assert.Equal((5 * 768, 5 * 768), (did.MembraneBitsRead, did.MembraneBitsWritten));
        Assert.Equal((0, 0), (did.GlobalBufferBits, did.DramBitsWritten));
    }

    [Theory]
    [InlineData(1, 24)]
    [InlineData(2, 12)]
    [InlineData(4, 6)]
    [InlineData(8, 3)]
    [InlineData(24, 1)]
    [InlineData(64, 1)]
    public void TwiceTheLanesHalveTheAdders(int lanes, int rounds)
    {
        var chip = Chip with { Tiles = Chip.Tiles.SetItem("linear", Chip.Tiles["linear"] with { Lanes = Chip.Tiles["linear"].Lanes!.With(lanes) }) };
        var tiles = Run(OneLayer(24, chip), 7).Timing.Tiles!;
        Assert.Equal(5 * 7 * rounds, tiles.Stages[0].Units.Single(u => u.Unit == "adders").Cycles.Count);
    }

    /// <summary>Three stages on three tiles: the first step fills the pipeline, every further one takes as long as the slowest stage.</summary>
    [Fact]
    public void StepsFollowEachOtherAtTheSlowestStage()
    {
        var (image, input) = ThreeLayers([1, 2, 0], [0, 0, 0]);
        var tiles = Run(image, input).Timing.Tiles!;
        var perStep = tiles.Stages.Select(s => s.Cycles.Count / 5).ToArray();
        Assert.Equal(3, perStep.Distinct().Count());
        Assert.Equal(perStep.Sum() + (4 * perStep.Max()), tiles.Latency.Count);
        Assert.Equal(perStep.Sum(), tiles.FirstOutput.Count);
        Assert.Equal(5 * perStep.Max(), tiles.Interval.Count);
        // Two of them on one tile: it does both before the next step.
        var (shared, _) = ThreeLayers([1, 2, 2], [0, 0, 0]);
        var both = Run(shared, input).Timing.Tiles!;
        Assert.True(both.Latency.Count > tiles.Latency.Count);
        Assert.Equal(both.Stages[1].TileCycles.Count + both.Stages[2].TileCycles.Count, both.TileBusy[2].Count);
    }

    /// <summary>Streamed weights: the channel brings the next phase's while one computes; the first and what is longer than the computing are waited for.</summary>
    [Fact]
    public void PhasesHideTheStreamOfTheNext()
    {
        var (image, input) = ThreeLayers([2, 2, 2], [0, 1, 2]);
        var plain = Run(image, input).Timing.Tiles!;
        image = image with { Schedule = image.Schedule! with { Policy = "time-multiplexed", Stages = [.. image.Schedule!.Stages.Select(s => s with { Streamed = true })] } };
        var tiles = Run(image, input).Timing.Tiles!;
        long[] compute = [.. plain.Stages.Select(s => s.Cycles.Count / 5)];
        // The channel gives 64 bits a cycle, but one link carries 32 of them.
        long[] stream = [.. image.Schedule!.Stages.Select(s => (s.WeightBits + 31) / 32)];
        // The input of the first phase and the emissions of each cross DRAM or buffer beside the computing; only the input's word uses the channel.
        const long other = 1;
        var latency = stream[0];
        for (var t = 0; t < 5; t++)
            for (var p = 0; p < 3; p++)
                latency += Math.Max(compute[p], (p == 0 ? other : 0) + (t == 4 && p == 2 ? 0 : stream[(p + 1) % 3]));
        Assert.Equal(latency, tiles.Latency.Count);
        Assert.Equal(5 * (image.Schedule.Stages.Sum(s => (s.WeightBits + 63) / 64) + other), tiles.DramBusy.Count);
        Assert.Equal(("phases", latency), (tiles.Bottleneck, tiles.Interval.Count));
        Assert.Equal([.. image.Schedule.Stages.Select(s => 5 * s.WeightBits)], Run(image, input).Activity.Tiles.Select(t => t.WeightBitsWritten));

        // Without a second half of the weight memory nothing is hidden.
        var kinds = Chip.Tiles.SetItem("linear", Chip.Tiles["linear"] with { DoubleBuffered = false });
        var single = Run(image with { ChipYaml = (Chip with { Tiles = kinds }).ToYaml() }, input).Timing.Tiles!;
        Assert.Equal(5 * (stream.Sum() + compute.Sum()), single.Latency.Count);
    }

    [Fact]
    public void MoreBandwidthIsNeverSlower()
    {
        var (image, input) = ThreeLayers([2, 2, 2], [0, 1, 2]);
        image = image with { Schedule = image.Schedule! with { Stages = [.. image.Schedule!.Stages.Select(s => s with { Streamed = true, MembraneHome = MembraneHome.Dram })] } };
        long Latency(decimal gigabytes) => Run(image with { ChipYaml = (Chip with { Dram = Chip.Dram with { Bandwidth = Chip.Dram.Bandwidth.With(gigabytes) } }).ToYaml() }, input).Timing.Tiles!.Latency.Count;
        long[] latencies = [.. new[] { 0.01m, 0.05m, 0.1m, 0.3m, 0.8m, 2m, 10m, 100m }.Select(Latency)];
        Assert.Equal(latencies.OrderDescending(), latencies);
        Assert.True(latencies[0] > 4 * latencies[^1]);
    }

    [Fact]
    public void WhereLayersAreChangesCyclesAndNeverSpikes()
    {
        var (one, input) = ThreeLayers([1, 2, 0], [0, 0, 0]);
        var before = Run(one, input);
        foreach (var (tiles, phases) in ((int[], int[])[])[([2, 2, 2], [0, 0, 0]), ([2, 2, 2], [0, 1, 2]), ([1, 2, 2], [0, 0, 1])])
        {
            var after = Run(ThreeLayers(tiles, phases).Image, input);
            foreach (var (name, spikes) in before.Recorded) Assert.Equal(spikes.Array<sbyte>(), after.Recorded[name].Array<sbyte>());
            Assert.NotEqual(before.Timing.Tiles!.Latency, after.Timing.Tiles!.Latency);
            Assert.Equal(before.Activity.Tiles.Select(t => (t.Additions, t.NeuronUpdates)), after.Activity.Tiles.Select(t => (t.Additions, t.NeuronUpdates)));
        }
    }

    /// <summary>What another phase reads waits in the global buffer while there is room, else in DRAM; membranes go where the schedule says.</summary>
    [Fact]
    public void WhatWaitsOrStaysOutsideIsMovedAndCounted()
    {
        var (image, input) = ThreeLayers([2, 2, 2], [0, 1, 2]);
        var did = Run(image, input).Activity.Tiles;
        Assert.True(did[1].GlobalBufferBits > 0);
        Assert.Equal(0, did[1].DramBits());
        var none = Chip with { GlobalBuffer = Chip.GlobalBuffer with { Size = Chip.GlobalBuffer.Size.With(0) } };
        var outside = Run(image with { ChipYaml = none.ToYaml() }, input).Activity.Tiles;
        Assert.Equal((0, did[1].GlobalBufferBits), (outside[1].GlobalBufferBits, outside[1].DramBits()));

        var homes = image with { Schedule = image.Schedule! with { Stages = image.Schedule.Stages.SetItem(2, image.Schedule.Stages[2] with { MembraneHome = MembraneHome.GlobalBuffer, MembraneBits = 999 }) } };
        var moved = Run(homes, input).Activity.Tiles[2];
        Assert.Equal(did[2].GlobalBufferBits + (5 * 2 * 999), moved.GlobalBufferBits);
        Assert.Equal((0, 0), (moved.MembraneBitsRead, moved.MembraneBitsWritten));
    }

    [Fact]
    public void ZeroWeightsAreAddedByHardwareThatFetchesRows()
    {
        var image = OneLayer(24);
        var zeros = image with { Projections = [image.Projections[0] with { Rows = Tensor.Vector(new sbyte[40 * 24]) }] };
        var result = Run(zeros, 7);
        Assert.Equal(0, result.Activity.Projections[0].SynapticEvents);
        Assert.Equal(5 * 7 * 24, result.Activity.Tiles[0].Additions);
        Assert.Equal(100, result.Timing.Tiles!.Latency.Count);
    }

    [Fact]
    public void SpansAreKeptOnRequestAndTileTheStages()
    {
        var (image, input) = ThreeLayers([1, 2, 0], [0, 0, 0]);
        Assert.Empty(Run(image, input).Timing.Tiles!.Spans);
        var tiles = Run(image, input, RunRecording.Outputs with { CoreTicks = true }).Timing.Tiles!;
        Assert.Equal(15, tiles.Spans.Length);
        for (var s = 0; s < 3; s++) Assert.Equal(tiles.Stages[s].Cycles.Count, tiles.Spans.Where(x => x.Stage == s).Sum(x => x.End.Count - x.Start.Count));
        Assert.Equal(tiles.Latency, tiles.Spans.Max(s => s.End));
    }

    [Theory]
    [InlineData("vector", Linear, "NC5035: the schedule of the image does not fit its chip: 'a' is on tiles of kind 'vector', which 'tiny-tiles' does not have")]
    [InlineData("linear", 1, "NC5035: the schedule of the image does not fit its chip: 'a' is on tile 1 as one of kind 'linear'; that tile is of kind 'encoder'")]
    [InlineData("linear", 9, "NC5035: the schedule of the image does not fit its chip: 'a' is on tile 9 as one of kind 'linear'; that tile is not there: 'tiny-tiles' has 4")]
    [InlineData("encoder", 1, "NC5035: the schedule of the image does not fit its chip: projection 'p0' needs adders; tiles of kind 'encoder' have none")]
    public void SchedulesThatDoNotFitAreRefused(string kind, int tile, string expected)
    {
        var image = OneLayer(24);
        var stage = image.Schedule!.Stages[0] with { TileKind = kind, Tiles = [tile] };
        var problem = Assert.Throws<DiagnosticException>(() => Run(image with { Schedule = image.Schedule with { Stages = [stage] } }, 7));
        Assert.StartsWith($"error {expected}", problem.Diagnostics[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void TilesThatLookAtSingleSpikesAreRefused()
    {
        var kinds = Chip.Tiles.SetItem("product", Chip.Tiles["product"] with { Count = Chip.Tiles["product"].Count.With(1) }).SetItem("residual", Chip.Tiles["residual"] with { Count = Chip.Tiles["residual"].Count.With(0) });
        var image = OneLayer(24, Chip with { Tiles = kinds });
        var stage = image.Schedule!.Stages[0] with { TileKind = "product", Tiles = [3] };
        var problem = Assert.Throws<DiagnosticException>(() => Run(image with { Schedule = image.Schedule with { Stages = [stage] } }, 7));
        Assert.Equal("NC5036", problem.Diagnostics[0].Code);
    }

    private static ChipImage OneLayer(int targets, TileChip? chip = null)
    {
        var net = new NetworkBuilder(Networks.Int8, seed: 4);
        var input = net.Input("x", Networks.Flat(40), SpikeDomain.Binary, isStatic: true);
        var layer = net.Lif("a", Networks.Flat(targets));
        net.Project(input, layer, new DenseMap(40, targets), rows: Tensor.Vector(Enumerable.Repeat((sbyte)3, 40 * targets).ToArray()));
        return Images.OnTiles(net.Build() with { Readouts = [] }, chip ?? Chip, new TileSeat(1, Linear, 0));
    }

    /// <summary>Input 40 of which all spike -> a 30 (a shortcut: one input per neuron) -> b 24 -> c 20; every neuron fires in every step.</summary>
    private static (ChipImage Image, SampleInput Input) ThreeLayers(int[] tiles, int[] phases)
    {
        var net = new NetworkBuilder(Networks.Int8, seed: 4);
        var input = net.Input("x", Networks.Flat(40), SpikeDomain.Binary, isStatic: true);
        var a = net.Lif("a", Networks.Flat(40), threshold: 0.01);
        var b = net.Lif("b", Networks.Flat(24), threshold: 0.01);
        var c = net.Lif("c", Networks.Flat(20), threshold: 0.01);
        net.Project(input, a, new IdentityMap(40, 1), rows: Tensor.Vector((sbyte)100));
        net.Project(a, b, new DenseMap(40, 24), rows: Tensor.Vector(Enumerable.Repeat((sbyte)100, 40 * 24).ToArray()));
        net.Project(b, c, new DenseMap(24, 20), rows: Tensor.Vector(Enumerable.Repeat((sbyte)100, 24 * 20).ToArray()));
        var image = Images.OnTiles(net.Build() with { Readouts = [] }, Chip, [.. tiles.Select((tile, i) => new TileSeat(i + 1, tile, phases[i]))]);
        return (image, SampleInput.Of("x", Tensor.Vector(Enumerable.Repeat(1f, 40).ToArray())));
    }

    private static SampleResult Run(ChipImage image, int spikes) =>
        Run(image, SampleInput.Of("x", Tensor.Vector(Enumerable.Range(0, 40).Select(a => a < spikes ? 1f : 0f).ToArray())));

    private static SampleResult Run(ChipImage image, SampleInput input, RunRecording? recording = null)
    {
        using var chip = new SimulatedChip();
        chip.Load(image);
        return chip.Run(input, recording ?? RunRecording.All);
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "NeuroChip.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
