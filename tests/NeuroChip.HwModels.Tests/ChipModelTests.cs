using NeuroChip.Ir;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.HwModels.Tests;

/// <summary>The chips that come with NeuroChip.</summary>
public sealed class ChipModelTests
{
    public static TheoryData<string> Names => [.. ChipModels.Names];

    [Fact]
    public void BuiltInChipsAreThose() =>
        Assert.Equal(
            ["eyeriss", "prosperity", "spinnaker1", "spinnaker1-120boards", "spinnaker1-board", "spinnaker1-chip", "spinnaker1-spin3", "transformer-core", "transformer-core-small"],
            ChipModels.Names.AsEnumerable());

    [Theory]
    [MemberData(nameof(Names))]
    public void TextReadsBackEqual(string name)
    {
        var chip = ChipModelReader.Load(name);
        Assert.Equal(name, chip.Name);
        var text = chip.ToYaml();
        var back = ChipModelReader.Parse(text, "image.yaml");
        Assert.Equal(chip, back);
        Assert.Equal(text, back.ToYaml());
        if (chip is ManyCoreChip cores)
        {
            var again = Assert.IsType<ManyCoreChip>(back);
            Assert.Equal(cores.Machine, again.Machine);
            Assert.Equal(cores.Core, again.Core);
            Assert.Equal(cores.Cycles, again.Cycles);
        }

        Assert.DoesNotContain("extends", text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryNumberHasASourceAndAGrade(string name)
    {
        var chip = ChipModelReader.Load(name);
        var rows = chip.Rows();
        Assert.All(rows.Where(r => r.Unit.Length > 0), r => Assert.True(r.Source.Length > 3 && r.Grade.Length > 0, r.Field));
        if (chip is not ManyCoreChip) return;
        Assert.Contains(rows, r => r is { Field: "core.clock", Value: "200", Unit: "MHz", Grade: "C H" });
        Assert.Contains(rows, r => r is { Field: "energy.production.packet_bit", Value: "25", Unit: "pJ/bit" });
    }

    [Fact]
    public void AChangedChipIsNotEqualAndSaysSo()
    {
        var chip = ChipModelReader.Load<ManyCoreChip>("spinnaker1");
        var faster = chip with { Core = chip.Core with { Clock = chip.Core.Clock.With(400) } };
        Assert.NotEqual(chip, faster);
        Assert.Equal(400_000, faster.CyclesPerTick);
        Assert.Equal<ChipModel>(faster, ChipModelReader.Parse(faster.ToYaml(), "faster.yaml"));
        Assert.Equal("set by the user (was 200 MHz)", faster.Core.Clock.Provenance.Source);
    }

    [Fact]
    public void NumbersArriveInTheirUnits()
    {
        var chip = ChipModelReader.Load<ManyCoreChip>("spinnaker1");
        Assert.Equal(200_000, chip.CyclesPerTick);
        Assert.Equal(1e-3, chip.Tick.Seconds);
        Assert.Equal(65_536, chip.Core.Dtcm.Bits.Bytes);
        Assert.Equal(61_440, chip.Core.DtcmUsable.Bytes);
        Assert.Equal(123_469_792, chip.Memory.SdramUsable.Bits.Bytes);
        Assert.Equal(1023, chip.Noc.RouterEntries.Count);
        Assert.Equal(new Cycles(22), chip.Cycles.SynapticEvent.Cycles);
        Assert.Equal(220e-9, chip.Noc.LinkTime.Seconds);
        Assert.Equal(8.32e9, chip.Memory.SdramBandwidth.BitsPerSecond);
        Assert.Equal(new Picojoules(43_000), chip.EnergyTable("sharp2012").SynapticEvent!.Picojoules);
        Assert.Throws<InvalidOperationException>(() => chip.Core.Clock.Seconds);
    }

    [Fact]
    public void ThePowerOfABoardAddsUp()
    {
        // 26.84 W idle and 54.6 W with 17 active cores on each of 48 chips (hardware-constants cross-check); 0.35 W is rounded from 16.82 W / 48.
        var energy = ChipModelReader.Load<ManyCoreChip>("spinnaker1").Energy;
        var idle = energy.BoardStatic!.Watts + (48 * energy.ChipStatic!.Watts);
        Assert.Equal(26.84, idle, 0.05);
        Assert.Equal(54.6, idle + (48 * 17 * energy.CoreActive!.Watts), 0.05);
        Assert.Equal(1000, 40 * energy.PacketBit!.PicojoulesPerBit);
    }

    [Fact]
    public void ASynapseTakesOneWordUntilItsWeightOutgrowsTheField()
    {
        var synapse = ChipModelReader.Load<ManyCoreChip>("spinnaker1").Synapse;
        Assert.Equal(1, synapse.WordsPerSynapse(8));
        Assert.Equal(1, synapse.WordsPerSynapse(16));
        Assert.Equal(2, synapse.WordsPerSynapse(32)); // 32 + 4 + 1 + 8 = 45 bit
        Assert.Equal(16, synapse.RingElementBits(16));
        Assert.Equal(32, synapse.RingElementBits(32));
    }

    [Fact]
    public void PrecisionsBecomeArithmetics()
    {
        var arithmetic = ChipModelReader.Load<ManyCoreChip>("spinnaker1").Arithmetic;
        Assert.Equal(Arithmetic.Float32, arithmetic.Find("float32"));
        Assert.Equal(new Arithmetic(ArithmeticKind.Integer, 8, 16), arithmetic.Find(arithmetic.DefaultPrecision));
        Assert.Null(arithmetic.Find("int3"));
    }

    [Fact]
    public void AChipOfItsOwnFileExtendsABuiltInOne()
    {
        var chip = ChipModelReader.Parse(
            "extends: spinnaker1-spin3\nname: mine\ncore:\n  clock: { value: 0.25 GHz, source: test, grade: X }\nenergy:\n  mine:\n    title: mine\n    mac: { value: 2 pJ, source: test, grade: X }\n",
            "mine.yaml").As<ManyCoreChip>();
        Assert.Equal(250_000, chip.CyclesPerTick);
        Assert.Equal(4, chip.Machine.ChipCount);
        Assert.Equal(Wrap.Both, chip.Machine.Wrap);
        Assert.Equal("production", chip.DefaultEnergy);
        Assert.Equal(2, chip.EnergyTable("mine").Mac!.Picojoules.Value);
        Assert.Equal(64, chip.Cycles.Lif.Cycles.Count);
    }
}
