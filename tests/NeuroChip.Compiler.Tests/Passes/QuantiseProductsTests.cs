using System.Collections.Immutable;
using NeuroChip.Compiler.Passes;
using NeuroChip.Compiler.Tests.Mapping;
using NeuroChip.Compiler.Tests.Targets;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Tests.Passes;

/// <summary>Rows that are payloads in integers: a product has no weight that could absorb a scale.</summary>
public sealed class QuantiseProductsTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ProductsOfSpikesStayExact(bool calibrated)
    {
        var module = AttentionNetwork.Build().Raw();
        var inputs = Inputs(module);
        var (quantised, report) = Quantiser.Quantise(module, new() { Calibration = calibrated ? [inputs] : [] });
        Assert.Empty(Verifier.Verify(quantised));
        Assert.Equal(2, quantised.Projections.Count(p => p.RowsFrom is not null && p.Rows.Length == 0));
        // Weights are quarters and thresholds one: integers say the same, spike for spike, and products count.
        var (before, after) = (new ModuleInterpreter(module).Run(inputs, record: true), new ModuleInterpreter(quantised).Run(inputs, record: true));
        for (var p = 0; p < module.Populations.Length; p++)
            Assert.Equal(before.Emissions[p].ToFloats().Select(v => (long)v), after.Emissions[p].ToLongs());
        Assert.Contains(before.Emissions[4].ToFloats(), v => v > 1);
        if (calibrated) Assert.Equal(1, report.LeastAgreement);
    }

    [Fact]
    public void ProductsOfRealValuesShareTheAccumulator()
    {
        var n = new Networks("real rows");
        var x = n.Input("x", 1, 12);
        var rows = n.Add("rows", new([1, 12], false), new RelayNeuron(Parameter.One), SpikeDomain.Real);
        n.Connect(x, rows, new DenseMap(12, 12));
        var sum = n.Add("sum", new([1, 12], false), new RelayNeuron(Parameter.One), SpikeDomain.Real);
        n.Product(x, rows, sum, new(12, 12, 12, 0, 0, 0, [new(12, 0, 1, 1), new(12, 1, 0, 0)]));
        var module = n.Raw();
        var inputs = Inputs(module);
        var (quantised, _) = Quantiser.Quantise(module, new() { Calibration = [inputs], AccumulatorBits = 24 });
        var expected = new ModuleInterpreter(module).Run(inputs).Outputs["out"].ToFloats().ToArray();
        var actual = new ModuleInterpreter(quantised).Run(inputs).Outputs["out"].ToFloats().ToArray();
        var most = expected.Max(Math.Abs);
        Assert.True(most > 0);
        for (var i = 0; i < expected.Length; i++) Assert.InRange(actual[i], expected[i] - (0.02 * most), expected[i] + (0.02 * most));
    }

    [Fact]
    public void ProductsBesideWeightsGetAPortOfTheirOwn()
    {
        var n = new Networks("mixed port");
        var x = n.Input("x", 1, 8);
        var q = n.Dense("q", x, 8);
        var both = n.Neurons("both", 1, 8);
        n.Product(x, q, both, new(8, 8, 8, 0, 0, 0, [new(8, 1, 1, 1)]));
        n.Connect(x, both, new DenseMap(8, 8));
        var module = n.Raw();
        var (quantised, _) = Quantiser.Quantise(module, new());
        Assert.Equal(2, quantised.Projections.Where(p => p.Target == both).Select(p => p.Port).Distinct().Count());
        var inputs = Inputs(module);
        Assert.Equal(new ModuleInterpreter(module).Run(inputs).Outputs["out"].ToFloats(), new ModuleInterpreter(quantised).Run(inputs).Outputs["out"].ToFloats());
    }

    [Fact]
    public void ProductsInDifferentUnitsAreRefused()
    {
        var n = new Networks("two units");
        var x = n.Input("x", 1, 4);
        var sum = n.Add("sum", new([1, 4], false), new RelayNeuron(Parameter.One), SpikeDomain.Real);
        var rows = n.Add("rows", new([1, 4], false), new RelayNeuron(Parameter.One), SpikeDomain.Real);
        n.Connect(x, rows, new DenseMap(4, 4));
        n.Product(x, rows, sum, new(4, 4, 4, 0, 0, 0, [new(4, 1, 1, 1)]));
        n.Product(x, x, sum, new(4, 4, 4, 0, 0, 0, [new(4, 1, 1, 1)]));
        var found = Assert.Throws<DiagnosticException>(() => Quantiser.Quantise(n.Raw(), new())).Diagnostics;
        Assert.Equal("NC2903", Assert.Single(found).Code);
        Assert.Contains("2 different units", found[0].Message);
    }

    private static ImmutableDictionary<string, Tensor> Inputs(Module module)
    {
        var random = new Random(3);
        return module.Populations.Where(p => p.Neuron is SourceNeuron).ToImmutableDictionary(
            p => p.Name, p => Tensor.Of(p.Layout.FrameworkShape, Enumerable.Range(0, p.Size).Select(_ => random.Next(3) > 0 ? 1f : 0f).ToArray()));
    }
}
