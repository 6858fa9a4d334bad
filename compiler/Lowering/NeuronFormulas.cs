using NeuroChip.Ir.Graphs;

namespace NeuroChip.Compiler.Lowering;

/// <summary>A comparison as an atom: 1 where <paramref name="Difference"/> is positive (or, unless <paramref name="Strict"/>, zero).</summary>
internal sealed record Comparison(Polynomial Difference, bool Strict);

/// <summary>
/// The normal form of a cluster: each next state and the emission as a polynomial in states, inputs and comparisons. What has none (an
/// exponential, a rounding) makes <see cref="Of"/> return null; such a neuron stays as arithmetic.
/// </summary>
internal sealed class NeuronFormulas
{
    private readonly Graph graph;
    private readonly StateLoops loops;
    private readonly NeuronCluster cluster;
    private readonly int size;
    private readonly Dictionary<int, Polynomial?> known = [];
    private readonly Dictionary<int, Polynomial> replaced = [];
    private readonly Dictionary<int, int> atomOf = [];
    private readonly List<(char Kind, int Node, Comparison? Comparison)> atoms = [];

    public NeuronFormulas(Graph graph, StateLoops loops, NeuronCluster cluster)
    {
        this.graph = graph;
        this.loops = loops;
        this.cluster = cluster;
        size = Ir.Tensors.Tensor.Count(graph.Nodes[cluster.Emission].Shape.AsSpan());
        foreach (var state in cluster.States) AddAtom(state, 's');
        foreach (var input in cluster.Inputs) AddAtom(input, 'x');
    }

    /// <summary>Says that a state always is an affine function of another one, so that it need not be kept.</summary>
    public void Replace(int state, Polynomial by)
    {
        replaced[state] = by;
        known.Clear();
    }

    /// <summary>Atom of the spike of the step before, for states that only hold it, scaled.</summary>
    public int PreviousSpike
    {
        get
        {
            var atom = atoms.FindIndex(a => a.Kind == 'p');
            if (atom >= 0) return atom;
            atoms.Add(('p', -1, null));
            return atoms.Count - 1;
        }
    }

    /// <summary>Whether an atom is <see cref="PreviousSpike"/>.</summary>
    public bool IsPreviousSpike(int atom) => atoms[atom].Kind == 'p';

    /// <summary>Number of neurons.</summary>
    public int Size => size;

    public bool IsComparison(int atom) => atoms[atom].Kind == 'c';

    /// <summary>The comparison behind an atom.</summary>
    public Comparison ComparisonOf(int atom) => atoms[atom].Comparison!;

    /// <summary>Atom of a state (delay node) or an input node.</summary>
    public int AtomOf(int node) => atomOf[node];

    /// <summary>Name of an atom for messages.</summary>
    public string Name(int atom)
    {
        var (kind, _, comparison) = atoms[atom];
        var rank = atoms.Take(atom).Count(a => a.Kind == kind);
        if (kind == 'p') return "s'";
        if (kind == 'c') return $"[{comparison!.Difference.Format(Name)} {(comparison.Strict ? ">" : ">=")} 0]";
        return kind == 's' ? $"v{rank}" : $"x{rank}";
    }

    /// <summary>The polynomial of a node, or null.</summary>
    public Polynomial? Of(int node)
    {
        if (replaced.TryGetValue(node, out var by)) return by;
        if (atomOf.TryGetValue(node, out var atom)) return Polynomial.Atom(atom);
        if (known.TryGetValue(node, out var found)) return found;
        known[node] = null;
        return known[node] = Compute(graph.Nodes[node]);
    }

    private Polynomial? Compute(GraphNode n)
    {
        if (n.Op == "Constant")
        {
            var values = cluster.ValuesOf(n);
            return values.Length == 1 || values.Length == size ? Polynomial.Constant([.. values.Select(v => (double)v)]) : null;
        }
        if (loops.IsTruth(n.Id) && n.Op is "Relu" or "Clip") return Compare(graph.Nodes[n.Operands[0]].Operands[0], -1, true);
        var a = n.Operands.Length > 0 && n.Operands[0] >= 0 && n.Op is not ("Greater" or "GreaterOrEqual" or "Less" or "LessOrEqual") ? Of(n.Operands[0]) : null;
        var b = n.Operands.Length > 1 && n.Operands[1] >= 0 && n.Op is "Add" or "Sub" or "Mul" or "Div" or "And" or "Or" or "Where" ? Of(n.Operands[1]) : null;
        switch (n.Op)
        {
            case "Cast" or "Reshape" or "Identity":
                return a;
            case "Neg":
                return a?.Scale([-1]);
            case "Not":
                return a is null ? null : Polynomial.Constant([1]) - a;
            case "Add":
                return a is null || b is null ? null : a + b;
            case "Sub":
                return a is null || b is null ? null : a - b;
            case "Mul" or "And":
                return a is null || b is null ? null : Polynomial.Multiply(a, b, IsTruthAtom);
            case "Or":
                return a is null || b is null ? null : a + b - Polynomial.Multiply(a, b, IsTruthAtom);
            case "Div":
                return a is null || b is not { IsConstant: true } || b.IsZero ? null : a.Scale([.. b[[]].Select(v => 1 / v)]);
            case "Where":
                if (a is null || b is null || Of(n.Operands[2]) is not { } c) return null;
                return Polynomial.Multiply(a, b, IsTruthAtom) + Polynomial.Multiply(Polynomial.Constant([1]) - a, c, IsTruthAtom);
            case "Greater":
                return Compare(n.Operands[0], n.Operands[1], true);
            case "GreaterOrEqual":
                return Compare(n.Operands[0], n.Operands[1], false);
            case "Less":
                return Compare(n.Operands[1], n.Operands[0], true);
            case "LessOrEqual":
                return Compare(n.Operands[1], n.Operands[0], false);
            default:
                return null;
        }
    }

    private bool IsTruthAtom(int atom) => atoms[atom].Kind is 'c' or 'p' || (atoms[atom].Kind == 's' && loops.IsTruth(Undelayed(atoms[atom].Node)));

    private int Undelayed(int node)
    {
        while (graph.Nodes[node].Op is "Delay" or "Cast" or "Reshape") node = graph.Nodes[node].Operands[0];
        return node;
    }

    private Polynomial? Compare(int left, int right, bool strict)
    {
        if (Of(left) is not { } a || (right >= 0 ? Of(right) : Polynomial.Zero) is not { } b) return null;
        var difference = a - b;
        // One orientation for each condition: [d > 0] with a negative leading factor is 1 - [-d >= 0].
        var leading = difference.Terms.FirstOrDefault(t => t.Atoms.Length > 0).Coefficient;
        if (leading is not null && leading[0] < 0) return Polynomial.Constant([1]) - ComparisonAtom(difference.Scale([-1]), !strict);
        return ComparisonAtom(difference, strict);
    }

    private Polynomial ComparisonAtom(Polynomial difference, bool strict)
    {
        for (var i = 0; i < atoms.Count; i++)
            if (atoms[i].Comparison is { } c && c.Strict == strict && c.Difference.AlmostEquals(difference)) return Polynomial.Atom(i);
        atoms.Add(('c', -1, new(difference, strict)));
        return Polynomial.Atom(atoms.Count - 1);
    }

    private void AddAtom(int node, char kind)
    {
        atomOf[node] = atoms.Count;
        atoms.Add((kind, node, null));
    }
}
