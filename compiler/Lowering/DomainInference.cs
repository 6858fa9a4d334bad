using NeuroChip.Ir.Graphs;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Lowering;

/// <summary>What values an element-wise expression over spikes can take.</summary>
internal sealed class DomainInference(Graph graph, StateLoops loops)
{
    /// <summary>The domain of a node's value.</summary>
    public SpikeDomain Of(int node) => IsBinary(node, 0) ? SpikeDomain.Binary : IsCount(node, 0) ? SpikeDomain.Count : SpikeDomain.Real;

    private bool IsBinary(int node, int depth)
    {
        if (depth > 32) return false;
        if (loops.IsTruth(node)) return true;
        var n = graph.Nodes[node];
        bool At(int i) => IsBinary(n.Operands[i], depth + 1);
        return n.Op switch
        {
            "Cast" or "Reshape" or "MaxPool" or "Transpose" => At(0),
            "Delay" => At(0) && AllOf(n, v => v is 0 or 1),
            "Constant" => AllOf(n, v => v is 0 or 1),
            "Mul" or "Min" or "Max" => At(0) && At(1),
            "Sub" => graph.Nodes[n.Operands[0]] is { Op: "Constant" } one && AllOf(one, v => v == 1) && At(1),
            "Where" => At(1) && At(2),
            _ => false,
        };
    }

    private bool IsCount(int node, int depth)
    {
        if (depth > 32) return false;
        var n = graph.Nodes[node];
        bool At(int i) => IsBinary(n.Operands[i], depth + 1) || IsCount(n.Operands[i], depth + 1);
        return n.Op switch
        {
            "Round" or "Floor" or "Ceil" => NotBelowZero(n.Operands[0], 0),
            "Cast" or "Reshape" or "MaxPool" or "Transpose" => At(0),
            "Constant" => AllOf(n, v => v >= 0 && v == Math.Floor(v)),
            "Delay" => At(0) && AllOf(n, v => v >= 0 && v == Math.Floor(v)),
            "Add" or "Mul" or "Min" or "Max" => At(0) && At(1),
            _ => false,
        };
    }

    private bool NotBelowZero(int node, int depth)
    {
        if (depth > 8) return false;
        var n = graph.Nodes[node];
        return n.Op switch
        {
            "Relu" or "Sigmoid" or "Exp" or "Abs" => true,
            "Clip" => n.Operands.Length > 1 && n.Operands[1] >= 0 && graph.Nodes[n.Operands[1]].Constant is { } low && low.At(0) >= 0,
            "Constant" => AllOf(n, v => v >= 0),
            "Add" or "Mul" or "Div" => NotBelowZero(n.Operands[0], depth + 1) && NotBelowZero(n.Operands[1], depth + 1),
            _ => false,
        };
    }

    private static bool AllOf(GraphNode node, Func<double, bool> test)
    {
        if (node.Constant is not { } c) return false;
        for (var i = 0; i < c.Length; i++)
            if (!test(c.At(i))) return false;
        return true;
    }
}
