using System.Collections.Immutable;
using NeuroChip.Compiler.Emit;
using NeuroChip.Compiler.Mapping;
using NeuroChip.Compiler.Passes;
using NeuroChip.Compiler.Targets.TransformerCore;
using NeuroChip.Compiler.Tests.Mapping;
using NeuroChip.HwModels;
using NeuroChip.HwModels.Tiles;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime;
using NeuroChip.Simulator;
using NeuroChip.TestKit;

namespace NeuroChip.Compiler.Tests.Targets;

public sealed class TileMapperTests
{
    private static readonly PassContext NoSamples = new();

    [Fact]
    public void LayersGoToTilesThatDoTheirWork()
    {
        var module = AttentionNetwork.Build(arithmetic: new(ArithmeticKind.Integer, 8, 24)).Raw();
        var mapping = TileMapper.Map(module, TileChips.Tiny, NoSamples, new());
        var kinds = mapping.Schedule.Stages.ToDictionary(s => module[s.Population].Name, s => s.TileKind);
        Assert.Equal("spatial", mapping.Schedule.Policy);
        Assert.Equal(["attention", "attention", "linear", "linear", "linear", "linear"], new[] { "kv", "attn", "q", "k", "v", "head" }.Select(n => kinds[n]));
        Assert.Equal("placement", mapping.Placement.Topic);
        Assert.Equal(["spatial", "time-multiplexed"], mapping.Placement.Alternatives.Select(a => a.Form));
        Assert.Contains("assumed rate", mapping.Placement.Reason);
    }

    [Fact]
    public void OnRequestAttentionRunsOnOrdinaryTiles()
    {
        var module = AttentionNetwork.Build(arithmetic: new(ArithmeticKind.Integer, 8, 24)).Raw();
        var mapping = TileMapper.Map(module, TileChips.Tiny.WithTiles("attention", 0), NoSamples, new() { OrdinaryAttention = true });
        Assert.All(mapping.Schedule.Stages, s => Assert.Equal("linear", s.TileKind));
    }

    [Fact]
    public void WeightsThatDoNotFitAreStreamedPhaseByPhase()
    {
        var module = Deep(8);
        var chip = TileChips.Tiny.WithWeights("linear", 4);
        var mapping = TileMapper.Map(module, chip, NoSamples, new());
        var stages = mapping.Schedule.Stages;
        Assert.Equal("time-multiplexed", mapping.Schedule.Policy);
        Assert.All(stages, s => Assert.True(s.Streamed));
        // 8 layers of 32 x 32 weights of 8 bits: two fit 2 KiB, one half of the memory.
        Assert.Equal([0, 0, 1, 1, 2, 2, 3, 3], stages.Select(s => s.Phase));
        Assert.Equal(8 * 32 * 32 * 8, stages.Sum(s => s.WeightBits));
        Assert.Contains("DRAM", mapping.Placement.Reason);
        var enough = TileMapper.Map(module, TileChips.Tiny.WithWeights("linear", 8), NoSamples, new());
        Assert.Equal("spatial", enough.Schedule.Policy);
        Assert.True(mapping.Placement.Alternatives.Single(a => a.Form == "time-multiplexed").Cost > enough.Placement.Alternatives.Single(a => a.Form == "spatial").Cost);
    }

    [Fact]
    public void ALayerLargerThanAllTilesComesPieceByPiece()
    {
        var mapping = TileMapper.Map(Deep(1), TileChips.Tiny.WithWeights("linear", 0.5m), NoSamples, new());
        var stage = Assert.Single(mapping.Schedule.Stages);
        Assert.True(stage.Streamed);
        Assert.Equal(32 * 32 * 8, stage.WeightBits);
    }

    [Fact]
    public void LargeLayersAreDividedAlongChannelsUntilTheirWeightsFit()
    {
        // 32 x 32 x 8 bits are 1 KiB: on tiles of half a KiB a layer needs two, and there are four.
        var mapping = TileMapper.Map(Deep(2), TileChips.Tiny.WithTiles("linear", 4).WithWeights("linear", 0.5m), NoSamples, new());
        Assert.Equal("spatial", mapping.Schedule.Policy);
        Assert.All(mapping.Schedule.Stages, s => Assert.True(s.ChannelParts >= 2));
        Assert.Equal(4, mapping.Schedule.Stages.SelectMany(s => s.Tiles).Distinct().Count());
    }

    [Theory]
    [InlineData(64, 64, MembraneHome.Tile)]
    [InlineData(0.0625, 64, MembraneHome.MembraneTiles)]
    [InlineData(0.0625, 0, MembraneHome.GlobalBuffer)]
    public void MembranesLiveWhereThereIsRoom(double inTiles, double inHolders, MembraneHome expected)
    {
        var chip = TileChips.Tiny
            .With("linear", k => k with { MembraneMemory = k.MembraneMemory!.With((decimal)inTiles) })
            .With("residual", k => k with { MembraneMemory = k.MembraneMemory!.With((decimal)inHolders) });
        Assert.Equal(expected, Assert.Single(TileMapper.Map(Deep(1), chip, NoSamples, new()).Schedule.Stages).MembraneHome);
        var none = chip with { GlobalBuffer = chip.GlobalBuffer with { Size = chip.GlobalBuffer.Size.With(0) } };
        if (expected == MembraneHome.GlobalBuffer)
            Assert.Equal(MembraneHome.Dram, Assert.Single(TileMapper.Map(Deep(1), none, NoSamples, new()).Schedule.Stages).MembraneHome);
    }

    [Fact]
    public void OfASingleStepNothingIsKept() =>
        Assert.Equal((0L, MembraneHome.None), TileMapper.Map(Deep(1) with { Steps = 1 }, TileChips.Tiny, NoSamples, new()).Schedule.Stages.Select(s => (s.MembraneBits, s.MembraneHome)).Single());

    [Fact]
    public void CostsRestOnMeasuredEventsWhereThereAreSamples()
    {
        var n = new Networks("rates", new(ArithmeticKind.Integer, 8, 24));
        n.Dense("fc", n.Input("x", 1, 2000), 64);
        var module = n.Raw();
        Decision Of(float value) => TileMapper.Map(
            module, TileChips.Tiny.WithWeights("linear", 256), new() { Samples = [new Dictionary<string, Tensor> { ["x"] = Tensor.Of([1, 2000], Enumerable.Repeat(value, 2000).ToArray()) }] }, new()).Placement;
        var (silent, busy) = (Of(0), Of(1));
        Assert.Contains("the rates of 1 sample", busy.Reason);
        // 2000 events of 64 additions on 16 lanes; without events 64 neurons on 4 lanes.
        Assert.Equal(8000, busy.Alternatives[0].Cost);
        Assert.Equal(16, silent.Alternatives[0].Cost);
        Assert.Equal(1600, TileMapper.Map(module, TileChips.Tiny.WithWeights("linear", 256), NoSamples, new()).Placement.Alternatives[0].Cost);
    }

    [Fact]
    public void LoadsOfTilesAreEven()
    {
        // Three layers of unlike size on four tiles: no tile has much more to do than the mean.
        var n = new Networks("balance", new(ArithmeticKind.Integer, 8, 24));
        var at = n.Dense("a", n.Input("x", 1, 64), 256);
        n.Dense("c", n.Dense("b", at, 128), 32);
        var chip = TileChips.Tiny.WithTiles("linear", 4).WithWeights("linear", 64);
        var mapping = TileMapper.Map(n.Raw(), chip, NoSamples, new());
        var costs = mapping.Placement.Alternatives.ToDictionary(a => a.Form, a => a.Cost);
        Assert.Equal("spatial", mapping.Schedule.Policy);
        Assert.True(costs["spatial"] <= 1.1 * (0.2 * ((64 * 256) + (256 * 128) + (128 * 32)) / 16 / 4), $"{costs["spatial"]}");
    }

    [Fact]
    public void PassesForTicksAreNotRunForTiles()
    {
        var module = Networks.Digits(new(ArithmeticKind.Integer, 8, 24)) with { TicksPerStep = 3 };
        var raw = module with { Populations = [.. module.Populations.Select(p => p with { Stage = 0 })], TicksPerStep = 1 };
        var result = Pipeline.Compile(new("none", "none.onnx", 4, "none", [], []), raw, TileChips.Tiny, new() { Verify = true });
        Assert.Null(result.Mapping);
        Assert.All(result.Image!.Populations, p => Assert.Equal(0, p.Stage));
        Assert.Equal(1, result.Image.TicksPerStep);
        Assert.Empty(result.Image.Cores);
        Assert.Contains(result.Image.Decisions, d => d.Topic == "placement");
    }

    [Theory]
    [InlineData(ArithmeticKind.Float32)]
    [InlineData(ArithmeticKind.Integer)]
    public void AnyModuleCompilesToWhatItMeans(ArithmeticKind kind)
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var module = ModuleGenerator.Generate(seed, kind) with { TicksPerStep = 1 };
            if (!module.Sites.IsEmpty) continue; // These tiles have no unit for functions over sites.
            module = module with { Populations = [.. module.Populations.Select(p => p with { Stage = 0 })] };
            var inputs = ModuleGenerator.Inputs(module, seed);
            var expected = new ModuleInterpreter(module).Run(inputs, record: true);
            foreach (var chip in new[] { TileChips.Roomy, TileChips.Roomy.WithWeights("linear", 32), TileChips.Roomy.WithTiles("linear", 1 + (seed % 4)) })
            {
                var image = Through(ImageEmitter.Emit(module, TileMapper.Map(module, chip, NoSamples, new()), chip));
                using var device = new SimulatedChip();
                device.Load(image);
                var actual = device.Run(new(inputs.ToImmutableDictionary()), RunRecording.Parse("all", image));
                foreach (var (name, output) in expected.Outputs) Assert.True(output.Bytes.SequenceEqual(actual.Outputs[name].Bytes), $"seed {seed}, output {name}");
            }
        }
    }

    [Fact]
    public void TheSameModuleGetsTheSameSchedule()
    {
        var module = Networks.ResNet(8, new(ArithmeticKind.Integer, 8, 24));
        string Text() => string.Join('\n', TileMapper.Map(module, TileChips.Roomy, NoSamples, new()).Schedule.Stages.Select(s => $"{s} {string.Join(',', s.Tiles)}"));
        Assert.Equal(Text(), Text());
    }

    /// <summary>Written to bytes and read back, as a user's image is.</summary>
    private static ChipImage Through(ChipImage image)
    {
        using var stream = new MemoryStream();
        ChipImageWriter.Write(image, stream);
        stream.Position = 0;
        return ChipImageReader.Read(stream, "image");
    }

    private static Module Deep(int layers)
    {
        var n = new Networks("deep", new(ArithmeticKind.Integer, 8, 24));
        var at = n.Input("x", 1, 32);
        for (var i = 0; i < layers; i++) at = n.Dense($"fc{i}", at, 32);
        return n.Raw();
    }
}
