using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Passes;

/// <summary>What the scales and bounds around a neuron are.</summary>
/// <param name="Population">The float32 population.</param>
/// <param name="Scales">Per port and channel, the value of 1 in the accumulator.</param>
/// <param name="Bounds">Per port and channel, largest magnitude of the accumulator in its own units, bias included.</param>
/// <param name="Residual">Per port, what the integer bias leaves over, in units of the model; null for none. Where there is a state the neuron takes it as an offset.</param>
/// <param name="PayloadUnit">Value of payload 1 that the targets reckon with; null where the emission is not real, or where nothing but readouts sees it.</param>
/// <param name="Steps">Steps of a sample.</param>
internal sealed record NeuronContext(
    Population Population, IReadOnlyList<double[]> Scales, IReadOnlyList<double[]> Bounds, IReadOnlyList<double[]?> Residual, double? PayloadUnit, int Steps);

/// <summary>A quantised neuron, and the values of its units for whoever reads it.</summary>
/// <param name="Neuron">The neuron.</param>
/// <param name="StateUnit">Value of 1 in its state variables, per address modulo length; null for states in float32 or none.</param>
/// <param name="EmissionUnit">Value of payload 1, likewise; null for 1.</param>
/// <param name="FractionBits">Bits of the states below the unit of the accumulator, least and greatest; null without integer states.</param>
/// <param name="MayOverflow">Whether a state could leave 32 bits by the bounds.</param>
internal sealed record QuantisedNeuron(Neuron Neuron, double[]? StateUnit, double[]? EmissionUnit, (int Least, int Greatest)? FractionBits = null, bool MayOverflow = false);

/// <summary>
/// Neurons in integers. States count in <c>unit = scale * gain / 2^F</c>: then the gain is the coefficient 2^(15+F), which is exact, and F bits below the
/// accumulator's unit hold what leaks and offsets need. F is as large as 32 bits allow for the largest state the inputs can drive to, at most 12.
/// </summary>
internal static class QuantiseNeurons
{
    /// <summary>Most fraction bits: more would not help, as a decay itself has 15.</summary>
    private const int MostFraction = 12;

    /// <summary>Fewest: the coefficient of the gain is then 2.</summary>
    private const int LeastFraction = -14;

    /// <summary>Bits that states keep below the payload that is made of them; their coefficient then has ten.</summary>
    private const int StateBelowPayload = 5;

    /// <summary>States are kept below this, a quarter of what int32 holds: one more term can be added without overflow.</summary>
    private const double StateLimit = 1 << 29;

    public static QuantisedNeuron Quantise(NeuronContext context) => context.Population.Neuron switch
    {
        SourceNeuron n => context.Population.Domain == SpikeDomain.Real
            ? new(n with { Unit = context.PayloadUnit!.Value }, null, [context.PayloadUnit.Value])
            : new(n, null, null),
        RelayNeuron n => Relay(n, context),
        LifNeuron n => Lif(n, context),
        AffineNeuron n => Affine(n, context),
        ArithmeticNeuron n => Arithmetic(n, context),
        var other => throw new ArgumentException($"neuron '{other.Keyword}' cannot be quantised"),
    };

    private static QuantisedNeuron Relay(RelayNeuron n, NeuronContext context)
    {
        var scale = context.Scales[0];
        var length = QuantiseRows.LeastMultiple(scale.Length, n.Gain.Length);
        if (context.PayloadUnit is null && context.Population.Domain == SpikeDomain.Real)
        {
            // Only readouts see it: the accumulator is handed on as it is, and they know its scale.
            var units = Of(length, c => (double)(float)(At(scale, c) * Math.Abs(n.Gain.At(c))));
            for (var c = 0; c < length; c++)
                if (units[c] == 0) units[c] = 1;
            return new(new RelayNeuron(Coefficients(context, "gain", length, c => n.Gain.At(c) * At(scale, c) / units[c])), null, units);
        }

        var unit = context.PayloadUnit ?? 1;
        return new(new RelayNeuron(Coefficients(context, "gain", length, c => n.Gain.At(c) * At(scale, c) / unit)), null, context.PayloadUnit is null ? null : [unit]);
    }

    private static QuantisedNeuron Lif(LifNeuron n, NeuronContext context)
    {
        var (scale, bound, rest) = (context.Scales[0], context.Bounds[0], context.Residual[0]);
        var length = Period([scale, bound, rest], n.Decay, n.Offset, n.FiredDecay, n.FiredOffset, n.Gain, n.Threshold, n.Start);
        var (unit, fraction) = (new double[length], new int[length]);
        var overflows = false;
        for (var c = 0; c < length; c++)
        {
            var gain = Math.Abs(n.Gain.At(c));
            var natural = At(scale, c) * (gain == 0 ? 1 : gain);
            var input = (gain * At(scale, c) * At(bound, c)) + Math.Max(Math.Abs(n.Offset.At(c)), Math.Abs(n.FiredOffset.At(c))) + Math.Abs(n.Gain.At(c) * Rest(rest, c));
            var decay = Math.Max(Math.Abs(n.Decay.At(c)), Math.Abs(n.FiredDecay.At(c)));
            var reach = Math.Abs(n.Start.At(c));
            for (var t = 0; t < context.Steps; t++) reach = (decay * reach) + input;
            reach = Math.Max(reach, Math.Abs(n.Threshold.At(c)));
            (fraction[c], var fits) = Fraction(reach, natural, MostFraction);
            overflows |= !fits;
            unit[c] = natural * Math.Pow(2, -fraction[c]);
        }

        var neuron = n with
        {
            Decay = Coefficients(context, "decay", length, n.Decay.At),
            Offset = Whole(context, "offset", length, c => (n.Offset.At(c) + (n.Gain.At(c) * Rest(rest, c))) / unit[c]),
            FiredDecay = Coefficients(context, "decay after a spike", length, n.FiredDecay.At),
            FiredOffset = Whole(context, "offset after a spike", length, c => (n.FiredOffset.At(c) + (n.Gain.At(c) * Rest(rest, c))) / unit[c]),
            Gain = Coefficients(context, "gain", length, c => n.Gain.At(c) * At(scale, c) / unit[c]),
            Threshold = Threshold(context, n.Threshold, n.Strict, unit),
            Start = Whole(context, "start", length, c => n.Start.At(c) / unit[c]),
        };
        return new(neuron, unit, null, (fraction.Min(), fraction.Max()), overflows);
    }

    private static QuantisedNeuron Affine(AffineNeuron n, NeuronContext context)
    {
        var (states, ports) = (n.States, n.Ports);
        Parameter[] all = [.. n.Decay, .. n.Offset, .. n.FiredDecay, .. n.FiredOffset, .. n.Gain, .. n.Watch, .. n.Start, n.Threshold];
        var length = Period([.. context.Scales, .. context.Bounds, .. context.Residual], all);
        double GainOf(int i, int p, int c) => n.Gain[(i * ports) + p].At(c);
        double OffsetOf(ImmutableArray<Parameter> offset, int i, int c) =>
            offset[i].At(c) + Enumerable.Range(0, ports).Sum(p => GainOf(i, p, c) * Rest(context.Residual[p], c));

        // The membrane sum of a readout may go to targets, which reckon with one unit: the conversion is part of its weights.
        var payload = n.Spiking ? null : context.PayloadUnit;
        var (unit, fraction) = (new double[length], new int[length]);
        var overflows = false;
        for (var c = 0; c < length; c++)
        {
            // One unit for all states of a neuron, so that the couplings between them are the coefficients of the model, a 1 staying exactly 1.
            var steps = Enumerable.Range(0, states * ports).Select(k => Math.Abs(n.Gain[k].At(c)) * At(context.Scales[k % ports], c)).Where(g => g > 0).DefaultIfEmpty(1).ToList();
            var natural = steps.Min();
            var reach = Reach(c);
            var most = Math.Min(MostFraction, 15 - (int)Math.Ceiling(Math.Log2(steps.Max() / natural)));

            // States much finer than the payload made of them would need a coefficient too small to be precise.
            if (payload is { } coarse) most = Math.Min(most, (int)Math.Floor(Math.Log2(natural / coarse)) + StateBelowPayload);
            (fraction[c], var fits) = Fraction(reach, natural, most);
            overflows |= !fits;
            unit[c] = natural * Math.Pow(2, -fraction[c]);
        }

        var neuron = n with
        {
            Decay = Each(n.Decay, "decay"),
            FiredDecay = Each(n.FiredDecay, "decay after a spike"),
            Offset = [.. n.Offset.Select((_, i) => Whole(context, "offset", length, c => OffsetOf(n.Offset, i, c) / unit[c]))],
            FiredOffset = [.. n.FiredOffset.Select((_, i) => Whole(context, "offset after a spike", length, c => OffsetOf(n.FiredOffset, i, c) / unit[c]))],
            Gain = [.. n.Gain.Select((g, k) => Coefficients(context, "gain", length, c => g.At(c) * At(context.Scales[k % ports], c) / unit[c]))],
            Watch = [.. n.Watch.Select(w => Coefficients(context, "watch weight", length, c => payload is { } u ? w.At(c) * unit[c] / u : w.At(c)))],
            Threshold = n.Spiking ? Threshold(context, n.Threshold, n.Strict, unit) : Parameter.Zero,
            Start = [.. n.Start.Select(s => Whole(context, "start", length, c => s.At(c) / unit[c]))],
        };
        double[]? emission = n.Spiking ? null : payload is { } one ? [one] : unit;
        return new(neuron, unit, emission, (fraction.Min(), fraction.Max()), overflows);

        ImmutableArray<Parameter> Each(ImmutableArray<Parameter> coefficients, string what) => [.. coefficients.Select(a => Coefficients(context, what, length, a.At))];

        double Reach(int c)
        {
            var z = n.Start.Select(s => Math.Abs(s.At(c))).ToArray();
            var most = z.Max();
            for (var t = 0; t < context.Steps; t++)
            {
                var next = new double[states];
                for (var i = 0; i < states; i++)
                {
                    double Side(ImmutableArray<Parameter> a, ImmutableArray<Parameter> o) =>
                        Math.Abs(OffsetOf(o, i, c)) + Enumerable.Range(0, states).Sum(j => Math.Abs(a[(i * states) + j].At(c)) * z[j]);
                    next[i] = Math.Max(Side(n.Decay, n.Offset), n.Spiking ? Side(n.FiredDecay, n.FiredOffset) : 0);
                    for (var p = 0; p < ports; p++) next[i] += Math.Abs(GainOf(i, p, c)) * At(context.Scales[p], c) * At(context.Bounds[p], c);
                    most = Math.Max(most, next[i]);
                }

                z = next;
            }

            // The sum that is compared is formed in the same units.
            var watched = Enumerable.Range(0, states).Sum(i => Math.Abs(n.Watch[i].At(c)));
            return Math.Max(most * Math.Max(1, watched), n.Spiking ? Math.Abs(n.Threshold.At(c)) : 0);
        }
    }

    private static QuantisedNeuron Arithmetic(ArithmeticNeuron n, NeuronContext context)
    {
        var isReal = context.Population.Domain == SpikeDomain.Real;
        var units = context.Scales.Select((s, p) => Same(new Parameter([.. Of(QuantiseRows.LeastMultiple(s.Length, n.Units[p].Length), c => (double)(float)(At(s, c) * n.Units[p].At(c)))])));
        return new(n with { Units = [.. units], OutputUnit = isReal ? context.PayloadUnit!.Value : 1 }, null, isReal ? [context.PayloadUnit!.Value] : null);
    }

    /// <summary>Fraction bits so that <paramref name="reach"/> fits, and whether it does.</summary>
    private static (int Bits, bool Fits) Fraction(double reach, double natural, int most)
    {
        var room = Math.Floor(Math.Log2(StateLimit * natural / Math.Max(reach, natural)));
        return room < LeastFraction || double.IsNaN(room) ? (LeastFraction, false) : ((int)Math.Min(room, Math.Max(most, LeastFraction)), true);
    }

    /// <summary>
    /// The least whole number that an integer membrane must reach for the real one to be at the threshold (or, where strict, the greatest it must exceed).
    /// A threshold that is whole but for rounding is taken as whole.
    /// </summary>
    private static Parameter Threshold(NeuronContext context, Parameter threshold, bool strict, double[] unit) => Whole(context, "threshold", unit.Length, c =>
    {
        var exact = threshold.At(c) / unit[c];
        var nearest = Math.Round(exact);
        if (Math.Abs(exact - nearest) <= 1e-6 * Math.Max(1, Math.Abs(exact))) return nearest;
        return strict ? Math.Floor(exact) : Math.Ceiling(exact);
    });

    private static Parameter Coefficients(NeuronContext context, string what, int length, Func<int, double> value) => Whole(context, what, length, c => value(c) * FixedPoint.One);

    private static Parameter Whole(NeuronContext context, string what, int length, Func<int, double> value)
    {
        var whole = Of(length, c => Math.Round(value(c), MidpointRounding.AwayFromZero));
        foreach (var v in whole)
        {
            if (Math.Abs(v) <= int.MaxValue) continue;
            throw new DiagnosticException(Diagnostic.Error(
                "NC2901", $"the {what} of '{context.Population.Name}' would be {v:G6} in integers; 32 bits hold up to {int.MaxValue}",
                new Place(context.Population.Name), "its magnitude does not fit its inputs: compile with --precision float32, or scale the layer"));
        }

        return Same(new Parameter([.. whole]));
    }

    private static Parameter Same(Parameter parameter) => parameter.Is(parameter.Values[0]) ? new Parameter(parameter.Values[0]) : parameter;

    private static double[] Of(int length, Func<int, double> value)
    {
        var values = new double[length];
        for (var c = 0; c < length; c++) values[c] = value(c);
        return values;
    }

    private static double At(double[] values, int c) => values[c % values.Length];

    private static double Rest(double[]? rest, int c) => rest is null ? 0 : rest[c % rest.Length];

    private static int Period(IEnumerable<double[]?> arrays, params ReadOnlySpan<Parameter> parameters)
    {
        var length = 1;
        foreach (var array in arrays) length = QuantiseRows.LeastMultiple(length, array?.Length ?? 1);
        foreach (var parameter in parameters) length = QuantiseRows.LeastMultiple(length, parameter.Length);
        return length;
    }

    /// <summary>A unit as the tensor that a readout multiplies with.</summary>
    public static Tensor? ScaleTensor(double[]? unit)
    {
        if (unit is null) return null;
        return unit.All(u => u == unit[0]) ? Tensor.Scalar((float)unit[0]) : Tensor.Vector(Array.ConvertAll(unit, u => (float)u));
    }
}
