using NeuroChip.Compiler.Mapping;
using NeuroChip.Compiler.Targets.TransformerCore;
using NeuroChip.HwModels;
using NeuroChip.HwModels.Tiles;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Tests.Targets;

/// <summary>The checker must refuse what is wrong, whatever it is: each test breaks a good schedule in one place.</summary>
public sealed class TileScheduleCheckerTests
{
    private static readonly Module Module = AttentionNetwork.Build(arithmetic: new(ArithmeticKind.Integer, 8, 24)).Raw();
    private static readonly TileChip Chip = TileChips.Tiny.WithTiles("linear", 2);
    private static readonly TileSchedule Good = TileMapper.Map(Module, Chip, new(), new()).Schedule;

    [Fact]
    public void TheGoodOneIsGood() => Assert.Empty(TileScheduleChecker.Check(Module, Chip, Good, false));

    [Fact]
    public void EveryLayerHasOneStage()
    {
        for (var s = 0; s < Good.Stages.Length; s++)
        {
            Refused(Good with { Stages = Good.Stages.RemoveAt(s) }, "stages");
            Refused(Good with { Stages = Good.Stages.Add(Good.Stages[s]) }, "stages");
        }

        Refused(With("q", s => s with { Population = new(0) }), "stages");
        Refused(With("q", s => s with { Population = new(99) }), "does not exist");
    }

    [Fact]
    public void TilesAreThereOfThatKindAndDoTheWork()
    {
        Refused(With("q", s => s with { TileKind = "magic" }), "does not have");
        Refused(With("q", s => s with { Tiles = [99], ChannelParts = 1 }), "no tile");
        Refused(With("q", s => s with { Tiles = [], ChannelParts = 1 }), "no tiles");
        Refused(With("q", s => s with { Tiles = [0], ChannelParts = 1 }), "no tile 'linear'");
        var attention = Good.Stages.First(s => s.TileKind == "attention");
        Refused(With("q", s => s with { TileKind = "attention", Tiles = attention.Tiles, ChannelParts = 1 }), "adds rows of weights");
        var linear = Good.Stages.First(s => s.TileKind == "linear");
        Refused(With("attn", s => s with { TileKind = "linear", Tiles = linear.Tiles, ChannelParts = linear.ChannelParts }), "takes payloads for rows");
        Refused(With("q", s => s with { TileKind = "residual", Tiles = [Chip.Sites().Length - 1], ChannelParts = 1 }), "compute nothing");
        Assert.NotEmpty(TileScheduleChecker.Check(Module, Chip, Good, ordinaryAttention: true));
    }

    [Fact]
    public void ALayerHasNoMorePartsThanChannelsAndPositions()
    {
        Refused(With("head", s => s with { Tiles = [1, 2], ChannelParts = 1 }), "parts");
        Refused(With("head", s => s with { Tiles = [1, 2], ChannelParts = 3 }), "parts");
    }

    [Fact]
    public void SizesAreNotSmallerThanTheyAre()
    {
        Refused(With("q", s => s with { WeightBits = s.WeightBits - 1 }), "bits of weights");
        Refused(With("q", s => s with { MembraneBits = s.MembraneBits - 1 }), "bits of membranes");
        Refused(With("q", s => s with { MembraneHome = MembraneHome.None }), "keeps them in None");
    }

    [Fact]
    public void PhasesFollowTheOrderOfAStep()
    {
        Refused(With("kv", s => s with { Phase = 1 }) with { Policy = "time-multiplexed" }, "the rows of");
        Refused(With("q", s => s with { Phase = 1 }) with { Policy = "time-multiplexed" }, "goes from phase 1");
        Refused(With("head", s => s with { Phase = 2 }) with { Policy = "time-multiplexed" }, "does nothing");
        Refused(With("head", s => s with { Phase = 1 }), "policy");
        Refused(Good with { Policy = "time-multiplexed" }, "policy");
        Assert.Empty(TileScheduleChecker.Check(Module, Chip, With("head", s => s with { Phase = 1 }) with { Policy = "time-multiplexed" }, false));
    }

    [Fact]
    public void MemoriesHoldWhatLiesInThem()
    {
        var weights = Good.Stages.Where(s => s.TileKind == "linear").Sum(s => s.WeightBits);
        Refused(Good, "keeps", Chip.With("linear", k => k with { WeightMemory = k.WeightMemory!.With(weights / 8192m / 4) }));
        Refused(Good with { Policy = "time-multiplexed", Stages = [.. Good.Stages.Select(s => s with { Streamed = s.WeightBits > 0 })] }, "gets", Chip.With("linear", k => k with { WeightMemory = k.WeightMemory!.With(weights / 8192m / 2) }));
        Refused(Good, "keeps", Chip.With("linear", k => k with { MembraneMemory = k.MembraneMemory!.With(0.0078125m) }));
        var away = Good with { Stages = [.. Good.Stages.Select(s => s with { MembraneHome = s.MembraneBits > 0 ? MembraneHome.GlobalBuffer : MembraneHome.None })] };
        Refused(away, "global buffer", Chip with { GlobalBuffer = Chip.GlobalBuffer with { Size = Chip.GlobalBuffer.Size.With(0) } });
        var held = Good with { Stages = [.. Good.Stages.Select(s => s with { MembraneHome = s.MembraneBits > 0 ? MembraneHome.MembraneTiles : MembraneHome.None })] };
        Refused(held, "in tiles that hold", Chip.WithTiles("residual", 0));
        var outside = Good with { Stages = [.. Good.Stages.Select(s => s with { MembraneHome = s.MembraneBits > 0 ? MembraneHome.Dram : MembraneHome.None })] };
        Refused(outside, "DRAM", Chip with { Dram = Chip.Dram with { Size = Chip.Dram.Size.With(0) } });
    }

    private static TileSchedule With(string layer, Func<TileStage, TileStage> change) =>
        Good with { Stages = [.. Good.Stages.Select(s => Module[s.Population].Name == layer ? change(s) : s)] };

    private static void Refused(TileSchedule schedule, string because, TileChip? chip = null)
    {
        var findings = TileScheduleChecker.Check(Module, chip ?? Chip, schedule, false);
        Assert.Contains(findings, f => f.Message.Contains(because, StringComparison.Ordinal));
        Assert.All(findings, f => Assert.Equal(MappingChecker.Code, f.Code));
    }
}
