using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx;
using NeuroChip.Compiler.Rolling;
using NeuroChip.Ir.Graphs;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Lowering;

/// <summary>
/// Removes what exporters leave behind and what computes nothing: powers of one, additions of zero, products with one, absolute values of
/// what cannot be negative, pads of nothing, pads before an operator that can pad itself.
/// </summary>
internal static class GraphSimplifier
{
    public static Graph Run(Graph graph)
    {
        while (Once(graph) is var simpler && simpler != graph) graph = RolledGraph.Rebuild(simpler);
        return graph;
    }

    private static Graph Once(Graph graph)
    {
        var nodes = graph.Nodes.ToArray();
        var same = new int[nodes.Length];
        for (var i = 0; i < same.Length; i++) same[i] = i;
        var nonNegative = new bool[nodes.Length];
        var changed = false;
        for (var i = 0; i < nodes.Length; i++)
        {
            var node = nodes[i] = nodes[i] with { Operands = [.. nodes[i].Operands.Select(o => o < 0 || o > i ? o : same[o])] };
            var instead = Replacement(nodes, node, nonNegative);
            if (instead != i && SameSize(nodes[instead], node))
            {
                if (SameShape(nodes[instead], node)) same[i] = instead;
                else nodes[i] = node with { Op = "Reshape", Attributes = OnnxAttributes.None.Values, Operands = [instead] };
                changed = true;
            }
            else if (AbsorbPad(nodes, node) is { } absorbed)
            {
                nodes[i] = absorbed;
                changed = true;
            }
            nonNegative[i] = IsNonNegative(nodes, nodes[i], nonNegative);
        }
        if (!changed) return graph;
        return graph with
        {
            Nodes = [.. nodes.Select(n => n with { Operands = [.. n.Operands.Select(o => o < 0 ? o : same[o])] })],
            Outputs = [.. graph.Outputs.Select(o => o with { Node = same[o.Node] })],
        };
    }

    private static int Replacement(GraphNode[] nodes, GraphNode node, bool[] nonNegative)
    {
        int A() => node.Operands[0];
        int B() => node.Operands[1];
        switch (node.Op)
        {
            case "Identity" or "Dropout":
            case "Pow" when IsAll(nodes[B()], 1):
            case "Mul" or "Div" when IsAll(nodes[B()], 1):
            case "Add" or "Sub" when IsAll(nodes[B()], 0):
            case "LeakyRelu" when node.Attributes.TryGetValue("alpha", out var alpha) && alpha is 1f:
            case "Relu" or "Abs" when nonNegative[A()]:
            case "Cast" when nodes[A()].Type == node.Type:
            case "Concat" when node.Operands.Length == 1:
            case "Pad" when nodes[B()].Constant is { } pads && Enumerable.Range(0, pads.Length).All(i => pads.At(i) == 0):
            case "Reshape" when SameShape(nodes[A()], node):
                return A();
            case "Mul" when IsAll(nodes[A()], 1):
            case "Add" when IsAll(nodes[A()], 0):
                return B();
            case "Add" when IsDifferenceWithItself(nodes, nodes[A()]):
                return B();
            case "Add" when IsDifferenceWithItself(nodes, nodes[B()]):
                return A();
            case "Add" when StraightThrough(nodes, A(), B()) is >= 0 and var rounded:
                return rounded;
            case "Add" when StraightThrough(nodes, B(), A()) is >= 0 and var rounded:
                return rounded;
            case "Mul" when SignTimesSize(nodes, A(), B()) is >= 0 and var value:
                return value;
            case "Mul" when SignTimesSize(nodes, B(), A()) is >= 0 and var value:
                return value;
            default:
                return node.Id;
        }
    }

    /// <summary>r - x + x is r: what is left of a straight-through estimator around a rounding or a comparison.</summary>
    private static int StraightThrough(GraphNode[] nodes, int difference, int added)
    {
        if (nodes[difference].Op != "Sub" || nodes[difference].Operands[1] != added) return -1;
        var value = nodes[difference].Operands[0];
        return nodes[value].Op is "Round" or "Floor" or "Ceil" or "Sign" || (nodes[value].Op == "Cast" && nodes[nodes[value].Operands[0]].Type == DType.Bool) ? value : -1;
    }

    /// <summary>sign(x) * |x| is x.</summary>
    private static int SignTimesSize(GraphNode[] nodes, int sign, int size)
    {
        if (nodes[sign].Op != "Sign") return -1;
        var value = nodes[sign].Operands[0];
        return size == value || (nodes[size].Op is "Abs" or "Relu" && nodes[size].Operands[0] == value) ? value : -1;
    }

    private static bool IsDifferenceWithItself(GraphNode[] nodes, GraphNode node) => node.Op == "Sub" && node.Operands[0] == node.Operands[1] && nodes[node.Operands[0]].Constant is null;

    private static bool IsNonNegative(GraphNode[] nodes, GraphNode node, bool[] known)
    {
        if (node.Type == DType.Bool) return true;
        bool Of(int i) => node.Operands[i] >= 0 && node.Operands[i] < node.Id && known[node.Operands[i]];
        return node.Op switch
        {
            "Constant" => node.Constant is { } c && c.Length < 65536 && Enumerable.Range(0, c.Length).All(i => c.At(i) >= 0),
            "Relu" or "Abs" or "Exp" or "Sigmoid" => true,
            "Cast" or "Reshape" or "Transpose" or "AveragePool" or "MaxPool" or "GlobalAveragePool" or "Floor" or "Round" or "Ceil" or "ReduceMean" or "ReduceSum" or "Sign" => Of(0),
            "Add" or "Mul" or "Div" or "Max" => Of(0) && Of(1),
            "Pad" => node.Operands.Length < 3 && Of(0),
            "Clip" => node.Operands.Length > 1 && node.Operands[1] >= 0 && nodes[node.Operands[1]].Constant is { } low && low.At(0) >= 0,
            "Concat" => Enumerable.Range(0, node.Operands.Length).All(Of),
            _ => false,
        };
    }

    /// <summary>Zero padding in front of a convolution or an average over whole windows is the operator's own padding.</summary>
    private static GraphNode? AbsorbPad(GraphNode[] nodes, GraphNode node)
    {
        if (node.Op is not ("Conv" or "AveragePool") || nodes[node.Operands[0]] is not { Op: "Pad" } pad) return null;
        if (nodes[pad.Operands[1]].Constant is not { } amounts || (pad.Operands.Length > 2 && pad.Operands[2] >= 0 && !IsAll(nodes[pad.Operands[2]], 0))) return null;
        if (pad.Attributes.TryGetValue("mode", out var mode) && (string)mode != "constant") return null;
        var rank = pad.Shape.Length;
        if (amounts.At(0) != 0 || amounts.At(1) != 0 || amounts.At(rank) != 0 || amounts.At(rank + 1) != 0) return null;
        if (Enumerable.Range(0, amounts.Length).Any(i => amounts.At(i) < 0)) return null;
        var attributes = new OnnxAttributes(node.Attributes);
        var spatial = rank - 2;
        var own = attributes.Ints("pads", new long[2 * spatial]);
        if (attributes.Text("auto_pad", "NOTSET") is not ("NOTSET" or "VALID") || attributes.Int("ceil_mode", 0) != 0) return null;
        if (node.Op == "AveragePool" && own.Any(p => p != 0) && attributes.Int("count_include_pad", 0) == 0) return null;
        var sum = new long[2 * spatial];
        for (var i = 0; i < spatial; i++)
        {
            sum[i] = own[i] + (long)amounts.At(2 + i);
            sum[spatial + i] = own[spatial + i] + (long)amounts.At(rank + 2 + i);
        }
        attributes = attributes.With("pads", sum).With("auto_pad", "NOTSET");
        if (node.Op == "AveragePool") attributes = attributes.With("count_include_pad", 1L);
        return node with { Attributes = attributes.Values, Operands = node.Operands.SetItem(0, pad.Operands[0]) };
    }

    private static bool IsAll(GraphNode node, double value) =>
        node.Op == "Constant" && node.Constant is { } c && c.Length > 0 && c.At(0) == value && Enumerable.Range(0, c.Length).All(i => c.At(i) == value);

    private static bool SameShape(GraphNode a, GraphNode b) => a.Shape.AsSpan().SequenceEqual(b.Shape.AsSpan());

    private static bool SameSize(GraphNode a, GraphNode b) => Tensor.Count(a.Shape.AsSpan()) == Tensor.Count(b.Shape.AsSpan()) && (a.Type == b.Type);
}
