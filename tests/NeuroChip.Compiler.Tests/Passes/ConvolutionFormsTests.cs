using NeuroChip.Compiler.Passes;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Tests.Passes;

/// <summary>Chains of convolutions compute the same in every form.</summary>
public sealed class ConvolutionFormsTests
{
    private static readonly Window Same7 = new(9, 9, 7, 1, 3);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void IntegerWeightsGiveExactlyTheSameInEveryForm(int seed)
    {
        var (make, module) = RandomChain(seed, whole: true);
        foreach (var form in (FormChoice[])[FormChoice.Merged, FormChoice.Kept, FormChoice.Auto])
        {
            var formed = Formed(module, form);
            foreach (var sample in make.Samples(module, 2, 0.4))
            {
                var (before, after) = (new ModuleInterpreter(module).Run(sample), new ModuleInterpreter(formed).Run(sample));
                Assert.Equal(before.Outputs["y0"].ToFloats(), after.Outputs["y0"].ToFloats());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void RealWeightsGiveTheSameUpToRounding(int seed)
    {
        var (make, module) = RandomChain(seed, whole: false);
        var formed = Formed(module, FormChoice.Merged);
        foreach (var sample in make.Samples(module, 1, 0.4))
        {
            var before = new ModuleInterpreter(module).Run(sample).Outputs["y0"].ToFloats();
            var after = new ModuleInterpreter(formed).Run(sample).Outputs["y0"].ToFloats();
            var most = before.Max(Math.Abs) + 1;
            for (var i = 0; i < before.Length; i++) Assert.True(Math.Abs(before[i] - after[i]) <= 2e-5 * most, $"{before[i]} became {after[i]}");
        }
    }

    [Fact]
    public void ManyRandomChainsAreMergedAndManyAreNot()
    {
        var merged = Enumerable.Range(0, 60).Count(seed => RandomChain(seed, whole: true).Module is var m && Formed(m, FormChoice.Merged).Populations.Length < m.Populations.Length);
        Assert.InRange(merged, 15, 55);
    }

    [Fact]
    public void AMergedRepConvAddsAndIsOneConvolution()
    {
        var (_, module) = RepConv();
        var formed = Formed(module, FormChoice.Merged);
        var only = Assert.Single(formed.Projections);
        Assert.Equal(ProjectionKind.Sparse, only.Kind);
        Assert.Equal(new ConvMap(new(9, 9, 3, 1, 1), new(9, 9, 3, 1, 1), 5, 6, 1), only.Map);
        Assert.Equal("merged", Assert.Single(formed.Decisions).Chosen);
        Assert.Equal(6, formed.Populations[^1].Bias[0]!.Length); // the pad is the first bias' image, so the bias is one per channel
    }

    [Fact]
    public void ASepConvIsKeptUnlessAskedOtherwise()
    {
        var (_, module) = SepConv(32, 16);
        Assert.Equal("kept", Decision(module, new()).Chosen);
        Assert.Equal("merged", Decision(module, new() { SepConv = FormChoice.Merged }).Chosen);
        Assert.Equal(["kept", "merged"], Decision(module, new()).Alternatives.Select(a => a.Form));
        var costs = Decision(module, new()).Alternatives;
        var (depthwise, pointwise, dense) = ((double)Same7.Total * Same7.Total * 32, 81.0 * 32 * 16, (double)Same7.Total * Same7.Total * 32 * 16);
        Assert.Equal((0.2 * 0.9 * depthwise) + (4.6 * pointwise), costs[0].Cost, 0.1);
        Assert.Equal(0.2 * 0.9 * dense, costs[1].Cost, 0.1);
    }

    [Fact]
    public void DigitsAreOfferedForIntegersOnly()
    {
        var (_, module) = SepConv(32, 16);
        var cheapMacs = new OperationPrices(1, 1, "test");
        var dearMacs = new OperationPrices(1, 100, "test");
        var integers = new Arithmetic(ArithmeticKind.Integer, 8, 32);
        string Choose(OperationPrices prices, Arithmetic arithmetic) =>
            new ConvolutionForms().Run(module, new() { Prices = prices, Arithmetic = arithmetic }).Decisions[0].Chosen;
        Assert.Equal("kept", Choose(cheapMacs, integers));
        Assert.Equal("digits", Choose(dearMacs with { Mac = 30 }, integers));
        Assert.Equal("merged", Choose(dearMacs, Arithmetic.Float32));
    }

    [Fact]
    public void DigitsComputeTheSameAsProducts()
    {
        var (make, module) = SepConv(6, 4);
        var samples = make.Samples(module, 2, 0.4);
        Module Quantised(FormChoice form)
        {
            var context = new PassContext { Forms = new() { SepConv = form }, Arithmetic = new(ArithmeticKind.Integer, 8, 32), Samples = [.. samples] };
            var formed = module;
            foreach (var pass in (IPass[])[new ConvolutionForms(), new QuantisePass(), new ShiftAdd()]) formed = Verifier.VerifyOrThrow(pass.Run(formed, context));
            return formed;
        }

        var (kept, digits) = (Quantised(FormChoice.Kept), Quantised(FormChoice.Digits));
        Assert.Equal([ProjectionKind.Sparse, ProjectionKind.Analog], kept.Projections.Select(p => p.Kind));
        Assert.Equal([ProjectionKind.Sparse, ProjectionKind.ShiftAdd], digits.Projections.Select(p => p.Kind));
        Assert.Empty(SpikeDrivenCheck.Find(digits));
        Assert.Single(SpikeDrivenCheck.Find(kept));
        foreach (var sample in samples)
        {
            var (a, b) = (new ModuleInterpreter(kept).Run(sample, record: true), new ModuleInterpreter(digits).Run(sample, record: true));
            Assert.Equal(a.Emissions.SelectMany(e => e.ToLongs()), b.Emissions.SelectMany(e => e.ToLongs()));
        }
    }

    [Fact]
    public void RatesOfSamplesDecide()
    {
        // Merged costs 49 additions for each that a kept one costs, and 4.6/0.9 for the products it saves: below a tenth of the places active it wins.
        var (make, module) = SepConv(32, 16);
        Decision At(double rate) => new ConvolutionForms().Run(module, new() { Samples = [.. make.Samples(module, 2, rate)] }).Decisions[0];
        Assert.Equal("merged", At(0.02).Chosen);
        Assert.Equal("kept", At(0.5).Chosen);
        Assert.Contains("rates of 2 samples", At(0.5).Reason);
    }

    [Fact]
    public void PerTapProductsDoNotDependOnThreads()
    {
        var (_, module) = RepConv();
        var texts = Enumerable.Range(0, 4).Select(_ => Printer.Print(Formed(module, FormChoice.Merged))).Distinct();
        Assert.Single(texts);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 5, 7)]
    [InlineData(4, 12, 24)]
    [InlineData(9, 33, 50)]
    public void MatrixProductsAreSumsOfProducts(int n, int k, int m)
    {
        var make = new FloatModules(7);
        double[] Random(int count) => Array.ConvertAll(make.Numbers(count, 1), f => (double)f);
        var (a, b, sum) = (Random(n * k), Random(k * m), Random(n * m));
        var expected = (double[])sum.Clone();
        for (var i = 0; i < n; i++)
            for (var j = 0; j < m; j++)
                expected[(i * m) + j] += Enumerable.Range(0, k).Sum(p => a[(i * k) + p] * b[(p * m) + j]);
        MatrixProduct.Add(a, b, sum, n, k, m);
        for (var i = 0; i < sum.Length; i++) Assert.Equal(expected[i], sum[i], 1e-12);
    }

    private static Decision Decision(Module module, ConvolutionFormOptions forms) => Assert.Single(new ConvolutionForms().Run(module, new() { Forms = forms }).Decisions);

    private static Module Formed(Module module, FormChoice form)
    {
        // A price at which the wanted form wins takes the place of options, which only named kinds of chains have.
        var prices = form switch { FormChoice.Merged => new OperationPrices(1, 1e9, "test"), FormChoice.Kept => new OperationPrices(1e9, 1, "test"), _ => OperationPrices.Horowitz45 };
        var formed = new ConvolutionForms().Run(module, new() { Prices = prices });
        Assert.Empty(Verifier.Verify(formed));
        return formed;
    }

    /// <summary>1x1 with a pad of its own bias, depthwise 3x3 without pad, 1x1: as exported, with 9x9 pixels, 5 to 6 channels.</summary>
    private static (FloatModules Make, Module Module) RepConv()
    {
        var make = new FloatModules(11) { Steps = 3 };
        var x = make.Input(new([1, 5, 9, 9], true));
        var first = make.Add("first", new RelayNeuron(Parameter.One), new([1, 7, 11, 11], true), SpikeDomain.Real, make.Weights(7, 1));
        var second = make.Add("second", new RelayNeuron(Parameter.One), new([1, 7, 9, 9], true), SpikeDomain.Real);
        var last = make.Add("last", new RelayNeuron(Parameter.One), new([1, 6, 9, 9], true), SpikeDomain.Real, make.Weights(6, 1));
        make.Wire(x, first, new ConvMap(new(9, 11, 1, 1, 1), new(9, 11, 1, 1, 1), 5, 7, 1), make.Weights(35, 1));
        make.Wire(first, second, new ConvMap(new(11, 9, 3), new(11, 9, 3), 7, 7, 7), make.Weights(63, 1));
        make.Wire(second, last, new ConvMap(new(9, 9, 1), new(9, 9, 1), 7, 6, 1), make.Weights(42, 1));
        return (make, make.Build(Signal.Emission(last)));
    }

    private static (FloatModules Make, Module Module) SepConv(int inner, int outer)
    {
        var make = new FloatModules(12) { Steps = 2 };
        var x = make.Input(new([1, inner, 9, 9], true));
        var depthwise = make.Add("depthwise", new RelayNeuron(Parameter.One), new([1, inner, 9, 9], true), SpikeDomain.Real);
        var last = make.Add("last", FloatModules.IntegrateAndFire(), new([1, outer, 9, 9], true));
        make.Wire(x, depthwise, new ConvMap(Same7, Same7, inner, inner, inner), make.Weights(49 * inner, 0.1));
        make.Wire(depthwise, last, new ConvMap(new(9, 9, 1), new(9, 9, 1), inner, outer, 1), make.Weights(inner * outer, 0.2));
        return (make, make.Build(Signal.Emission(last)));
    }

    /// <summary>Two to four linear layers of any strides, pads, dilations and groups, some per element, some with biases and delays, then a sum with a second input.</summary>
    private static (FloatModules Make, Module Module) RandomChain(int seed, bool whole)
    {
        var random = new Random(seed);
        var make = new FloatModules(seed) { Steps = 3 };
        Tensor Weights(int count) => whole ? Tensor.Vector([.. Enumerable.Range(0, count).Select(_ => (float)random.Next(-3, 4))]) : make.Weights(count, 0.5);
        var channels = random.Next(1, 4) * 2;
        var (y, x) = (random.Next(3, 9), random.Next(3, 9));
        var input = make.Input(new([1, channels, y, x], true));
        var from = input;
        var links = random.Next(2, 5);
        for (var link = 0; link < links; link++)
        {
            var isPointwise = random.Next(3) == 0;
            var (wy, wx) = isPointwise ? (new Window(y, y, 1), new Window(x, x, 1)) : (Any(y), Any(x));
            var outputs = random.Next(3) == 0 ? channels : random.Next(1, 4) * 2;
            var groups = random.Next(3) switch { 0 when outputs == channels => channels, 1 => 2, _ => 1 };
            var isScale = random.Next(6) == 0;
            AddressFunction map = isScale ? new IdentityMap(y * x * channels, random.Next(2) == 0 ? 1 : channels) : new ConvMap(wy, wx, channels, outputs, groups);
            if (!isScale) (channels, y, x) = (outputs, wy.Output, wx.Output);
            var bias = random.Next(3) == 0 ? Weights(random.Next(4) == 0 ? channels * y * x : channels) : null;
            var to = make.Add($"layer{link}", new RelayNeuron(Parameter.One), new([1, channels, y, x], true), SpikeDomain.Real, bias);
            make.Wire(from, to, map, Weights(map.RowCount), delay: random.Next(5) == 0 ? 1 : 0);
            from = to;
        }

        var other = make.Add("other", new RelayNeuron(Parameter.One), new([1, channels, y, x], true), SpikeDomain.Real);
        var size = y * x * channels;
        make.Wire(from, other, new IdentityMap(size, 1), Weights(1));
        make.Wire(input, other, new DenseMap(make.SizeOf(input), size), Weights(make.SizeOf(input) * size));
        return (make, make.Build(Signal.Emission(other)));

        Window Any(int extent)
        {
            while (true)
            {
                var (kernel, stride, pad, dilation) = (random.Next(1, 4), random.Next(1, 3), random.Next(0, 3), random.Next(1, 3));
                var room = extent + (2 * pad) - (dilation * (kernel - 1)) - 1;
                if (room >= 0) return new(extent, (room / stride) + 1, kernel, stride, pad, dilation);
            }
        }
    }
}
