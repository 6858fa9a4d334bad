using FsCheck;
using FsCheck.Fluent;
using NeuroChip.Compiler.Emit;
using NeuroChip.Compiler.Mapping;
using NeuroChip.Compiler.Passes;
using NeuroChip.Compiler.Targets.TransformerCore;
using NeuroChip.Compiler.Tests.Mapping;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Runtime;
using NeuroChip.Simulator;
using NeuroChip.TestKit;

namespace NeuroChip.Compiler.Tests.Targets;

/// <summary>Networks over active sites on both families of chips: whatever fits computes what the module means, and what does not fit is refused with numbers.</summary>
public sealed class SiteMappingTests
{
    private static readonly PassContext NoSamples = new();

    [Fact]
    public void OnCoresEverySliceReachesEverySlice()
    {
        var mapped = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(15), Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
        {
            var network = SiteNetworks.Random(seed);
            var module = Balanced(Narrow(network.Module));
            var chip = Networks.Board with { Core = Networks.Board.Core with { Neurons = Networks.Board.Core.Neurons.With(8 + (seed % 60)) } };
            ChipMapping mapping;
            try
            {
                mapping = MappingPipeline.Map(module, chip, new(seed, "hilbert"));
            }
            catch (DiagnosticException e)
            {
                return e.Diagnostics.All(d => d.Code is "NC2102" or "NC2106");
            }

            mapped++;
            foreach (var p in module.Projections.Where(p => p.Map is SiteMap))
            {
                var targets = Enumerable.Range(0, mapping.Slices.Length).Where(s => mapping.Slices[s].Population == p.Target).Select(s => (mapping.ChipOf(s), mapping.Placement.CoreOf[s])).ToHashSet();
                Assert.NotEmpty(targets);
            }

            Same(ImageEmitter.Emit(module, mapping, chip), network with { Module = module });
            return true;
        }));
        Assert.True(mapped > 8, $"only {mapped} of 15 networks were mapped");
    }

    [Fact]
    public void OnTilesTheTablesAreDividedUntilTheyFit()
    {
        var (mapped, divided) = (0, 0);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
        {
            var network = SiteNetworks.Random(seed, seed % 3 == 0);
            var memory = 1 << (seed % 5);
            var chip = WithTables(TileChips.Tiny.WithTiles("linear", 5).WithTiles("encoder", 3).WithWeights("linear", 1 + (seed % 4)), memory / 16m);
            try
            {
                var mapping = TileMapper.Map(network.Module, chip, NoSamples, new());
                mapped++;
                if (mapping.Schedule.Stages.Any(s => s.PositionParts > 1)) divided++;
                Same(ImageEmitter.Emit(network.Module, mapping, chip), network);
                return true;
            }
            catch (DiagnosticException e)
            {
                return e.Diagnostics.All(d => d.Code == "NC2081");
            }
        }));
        Assert.True(mapped > 20 && divided > 10, $"{mapped} of 60 networks were mapped, {divided} divided");
    }

    [Fact]
    public void APartOfATableOnEachTileIsEnough()
    {
        var module = SiteNetworks.Build(new Random(3), [40, 40, 40], 200, [1, 2, 3]).Module;
        var chip = TileChips.Tiny.WithTiles("linear", 5);
        var stages = TileMapper.Map(module, WithTables(chip, Fifth(module) / 8192m), NoSamples, new()).Schedule.Stages;
        Assert.All(stages.Where(s => module.Projections.Any(p => p.Target == s.Population && p.Map is SiteConvMap)), s => Assert.Equal(5, s.PositionParts));
        Assert.Equal("NC2081", Assert.Throws<DiagnosticException>(() => TileMapper.Map(module, WithTables(chip, (Fifth(module) - 1) / 8192m), NoSamples, new())).Diagnostics[0].Code);
    }

    [Fact]
    public void TheCheckerNoticesTablesThatDoNotFit()
    {
        var module = SiteNetworks.Build(new Random(3), [40, 40, 40], 200, [1, 2, 3]).Module;
        var chip = WithTables(TileChips.Tiny.WithTiles("linear", 5), Fifth(module) / 8192m);
        var schedule = TileMapper.Map(module, chip, NoSamples, new()).Schedule;
        Assert.Empty(TileScheduleChecker.Check(module, chip, schedule, false));
        var crowded = schedule with { Stages = [.. schedule.Stages.Select(s => s with { Tiles = s.Tiles[..1], ChannelParts = 1 })] };
        Assert.Contains(TileScheduleChecker.Check(module, chip, crowded, false), d => d.Message.Contains("bits of tables of active sites", StringComparison.Ordinal));
        var blind = chip.With("linear", k => k with { AddressUnit = null });
        Assert.Contains(TileScheduleChecker.Check(module, blind, schedule, false), d => d.Message.Contains("have no address unit", StringComparison.Ordinal));
    }

    [Fact]
    public void CoresHoldTheirSitesAndAllCoordinates()
    {
        var module = Balanced(Narrow(SiteNetworks.Build(new Random(3), [40, 40, 40], 200, [1, 2, 3]).Module));
        var mapping = MappingPipeline.Map(module, Networks.Board);
        var slice = mapping.Slices.First(s => module[s.Population].Name == "stem");
        long Of(string purpose) => slice.Memory.Where(m => m.Purpose == purpose).Sum(m => m.Bytes);
        var sites = slice.Count / module[slice.Population].Layout.Channels;
        // 16 bits of a place in 40^3 and the number of a site in one word.
        Assert.Equal(4 * System.Numerics.BitOperations.RoundUpToPowerOf2(2 * (uint)sites), (ulong)Of("site table"));
        Assert.Equal(4 * 200, Of("site coordinates"));
        var wrong = mapping with { Slices = [.. mapping.Slices.Select(s => s == slice ? s with { Memory = [.. s.Memory.Where(m => !m.Purpose.StartsWith("site ", StringComparison.Ordinal))] } : s)] };
        var found = MappingChecker.Check(module, Networks.Board, wrong).Select(d => d.Message).ToArray();
        Assert.Contains(found, m => m.Contains("site table", StringComparison.Ordinal));
        Assert.Contains(found, m => m.Contains("site coordinates", StringComparison.Ordinal));
    }

    /// <summary>Bits on each of five tiles: a fifth of everything but the coordinates of the fine sites, which the scatter needs in one place.</summary>
    private static long Fifth(Module module) => ((module.Sites[0].LookupBits + 4) / 5) + ((module.Sites[1].LookupBits + 4) / 5) + ((module.Sites[1].CoordinateBits + 4) / 5) + module.Sites[0].CoordinateBits;

    /// <summary>A chip with so many KiB of table memory in its address units.</summary>
    private static TileChip WithTables(TileChip chip, decimal kibibytes) => chip.WithTables("linear", kibibytes).WithTables("encoder", kibibytes);

    /// <summary>The chip's own accumulators.</summary>
    internal static Module Narrow(Module module) => module with { Arithmetic = module.Arithmetic with { AccumulatorBits = 16 } };

    internal static Module Balanced(Module module) => BalanceDelays.Run(module);

    private static void Same(ChipImage image, SiteNetwork network)
    {
        var expected = new ModuleInterpreter(network.Module).Run(network.Inputs, record: false);
        using var chip = new SimulatedChip();
        chip.Load(image);
        var result = chip.Run(new([.. network.Inputs]), RunRecording.Outputs);
        foreach (var (name, output) in expected.Outputs) Assert.Equal(output.ToFloats(), result.Outputs[name].ToFloats());
        Assert.NotNull(result.Vanilla);
    }
}
