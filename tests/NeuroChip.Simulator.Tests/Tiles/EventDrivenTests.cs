using NeuroChip.Runtime.Workloads;
using NeuroChip.Simulator.Tiles;

namespace NeuroChip.Simulator.Tests.Tiles;

/// <summary>Cycles of an event-driven tile against its formula, worked out by hand.</summary>
public sealed class EventDrivenTests
{
    private static readonly EventDriven Tile = new(lanes: 16, macLanes: 8, probeLanes: 32, eventCycles: 3, neuronLanes: 4, neuronCycles: 2);

    private static LayerWork Conv(long events, long visits, long outputs) =>
        new() { Name = "conv", Kind = LayerKind.Conv, Rows = 100, Inputs = 90, Outputs = outputs, Taps = 9, Events = events, Visits = visits, Additions = visits * outputs };

    [Theory]
    [InlineData(10, 90, 16, 90)] // one round of the lanes per tap
    [InlineData(10, 90, 17, 180)] // one channel more takes a second
    [InlineData(10, 10, 16, 30)] // a single tap per event is quicker than the decoder
    [InlineData(0, 0, 16, 0)]
    public void RowsAreAddedLaneByLaneAndEventsDecodedBeside(long events, long visits, long outputs, long cycles) =>
        Assert.Equal(cycles, Tile.Time(Conv(events, visits, outputs), null).Alone.Count);

    [Fact]
    public void DoublingLanesHalvesTheAdders()
    {
        EventDriven With(int lanes) => new(lanes, 8, 32, 1, 4, 1);
        var work = Conv(10, 90, 64);
        Assert.Equal([5760, 2880, 1440, 720, 360, 180, 90, 90], new[] { 1, 2, 4, 8, 16, 32, 64, 128 }.Select(l => With(l).Time(work, null).Alone.Count));
    }

    [Fact]
    public void NeuronsComeAfterTheirInputs()
    {
        var cycles = Tile.Time(Conv(10, 90, 16) with { NeuronUpdates = 41 }, null);
        Assert.Equal(90 + (11 * 2), cycles.Alone.Count);
        Assert.Equal(["events 30", "adders 90", "neurons 22"], cycles.Units.Select(u => $"{u.Unit} {u.Busy.Count}"));
    }

    [Fact]
    public void RealPayloadsGoToTheMultipliersAndHaveNothingToDecode()
    {
        var cycles = Tile.Time(Conv(10, 90, 16) with { Additions = 0, Macs = 1440 }, null);
        Assert.Equal(["macs 180"], cycles.Units.Select(u => $"{u.Unit} {u.Busy.Count}"));
    }

    [Fact]
    public void AttentionAddsWhatPassesTheTest()
    {
        var work = new LayerWork { Name = "kv", Kind = LayerKind.Attention, Attention = new(AttentionForm.Products, 8, 196, 64), Events = 100, Probes = 6400, Additions = 1281 };
        var cycles = Tile.Time(work, null);
        Assert.Equal(["events 300", "adders 81", "probes 200"], cycles.Units.Select(u => $"{u.Unit} {u.Busy.Count}"));
        Assert.Equal(300, cycles.Alone.Count);
        // A tile that cannot test adds every row.
        Assert.Equal(400, new EventDriven(16, 0, 0, 3, 4, 2).Time(work, null).Alone.Count);
    }

    [Fact]
    public void ElementwiseInputsUseTheWidestUnit()
    {
        var work = new LayerWork { Name = "shortcut", Kind = LayerKind.Elementwise, Macs = 65 };
        Assert.Equal(5, Tile.Time(work, null).Alone.Count);
        Assert.Equal(17, new EventDriven(0, 0, 0, 0, 4, 1).Time(work, null).Alone.Count);
    }

    [Fact]
    public void WorkForAUnitThatIsMissingIsRefused() => Assert.Throws<ArgumentException>(() => new EventDriven(16, 0, 0, 0, 1, 1).Time(Conv(1, 9, 16) with { Macs = 9 }, null));

    [Theory]
    [InlineData(2, 1, 10, 90, 32)]
    [InlineData(5, 1, 10, 90, 13)] // 64 channels over 5 tiles: one of them has 13
    [InlineData(1, 4, 3, 23, 64)]
    [InlineData(2, 4, 3, 23, 32)]
    public void TilesShareChannelsOrPositions(int channels, int positions, long events, long visits, long outputs)
    {
        var share = TileShare.Of(Conv(10, 90, 64), channels, positions);
        Assert.Equal((events, visits, outputs, (100 + positions - 1) / positions), (share.Events, share.Visits, share.Outputs, share.Rows));
    }

    [Fact]
    public void TilesShareGroupsThenTheirChannels()
    {
        var depthwise = Conv(12, 108, 1) with { Groups = 6 };
        Assert.Equal((6, 54, 1), Of(TileShare.Of(depthwise, 2, 1)));
        Assert.Equal((4, 36, 1), Of(TileShare.Of(depthwise, 4, 1)));
        Assert.Equal((2, 18, 1), Of(TileShare.Of(depthwise, 13, 1)));
        Assert.Equal((1, 9, 2), Of(TileShare.Of(Conv(12, 108, 4) with { Groups = 6 }, 12, 2)));
        static (long, long, long) Of(LayerWork w) => (w.Events, w.Visits, w.Outputs);
    }

    [Fact]
    public void EverythingElseIsSharedEvenly()
    {
        var work = new LayerWork { Name = "kv", Kind = LayerKind.Attention, Events = 800, Probes = 6400, Additions = 80, NeuronUpdates = 7 };
        var share = TileShare.Of(work, 1, 3);
        Assert.Equal((267, 2134, 27, 3), (share.Events, share.Probes, share.Additions, share.NeuronUpdates));
    }
}
