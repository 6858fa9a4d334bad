using System.Collections.Immutable;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.TestKit;

/// <summary>Random neurons of every model, with parameters shared, per channel and per neuron.</summary>
public sealed class NeuronGenerator(Random random, bool isInteger)
{
    /// <summary>A neuron for a population of a layout, and what it emits.</summary>
    public (Neuron Neuron, SpikeDomain Domain) Next(Layout layout)
    {
        switch (random.Next(5))
        {
            case 0:
                return (new RelayNeuron(Coefficient(layout)), SpikeDomain.Real);
            case 1 or 2:
                return (Lif(layout), SpikeDomain.Binary);
            case 3:
                var affine = Affine(layout);
                return (affine, affine.Spiking ? SpikeDomain.Binary : SpikeDomain.Real);
            default:
                return Arithmetic(layout);
        }
    }

    /// <summary>A program that adds its ports, with weights.</summary>
    public ElementwiseProgram SumOf(int ports, Layout layout)
    {
        var program = new ProgramWriter(ports);
        var sum = program.Op(ElementwiseOp.Input, 0);
        for (var p = 1; p < ports; p++)
            sum = program.Op(ElementwiseOp.Add, sum, program.Op(ElementwiseOp.Multiply, program.Op(ElementwiseOp.Input, p), program.Parameter(Float(layout, -1, 1))));
        return program.Finish(sum);
    }

    private LifNeuron Lif(Layout layout)
    {
        var (decay, offset, threshold) = (Coefficient(layout), random.Next(2) == 0 ? Parameter.Zero : Value(layout, -0.2, 0.2), Value(layout, 0.3, 1.5));
        var isHard = random.Next(2) == 0;
        return new(
            isHard ? "LIF, hard reset" : "LIF, soft reset",
            decay,
            offset,
            isHard ? Parameter.Zero : decay,
            isHard ? Parameter.Zero : Value(layout, -1, 0),
            random.Next(2) == 0 ? One : Coefficient(layout),
            threshold,
            random.Next(2) == 0,
            random.Next(2) == 0 ? Parameter.Zero : Value(layout, -0.5, 0.5));
    }

    private AffineNeuron Affine(Layout layout)
    {
        var (n, ports) = (random.Next(1, 4), random.Next(1, 3));
        return new(
            "affine",
            [.. Enumerable.Range(0, n).Select(i => $"z{i}")],
            Coefficients(n * n),
            Values(n),
            Coefficients(n * n),
            Values(n),
            Coefficients(n * ports),
            Coefficients(n),
            random.Next(3) > 0,
            Value(layout, 0.2, 1),
            random.Next(2) == 0,
            Values(n));

        ImmutableArray<Parameter> Coefficients(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(3) switch { 0 => Parameter.Zero, 1 => One, _ => Coefficient(layout) })];
        ImmutableArray<Parameter> Values(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(2) == 0 ? Parameter.Zero : Value(layout, -0.2, 0.2))];
    }

    private (Neuron Neuron, SpikeDomain Domain) Arithmetic(Layout layout)
    {
        var ports = random.Next(1, 3);
        var program = new ProgramWriter(ports);
        var x = program.Op(ElementwiseOp.Input, 0);
        if (ports == 2) x = program.Op(ElementwiseOp.Subtract, x, program.Op(ElementwiseOp.Input, 1));
        var v = program.Op(ElementwiseOp.State, 0);
        var decayed = program.Op(ElementwiseOp.Multiply, v, program.Parameter(Float(layout, 0, 1)));
        var h = program.Op(ElementwiseOp.Add, decayed, x);
        var (domain, emission, next) = random.Next(4) switch
        {
            0 => Quadratic(),
            1 => Counting(),
            2 => (SpikeDomain.Signed, program.Op(ElementwiseOp.Sign, h), h),
            _ => (SpikeDomain.Real, Analog(), h),
        };
        var units = Enumerable.Range(0, ports).Select(_ => isInteger ? Float(layout, 0.01, 0.1) : Parameter.One);
        return (new ArithmeticNeuron($"{domain} arithmetic", program.Finish(emission, next), [Float(layout, -0.5, 0.5)], [.. units], isInteger ? 0.0625 : 1), domain);

        (SpikeDomain, int, int) Quadratic()
        {
            var squared = program.Op(ElementwiseOp.Add, h, program.Op(ElementwiseOp.Multiply, v, v));
            var limited = program.Op(ElementwiseOp.Minimum, squared, program.Parameter(new(8)));
            var fires = program.Op(random.Next(2) == 0 ? ElementwiseOp.AtLeast : ElementwiseOp.Above, limited, program.Parameter(Float(layout, 0.5, 1)));
            return (SpikeDomain.Binary, fires, program.Op(ElementwiseOp.Select, fires, program.Parameter(Parameter.Zero), limited));
        }

        (SpikeDomain, int, int) Counting()
        {
            var clipped = program.Op(ElementwiseOp.Maximum, program.Op(ElementwiseOp.Minimum, h, program.Parameter(new(4))), program.Parameter(Parameter.Zero));
            var count = program.Op((ElementwiseOp[])[ElementwiseOp.Round, ElementwiseOp.Floor, ElementwiseOp.Ceiling], clipped);
            return (SpikeDomain.Count, count, program.Op(ElementwiseOp.Subtract, h, count));
        }

        int Analog()
        {
            var bounded = program.Op((ElementwiseOp[])[ElementwiseOp.Tanh, ElementwiseOp.Sigmoid], h);
            var positive = program.Op(ElementwiseOp.Absolute, program.Op(ElementwiseOp.Negate, bounded));
            return random.Next(5) switch
            {
                0 => bounded,
                1 => program.Op(ElementwiseOp.SquareRoot, positive),
                2 => program.Op(ElementwiseOp.Logarithm, program.Op(ElementwiseOp.Exponential, bounded)),
                3 => program.Op(ElementwiseOp.Power, positive, program.Parameter(Float(layout, 0.5, 2))),
                _ => program.Op(ElementwiseOp.Divide, bounded, program.Op(ElementwiseOp.Add, program.Op(ElementwiseOp.Equal, positive, bounded), program.Parameter(Parameter.One))),
            };
        }
    }

    private Parameter One => isInteger ? new(FixedPoint.One) : Parameter.One;

    /// <summary>A factor of at most 1.2, fixed-point in integer modules.</summary>
    private Parameter Coefficient(Layout layout) => isInteger ? Float(layout, -0.5, 1.2).Map(v => Math.Round(v * FixedPoint.One)) : Float(layout, -0.5, 1.2);

    /// <summary>A membrane value; a unit of the membrane is 1/64 in integer modules.</summary>
    private Parameter Value(Layout layout, double least, double greatest) =>
        isInteger ? Float(layout, least, greatest).Map(v => Math.Round(v * 64)) : Float(layout, least, greatest);

    private Parameter Float(Layout layout, double least, double greatest)
    {
        var length = random.Next(4) switch { 0 => layout.Channels, 1 => layout.Size, _ => 1 };
        return new([.. Enumerable.Range(0, length).Select(_ => (double)(float)(least + (random.NextDouble() * (greatest - least))))]);
    }

    /// <summary>Collects the instructions of a program.</summary>
    private sealed class ProgramWriter(int ports)
    {
        private readonly List<Instruction> code = [];
        private readonly List<Parameter> parameters = [];

        public int Op(ElementwiseOp op, int a, int b = 0, int c = 0)
        {
            code.Add(new(op, a, b, c));
            return code.Count - 1;
        }

        /// <summary>One of several operations, decided by the length of the code so far.</summary>
        public int Op(ElementwiseOp[] choices, int a) => Op(choices[code.Count % choices.Length], a);

        public int Parameter(Parameter value)
        {
            parameters.Add(value);
            return Op(ElementwiseOp.Parameter, parameters.Count - 1);
        }

        public ElementwiseProgram Finish(int emission, params ImmutableArray<int> next) => new(ports, [.. parameters], [.. code], emission, next);
    }
}
