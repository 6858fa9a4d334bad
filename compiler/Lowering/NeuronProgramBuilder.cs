using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Graphs;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Compiler.Lowering;

/// <summary>Writes a cluster down as it is: the exporter's operations in the exporter's order.</summary>
internal sealed class NeuronProgramBuilder(Graph graph, NeuronCluster cluster)
{
    private readonly List<Instruction> code = [];
    private readonly List<Parameter> parameters = [];
    private readonly Dictionary<int, int> resultOf = [];

    /// <summary>The program; <paramref name="observed"/> nodes become state variables after the real ones, so that a host can read them.</summary>
    /// <exception cref="DiagnosticException">NC1110 for an operator that no neuron has.</exception>
    public ElementwiseProgram Build(IReadOnlyList<int> observed)
    {
        for (var i = 0; i < cluster.States.Count; i++) resultOf[cluster.States[i]] = Emit(ElementwiseOp.State, i);
        for (var i = 0; i < cluster.Inputs.Count; i++) resultOf[cluster.Inputs[i]] = Emit(ElementwiseOp.Input, i);
        foreach (var node in cluster.Order) resultOf[node] = Translate(graph.Nodes[node]);
        var next = cluster.States.Select(s => ResultOf(graph.Nodes[s].Operands[0])).Concat(observed.Select(ResultOf));
        return new(cluster.Inputs.Count, [.. parameters], [.. code], ResultOf(cluster.Emission), [.. next]);
    }

    private int ResultOf(int node)
    {
        if (resultOf.TryGetValue(node, out var result)) return result;
        if (graph.Nodes[node] is not { Op: "Constant" } constant) throw Unknown(graph.Nodes[node]);
        parameters.Add(new([.. cluster.ValuesOf(constant).Select(v => (double)v)]));
        return resultOf[node] = Emit(ElementwiseOp.Parameter, parameters.Count - 1);
    }

    private int Number(double value)
    {
        for (var i = 0; i < code.Count; i++)
            if (code[i].Op == ElementwiseOp.Parameter && parameters[code[i].A] is { IsScalar: true } p && p.At(0) == value) return i;
        parameters.Add(new(value));
        return Emit(ElementwiseOp.Parameter, parameters.Count - 1);
    }

    private int Emit(ElementwiseOp op, int a, int b = 0, int c = 0)
    {
        code.Add(new(op, a, b, c));
        return code.Count - 1;
    }

    private int Translate(GraphNode n)
    {
        int R(int i) => ResultOf(n.Operands[i]);
        bool Has(int i) => n.Operands.Length > i && n.Operands[i] >= 0;
        switch (n.Op)
        {
            case "Identity" or "Reshape":
                return R(0);
            case "Cast":
                return n.Type is Ir.Tensors.DType.Float32 or Ir.Tensors.DType.Float64 || graph.Nodes[n.Operands[0]].Type == Ir.Tensors.DType.Bool ? R(0) : throw Unknown(n);
            case "Add" or "Sub" or "Mul" or "Div":
                return Emit(n.Op switch { "Add" => ElementwiseOp.Add, "Sub" => ElementwiseOp.Subtract, "Mul" => ElementwiseOp.Multiply, _ => ElementwiseOp.Divide }, R(0), R(1));
            case "And":
                return Emit(ElementwiseOp.Multiply, R(0), R(1));
            case "Or":
                return Emit(ElementwiseOp.Maximum, R(0), R(1));
            case "Xor":
                return Emit(ElementwiseOp.Absolute, Emit(ElementwiseOp.Subtract, R(0), R(1)));
            case "Not":
                return Emit(ElementwiseOp.Subtract, Number(1), R(0));
            case "Neg":
                return Emit(ElementwiseOp.Negate, R(0));
            case "Abs":
                return Emit(ElementwiseOp.Absolute, R(0));
            case "Min" or "Max" or "Sum":
                var folded = R(0);
                for (var i = 1; i < n.Operands.Length; i++)
                    folded = Emit(n.Op switch { "Min" => ElementwiseOp.Minimum, "Max" => ElementwiseOp.Maximum, _ => ElementwiseOp.Add }, folded, R(i));
                return folded;
            case "Relu":
                return Emit(ElementwiseOp.Maximum, R(0), Number(0));
            case "LeakyRelu":
                var slope = n.Attributes.TryGetValue("alpha", out var alpha) ? (float)alpha : 0.01f;
                return Emit(ElementwiseOp.Select, Emit(ElementwiseOp.AtLeast, R(0), Number(0)), R(0), Emit(ElementwiseOp.Multiply, R(0), Number(slope)));
            case "Clip":
                var clipped = R(0);
                if (Has(1)) clipped = Emit(ElementwiseOp.Maximum, clipped, R(1));
                return Has(2) ? Emit(ElementwiseOp.Minimum, clipped, R(2)) : clipped;
            case "Exp":
                return Emit(ElementwiseOp.Exponential, R(0));
            case "Log":
                return Emit(ElementwiseOp.Logarithm, R(0));
            case "Sqrt":
                return Emit(ElementwiseOp.SquareRoot, R(0));
            case "Sigmoid":
                return Emit(ElementwiseOp.Sigmoid, R(0));
            case "Tanh":
                return Emit(ElementwiseOp.Tanh, R(0));
            case "Floor":
                return Emit(ElementwiseOp.Floor, R(0));
            case "Ceil":
                return Emit(ElementwiseOp.Ceiling, R(0));
            case "Round":
                return Emit(ElementwiseOp.Round, R(0));
            case "Sign":
                return Emit(ElementwiseOp.Sign, R(0));
            case "Reciprocal":
                return Emit(ElementwiseOp.Divide, Number(1), R(0));
            case "Pow":
                return graph.Nodes[n.Operands[1]].Constant is { Length: 1 } exponent && exponent.At(0) == 2 ? Emit(ElementwiseOp.Multiply, R(0), R(0)) : Emit(ElementwiseOp.Power, R(0), R(1));
            case "GreaterOrEqual":
                return Emit(ElementwiseOp.AtLeast, R(0), R(1));
            case "Greater":
                return Emit(ElementwiseOp.Above, R(0), R(1));
            case "LessOrEqual":
                return Emit(ElementwiseOp.AtLeast, R(1), R(0));
            case "Less":
                return Emit(ElementwiseOp.Above, R(1), R(0));
            case "Equal":
                return Emit(ElementwiseOp.Equal, R(0), R(1));
            case "Where":
                return Emit(ElementwiseOp.Select, R(0), R(1), R(2));
            default:
                throw Unknown(n);
        }
    }

    private DiagnosticException Unknown(GraphNode n) => new(Diagnostic.Error(
        "NC1110",
        $"the neuron at '{graph.Nodes[cluster.Emission].Name}' matches no model: it needs {n.Op}{Ir.Tensors.Tensor.FormatShape(n.Shape)}, which no neuron model has",
        new Place(graph.Path, $"node '{n.Name}' ({n.Op})"),
        "the recurrence found: " + Recurrence(),
        "neurons may use sums, products, quotients, comparisons, selections, minima, maxima, roundings, exp, log, sqrt, pow, sigmoid and tanh, element by element"));

    private string Recurrence() => string.Join("; ", cluster.Order.Take(40).Select(i =>
        $"%{i} = {graph.Nodes[i].Op}({string.Join(", ", graph.Nodes[i].Operands.Select(o => o < 0 ? "-" : graph.Nodes[o] is { Constant: { Length: 1 } c, Op: "Constant" } ? c.At(0).ToString("G6") : $"%{o}"))})"))
        + (cluster.States.Count > 0 ? "; states " + string.Join(", ", cluster.States.Select(s => $"%{s} = delay(%{graph.Nodes[s].Operands[0]})")) : "");
}
