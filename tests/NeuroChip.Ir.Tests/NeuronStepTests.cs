using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Fluent;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;
using NeuroChip.TestKit;

namespace NeuroChip.Ir.Tests;

/// <summary>Neuron steps compute the textbook's formulas, and the same bits in every lane and however a population is cut.</summary>
public sealed class NeuronStepTests
{
    private const int Size = 67; // neither a multiple of any lane nor smaller than the widest

    private static readonly Arithmetic Integer = new(ArithmeticKind.Integer, 8, 24);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Hard_reset_is_the_textbook_leaky_neuron(bool strict)
    {
        // v <- a v + b x; s = v >= th (or >); v <- s ? r : v
        var (a, b, r, th) = (0.75f, 0.5f, -0.25f, 1f);
        var lif = new LifNeuron("LIF, hard reset", new(a), Parameter.Zero, Parameter.Zero, new(a * r), new(b), new(th), strict, Parameter.Zero);
        var v = new float[Size];
        AssertSpikes(lif, (x, i) =>
        {
            v[i] = (a * v[i]) + (b * x);
            var fires = strict ? v[i] > th : v[i] >= th;
            if (fires) v[i] = r;
            return fires;
        });
    }

    [Fact]
    public void Soft_reset_subtracts_the_threshold()
    {
        // v <- v/2 + x; s = v >= 1; v <- v - s. All numbers are multiples of 2^-20 or so: nothing is rounded, so both forms agree exactly.
        var lif = new LifNeuron("LIF, soft reset", new(0.5), Parameter.Zero, new(0.5), new(-0.5), Parameter.One, Parameter.One, false, Parameter.Zero);
        var v = new float[Size];
        AssertSpikes(lif, (x, i) =>
        {
            v[i] = (v[i] / 2) + x;
            var fires = v[i] >= 1;
            if (fires) v[i] -= 1;
            return fires;
        });
    }

    [Fact]
    public void Affine_computes_the_current_based_neuron()
    {
        // i <- i/2 + x; v <- 3/4 v + i; s = v > 1; v <- v - s
        var z = Parameter.Zero;
        var cuba = new AffineNeuron(
            "current-based LIF", ["i", "v"], [new(0.5), z, new(0.5), new(0.75)], [z, z], [new(0.5), z, new(0.5), new(0.75)], [z, new(-0.75)],
            [Parameter.One, Parameter.One], [z, Parameter.One], true, Parameter.One, true, [z, z]);
        var (current, v) = (new float[Size], new float[Size]);
        AssertSpikes(cuba, (x, i) =>
        {
            current[i] = (current[i] / 2) + x;
            v[i] = (0.75f * v[i]) + current[i];
            var fires = v[i] > 1;
            if (fires) v[i] -= 1;
            return fires;
        });
    }

    [Fact]
    public void Affine_readout_emits_its_membrane()
    {
        var z = Parameter.Zero;
        var li = new AffineNeuron("leaky integrator", ["v"], [new(0.5)], [z], [z], [z], [Parameter.One], [new(2)], false, z, false, [new(0.25)]);
        var block = Run<float>(li, SpikeDomain.Real, Arithmetic.Float32, 3, (_, _) => 1f);
        Assert.All(block.Emissions, e => Assert.Equal(2 * 1.78125f, e)); // 0.25 -> 1.125 -> 1.5625 -> 1.78125
    }

    [Fact]
    public void Integer_neuron_rounds_its_decay_half_up()
    {
        // 5 * 0.5 = 2.5 -> 3, 3 * 0.5 = 1.5 -> 2, then -5 * 0.5 = -2.5 -> -2
        var half = new Parameter(FixedPoint.One / 2);
        var lif = new LifNeuron("LIF", half, Parameter.Zero, half, Parameter.Zero, new(FixedPoint.One), new(1000), false, new(5));
        Assert.All(Run<int>(lif, SpikeDomain.Binary, Integer, 2, (_, _) => 0).States[0], h => Assert.Equal(2, h));
        Assert.All(Run<int>(lif with { Start = new(-5) }, SpikeDomain.Binary, Integer, 1, (_, _) => 0).States[0], h => Assert.Equal(-2, h));
    }

    [Fact]
    public void Every_way_to_step_gives_the_same_bits() => Prop.ForAll(ModuleGenerator.Modules(), module =>
    {
        foreach (var population in module.Populations)
        {
            if (module.Arithmetic.Kind == ArithmeticKind.Integer)
            {
                AssertSame<int>(population, module.Arithmetic, r => r.Next(-2000, 2000),
                    BoundNeuron.Bind<int, IntOne, IntMany>(population, module.Arithmetic), BoundNeuron.Bind<int, IntOne, IntWide>(population, module.Arithmetic));
            }
            else
            {
                AssertSame<float>(population, module.Arithmetic, r => (r.NextSingle() * 4) - 2,
                    BoundNeuron.Bind<float, FloatOne, FloatMany>(population, module.Arithmetic), BoundNeuron.Bind<float, FloatOne, FloatWide>(population, module.Arithmetic));
            }
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Theory]
    [MemberData(nameof(Operations))]
    public void Operations_on_blocks_are_the_operations_on_numbers(ElementwiseOp op)
    {
        float[] numbers = [0f, -0f, 1f, -1f, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 1e-40f, 3e38f, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 88f, 16777217f, 0.1f];
        var triples = (from a in numbers from b in numbers from c in numbers select (a, b, c)).ToArray();
        var program = new ElementwiseProgram(3, [], [new(ElementwiseOp.Input, 0), new(ElementwiseOp.Input, 1), new(ElementwiseOp.Input, 2), new(op, 0, 1, 2)], 3, []);
        var population = Population(new ArithmeticNeuron("op", program, [], [Parameter.One, Parameter.One, Parameter.One]), SpikeDomain.Real, triples.Length);
        var block = NeuronBlock<float>.Allocate(population.Neuron, triples.Length);
        for (var i = 0; i < triples.Length; i++) (block.Inputs[0][i], block.Inputs[1][i], block.Inputs[2][i]) = triples[i];
        BoundNeuron.Bind<float>(population, Arithmetic.Float32).Step(block, 0, triples.Length);
        for (var i = 0; i < triples.Length; i++)
        {
            var expected = ElementwiseInterpreter.Compute(op, triples[i].a, triples[i].b, triples[i].c);
            if (float.IsNaN(expected)) Assert.True(float.IsNaN(block.Emissions[i]), $"{op}{triples[i]}");
            else Assert.True(BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(block.Emissions[i]), $"{op}{triples[i]}: {expected}, {block.Emissions[i]}");
        }
    }

    public static TheoryData<ElementwiseOp> Operations => [.. Enum.GetValues<ElementwiseOp>().Where(op => op > ElementwiseOp.Parameter)];

    [Theory]
    [InlineData(ElementwiseOp.Round, 2.5f, 0f, 0f, 2f)]
    [InlineData(ElementwiseOp.Round, -1.5f, 0f, 0f, -2f)]
    [InlineData(ElementwiseOp.Floor, -0.5f, 0f, 0f, -1f)]
    [InlineData(ElementwiseOp.Ceiling, 0.5f, 0f, 0f, 1f)]
    [InlineData(ElementwiseOp.Sign, -3f, 0f, 0f, -1f)]
    [InlineData(ElementwiseOp.Select, 2f, 3f, 4f, 3f)]
    [InlineData(ElementwiseOp.Select, 0f, 3f, 4f, 4f)]
    [InlineData(ElementwiseOp.Exponential, 1f, 0f, 0f, 2.7182817f)]
    [InlineData(ElementwiseOp.Sigmoid, 0f, 0f, 0f, 0.5f)]
    [InlineData(ElementwiseOp.Power, 2f, 10f, 0f, 1024f)]
    [InlineData(ElementwiseOp.Minimum, 2f, -10f, 0f, -10f)]
    [InlineData(ElementwiseOp.Divide, 1f, 3f, 0f, 0.33333334f)]
    public void Operation(ElementwiseOp op, float a, float b, float c, float expected) => Assert.Equal(expected, ElementwiseInterpreter.Compute(op, a, b, c));

    private static void AssertSpikes(Neuron neuron, Func<float, int, bool> textbook)
    {
        var population = Population(neuron, SpikeDomain.Binary, Size);
        var bound = BoundNeuron.Bind<float>(population, Arithmetic.Float32);
        var block = NeuronBlock<float>.Allocate(neuron, Size);
        bound.Reset(block);
        var (random, spikes) = (new Random(1), 0);
        for (var t = 0; t < 12; t++)
        {
            for (var i = 0; i < Size; i++) block.Inputs[0][i] = random.Next(-16, 48) / 16f;
            bound.Step(block, 0, Size);
            for (var i = 0; i < Size; i++)
            {
                var fires = textbook(block.Inputs[0][i], i);
                Assert.Equal(fires ? 1f : 0f, block.Emissions[i]);
                spikes += fires ? 1 : 0;
            }
        }

        Assert.InRange(spikes, Size, 11 * Size);
    }

    private static NeuronBlock<T> Run<T>(Neuron neuron, SpikeDomain domain, Arithmetic arithmetic, int steps, Func<int, int, T> input)
        where T : unmanaged
    {
        var bound = BoundNeuron.Bind<T>(Population(neuron, domain, Size), arithmetic);
        var block = NeuronBlock<T>.Allocate(neuron, Size);
        bound.Reset(block);
        for (var t = 0; t < steps; t++)
        {
            foreach (var port in block.Inputs)
                for (var i = 0; i < Size; i++) port[i] = input(t, i);
            bound.Step(block, 0, Size);
        }

        return block;
    }

    /// <summary>Steps one population at once, in pieces, and neuron by neuron.</summary>
    private static void AssertSame<T>(Population population, Arithmetic arithmetic, Func<Random, T> number, params BoundNeuron<T>[] others)
        where T : unmanaged
    {
        var bound = BoundNeuron.Bind<T>(population, arithmetic);
        var cut = population.Size / 3;
        Action<NeuronBlock<T>>[] ways =
        [
            b => bound.StepOneByOne(b, 0, population.Size),
            b => bound.Step(b, 0, population.Size),
            b =>
            {
                bound.Step(b, cut, population.Size - cut);
                bound.Step(b, 0, cut);
            },
            .. others.Select(other => (Action<NeuronBlock<T>>)(b => other.Step(b, 0, population.Size))),
        ];
        var results = ways.Select(step =>
        {
            var block = NeuronBlock<T>.Allocate(population.Neuron, population.Size);
            bound.Reset(block);
            var random = new Random(5);
            for (var t = 0; t < 4; t++)
            {
                foreach (var port in block.Inputs)
                    for (var i = 0; i < port.Length; i++) port[i] = number(random);
                step(block);
            }

            return string.Concat(block.States.Append(block.Emissions).Select(values => Convert.ToHexString(MemoryMarshal.AsBytes(values.AsSpan()))));
        }).ToArray();
        Assert.All(results, r => Assert.Equal(results[0], r));
    }

    private static Population Population(Neuron neuron, SpikeDomain domain, int size) =>
        new(new(0), "p", new([size], false), neuron, domain, [.. new Tensors.Tensor?[neuron.Ports]], 0);
}
