using System.Collections.Immutable;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Bench;

/// <summary>
/// Leaky neurons that a constant current drives, each another one, with synapses among themselves drawn at random: the benchmark of simulators of spiking networks in its simplest form. About
/// one in twelve neurons fires in a step.
/// </summary>
internal static class RandomNetwork
{
    private const int Steps = 20;

    /// <summary>A network of <paramref name="neurons"/> with <paramref name="fanOut"/> synapses each.</summary>
    public static Module Of(int neurons, int fanOut, Arithmetic arithmetic)
    {
        var random = new Random(1);
        var isInteger = arithmetic.Kind == ArithmeticKind.Integer;
        double Unit(double value) => isInteger ? Math.Round(value * 1024) : value;
        Parameter Factor(double value) => new(isInteger ? Math.Round(value * FixedPoint.One) : (float)value);
        var currents = Enumerable.Range(0, neurons).Select(_ => Unit(random.NextDouble() * 0.3)).ToArray();
        var population = new Population(
            new(0), "neurons", new([neurons], false),
            new LifNeuron("LIF", Factor(0.9), Parameter.Zero, Parameter.Zero, Parameter.Zero, Factor(1), new(Unit(1)), false, Parameter.Zero),
            SpikeDomain.Binary,
            [isInteger ? Tensor.Vector(Array.ConvertAll(currents, c => (int)c)) : Tensor.Vector(Array.ConvertAll(currents, c => (float)c))], 0);
        var map = Draw(random, neurons, fanOut);
        var weights = Enumerable.Range(0, map.RowCount).Select(_ => Unit((random.NextDouble() - 0.5) * 0.04));
        var rows = isInteger ? Tensor.Vector(weights.Select(w => (short)w).ToArray()) : Tensor.Vector(weights.Select(w => (float)w).ToArray());
        return new($"random network, {neurons} neurons, {(isInteger ? "int16" : "float32")}", arithmetic, Steps, 1, [population], [new("synapses", new(0), new(0), 0, map, rows, 1, ProjectionKind.Sparse)], []);
    }

    /// <summary>
    /// Bytes that lists of synapses must move for a sample: where every target looks at all its sources, 8 for a synapse and 4 for the payload of its source; where events are followed (integers),
    /// 8 for a synapse of an event and 16 for reading and writing the sum.
    /// </summary>
    public static double TrafficPerSample(ChipImage image, long events) => image.Arithmetic.Kind == ArithmeticKind.Integer
        ? 24.0 * events * image.Projections[0].Map.Total / image.Populations[0].Size
        : 12.0 * image.Projections[0].Map.Total * image.Steps;

    /// <summary>Different targets of each source, in ascending order: each from a stretch of its own of equal length.</summary>
    private static CsrMap Draw(Random random, int neurons, int fanOut)
    {
        var targets = new int[(long)neurons * fanOut];
        for (var source = 0; source < neurons; source++)
        {
            for (var k = 0; k < fanOut; k++)
            {
                var (from, to) = ((long)neurons * k / fanOut, (long)neurons * (k + 1) / fanOut);
                targets[((long)source * fanOut) + k] = (int)random.NextInt64(from, to);
            }
        }

        return new([.. Enumerable.Range(0, neurons + 1).Select(s => s * fanOut)], ImmutableArray.Create(targets), neurons);
    }
}
