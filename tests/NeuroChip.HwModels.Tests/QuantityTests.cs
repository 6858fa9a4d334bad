using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace NeuroChip.HwModels.Tests;

/// <summary>Numbers with units.</summary>
public sealed class QuantityTests
{
    [Theory]
    [InlineData("1000 us", 1e-3)]
    [InlineData("1ms", 1e-3)]
    [InlineData("0.001 s", 1e-3)]
    [InlineData("1e6 ns", 1e-3)]
    [InlineData("+.5 s", 0.5)]
    public void TimesAreReadInAnyUnit(string text, double seconds)
    {
        var chip = ChipModelReader.Parse($"extends: spinnaker1\nname: t\ntick: {{ value: \"{text}\", source: test, grade: X }}\n", "t.yaml").As<ManyCoreChip>();
        Assert.Equal(seconds, chip.Tick.Seconds);
    }

    [Fact]
    public void AnyNumberInAnyUnitSurvivesTheText()
    {
        var units = Dimension.Energy.Units;
        var numbers = Gen.Choose(0, 1_000_000).SelectMany(n => Gen.Choose(0, 6).Select(places => n / (decimal)Math.Pow(10, places)));
        var gen = numbers.SelectMany(n => Gen.Elements(units.ToArray()).Select(u => (Number: n, Unit: u)));
        var basis = ChipModelReader.Load<ManyCoreChip>("spinnaker1-chip");
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(50),
            Prop.ForAll(Arb.From(gen), q =>
            {
                var quantity = new Quantity(q.Number, q.Unit, Dimension.Energy, new Provenance("a \"source\": # {x} \\ 1", EvidenceGrade.Measured, Confidence.Low, "n\nm"));
                var table = basis.Energy with { Mac = quantity };
                var chip = basis with { EnergyTables = basis.EnergyTables.SetItem("production", table) };
                var back = ChipModelReader.Parse(chip.ToYaml(), "q.yaml").As<ManyCoreChip>().Energy.Mac!;
                return back == quantity && back.Picojoules.Value == (double)(q.Number * q.Unit.Scale);
            }));
    }

    [Fact]
    public void AnEnergyIsExactInPicojoules()
    {
        foreach (var unit in Dimension.Energy.Units)
            Assert.Equal((double)unit.Scale, new Quantity(1, unit, Dimension.Energy, new Provenance("test", EvidenceGrade.Derived)).Picojoules.Value);
        Assert.Equal("0.35 W", new Quantity(decimal.Parse("0.35", CultureInfo.InvariantCulture), Dimension.Power.Units[0], Dimension.Power, new Provenance("t", EvidenceGrade.Derived)).ToString());
    }
}
