using NeuroChip.Ir.Graphs;

namespace NeuroChip.Compiler.Lowering;

/// <summary>Values that several operators read: a residual stream, an input current that is an output too.</summary>
internal sealed class SharedValues
{
    private readonly Graph graph;
    private readonly int[] readers;
    private readonly List<int>?[] users;

    /// <summary>Counts who reads each value; a change of shape or type alone passes on its readers.</summary>
    public SharedValues(Graph graph)
    {
        this.graph = graph;
        readers = new int[graph.Nodes.Length];
        users = new List<int>?[graph.Nodes.Length];
        foreach (var output in graph.Outputs) readers[output.Node]++;
        foreach (var node in graph.Nodes)
        {
            foreach (var o in node.Operands.Where(o => o >= 0).Distinct())
            {
                (users[o] ??= []).Add(node.Id);
                if (!IsView(node)) readers[o]++;
            }
        }
        // Operands come before their readers, so that views pass on complete counts.
        foreach (var node in graph.Nodes.Reverse())
            if (IsView(node)) readers[node.Operands[0]] += readers[node.Id];
    }

    /// <summary>Whether more than one operator or output needs the value of a node.</summary>
    public bool IsShared(GraphNode node) => readers[node.Id] > 1 && !IsView(node);

    /// <summary>Nodes that have a value as an operand; an output is none.</summary>
    public IReadOnlyList<GraphNode> ReadersOf(int node) => [.. (users[node] ?? []).Select(u => graph.Nodes[u])];

    /// <summary>
    /// Whether a value is computed once and sent to its readers, instead of computed by each of them: where it is a sum of more than two things or
    /// has a synapse with a weight of its own in it.
    /// </summary>
    public static bool IsWorthSending(LinearForm form) =>
        form.Terms.Count > 2 || form.Terms.Any(t => t.Map is not (ElementMap or IndexMap or PoolingMap { IsSelection: true }));

    private static bool IsView(GraphNode node) => node.Op is "Reshape" or "Cast" or "Identity";
}
