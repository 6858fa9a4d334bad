using System.Collections.Immutable;
using NeuroChip.Ir.Graphs;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Compiler.Lowering;

/// <summary>A recurrence that is affine with and without a spike, still as polynomials.</summary>
internal sealed class AffineRecurrence
{
    /// <summary>Delay nodes.</summary>
    public required int[] States { get; init; }

    /// <summary>Atom of the spike; -1 for a readout.</summary>
    public required int Spike { get; init; }

    public required bool Spiking { get; init; }

    public bool Strict { get; init; }

    /// <summary>What each state variable of the neuron holds after a step, before any reset of that step's spike.</summary>
    public Polynomial[] Basis { get; set; } = [];

    /// <summary>The next state if the neuron did not fire in the step before.</summary>
    public Polynomial[] Kept { get; set; } = [];

    /// <summary>The next state if it did.</summary>
    public Polynomial[] Fired { get; set; } = [];

    /// <summary>The membrane as a combination of the states: a factor per state, one for all neurons or one each.</summary>
    public double[][] Watch { get; set; } = [];

    public double[] Threshold { get; set; } = [];

    /// <summary>Whether a spike changes the state.</summary>
    public bool Resets => Kept.Zip(Fired).Any(p => !p.First.AlmostEquals(p.Second));

    /// <summary>
    /// Writes <paramref name="target"/> as a combination of <paramref name="basis"/> plus a constant; with several states the factors are the
    /// same for all neurons. Factors is null if there is none.
    /// </summary>
    public static (double[][]? Factors, double[] Constant) Solve(Polynomial target, IReadOnlyList<Polynomial> basis)
    {
        if (basis.Count == 1)
        {
            var (factor, constant) = Multiple(target, basis[0]);
            return factor is null ? (null, []) : ([[.. factor.Select(Snapped)]], constant);
        }
        var products = basis.Append(target).SelectMany(p => p.Terms).Where(t => t.Atoms.Length > 0).Select(t => t.Atoms).DistinctBy(a => string.Join(',', a)).ToArray();
        int n = basis.Count;
        var normal = new double[n, n + 1];
        foreach (var atoms in products)
        {
            for (var i = 0; i < n; i++)
            {
                var bi = basis[i][atoms][0];
                for (var j = 0; j < n; j++) normal[i, j] += bi * basis[j][atoms][0];
                normal[i, n] += bi * target[atoms][0];
            }
        }
        var factors = Eliminate(normal, n);
        if (factors is null) return (null, []);
        var rest = target;
        for (var i = 0; i < n; i++)
        {
            factors[i] = Snapped(factors[i]);
            rest -= basis[i].Scale([factors[i]]);
        }
        var size = products.Length == 0 ? 1 : products.Max(a => basis.Append(target).Max(p => Math.Abs(p[a][0])));
        var left = rest.Terms.Where(t => t.Atoms.Length > 0).SelectMany(t => t.Coefficient).Select(Math.Abs).DefaultIfEmpty(0).Max();
        return left <= Polynomial.Tolerance * size ? ([.. factors.Select(f => new[] { f })], rest[[]]) : (null, []);
    }

    /// <summary>Factors that are integers but for rounding are integers.</summary>
    private static double Snapped(double factor) => Math.Abs(factor - Math.Round(factor)) < 1e-7 ? Math.Round(factor) : factor;

    /// <summary>
    /// Writes <paramref name="target"/> as a multiple of one polynomial, by a factor that may differ between neurons, plus a constant.
    /// </summary>
    public static (double[]? Factor, double[] Constant) Multiple(Polynomial target, Polynomial of)
    {
        var greatest = of.Terms.Where(t => t.Atoms.Length > 0).OrderByDescending(t => t.Coefficient.Min(Math.Abs)).FirstOrDefault();
        if (greatest.Atoms is null || greatest.Coefficient.Any(c => c == 0)) return (null, []);
        var factor = Polynomial.Zip(target[greatest.Atoms], greatest.Coefficient, (a, b) => a / b);
        var rest = target - of.Scale(factor);
        var size = target.Terms.Select(t => t.Coefficient.Max(Math.Abs)).DefaultIfEmpty(0).Max();
        var left = rest.Terms.Where(t => t.Atoms.Length > 0).SelectMany(t => t.Coefficient).Select(Math.Abs).DefaultIfEmpty(0).Max();
        return left <= Polynomial.Tolerance * size ? (factor, rest[[]]) : (null, []);
    }

    /// <summary>A value a host wants to see, as a formula over the emission (port 0) and the states (ports 1..); null if it is none.</summary>
    public ElementwiseProgram? Observe(Polynomial value)
    {
        var kept = Solve(value.With(Spike, false), Basis);
        var fired = Solve(value.With(Spike, true), Basis);
        if (kept.Factors is null || fired.Factors is null) return null;
        var parameters = new List<Parameter>();
        var code = new List<Instruction>();
        var quiet = Combination(kept.Factors, kept.Constant);
        var same = kept.Factors.Zip(fired.Factors).All(p => p.First.AsSpan().SequenceEqual(p.Second)) && Polynomial.Zip(kept.Constant, fired.Constant, (a, b) => Math.Abs(a - b)).All(d => d < 1e-12);
        if (same) return new(1 + Basis.Length, [.. parameters], [.. code], quiet, []);
        var spiking = Combination(fired.Factors, fired.Constant);
        code.Add(new(ElementwiseOp.Input, 0));
        code.Add(new(ElementwiseOp.Select, code.Count - 1, spiking, quiet));
        return new(1 + Basis.Length, [.. parameters], [.. code], code.Count - 1, []);

        int Combination(double[][] factors, double[] constant)
        {
            var sum = -1;
            for (var i = 0; i < factors.Length; i++)
            {
                if (factors[i].All(f => f == 0)) continue;
                code.Add(new(ElementwiseOp.Input, 1 + i));
                var term = code.Count - 1;
                if (factors[i].Any(f => f != 1))
                {
                    var factor = Constant(factors[i]);
                    code.Add(new(ElementwiseOp.Multiply, term, factor));
                    term = code.Count - 1;
                }
                if (sum >= 0)
                {
                    code.Add(new(ElementwiseOp.Add, sum, term));
                    term = code.Count - 1;
                }
                sum = term;
            }
            if (sum >= 0 && constant.All(c => c == 0)) return sum;
            var offset = Constant(constant);
            if (sum < 0) return offset;
            code.Add(new(ElementwiseOp.Add, sum, offset));
            return code.Count - 1;
        }

        int Constant(double[] values)
        {
            parameters.Add(ToParameter(values));
            code.Add(new(ElementwiseOp.Parameter, parameters.Count - 1));
            return code.Count - 1;
        }
    }

    /// <summary>The neuron with its parameters rounded to float32, and which input goes to which port.</summary>
    public RecognisedNeuron? ToNeuron(Graph graph, NeuronFormulas formulas, NeuronCluster cluster, IReadOnlyDictionary<int, ElementwiseProgram> observed)
    {
        var n = Kept.Length;
        var gains = cluster.Inputs.Select(x => Kept.Select(p => p[formulas.AtomOf(x)]).ToArray()).ToArray();
        var ports = Grouped(cluster.Inputs, gains, out var portGains);
        if (ports.Count == 0) return null;
        var domain = Spiking ? SpikeDomain.Binary : SpikeDomain.Real;
        Parameter Start(int i) => States.Length == 0 ? Parameter.Zero : NeuronRecogniser.StartOf(graph, States[i]);
        if (n == 1 && Spiking && ports.Count == 1)
        {
            var w = Watch[0];
            Parameter Of(double[] values, double[]? factor = null) => ToParameter(factor is null ? values : Polynomial.Zip(values, factor, (v, f) => v * f));
            double[] decay = [0], firedDecay = [0];
            if (States.Length == 1) (decay, firedDecay) = (Kept[0][formulas.AtomOf(States[0])], Fired[0][formulas.AtomOf(States[0])]);
            var lif = new LifNeuron("", Of(decay), Of(Kept[0][[]], w), Of(firedDecay), Of(Fired[0][[]], w), Of(portGains[0][0], w), Of(Threshold), Strict, Of([.. Start(0).Values], w));
            if (States.Length == 0) lif = lif with { Offset = Parameter.Zero, FiredOffset = Parameter.Zero };
            lif = lif with { Model = NeuronTitles.Of(lif, States.Length > 0) };
            return new(lif, [.. ports], domain, w is [1.0] ? observed : observed.ToDictionary(o => o.Key, o => Unscaled(o.Value, ToParameter([.. w.Select(f => 1 / f)]))));
        }
        if (States.Length == 0) return null;
        var atoms = States.Select(formulas.AtomOf).ToArray();
        ImmutableArray<Parameter> Matrix(Polynomial[] rows) => [.. rows.SelectMany(r => atoms.Select(a => ToParameter(r[a])))];
        var affine = new AffineNeuron(
            "",
            [.. NeuronTitles.StateNames(n, [.. Watch.Select(w => w[0])])],
            Matrix(Kept),
            [.. Kept.Select(p => ToParameter(p[[]]))],
            Matrix(Fired),
            [.. Fired.Select(p => ToParameter(p[[]]))],
            [.. Enumerable.Range(0, n).SelectMany(i => portGains.Select(g => ToParameter(g[i])))],
            [.. Watch.Select(ToParameter)],
            Spiking,
            ToParameter(Threshold),
            Strict,
            [.. Enumerable.Range(0, n).Select(Start)]);
        return new(affine with { Model = NeuronTitles.Of(affine) }, [.. ports], domain, observed);
    }

    /// <summary>Inputs with proportional gains share a port; the factor between them goes into their projections.</summary>
    private static List<ImmutableArray<PortShare>> Grouped(IReadOnlyList<int> inputs, double[][][] gains, out List<double[][]> portGains)
    {
        var ports = new List<ImmutableArray<PortShare>>();
        portGains = [];
        for (var x = 0; x < inputs.Count; x++)
        {
            if (gains[x].All(g => g.All(v => v == 0))) continue;
            var placed = false;
            for (var p = 0; p < ports.Count && !placed; p++)
            {
                if (Ratio(gains[x], portGains[p]) is not { } ratio) continue;
                ports[p] = ports[p].Add(new(inputs[x], [.. ratio.Select(r => (float)r)]));
                placed = true;
            }
            if (placed) continue;
            ports.Add([new(inputs[x], Floats.One)]);
            portGains.Add(gains[x]);
        }
        return ports;
    }

    private static double[]? Ratio(double[][] gain, double[][] of)
    {
        double[]? ratio = null;
        for (var i = 0; i < gain.Length; i++)
        {
            if (of[i].All(v => v == 0) && gain[i].All(v => v == 0)) continue;
            if (of[i].Any(v => v == 0)) return null;
            var here = Polynomial.Zip(gain[i], of[i], (a, b) => a / b);
            if (ratio is not null && Polynomial.Zip(here, ratio, (a, b) => Math.Abs(a - b)).Any(d => d > 1e-9)) return null;
            ratio = here;
        }
        return ratio;
    }

    private static Parameter ToParameter(double[] values) => new([.. Polynomial.Compact([.. values.Select(v => (double)(float)v)])]);

    private static ElementwiseProgram Unscaled(ElementwiseProgram program, Parameter factor)
    {
        // The state of a LIF neuron is its membrane; a formula over the file's own state variable divides it out again.
        var parameters = program.Parameters.Add(factor);
        var code = ImmutableArray.CreateBuilder<Instruction>();
        code.Add(new(ElementwiseOp.Parameter, parameters.Length - 1));
        var moved = new int[program.Code.Length];
        for (var i = 0; i < program.Code.Length; i++)
        {
            var c = program.Code[i];
            var leaf = c.Op is ElementwiseOp.Input or ElementwiseOp.Parameter or ElementwiseOp.State;
            code.Add(leaf ? c : new(c.Op, moved[c.A], moved[c.B], moved[c.C]));
            if (c is { Op: ElementwiseOp.Input, A: > 0 }) code.Add(new(ElementwiseOp.Multiply, code.Count - 1, 0));
            moved[i] = code.Count - 1;
        }
        return program with { Parameters = parameters, Code = code.ToImmutable(), Emission = moved[program.Emission] };
    }

    private static double[]? Eliminate(double[,] m, int n)
    {
        var scale = 0.0;
        foreach (var v in m) scale = Math.Max(scale, Math.Abs(v));
        for (var c = 0; c < n; c++)
        {
            var pivot = c;
            for (var r = c + 1; r < n; r++)
                if (Math.Abs(m[r, c]) > Math.Abs(m[pivot, c])) pivot = r;
            if (Math.Abs(m[pivot, c]) <= 1e-12 * Math.Max(scale, 1e-300)) return null;
            for (var k = 0; k <= n; k++) (m[c, k], m[pivot, k]) = (m[pivot, k], m[c, k]);
            for (var r = 0; r < n; r++)
            {
                if (r == c) continue;
                var f = m[r, c] / m[c, c];
                for (var k = c; k <= n; k++) m[r, k] -= f * m[c, k];
            }
        }
        var x = new double[n];
        for (var i = 0; i < n; i++) x[i] = m[i, n] / m[i, i];
        return x;
    }
}
