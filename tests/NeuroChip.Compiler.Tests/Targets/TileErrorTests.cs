using NeuroChip.Compiler.Mapping;
using NeuroChip.Compiler.Targets.TransformerCore;
using NeuroChip.Compiler.Tests.Mapping;
using NeuroChip.HwModels;
using NeuroChip.HwModels.Tiles;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;
using NeuroChip.TestKit;

namespace NeuroChip.Compiler.Tests.Targets;

/// <summary>What a person reads when a network does not fit a chip of tiles: one golden text per code in tests/golden/tile-errors.</summary>
public sealed class TileErrorTests
{
    private static readonly Arithmetic Int8 = new(ArithmeticKind.Integer, 8, 24);

    private static readonly Dictionary<string, Func<string>> Cases = new()
    {
        ["NC2004"] = () => Assert.Throws<DiagnosticException>(() => Pipeline.Compile(new("none", "none.onnx", 4, "none", [], []), Dense(), TileChips.Tiny, new() { StopAfter = "balance-delays" })).Message + "\n",
        ["NC2040"] = () => Failure(Attention(), TileChips.Tiny.WithTiles("attention", 0))
            + Failure(Attention(), TileChips.Tiny.WithTiles("attention", 0).WithTiles("linear", 0))
            + Assert.Throws<DiagnosticException>(() => MappingPipeline.Map(AttentionNetwork.Build().Build(), Networks.Board)).Message + "\n",
        ["NC2041"] = () => Failure(Analog(), TileChips.Tiny.WithTiles("encoder", 0)),
        ["NC2042"] = () => Failure(Mixed(), TileChips.Tiny),
        ["NC2043"] = () => Failure(Dense(), TileChips.Tiny.WithWeights("linear", 0.0625m))
            + Failure(Dense(), TileChips.Tiny.WithWeights("linear", 1) with { Dram = TileChips.Tiny.Dram with { Size = TileChips.Tiny.Dram.Size.With(0) } })
            + Failure(TwoNarrow(), TileChips.Tiny.WithWeights("linear", 1))
            + Failure(Dense(), TileChips.Tiny.With("linear", k => k with { AccumulatorMemory = k.AccumulatorMemory!.With(0.001953125m) })),
        ["NC2044"] = () => Failure(Dense(), TileChips.Tiny.WithTiles("residual", 0).With("linear", k => k with { MembraneMemory = null }) with
        {
            GlobalBuffer = TileChips.Tiny.GlobalBuffer with { Size = TileChips.Tiny.GlobalBuffer.Size.With(0) },
            Dram = TileChips.Tiny.Dram with { Size = TileChips.Tiny.Dram.Size.With(0) },
        }),
        ["NC2045"] = () => Failure(Networks.Digits(new(ArithmeticKind.Integer, 5, 24)), TileChips.Tiny) + Failure(Networks.Digits(new(ArithmeticKind.Integer, 8, 32)), TileChips.Tiny),
        ["NC2080"] = () => Failure(Sites(), TileChips.Tiny.With("linear", k => k with { AddressUnit = null }))
            + Assert.Throws<DiagnosticException>(() => MappingPipeline.Map(
                SiteMappingTests.Balanced(SiteMappingTests.Narrow(Sites())), Networks.Board with { Cycles = Networks.Board.Cycles with { SiteProbe = null } })).Message + "\n",
        ["NC2081"] = () => Failure(Sites(), TileChips.Tiny.WithTiles("linear", 3).WithTables("linear", 1)),
    };

    public static TheoryData<string> Codes => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Codes))]
    public void TheMessageIs(string code)
    {
        var text = Cases[code]();
        Assert.Contains(code, text);
        var file = Path.Combine(TileChips.Root(), "tests", "golden", "tile-errors", $"{code}.expect");
        if (Environment.GetEnvironmentVariable("NEUROCHIP_UPDATE_GOLDENS") == "1") File.WriteAllText(file, text);
        Assert.True(File.Exists(file), $"{file} is missing; this came out:\n{text}");
        Assert.Equal(File.ReadAllText(file).ReplaceLineEndings("\n"), text);
    }

    private static string Failure(Module module, TileChip chip) => Assert.Throws<DiagnosticException>(() => TileMapper.Map(module, chip, new(), new())).Message + "\n";

    private static Module Attention() => AttentionNetwork.Build(arithmetic: Int8).Raw();

    private static Module Sites() => SiteNetworks.Build(new Random(3), [41, 160, 140], 5000, [1, 2, 3]).Module;

    private static Module Dense()
    {
        var n = new Networks("dense", Int8);
        n.Dense("fc", n.Input("x", 1, 128), 32);
        return n.Raw();
    }

    private static Module TwoNarrow()
    {
        var n = new Networks("narrow", Int8);
        var x = n.Input("x", 1, 1000);
        n.Dense("one", x, 1);
        n.Dense("two", x, 1);
        return n.Raw();
    }

    private static Module Analog()
    {
        var n = new Networks("analog", Int8);
        var x = n.Add("image", new([1, 64], false), new SourceNeuron("image", true), SpikeDomain.Real);
        n.Dense("first", x, 16);
        return Real(n.Raw());
    }

    private static Module Mixed()
    {
        var n = new Networks("mixed", Int8);
        var x = n.Add("image", new([1, 64], false), new SourceNeuron("image", true), SpikeDomain.Real);
        var y = n.Input("events", 1, 64);
        var both = n.Dense("both", x, 16);
        n.Connect(y, both, new Ir.Ncir.AddressFunctions.DenseMap(64, 16));
        return Real(n.Raw());
    }

    private static Module Real(Module module) => module with { Projections = [.. module.Projections.Select(p => p with { Kind = Projection.KindOf(module[p.Source].Domain, null) })] };
}
