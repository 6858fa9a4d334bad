using System.Collections.Immutable;
using NeuroChip.Ir.Graphs;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Rolling;

/// <summary>Makes the immutable graph: nodes that always have the same value become one, what no output needs is dropped, operands come first.</summary>
internal static class RolledGraph
{
    public static Graph Build(string name, string path, int steps, string timeForm, IReadOnlyList<RolledNode> nodes, IEnumerable<GraphOutput> outputs)
    {
        var classOf = Classes(nodes);
        var representative = new int[nodes.Count];
        Array.Fill(representative, -1);
        for (var i = 0; i < nodes.Count; i++)
        {
            ref var chosen = ref representative[classOf[i]];
            // Of delays that differ only in whether their start is known, the one that knows it stands for all.
            if (chosen < 0 || (nodes[chosen].Op == "Delay" && nodes[chosen].Constant is null)) chosen = i;
        }
        var position = new int[nodes.Count];
        Array.Fill(position, -1);
        var order = new List<int>();
        var delays = new Queue<int>();
        var outputList = outputs.ToList();
        foreach (var output in outputList) Place(output.Node);
        while (delays.TryDequeue(out var delay)) Place(nodes[delay].Operands[0]);

        var built = order.Select((n, id) =>
        {
            var node = nodes[n];
            var constant = node.Op == "Delay" ? node.Constant ?? StepEvaluation.Zero(node.Type, node.Shape) : node.Constant;
            return new GraphNode(id, node.Name, node.Op, node.Attributes.Values, [.. node.Operands.Select(o => o < 0 ? -1 : PositionOf(o))], node.Type, node.Shape, constant);
        });
        return new(name, path, steps, timeForm, [.. built], [.. outputList.Select(o => o with { Node = PositionOf(o.Node) })]);

        int PositionOf(int node) => position[representative[classOf[node]]];

        void Place(int any)
        {
            var node = representative[classOf[any]];
            if (position[node] >= 0) return;
            if (nodes[node].Op == "Delay")
            {
                delays.Enqueue(node);
            }
            else
            {
                foreach (var operand in nodes[node].Operands)
                    if (operand >= 0) Place(operand);
            }
            position[node] = order.Count;
            order.Add(node);
        }
    }

    /// <summary>The same for a graph: used after simplification made nodes equal.</summary>
    public static Graph Rebuild(Graph graph) => Build(
        graph.Name,
        graph.Path,
        graph.Steps,
        graph.TimeForm,
        [.. graph.Nodes.Select(n => new RolledNode { Name = n.Name, Op = n.Op, Attributes = new(n.Attributes), Operands = [.. n.Operands], Type = n.Type, Shape = n.Shape, Constant = n.Constant })],
        graph.Outputs) with
    {
        Scopes = graph.Scopes,
        Sites = graph.Sites,
    };

    /// <summary>
    /// The coarsest partition in which nodes of a class have the same operator and operands of the same classes: refined from the operators
    /// alone, so that loops that compute the same become one too.
    /// </summary>
    private static int[] Classes(IReadOnlyList<RolledNode> nodes)
    {
        var tensors = new Dictionary<Tensor, int>(ReferenceEqualityComparer.Instance);
        var starts = Starts(nodes);
        var local = nodes.Select((n, i) => $"{n.Op}|{StepGraph.KeyOf(n.Attributes)}|{string.Join('x', n.Shape)}|{n.Type}|{(n.Op == "Input" ? n.Name : "")}|{(n.Op == "Delay" ? starts[i] : n.Constant is null ? "" : Id(n.Constant))}").ToArray();
        var classes = Number(local);
        while (true)
        {
            var refined = Number(nodes.Select((n, i) => classes[i] + ":" + string.Join(',', n.Operands.Select(o => o < 0 ? -1 : classes[o]))).ToArray());
            if (refined.Max() == classes.Max()) return refined;
            classes = refined;
        }

        string Id(Tensor tensor)
        {
            if (tensor.Length <= 64) return tensor.Type + string.Join(',', Enumerable.Range(0, tensor.Length).Select(i => tensor.At(i).ToString("R")));
            if (!tensors.TryGetValue(tensor, out var id)) tensors.Add(tensor, id = tensors.Count);
            return "#" + id;
        }
    }

    /// <summary>Delays that start from zero, or from something not known, which then is zero, are alike.</summary>
    private static string[] Starts(IReadOnlyList<RolledNode> nodes) => [.. nodes.Select(n =>
    {
        if (n.Op != "Delay" || n.Constant is null) return "0";
        var first = n.Constant.Length > 0 ? n.Constant.At(0) : 0;
        for (var i = 1; i < n.Constant.Length; i++)
            if (n.Constant.At(i) != first) return "#" + System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(n.Constant);
        return first.ToString("R");
    })];

    private static int[] Number(string[] keys)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        return [.. keys.Select(k =>
        {
            if (!numbers.TryGetValue(k, out var n)) numbers.Add(k, n = numbers.Count);
            return n;
        })];
    }
}
