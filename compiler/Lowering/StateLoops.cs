using NeuroChip.Compiler.Rolling;
using NeuroChip.Ir.Graphs;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Lowering;

/// <summary>
/// The loops of a graph that stay element by element: the recurrences of single neurons. Strongly connected components of element-wise
/// operators and delays; a loop through a convolution or a matrix is not among them, that is a recurrent projection.
/// </summary>
internal sealed class StateLoops
{
    private readonly Graph graph;
    private readonly int[] loopOf;
    private readonly List<List<int>> loops = [];

    public StateLoops(Graph graph)
    {
        this.graph = graph;
        loopOf = new int[graph.Nodes.Length];
        Array.Fill(loopOf, -1);
        Find();
    }

    /// <summary>Whether a node works element by element (or only renames axes, or delays).</summary>
    public static bool IsElementwise(GraphNode node) => node.Op is "Delay" or "Reshape" || OperatorKinds.IsElementwise(node.Op);

    /// <summary>The loop a node is in, or -1.</summary>
    public int LoopOf(int node) => loopOf[node];

    /// <summary>Nodes of a loop, ascending.</summary>
    public IReadOnlyList<int> Members(int loop) => loops[loop];

    /// <summary>Whether a node's value is 0 or 1: a comparison, what is made of comparisons alone, or the positive part of a sign.</summary>
    public bool IsTruth(int node)
    {
        var n = graph.Nodes[node];
        return n.Type == DType.Bool || (n.Op is "Relu" or "Clip" && graph.Nodes[n.Operands[0]].Op == "Sign" && (n.Op == "Relu" || IsZeroToOne(n)));
    }

    /// <summary>Whether a node's value is a spike or a count of spikes: what separates one neuron from the next.</summary>
    public bool IsEvent(int node) => IsTruth(node) || graph.Nodes[node].Op is "Round" or "Floor" or "Ceil";

    private bool IsZeroToOne(GraphNode clip) =>
        clip.Operands.Length == 3 && clip.Operands[1] >= 0 && graph.Nodes[clip.Operands[1]].Constant is { } low && low.At(0) == 0
        && clip.Operands[2] >= 0 && graph.Nodes[clip.Operands[2]].Constant is { } high && high.At(0) == 1;

    private void Find()
    {
        int n = graph.Nodes.Length, counter = 0;
        var index = new int[n];
        var low = new int[n];
        var onStack = new bool[n];
        var stack = new Stack<int>();
        Array.Fill(index, -1);
        for (var root = 0; root < n; root++)
        {
            if (index[root] >= 0 || !IsElementwise(graph.Nodes[root])) continue;
            var work = new Stack<(int Node, int Next)>();
            work.Push((root, 0));
            while (work.TryPop(out var frame))
            {
                var (node, next) = frame;
                if (next == 0)
                {
                    index[node] = low[node] = counter++;
                    stack.Push(node);
                    onStack[node] = true;
                }
                var operands = graph.Nodes[node].Operands;
                var descended = false;
                for (var i = next; i < operands.Length; i++)
                {
                    var o = operands[i];
                    if (o < 0 || !IsElementwise(graph.Nodes[o])) continue;
                    if (index[o] < 0)
                    {
                        work.Push((node, i + 1));
                        work.Push((o, 0));
                        descended = true;
                        break;
                    }
                    if (onStack[o]) low[node] = Math.Min(low[node], index[o]);
                }
                if (descended) continue;
                if (low[node] == index[node])
                {
                    var members = new List<int>();
                    int top;
                    do
                    {
                        top = stack.Pop();
                        onStack[top] = false;
                        members.Add(top);
                    }
                    while (top != node);
                    if (members.Count > 1)
                    {
                        members.Sort();
                        foreach (var m in members) loopOf[m] = loops.Count;
                        loops.Add(members);
                    }
                }
                if (work.TryPeek(out var parent)) low[parent.Node] = Math.Min(low[parent.Node], low[node]);
            }
        }
    }
}
