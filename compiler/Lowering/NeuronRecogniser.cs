using System.Collections.Immutable;
using NeuroChip.Ir.Graphs;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Compiler.Lowering;

/// <summary>A share of a port's input: a node's value times a factor (one, or one per neuron).</summary>
internal sealed record PortShare(int Node, float[] Factor);

/// <summary>A neuron model found, with everything in the framework's order of elements.</summary>
/// <param name="Neuron">The model.</param>
/// <param name="Ports">Per port, the nodes whose values add up to its input.</param>
/// <param name="Domain">What it emits.</param>
/// <param name="Observed">Nodes a host reads: a formula over the emission (port 0) and the states (ports 1..).</param>
internal sealed record RecognisedNeuron(Neuron Neuron, ImmutableArray<ImmutableArray<PortShare>> Ports, SpikeDomain Domain, IReadOnlyDictionary<int, ElementwiseProgram> Observed);

/// <summary>
/// Recognises neurons by what they compute. The recurrence of a cluster is brought to its normal form and split by its spike: what the
/// state becomes with and without it. If both are affine, the cluster is a <see cref="LifNeuron"/> (one state) or an
/// <see cref="AffineNeuron"/>, whichever way the exporter wrote it; everything else is kept as the arithmetic it is.
/// </summary>
internal sealed class NeuronRecogniser(Graph graph, StateLoops loops)
{
    /// <summary>Recognises the neuron that emits a cluster's value.</summary>
    public RecognisedNeuron Recognise(NeuronCluster cluster, IReadOnlyList<int> observed) =>
        TryAffine(cluster, observed) ?? Arithmetic(cluster, observed);

    private RecognisedNeuron? TryAffine(NeuronCluster cluster, IReadOnlyList<int> observed)
    {
        var formulas = new NeuronFormulas(graph, loops, cluster);
        var states = cluster.States.ToList();
        if (NextStates(formulas, states) is null) return null;
        while (Redundant(formulas, cluster, states) is { } redundant) states.Remove(redundant);
        if (formulas.Of(cluster.Emission) is not { } emission || NextStates(formulas, states) is not { } next) return null;
        var spiking = loops.IsTruth(cluster.Emission);
        var recurrence = spiking ? Spiking(formulas, cluster, states, emission, next) : Readout(states, formulas, emission, next);
        if (recurrence is null) return null;
        var values = new Dictionary<int, ElementwiseProgram>();
        foreach (var node in observed)
        {
            if (formulas.Of(node) is not { } value || recurrence.Observe(value) is not { } program) return null;
            values[node] = program;
        }
        return recurrence.ToNeuron(graph, formulas, cluster, values);
    }

    private Dictionary<int, Polynomial>? NextStates(NeuronFormulas formulas, List<int> states)
    {
        var next = new Dictionary<int, Polynomial>();
        foreach (var state in states)
        {
            if (formulas.Of(graph.Nodes[state].Operands[0]) is not { } polynomial) return null;
            next[state] = polynomial;
        }
        return next;
    }

    /// <summary>
    /// Replaces a state that is always an affine function of another one (exporters delay v, -v and 0.9 v apart) and returns it; null if there is none left.
    /// </summary>
    private int? Redundant(NeuronFormulas formulas, NeuronCluster cluster, List<int> states)
    {
        var next = NextStates(formulas, states)!;
        if (loops.IsTruth(cluster.Emission) && formulas.Of(cluster.Emission) is { } spike)
        {
            foreach (var state in states)
            {
                if (!StartsAtZero(state) || AffineRecurrence.Multiple(next[state], spike) is not ({ } scale, [0.0])) continue;
                formulas.Replace(state, Polynomial.Atom(formulas.PreviousSpike).Scale(scale));
                return state;
            }
        }
        foreach (var state in Enumerable.Reverse(states))
        {
            foreach (var other in states)
            {
                if (other == state || loops.IsTruth(Undelayed(state)) != loops.IsTruth(Undelayed(other)) && !loops.IsTruth(Undelayed(other))) continue;
                var (factor, constant) = AffineRecurrence.Multiple(next[state], next[other]);
                if (factor is null) continue;
                var (start, from) = (StartOf(graph, state).Values.ToArray(), StartOf(graph, other).Values.ToArray());
                var expected = Polynomial.Zip(Polynomial.Zip(factor, from, (a, b) => a * b), constant, (a, b) => a + b);
                if (Polynomial.Zip(expected, start, (a, b) => Math.Abs(a - b)).Any(d => d > Polynomial.Tolerance)) continue;
                formulas.Replace(state, Polynomial.Atom(formulas.AtomOf(other)).Scale(factor) + Polynomial.Constant(constant));
                return state;
            }
        }
        return null;
    }

    private int Undelayed(int state) => graph.Nodes[state].Operands[0];

    private AffineRecurrence? Spiking(NeuronFormulas formulas, NeuronCluster cluster, List<int> kept, Polynomial emission, Dictionary<int, Polynomial> next)
    {
        if (emission.Terms.ToArray() is not [{ Atoms: [var spike], Coefficient: [1.0] }] || !formulas.IsComparison(spike)) return null;
        var (difference, strict) = formulas.ComparisonOf(spike);
        int[] states = [.. kept];
        if (states.Any(s => loops.IsTruth(graph.Nodes[s].Operands[0]))) return null;

        var stateAtoms = states.Select(formulas.AtomOf).ToHashSet();
        var used = states.SelectMany(s => next[s].Atoms()).Concat(difference.Atoms()).ToHashSet();
        // A comparison over the state alone is the spike of the step before, computed again.
        var before = used.Where(a => formulas.IsPreviousSpike(a) || (a != spike && formulas.IsComparison(a))).ToArray();
        if (before.Any(a => formulas.IsComparison(a) && !formulas.ComparisonOf(a).Difference.Atoms().IsSubsetOf(stateAtoms))) return null;
        if (before.Length > 0 && used.Contains(spike)) return null;

        Polynomial Given(Polynomial p, bool fired) => before.Aggregate(p, (q, a) => q.With(a, fired)).With(spike, fired);
        var recurrence = new AffineRecurrence { States = states, Spike = spike, Strict = strict, Spiking = true };
        if (states.Length == 0)
        {
            // Without state the membrane is the input itself; the threshold is the constant of the comparison.
            if (!difference.IsAffine || before.Length > 0) return null;
            var constant = difference[[]];
            recurrence.Basis = [difference - Polynomial.Constant(constant)];
            recurrence.Kept = recurrence.Basis;
            recurrence.Fired = recurrence.Basis;
            recurrence.Watch = [[1]];
            recurrence.Threshold = [.. constant.Select(c => -c)];
            return recurrence;
        }
        var delayed = before.Length > 0;
        recurrence.Basis = [.. states.Select(s => delayed ? next[s] : next[s].With(spike, false))];
        recurrence.Kept = [.. states.Select(s => Given(next[s], false))];
        if (recurrence.Kept.Any(p => !p.IsAffine || p.Atoms().Any(formulas.IsComparison))) return null;
        var (watch, threshold) = AffineRecurrence.Solve(difference, recurrence.Basis);
        if (watch is null) return null;
        recurrence.Watch = watch;
        recurrence.Threshold = [.. threshold.Select(t => -t)];
        if (delayed)
        {
            recurrence.Fired = [.. states.Select(s => Given(next[s], true))];
            var again = Polynomial.Constant(threshold);
            for (var i = 0; i < states.Length; i++) again += Polynomial.Atom(formulas.AtomOf(states[i])).Scale(watch[i]);
            foreach (var a in before)
                if (formulas.IsComparison(a) && (formulas.ComparisonOf(a).Strict != strict || !formulas.ComparisonOf(a).Difference.AlmostEquals(again))) return null;
        }
        else
        {
            // What the state becomes with a spike, in terms of what it would be without; the next step starts from there.
            var fired = new Polynomial[states.Length];
            var reset = states.Select(s => AffineRecurrence.Solve(next[s].With(spike, true), recurrence.Basis)).ToArray();
            if (reset.Any(r => r.Factors is null)) return null;
            for (var i = 0; i < states.Length; i++)
            {
                fired[i] = recurrence.Kept[i];
                for (var j = 0; j < states.Length; j++)
                {
                    var factor = recurrence.Kept[i][formulas.AtomOf(states[j])];
                    var replaced = Polynomial.Constant(reset[j].Constant);
                    for (var m = 0; m < states.Length; m++) replaced += Polynomial.Atom(formulas.AtomOf(states[m])).Scale(reset[j].Factors![m]);
                    fired[i] = fired[i] - Polynomial.Atom(formulas.AtomOf(states[j])).Scale(factor) + replaced.Scale(factor);
                }
            }
            recurrence.Fired = fired;
        }
        if (recurrence.Fired.Any(p => !p.IsAffine || p.Atoms().Any(formulas.IsComparison))) return null;
        // Inputs must count the same after a spike; and the network must not start with one pending.
        foreach (var input in cluster.Inputs)
            for (var i = 0; i < states.Length; i++)
                if (!SameCoefficient(recurrence.Kept[i], recurrence.Fired[i], formulas.AtomOf(input))) return null;
        return FiresAtStart(recurrence) && recurrence.Resets ? null : recurrence;
    }

    private static AffineRecurrence? Readout(List<int> kept, NeuronFormulas formulas, Polynomial emission, Dictionary<int, Polynomial> next)
    {
        int[] states = [.. kept];
        if (states.Length == 0) return null;
        Polynomial[] basis = [.. states.Select(s => next[s])];
        if (basis.Append(emission).Any(p => !p.IsAffine || p.Atoms().Any(formulas.IsComparison))) return null;
        var (watch, constant) = AffineRecurrence.Solve(emission, basis);
        if (watch is null || constant is not [0.0]) return null;
        return new() { States = states, Spike = -1, Spiking = false, Basis = basis, Kept = basis, Fired = basis, Watch = watch, Threshold = [0] };
    }

    private RecognisedNeuron Arithmetic(NeuronCluster cluster, IReadOnlyList<int> observed)
    {
        var program = new NeuronProgramBuilder(graph, cluster).Build(observed);
        var start = cluster.States.Select(s => StartOf(graph, s)).Concat(observed.Select(_ => Parameter.Zero));
        var values = observed.Select((node, i) => (node, Port: cluster.States.Count + i)).ToDictionary(
            v => v.node,
            v => ElementwiseProgram.PassThrough with { Ports = 1 + cluster.States.Count + observed.Count, Code = [new(ElementwiseOp.Input, 1 + v.Port)] });
        var neuron = new ArithmeticNeuron(TitleOf(cluster), program, [.. start], [.. cluster.Inputs.Select(_ => Parameter.One)]);
        var domain = new DomainInference(graph, loops).Of(cluster.Emission);
        return new(neuron, [.. cluster.Inputs.Select(i => ImmutableArray.Create(new PortShare(i, Floats.One)))], domain, values);
    }

    private string TitleOf(NeuronCluster cluster)
    {
        var formulas = new NeuronFormulas(graph, loops, cluster);
        var next = NextStates(formulas, [.. cluster.States]);
        var squares = next?.Values.Any(p => p.Terms.Any(t => t.Atoms.Any(a => !formulas.IsComparison(a) && t.Atoms.Count(b => a == b) == 2))) ?? false;
        return NeuronTitles.OfArithmetic(graph, cluster, squares, loops.IsTruth(cluster.Emission));
    }

    /// <summary>Start of a delay as a parameter.</summary>
    public static Parameter StartOf(Graph graph, int delay)
    {
        var values = Floats.Broadcast(graph.Nodes[delay].Constant!, graph.Nodes[delay].Shape);
        return new([.. values.Select(v => (double)v)]);
    }

    private bool StartsAtZero(int state) => StartOf(graph, state).Is(0);

    private bool FiresAtStart(AffineRecurrence recurrence)
    {
        var membrane = Polynomial.Constant(recurrence.Threshold).Scale([-1]);
        for (var i = 0; i < recurrence.States.Length; i++)
            membrane += Polynomial.Constant([.. StartOf(graph, recurrence.States[i]).Values]).Scale(recurrence.Watch[i]);
        return membrane[[]].Any(m => recurrence.Strict ? m > 0 : m >= 0);
    }

    private static bool SameCoefficient(Polynomial a, Polynomial b, int atom) =>
        Polynomial.Zip(a[atom], b[atom], (x, y) => Math.Abs(x - y)).All(d => d <= Polynomial.Tolerance);
}
