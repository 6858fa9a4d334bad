using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime;
using NeuroChip.Simulator.Tiles;
using NeuroChip.TestKit;

namespace NeuroChip.Simulator.Tests.Timing;

/// <summary>Time and actions of layers over active sites against formulas worked out by hand, on tests/golden/chips/tiny-tiles.yaml and on spinnaker1.</summary>
public sealed class SiteTimingTests
{
    // The address unit: 2 lanes, 1 cycle a lookup, 2 cycles a further slot, every event looks up for itself.
    private const int Linear = 2;
    private static readonly TileChip Chip = ChipModelReader.Load<TileChip>(Path.Combine(Root(), "tests", "golden", "chips", "tiny-tiles.yaml"));

    private static readonly ManyCoreChip Cores = ChipModelReader.Load<ManyCoreChip>("spinnaker1");

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 1, 1)]
    [InlineData(27, 27, 14)]
    [InlineData(27, 28, 16)]
    [InlineData(27, 30, 18)]
    public void AnAddressUnitTakesLanesProbesAndConflicts(long lookups, long reads, long cycles) => Assert.Equal(cycles, new AddressUnit(2, 1, 2).Cycles(lookups, reads));

    /// <summary>Adders and address unit work side by side: the slower one counts.</summary>
    [Theory]
    [InlineData(10, 27, 14)]
    [InlineData(100, 27, 100)]
    public void LookupsRunBesideTheAdders(long visits, long lookups, long cycles)
    {
        var engine = new EventDriven(16, 0, 0, 1, 4, 1, new AddressUnit(2, 1, 2));
        var work = new LayerWork { Name = "a", Kind = LayerKind.Conv, Outputs = 16, Taps = 27, Events = 1, Visits = visits, Additions = 16 * visits, Lookups = lookups, LookupReads = lookups };
        Assert.Equal(cycles, engine.Time(work, null).Added.Count);
        Assert.Throws<ArgumentException>(() => new EventDriven(16, 0, 0, 1, 4, 1).Time(work, null));
        // Parts along positions look up their part, parts along channels all of it.
        Assert.Equal(9, TileShare.Of(work, 1, 3).Lookups);
        Assert.Equal(27, TileShare.Of(work, 4, 1).Lookups);
        Assert.Equal(9, TileShare.Of(work, 4, 3).Lookups);
    }

    /// <summary>One submanifold layer on one tile: three sites in a row and one at a corner, all channels spike.</summary>
    [Fact]
    public void OneLayerByHand()
    {
        var (module, inputs) = Stem();
        var channels = module.Populations[0].Layout.Channels;
        var result = Run(Images.OnTiles(module, Chip, new TileSeat(1, Linear, 0)), inputs);
        var tiles = result.Timing.Tiles!;
        // 89 taps inside the grid for each channel; 8 pairs; rows of `channels` weights fit 16 lanes at once.
        var lookups = 89L * channels;
        var address = (lookups + 1) / 2;
        var neurons = ((4 * channels) + 3) / 4;
        Assert.Equal(address, tiles.Stages[0].Units.Single(u => u.Unit == "addresses").Cycles.Count);
        Assert.Equal(8 * channels, tiles.Stages[0].Units.Single(u => u.Unit == "adders").Cycles.Count);
        Assert.Equal(address + neurons, tiles.Stages[0].TileCycles.Count);
        Assert.Equal("addresses", tiles.Stages[0].Bound);
        // 4 sites are written, 2 at a time; their coordinates, 4 x 7 bit, cross the mesh from (0,0) to (1,1) in one word and two hops of two cycles.
        Assert.Equal(5, tiles.TableBuild.Count);
        Assert.Equal(5 + tiles.Stages[0].Cycles.Count, tiles.Latency.Count);
        Assert.Equal(2 + address + neurons, tiles.TileBusy[Linear].Count);

        var did = result.Activity.Tiles[0];
        Assert.Equal((lookups, 8L * channels * channels, 4L * channels), (did.SiteProbes, did.Additions, did.NeuronUpdates));
        // Direct table: a number of 6 bits per lookup; coordinates of 7 bits per event.
        Assert.Equal((lookups * 6) + (4 * channels * 7), did.TableBitsRead);
        Assert.Equal((4L * 6) + (4 * 7), result.Activity.TableBuild.TableBitsWritten);
        Assert.Equal((0, 28), (result.Activity.TableBuild.SiteProbes, result.Activity.TableBuild.DramBitsRead));
        // A header of 16 bits, and either a bitmap of the sites that are there or a header and an address for each spike.
        Assert.Equal(16 + (4 * channels), did.DramBitsRead);

        // Without the test: 89 rows of weights for each channel, nothing looked up, no table.
        var vanilla = result.Vanilla!;
        Assert.Equal((0, 89L * channels * channels), (vanilla.Activity.Tiles[0].SiteProbes, vanilla.Activity.Tiles[0].Additions));
        Assert.Equal((89 * channels) + neurons, vanilla.Timing.Tiles!.Latency.Count);
        Assert.Equal(0, vanilla.Timing.Tiles!.TableBuild.Count);
    }

    /// <summary>A unit that keeps the targets of a site looks them up once for all of its events.</summary>
    [Fact]
    public void EventsOfASiteMayShareTheirLookups()
    {
        var (module, inputs) = Stem();
        var unit = Chip.Tiles["linear"].AddressUnit! with { ReuseSite = true };
        var chip = Chip with { Tiles = Chip.Tiles.SetItem("linear", Chip.Tiles["linear"] with { AddressUnit = unit }) };
        var shared = Run(Images.OnTiles(module, chip, new TileSeat(1, Linear, 0)), inputs);
        Assert.Equal(89, shared.Activity.Tiles[0].SiteProbes);
        Assert.Equal((89 * 6) + (4 * 7), shared.Activity.Tiles[0].TableBitsRead);
        Assert.Equal(45, shared.Timing.Tiles!.Stages[0].Units.Single(u => u.Unit == "addresses").Cycles.Count);
    }

    [Fact]
    public void TilesWithoutAnAddressUnitAreRefused()
    {
        var (module, _) = Stem();
        var image = Images.OnTiles(module, Chip with { Tiles = Chip.Tiles.SetItem("linear", Chip.Tiles["linear"] with { AddressUnit = null }) }, new TileSeat(1, Linear, 0));
        using var device = new SimulatedChip();
        var found = Assert.Throws<DiagnosticException>(() => device.Load(image)).Diagnostics;
        Assert.Equal("NC5035", Assert.Single(found).Code);
        Assert.Contains("address unit", found[0].Message, StringComparison.Ordinal);
    }

    /// <summary>A core computes 27 targets of each event, looks up those in its part of the grid, and updates the neurons of the sites that are there.</summary>
    [Fact]
    public void ACoreByHand()
    {
        var (module, inputs) = Stem();
        var channels = module.Populations[0].Layout.Channels;
        var image = Images.OnCores(module, Cores, new Seat(0, 0, 60 * channels, 0, 0, 1), new Seat(1, 0, 60 * channels, 0, 0, 2));
        var result = Run(image, inputs);
        var did = result.Activity.Cores[1];
        long events = 4 * channels;
        Assert.Equal((events, events * 27, 89 * channels, 8 * channels * channels, events, events), (did.PacketsReceived, did.SiteOffsets, did.SiteProbes, did.SynapticEvents, did.RowsFetched, did.DmaWords));
        var cycles = Cores.Cycles;
        var expected = cycles.Tick.Cycles.Count + (events * (cycles.SpikeReceived.Cycles.Count + cycles.DmaSetup.Cycles.Count)) + (events * 27 * 16) + (89 * channels * 24)
            + (8L * channels * channels * cycles.SynapticEvent.Cycles.Count);
        // It is busy in this tick and the next, in which it has only the neurons to do; when packets come is the affair of other tests.
        var later = cycles.Tick.Cycles.Count + (4 * channels * cycles.Lif.Cycles.Count);
        Assert.Equal(expected + later, result.Timing.Cores[1].Busy.Count);
        // In the next tick it computes the neurons of the four sites, not of the sixty planned for.
        Assert.Equal(cycles.Tick.Cycles.Count + (4 * channels * cycles.Lif.Cycles.Count), result.Timing.SlowestCorePerTick[1].Count);
        // Vanilla: the same targets, no lookups, all of them added to.
        var vanilla = expected - (89 * channels * 24) + (81L * channels * channels * cycles.SynapticEvent.Cycles.Count);
        Assert.Equal(vanilla + later, result.Vanilla!.Timing.Cores[1].Busy.Count);
    }

    /// <summary>Where the channels of sites are cut apart, each core looks up for itself, and together they add what one would.</summary>
    [Fact]
    public void CoresShareTheAdditionsOfALayer()
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            var network = SiteNetworks.Random(seed);
            var size = network.Module.Populations[1].Size;
            var module = Alone(network.Module);
            Seat source = new(0, 0, module.Populations[0].Size, 0, 0, 1);
            var whole = Run(Images.OnCores(module, Cores, source, new Seat(1, 0, size, 0, 0, 2)), network.Inputs).Activity;
            var cut = Run(Images.OnCores(module, Cores, source, new Seat(1, 0, size / 3, 0, 0, 2), new Seat(1, size / 3, size - (size / 3), 1, 0, 2)), network.Inputs).Activity;
            Assert.Equal(whole.Cores[1].SynapticEvents, cut.Cores[1].SynapticEvents + cut.Cores[2].SynapticEvents);
            Assert.InRange(cut.Cores[1].SiteProbes + cut.Cores[2].SiteProbes, whole.Cores[1].SiteProbes, 2 * whole.Cores[1].SiteProbes);
            Assert.Equal(whole.Cores[1].NeuronUpdates, cut.Cores[1].NeuronUpdates + cut.Cores[2].NeuronUpdates);
        }
    }

    private static (Module Module, IReadOnlyDictionary<string, Tensor> Inputs) Stem()
    {
        var network = SiteNetworks.Build(new Random(1), [5, 5, 5], 60, [2, 2, 1, 2, 2, 2, 2, 2, 3, 0, 0, 0], steps: 1);
        var channels = network.Module.Populations[0].Layout.Channels;
        return (Alone(network.Module), network.Inputs.SetItem("features", Tensor.Of([1, 4, channels], Enumerable.Repeat(1f, 4 * channels).ToArray())));
    }

    /// <summary>Input and first layer.</summary>
    private static Module Alone(Module module) => module with { Populations = module.Populations[..2], Projections = module.Projections[..1], Readouts = [], Sites = module.Sites[..1] };

    private static SampleResult Run(ChipImage image, IReadOnlyDictionary<string, Tensor> inputs)
    {
        using var chip = new SimulatedChip();
        chip.Load(image);
        return chip.Run(new([.. inputs]), RunRecording.Outputs);
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "NeuroChip.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
