using NeuroChip.Compiler.Lowering;
using NeuroChip.Compiler.Onnx;
using NeuroChip.Compiler.Rolling;
using NeuroChip.Compiler.Tests.Onnx;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Compiler.Tests.Lowering;

/// <summary>What networks become, beyond computing the right numbers: which form their operators have, and what is not repeated.</summary>
public class LoweredFormsTests
{
    [Fact]
    public void ABorderOfTheNormalisationsImageOfZeroIsPaddingWithZero()
    {
        var module = Lower("border-zero");
        Assert.All(module.Populations, p => Assert.All(p.Bias, b => Assert.True(b is null || b.Length <= p.Layout.Channels, $"{p.Name} has a bias per pixel")));
        var depthwise = Assert.Single(module.Projections, p => p.Map is ConvMap { Groups: 6 });
        Assert.Equal(1, ((ConvMap)depthwise.Map).Y.Pad);
        // 1x1 convolution, relay, depthwise, relay, 1x1 convolution; nothing as large as the padded image.
        Assert.Equal(2, module.Populations.Count(p => p.Neuron is RelayNeuron));
        Assert.DoesNotContain(module.Populations, p => p.Size == 6 * 7 * 8);
    }

    [Fact]
    public void AnotherBorderIsABiasPerPixel()
    {
        var module = Lower("border-own");
        Assert.Contains(module.Populations, p => p.Bias.Any(b => b is not null && b.Length == p.Size));
        Assert.Contains(module.Projections, p => p.Map is ConvMap { Groups: 6, Y.Pad: 1 });
    }

    [Theory]
    [InlineData("transformer-meta")]
    [InlineData("transformer-meta-steps")]
    [InlineData("transformer-spikformer")]
    [InlineData("transformer-qk-steps")]
    [InlineData("transformer-qsd")]
    public void NothingIsComputedTwiceAndNoWeightsAreSpreadOut(string name)
    {
        var module = Lower(name);
        var weighted = module.Projections.Where(p => p.RowsFrom is null && p.Map is ConvMap or DenseMap && p.Rows.Length > 1 && p.Map is not ConvMap { Y.Kernel: 1, Groups: > 1 });
        Assert.All(weighted.GroupBy(p => (p.Source, Convert.ToHexString(p.Rows.Bytes))), g => Assert.Single(g));
        Assert.DoesNotContain(module.Projections, p => p.Map is CsrMap { Bound: > 1 });
        Assert.All(module.Populations, p => Assert.All(p.Bias, b => Assert.True(b is null || b.Length <= p.Layout.Channels, $"{p.Name} has a bias per element")));
    }

    [Fact]
    public void AnEinsumWithWeightsIsOneConvolutionOnTokens()
    {
        var module = Lower("einsum");
        Assert.Equal(2, module.Projections.Count(p => p.Map is ConvMap));
        Assert.DoesNotContain(module.Projections, p => p.Map is CsrMap);
    }

    [Fact]
    public void WeightsRoundedInTheGraphAreExactlyWholeSteps()
    {
        var module = Lower("quantised-weights");
        var rows = Assert.Single(module.Projections, p => p.Map is ConvMap).Rows.ToFloats();
        // Spikes of a quarter: the weights are whole multiples of a quarter of the step.
        var step = 0.07f / 4;
        Assert.All(rows, w => Assert.Equal(MathF.Round(w / step) * step, w, 1e-8f));
        Assert.All(module.Populations.Where(p => p.Neuron is ArithmeticNeuron), p => Assert.Equal(SpikeDomain.Count, p.Domain));
    }

    [Fact]
    public void NamesThatEndInANumberAreNotLaterCalls()
    {
        var scopes = new HashSet<string>(["/m/stage1_1", "/m/stage1_2", "/m/lif", "/m/lif_1"]);
        Assert.Equal("m.stage1_2", ModulePath.Of("/m/stage1_2/Conv", scopes));
        Assert.Equal("m.lif", ModulePath.Of("/m/lif_1/Sub", scopes));
    }

    private static Module Lower(string name)
    {
        var path = Path.Combine(OperatorGoldenTests.Golden("."), "..", "networks", name, "model.onnx");
        return Verifier.VerifyOrThrow(GraphLowering.Lower(TimeRolling.Roll(OnnxLoader.Load(path), RollOptions.Default)));
    }
}
