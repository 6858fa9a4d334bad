using NeuroChip.Ir.Graphs;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Lowering;

/// <summary>
/// The operators that make up one neuron model: everything element-wise between its inputs (currents and spikes of other populations) and
/// the value it emits, with its state loops.
/// </summary>
internal sealed class NeuronCluster
{
    private readonly Graph graph;
    private readonly StateLoops loops;
    private readonly HashSet<int> absorbed = [];
    private readonly Dictionary<int, bool> pure = [];
    private readonly HashSet<int> inner = [];
    private readonly List<int> order = [];
    private readonly List<int> inputs = [];
    private readonly List<int> states = [];

    /// <summary>Collects the cluster of an emitted value and of values a user wants to see beside it.</summary>
    public NeuronCluster(Graph graph, StateLoops loops, int emission, IEnumerable<int> observed)
    {
        this.graph = graph;
        this.loops = loops;
        Emission = emission;
        Absorb(emission);
        Place(emission);
        foreach (var value in observed) Place(value);
    }

    /// <summary>The emitted node.</summary>
    public int Emission { get; }

    /// <summary>Operators in order of computation; delays and constants are not among them.</summary>
    public IReadOnlyList<int> Order => order;

    /// <summary>Nodes whose values are accumulated inputs.</summary>
    public IReadOnlyList<int> Inputs => inputs;

    /// <summary>Delay nodes: the state.</summary>
    public IReadOnlyList<int> States => states;

    /// <summary>Loops that belong to the neuron.</summary>
    public IReadOnlySet<int> Loops => absorbed;

    /// <summary>
    /// A constant over the neurons, one value if all are equal. A per-channel constant meets the activation by broadcasting: against the shape
    /// of the neuron's operator that uses it.
    /// </summary>
    public float[] ValuesOf(GraphNode constant)
    {
        var tensor = constant.Constant!;
        var size = Tensor.Count(graph.Nodes[Emission].Shape.AsSpan());
        if (tensor.Length == 1 || tensor.Length == size) return Floats.Broadcast(tensor, tensor.Shape);
        var user = order.Append(Emission).FirstOrDefault(i => graph.Nodes[i].Operands.Contains(constant.Id) && Tensor.Count(graph.Nodes[i].Shape.AsSpan()) == size, -1);
        return Floats.Broadcast(tensor, user < 0 ? tensor.Shape : graph.Nodes[user].Shape);
    }

    /// <summary>Takes in the loops that reach the emission without passing a comparison: a comparison of another loop is another neuron's spike.</summary>
    private void Absorb(int node)
    {
        var seen = new HashSet<int>();
        var open = new Stack<int>();
        open.Push(node);
        while (open.TryPop(out var n))
        {
            if (!seen.Add(n)) continue;
            var loop = loops.LoopOf(n);
            if (loop >= 0 && absorbed.Add(loop))
            {
                foreach (var member in loops.Members(loop)) open.Push(member);
            }
            foreach (var o in graph.Nodes[n].Operands)
            {
                if (o < 0 || !StateLoops.IsElementwise(graph.Nodes[o])) continue;
                var inside = loops.LoopOf(o) >= 0 && absorbed.Contains(loops.LoopOf(o));
                if (inside || !EndsInComparison(o)) open.Push(o);
            }
        }
    }

    /// <summary>A comparison, or one delayed, cast or scaled: a spike, not a membrane.</summary>
    private bool EndsInComparison(int node)
    {
        for (var depth = 0; depth < 64; depth++)
        {
            var n = graph.Nodes[node];
            if (loops.IsEvent(node)) return true;
            if (n.Op is not ("Cast" or "Delay" or "Reshape" or "Mul" or "Div" or "Neg")) return false;
            var variable = n.Operands.Where(o => o >= 0 && graph.Nodes[o].Constant is null || (o >= 0 && graph.Nodes[o].Op == "Delay")).ToArray();
            if (variable.Length != 1) return false;
            node = variable[0];
        }
        return false;
    }

    private void Place(int node)
    {
        var done = new HashSet<int>(order);
        var work = new Stack<(int Node, bool Children)>();
        work.Push((node, true));
        while (work.TryPop(out var frame))
        {
            var (n, first) = frame;
            var g = graph.Nodes[n];
            if (g.Op == "Constant" || done.Contains(n)) continue;
            if (n != Emission && !inner.Contains(n) && IsInput(n))
            {
                if (!inputs.Contains(n)) inputs.Add(n);
                continue;
            }
            if (g.Op == "Delay")
            {
                if (!states.Contains(n))
                {
                    states.Add(n);
                    work.Push((g.Operands[0], true));
                }
                continue;
            }
            if (!first)
            {
                if (done.Add(n)) order.Add(n);
                continue;
            }
            work.Push((n, false));
            // The parts of a logical expression, and the sign behind a positive part, belong to it.
            if (loops.IsTruth(n) && g.Op is "Not" or "And" or "Or" or "Xor" or "Relu" or "Clip" or "Cast")
            {
                foreach (var o in g.Operands)
                    if (o >= 0 && (loops.IsTruth(o) || graph.Nodes[o].Op == "Sign")) inner.Add(o);
            }
            foreach (var o in g.Operands.Reverse())
                if (o >= 0) work.Push((o, true));
        }
    }

    /// <summary>
    /// Whether a node's value reaches the neuron as an accumulated input: it needs none of the neuron's own state. Factors and offsets that
    /// are the same for all neurons stay with the neuron (a time constant, a threshold), so that they can be recognised.
    /// </summary>
    private bool IsInput(int node)
    {
        if (!IsPure(node)) return false;
        var n = graph.Nodes[node];
        if (loops.IsEvent(node) || !StateLoops.IsElementwise(n) || n.Op is "Delay" or "Reshape" or "Cast") return true;
        var variable = n.Operands.Count(o => o >= 0 && graph.Nodes[o].Op != "Constant");
        if (variable != 1) return true;
        return n.Operands.Any(o => o >= 0 && graph.Nodes[o] is { Op: "Constant", Constant: { } c } && !IsUniform(c));
    }

    /// <summary>Affine in emissions and linear operators, outside the neuron's loops.</summary>
    private bool IsPure(int node)
    {
        if (pure.TryGetValue(node, out var known)) return known;
        pure[node] = false;
        var n = graph.Nodes[node];
        var loop = loops.LoopOf(node);
        bool result;
        if (loop >= 0 && absorbed.Contains(loop)) result = false;
        else if (n.Op == "Constant") result = true;
        else if (!StateLoops.IsElementwise(n) || loops.IsEvent(node)) result = true;
        else if (loop >= 0) result = true;
        else if (n.Op is "Add" or "Sub" or "Neg" or "Reshape" or "Cast" or "Delay" or "Sum") result = n.Operands.All(o => o < 0 || IsPure(o));
        else if (n.Op == "Mul") result = n.Operands.All(IsPure) && n.Operands.Any(o => graph.Nodes[o].Op == "Constant");
        else if (n.Op == "Div") result = IsPure(n.Operands[0]) && graph.Nodes[n.Operands[1]].Op == "Constant";
        else result = false;
        return pure[node] = result;
    }

    private static bool IsUniform(Tensor tensor)
    {
        for (var i = 1; i < tensor.Length; i++)
            if (tensor.At(i) != tensor.At(0)) return false;
        return true;
    }
}
