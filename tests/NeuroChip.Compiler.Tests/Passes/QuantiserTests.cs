using NeuroChip.Compiler.Passes;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Tests.Passes;

public sealed class QuantiserTests
{
    private static readonly Layout Image = new([1, 3, 8, 8], true);

    private static readonly Dictionary<string, Func<(FloatModules Make, Module Module)>> Networks = new()
    {
        ["dense LIF, two layers, biases"] = () =>
        {
            var make = new FloatModules(1);
            var x = make.Input(new([1, 40], false));
            var hidden = make.Add("hidden", FloatModules.Leaky(0.9f, 1f, hard: true), new([1, 60], false), bias: make.Weights(60, 0.05));
            var output = make.Add("output", FloatModules.Leaky(0.5f, 0.5f, hard: false), new([1, 10], false), bias: make.Weights(10, 0.1));
            make.Wire(x, hidden, new DenseMap(40, 60), make.Weights(2400, 0.15, 0.02));
            make.Wire(hidden, output, new DenseMap(60, 10), make.Weights(600, 0.3, 0.05));
            return (make, make.Build(Signal.Emission(output)));
        },
        ["convolution of real input, pooling, dense"] = () =>
        {
            var make = new FloatModules(2);
            var x = make.Input(Image, SpikeDomain.Real);
            var conv = make.Add("conv", FloatModules.Leaky(0.75f, 1f, hard: true), new([1, 8, 8, 8], true), bias: make.Weights(8, 0.05));
            var pool = make.Add("pool", new RelayNeuron(Parameter.One), new([1, 8, 4, 4], true), SpikeDomain.Real);
            var output = make.Add("output", FloatModules.Leaky(0.75f, 1f, hard: true), new([1, 10], false));
            make.Wire(x, conv, new ConvMap(new(8, 8, 3, 1, 1), new(8, 8, 3, 1, 1), 3, 8, 1), make.Weights(216, 0.2));
            make.Wire(conv, pool, new PoolMap(new(8, 4, 2, 2), new(8, 4, 2, 2), 8, false), Tensor.Vector(0.25f));
            make.Wire(pool, output, new DenseMap(128, 10), make.Weights(1280, 0.05, 0.015));
            return (make, make.Build(Signal.Emission(output)));
        },
        ["residual block: spikes and membranes meet"] = () =>
        {
            var make = new FloatModules(3);
            var same = new Window(8, 8, 3, 1, 1);
            var wide = new Layout([1, 8, 8, 8], true);
            var x = make.Input(Image);
            var first = make.Add("first", FloatModules.Leaky(0.5f, 1f, hard: true), wide);
            var sum = make.Add("sum", new RelayNeuron(Parameter.One), wide, SpikeDomain.Real, make.Weights(8, 0.05));
            var second = make.Add("second", FloatModules.Leaky(0.5f, 1f, hard: true), wide);
            var next = make.Add("next", new RelayNeuron(Parameter.One), wide, SpikeDomain.Real);
            var last = make.Add("last", FloatModules.Leaky(0.5f, 0.5f, hard: true), wide);
            make.Wire(x, first, new ConvMap(same, same, 3, 8, 1), make.Weights(216, 0.4, 0.1));
            make.Wire(first, sum, new ConvMap(same, same, 8, 8, 1), make.Weights(576, 0.15, 0.02));
            make.Wire(first, sum, new IdentityMap(512, 1), Tensor.Vector(1f));
            make.Wire(sum, second, new IdentityMap(512, 1), Tensor.Vector(1f));
            make.Wire(second, next, new ConvMap(same, same, 8, 8, 1), make.Weights(576, 0.1));
            make.Wire(sum, next, new IdentityMap(512, 1), Tensor.Vector(1f));
            make.Wire(next, last, new IdentityMap(512, 1), Tensor.Vector(1f));
            return (make, make.Build(Signal.Emission(last)));
        },
        ["recurrent"] = () =>
        {
            var make = new FloatModules(4);
            var x = make.Input(new([1, 30], false));
            var hidden = make.Add("hidden", FloatModules.Leaky(0.8f, 1f, hard: false), new([1, 50], false));
            make.Wire(x, hidden, new DenseMap(30, 50), make.Weights(1500, 0.2, 0.03));
            make.Wire(hidden, hidden, new DenseMap(50, 50), make.Weights(2500, 0.05), delay: 1);
            return (make, make.Build(Signal.Emission(hidden)));
        },
        ["recurrent on real input"] = () =>
        {
            var make = new FloatModules(17);
            var x = make.Input(new([1, 30], false), SpikeDomain.Real);
            var hidden = make.Add("hidden", FloatModules.Leaky(0.8f, 1f, hard: false), new([1, 50], false), bias: make.Weights(50, 0.05));
            make.Wire(x, hidden, new DenseMap(30, 50), make.Weights(1500, 0.1, 0.01));
            make.Wire(hidden, hidden, new DenseMap(50, 50), make.Weights(2500, 0.1), delay: 1);
            return (make, make.Build(new Signal(hidden, 0)));
        },
        ["current-based LIF"] = () =>
        {
            var make = new FloatModules(5);
            var x = make.Input(new([1, 40], false));
            var hidden = make.Add("hidden", FloatModules.CurrentBased(0.7f, 0.85f), new([1, 60], false), bias: make.Weights(60, 0.02));
            make.Wire(x, hidden, new DenseMap(40, 60), make.Weights(2400, 0.08));
            return (make, make.Build(Signal.Emission(hidden)));
        },
        ["leaky integrator readout feeding a layer"] = () =>
        {
            var make = new FloatModules(6);
            var x = make.Input(new([1, 40], false));
            var trace = make.Add("trace", FloatModules.CurrentBased(0.7f, 0.85f) with { Spiking = false }, new([1, 20], false), SpikeDomain.Real);
            var output = make.Add("output", FloatModules.IntegrateAndFire(4), new([1, 30], false));
            make.Wire(x, trace, new DenseMap(40, 20), make.Weights(800, 0.1, 0.05));
            make.Wire(trace, output, new DenseMap(20, 30), make.Weights(600, 0.1));
            return (make, make.Build(Signal.Emission(output)));
        },
        ["arithmetic neurons"] = () =>
        {
            var make = new FloatModules(7);
            var x = make.Input(new([1, 40], false));
            // v' = (v + x) * 0.9 where it stays under 1, else 0; emits whether it reached 1.
            var program = new ElementwiseProgram(
                1, [new(0.9f), new(1), new(0)],
                [new(ElementwiseOp.State, 0), new(ElementwiseOp.Input, 0), new(ElementwiseOp.Add, 0, 1), new(ElementwiseOp.Parameter, 0), new(ElementwiseOp.Multiply, 2, 3), new(ElementwiseOp.Parameter, 1), new(ElementwiseOp.AtLeast, 4, 5), new(ElementwiseOp.Parameter, 2), new(ElementwiseOp.Select, 6, 7, 4)], 6, [8]);
            var hidden = make.Add("hidden", new ArithmeticNeuron("late leak", program, [Parameter.Zero], [Parameter.One]), new([1, 60], false), bias: make.Weights(60, 0.05));
            make.Wire(x, hidden, new DenseMap(40, 60), make.Weights(2400, 0.15));
            return (make, make.Build(Signal.Emission(hidden)));
        },
        ["shuffle, transposed convolution, explicit synapses"] = () =>
        {
            var make = new FloatModules(8);
            var x = make.Input(new([1, 4, 4, 4], true));
            var shuffled = make.Add("shuffled", new RelayNeuron(Parameter.One), new([1, 4, 4, 4], true));
            var up = make.Add("up", FloatModules.Leaky(0.5f, 1f, hard: true), new([1, 6, 8, 8], true));
            var sparse = make.Add("sparse", FloatModules.IntegrateAndFire(), new([1, 5], false));
            make.Wire(x, shuffled, new PermutationMap([.. Enumerable.Range(0, 64).Select(a => a * 27 % 64)], 64, 1), Tensor.Vector(1f));
            var axis = new Window(8, 4, 2, 2);
            make.Wire(shuffled, up, new TransposedConvMap(axis, axis, 4, 6, 1), make.Weights(96, 0.5, 0.2));
            make.Wire(up, sparse, new CsrMap([.. Enumerable.Range(0, 385)], [.. Enumerable.Range(0, 384).Select(a => a % 5)], 5), make.Weights(384, 0.2));
            return (make, make.Build(Signal.Emission(sparse)));
        },
    };

    public static TheoryData<string, int, double> Expected
    {
        get
        {
            var data = new TheoryData<string, int, double>();
            foreach (var name in Networks.Keys)
            {
                // Where a shortcut of weight 1 shares an accumulator with small weights, those have few of the 8 bits; and ten neurons that
                // see the sum of 512 others see every spike of theirs that differs.
                data.Add(name, 8, name.Contains("residual", StringComparison.Ordinal) || name.Contains("pooling", StringComparison.Ordinal) ? 0.95 : 0.97);
                data.Add(name, 16, name.Contains("pooling", StringComparison.Ordinal) ? 0.98 : 0.995);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Expected))]
    public void Spikes_agree_with_float(string network, int bits, double least)
    {
        var (make, module) = Networks[network]();
        var samples = make.Samples(module, 4);
        var (quantised, report) = Quantiser.Quantise(module, new() { WeightBits = bits, Calibration = samples });
        Assert.Empty(Verifier.Verify(quantised));
        Assert.All(quantised.Projections, p => Assert.Equal(bits <= 8 ? DType.Int8 : DType.Int16, p.Rows.Type));
        foreach (var p in report.Populations)
        {
            if (p.Agreement is { } agreement) Assert.True(agreement >= least, $"'{p.Name}' agrees in {agreement:P2}");

            // A spike too many among a hundred is a tenth of the power of a sum of them.
            if (p.RealError is { } error) Assert.True(error <= (bits <= 8 ? 0.15 : 0.05), $"'{p.Name}' is off by {error:P2}");
            Assert.False(p.MembraneMayOverflow, p.Name);
        }

        // A network that is silent, or always fires, would agree whatever the numbers are.
        Assert.All(report.Populations.Where(p => p.Agreement is not null), p => Assert.InRange(p.FloatRate!.Value, 0.02, 0.98));
    }

    [Theory]
    [InlineData(8, 0.95)]
    [InlineData(16, 0.995)]
    public void Without_calibration_units_come_from_bounds(int bits, double least)
    {
        foreach (var (name, build) in Networks)
        {
            var (make, module) = build();
            var (quantised, blind) = Quantiser.Quantise(module, new() { WeightBits = bits });
            Assert.Equal(0, blind.Samples);
            Assert.Null(blind.LeastAgreement);
            var (same, all) = (0, 0);
            foreach (var sample in make.Samples(module, 2))
            {
                var last = module.Populations[^1].Id.Index;
                var before = new ModuleInterpreter(module).Run(sample, record: true).Emissions[last].Array<float>();
                var after = new ModuleInterpreter(quantised).Run(sample, record: true).Emissions[last].Array<int>();
                same += before.Zip(after).Count(p => p.First == p.Second);
                all += before.Length;
            }

            Assert.True(same >= least * all, $"{name}: {same} of {all}");
        }
    }

    [Fact]
    public void Whole_weights_and_no_leak_are_exact()
    {
        var make = new FloatModules(9);
        var x = make.Input(new([1, 30], false));
        var sum = make.Add("sum", new RelayNeuron(Parameter.One), new([1, 30], false), SpikeDomain.Count);
        var output = make.Add("output", FloatModules.IntegrateAndFire(1.5), new([1, 20], false));
        make.Wire(x, sum, new IdentityMap(30, 1), Tensor.Vector(1f));
        make.Wire(x, sum, new PermutationMap([.. Enumerable.Range(0, 30).Select(a => (a + 7) % 30)], 30, 1), Tensor.Vector(1f));
        make.Wire(sum, output, new DenseMap(30, 20), Tensor.Vector([.. Enumerable.Range(0, 600).Select(i => ((i * 37 % 11) - 5) * 0.125f)]));
        var module = make.Build(Signal.Emission(output));
        foreach (var bits in new[] { 4, 8, 16 })
        {
            var (quantised, report) = Quantiser.Quantise(module, new() { WeightBits = bits, Calibration = make.Samples(module, 3) });
            Assert.Equal(1, report.LeastAgreement);
            Assert.All(report.Projections, p => Assert.Equal(0, p.RelativeError));
            var lif = Assert.IsType<LifNeuron>(quantised.Populations[2].Neuron);
            Assert.Equal(new Parameter(32768), lif.Decay);
            Assert.Equal(lif.Threshold.Map(t => -t), lif.FiredOffset);
        }
    }

    [Fact]
    public void What_adds_into_one_accumulator_shares_its_scales()
    {
        var make = new FloatModules(10);
        var x = make.Input(new([1, 20], false));
        var hidden = make.Add("hidden", FloatModules.Leaky(0.5f, 1f, true), new([1, 8], false));
        make.Wire(x, hidden, new DenseMap(20, 8), make.Weights(160, 0.1));
        make.Wire(hidden, hidden, new DenseMap(8, 8), make.Weights(64, 0.5), delay: 1);
        var module = make.Build(Signal.Emission(hidden));
        var (quantised, report) = Quantiser.Quantise(module, new());
        Assert.Equal(report.Projections[0].LeastScale, report.Projections[1].LeastScale);
        Assert.Equal(report.Projections[0].GreatestScale, report.Projections[1].GreatestScale);
        for (var c = 0; c < 8; c++)
        {
            // Per channel the larger of both has the largest code, and the same factor leads from code to weight in both.
            var column = (int p) => Enumerable.Range(0, module.Projections[p].Rows.Length / 8).Select(a => (Weight: module.Projections[p].Rows.At((a * 8) + c), Code: quantised.Projections[p].Rows.At((a * 8) + c))).ToList();
            var all = column(0).Concat(column(1)).ToList();
            Assert.Equal(127, all.Max(w => Math.Abs(w.Code)));
            var scale = all.Max(w => Math.Abs(w.Weight)) / 127;
            Assert.All(all, w => Assert.Equal(w.Weight, w.Code * scale, 0.501 * scale));
        }
    }

    [Fact]
    public void Weights_that_reach_all_channels_force_one_scale()
    {
        var make = new FloatModules(11);
        var x = make.Input(new([1, 4, 4, 4], true));
        var sum = make.Add("sum", FloatModules.Leaky(0.5f, 1f, true), new([1, 4, 2, 2], true));
        var axis = new Window(4, 2, 2, 2);
        make.Wire(x, sum, new PoolMap(axis, axis, 4, false), Tensor.Vector(0.3f));
        make.Wire(x, sum, new ConvMap(axis, axis, 4, 4, 4), make.Weights(16, 0.3));
        var (_, report) = Quantiser.Quantise(make.Build(Signal.Emission(sum)), new());
        Assert.Equal(report.Projections[1].LeastScale, report.Projections[1].GreatestScale);
    }

    [Fact]
    public void Real_inputs_get_a_port_of_their_own_beside_spikes()
    {
        var (make, module) = Networks["recurrent on real input"]();
        var (quantised, report) = Quantiser.Quantise(module, new() { WeightBits = 8, Calibration = make.Samples(module, 4) });
        Assert.Equal([1, 0], quantised.Projections.Select(p => p.Port));
        Assert.Equal(2, quantised.Populations[1].Neuron.Ports);
        Assert.All(quantised.Projections, p => Assert.Equal(127, Enumerable.Range(0, p.Rows.Length).Max(i => Math.Abs(p.Rows.At(i)))));
        Assert.True(report.Populations[0].RealError < 0.001);
    }

    [Fact]
    public void Calibration_takes_the_mean_error_of_rounding_out()
    {
        var make = new FloatModules(18);
        var x = make.Input(new([1, 100], false));
        var trace = make.Add("trace", FloatModules.CurrentBased(0.5f, 0.5f) with { Spiking = false }, new([1, 20], false), SpikeDomain.Real);
        make.Wire(x, trace, new DenseMap(100, 20), make.Weights(2000, 0.1));
        var module = make.Build(Signal.Emission(trace));
        var samples = make.Samples(module, 8, rate: 0.8);
        var blind = new QuantiseOptions { WeightBits = 4 };
        double Off(QuantiseOptions options)
        {
            var after = Quantiser.Quantise(module, options).Quantised;
            return samples.Average(s => new ModuleInterpreter(module).Run(s).Outputs["y0"].ToFloats()
                .Zip(new ModuleInterpreter(after).Run(s).Outputs["y0"].ToFloats(), (a, b) => Math.Abs(a - b)).Average());
        }

        Assert.True(Off(blind with { Calibration = samples }) < 0.7 * Off(blind));
    }

    [Fact]
    public void The_pass_quantises_to_the_precision_asked_for_and_leaves_float_alone()
    {
        var (make, module) = Networks["recurrent"]();
        var pass = new QuantisePass();
        Assert.Same(module, pass.Run(module, new PassContext()));
        var context = new PassContext { Arithmetic = new(ArithmeticKind.Integer, 4, 24), Samples = make.Samples(module, 2) };
        var quantised = pass.Run(module, context);
        Assert.Equal(context.Arithmetic, quantised.Arithmetic);
        Assert.Equal(2, context.Quantisation!.Samples);
        Assert.Same(quantised, pass.Run(quantised, context));
    }

    [Theory]
    [InlineData(8, 0.95)]
    [InlineData(16, 0.96)]
    public void Narrow_accumulators_do_not_spoil_the_spikes(int bits, double least)
    {
        foreach (var (name, build) in Networks)
        {
            var (make, module) = build();
            var (_, report) = Quantiser.Quantise(module, new() { WeightBits = bits, AccumulatorBits = 16, Calibration = make.Samples(module, 3) });
            Assert.True(report.LeastAgreement >= least, $"{name}: {report.LeastAgreement:P2}");
        }
    }

    [Fact]
    public void Rounding_errors_are_made_to_cancel_also_on_samples_not_seen()
    {
        var make = new FloatModules(20);
        var x = make.Input(new([1, 12], false));
        var copies = make.Add("copies", FloatModules.IntegrateAndFire(), new([1, 60], false));
        var output = make.Add("output", FloatModules.Leaky(0.9f, 1f, hard: true), new([1, 40], false));

        // Five neurons behind each input fire together: the sum of their five errors counts, not each error.
        make.Wire(x, copies, new DenseMap(12, 60), Tensor.Vector([.. Enumerable.Range(0, 720).Select(i => i / 60 == i % 60 % 12 ? 1f : 0f)]));
        make.Wire(copies, output, new DenseMap(60, 40), make.Weights(2400, 0.1, 0.02));
        var module = make.Build(Signal.Emission(output));
        var samples = make.Samples(module, 12);
        var seen = samples.Take(6).ToArray();
        double Agreement(QuantiseOptions options)
        {
            var after = Quantiser.Quantise(module, options).Quantised;
            return samples.Skip(6).Average(s => new ModuleInterpreter(module).Run(s, record: true).Emissions[2].Array<float>()
                .Zip(new ModuleInterpreter(after).Run(s, record: true).Emissions[2].Array<int>(), (a, b) => a == b ? 1.0 : 0).Average());
        }

        var blind = Agreement(new() { WeightBits = 4 });
        var seeing = Agreement(new() { WeightBits = 4, Calibration = seen });
        Assert.True(1 - seeing < 0.5 * (1 - blind), $"{blind:P2} without samples, {seeing:P2} with");
    }

    [Fact]
    public void Inputs_on_a_few_levels_are_exact()
    {
        var make = new FloatModules(19);
        var x = make.Input(new([1, 20], false), SpikeDomain.Real);
        var output = make.Add("output", FloatModules.Leaky(0.5f, 1f, hard: true), new([1, 5], false));
        make.Wire(x, output, new DenseMap(20, 5), make.Weights(100, 0.3));
        var module = make.Build(Signal.Emission(output));
        var pixels = new Dictionary<string, Tensor> { ["x"] = Tensor.Vector([.. Enumerable.Range(0, 20 * module.Steps).Select(i => (i * 7 % 17) / 16f)]) };
        var (quantised, report) = Quantiser.Quantise(module, new() { WeightBits = 8, AccumulatorBits = 16, Calibration = [pixels] });
        Assert.Equal(1.0 / 16, Assert.IsType<SourceNeuron>(quantised.Populations[0].Neuron).Unit);
        Assert.Equal(0, report.Populations[0].RealError);
    }

    [Fact]
    public void Readouts_give_values_of_the_model()
    {
        var make = new FloatModules(12);
        var x = make.Input(new([1, 30], false));
        var lif = make.Add("lif", FloatModules.Leaky(0.9f, 0.5f, hard: true) with { Threshold = new(1000) }, new([1, 6], false), bias: make.Weights(6, 0.2));
        var trace = make.Add("trace", FloatModules.CurrentBased(0.5f, 0.5f) with { Spiking = false }, new([1, 6], false), SpikeDomain.Real);
        var relay = make.Add("relay", new RelayNeuron(new(-2)), new([1, 6], false), SpikeDomain.Real, make.Weights(6, 0.2));
        foreach (var target in new[] { lif, trace, relay }) make.Wire(x, target, new DenseMap(30, 6), make.Weights(180, 0.3));
        var module = make.Build(new Signal(lif, 0), Signal.Emission(trace), new Signal(trace, 0), Signal.Emission(relay));
        var sample = make.Samples(module, 1)[0];
        var before = new ModuleInterpreter(module).Run(sample);
        var after = new ModuleInterpreter(Quantiser.Quantise(module, new() { WeightBits = 16 }).Quantised).Run(sample);
        foreach (var readout in module.Readouts)
            foreach (var (expected, actual) in before.Outputs[readout.Name].ToFloats().Zip(after.Outputs[readout.Name].ToFloats()))
                Assert.Equal(expected, actual, 0.005 * (1 + Math.Abs(expected)));
    }

    [Fact]
    public void The_report_tells_where_an_accumulator_can_saturate()
    {
        var make = new FloatModules(13);
        var x = make.Input(new([1, 1000], false));
        var output = make.Add("output", FloatModules.IntegrateAndFire(), new([1, 2], false));
        make.Wire(x, output, new DenseMap(1000, 2), Tensor.Vector([.. Enumerable.Range(0, 2000).Select(i => 1f + (i / 1999f))]));
        var module = make.Build(Signal.Emission(output));
        Population(new() { AccumulatorBits = 24 }, saturates: false, 64 * 1000, 127 * 1000);

        // Bounds alone make the weights as coarse as 16 bits need; samples that never have all sources active at once leave them finer, and the bound says what could happen.
        Population(new() { AccumulatorBits = 16 }, saturates: false, 24_000, 32_767);
        Population(new() { AccumulatorBits = 16, Calibration = make.Samples(module, 2, rate: 0.1) }, saturates: true, 64 * 1000, 127 * 1000);

        void Population(QuantiseOptions options, bool saturates, double least, double most)
        {
            var report = Quantiser.Quantise(module, options).Report.Populations[1];
            Assert.Equal(saturates, report.MaySaturate);
            Assert.InRange(report.AccumulatorBound, least, most);
        }
    }

    [Fact]
    public void Calibration_clips_outliers_where_that_is_better()
    {
        var make = new FloatModules(14);
        var x = make.Input(new([1, 200], false));
        var output = make.Add("output", FloatModules.Leaky(0.5f, 1f, true), new([1, 1], false));
        var weights = make.Numbers(200, 0.1);
        weights[3] = 0.6f;
        make.Wire(x, output, new DenseMap(200, 1), Tensor.Vector(weights));
        var module = make.Build(Signal.Emission(output));
        var options = new QuantiseOptions { WeightBits = 4 };
        var blind = Quantiser.Quantise(module, options).Report.Projections[0];
        var seeing = Quantiser.Quantise(module, options with { Calibration = make.Samples(module, 4) }).Report.Projections[0];
        Assert.Equal(0, blind.Clipped);
        Assert.InRange(seeing.Clipped, 1, 20);
        Assert.True(seeing.RelativeError < blind.RelativeError);
    }

    [Fact]
    public void Labels_give_the_accuracy_before_and_after()
    {
        var (make, module) = Networks["dense LIF, two layers, biases"]();
        var samples = make.Samples(module, 10);
        var labels = samples.Select(s =>
        {
            var output = new ModuleInterpreter(module).Run(s).Outputs["y0"].ToFloats();
            return Array.IndexOf(output, output.Max());
        }).ToArray();
        labels[0] = 99;
        var calls = 0;
        var (_, report) = Quantiser.Quantise(module, new()
        {
            WeightBits = 16,
            Calibration = samples,
            Labels = labels,
            Run = (m, sample) =>
            {
                calls++;
                return new ModuleInterpreter(m).Run(sample, record: true);
            },
        });
        Assert.Equal(20, calls);
        Assert.Equal(0.9, report.FloatAccuracy);
        Assert.InRange(report.QuantisedAccuracy!.Value, 0.7, 1);
        Assert.Equal(report.FloatAccuracy - report.QuantisedAccuracy, report.AccuracyLoss);
    }

    [Fact]
    public void Weights_that_are_not_finite_are_refused_all_at_once()
    {
        var make = new FloatModules(15);
        var x = make.Input(new([1, 2], false));
        var output = make.Add("output", FloatModules.IntegrateAndFire(), new([1, 2], false));
        make.Wire(x, output, new DenseMap(2, 2), Tensor.Vector(1f, float.NaN, 2f, float.PositiveInfinity));
        make.Wire(x, output, new IdentityMap(2, 1), Tensor.Vector(float.NegativeInfinity));
        var error = Assert.Throws<DiagnosticException>(() => Quantiser.Quantise(make.Build(), new()));
        Assert.Equal("""
            error NC2902: weight 1 of 'w0' is NaN; integers hold finite numbers only (2 of 4 are not)
              --> w0
              note: train the model again, or look for an overflow in its export
            error NC2902: weight 0 of 'w1' is -Infinity; integers hold finite numbers only (1 of 1 are not)
              --> w1
              note: train the model again, or look for an overflow in its export
            """, error.Message);
    }

    [Fact]
    public void A_parameter_without_32_bit_form_is_refused()
    {
        var make = new FloatModules(16);
        var x = make.Input(new([1, 2], false));
        var output = make.Add("output", FloatModules.Leaky(1e6f, 1f, hard: true), new([1, 2], false));
        make.Wire(x, output, new DenseMap(2, 2), make.Weights(4, 1));
        var error = Assert.Throws<DiagnosticException>(() => Quantiser.Quantise(make.Build(), new()));
        Assert.Equal("""
            error NC2901: the decay of 'output' would be 3.2768E+10 in integers; 32 bits hold up to 2147483647
              --> output
              note: its magnitude does not fit its inputs: compile with --precision float32, or scale the layer
            """, error.Message);
    }
}
