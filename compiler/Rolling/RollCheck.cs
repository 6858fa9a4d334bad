using NeuroChip.Compiler.Onnx;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Rolling;

/// <summary>
/// Confirms a rolled graph by computing: every node of every step, once as the file has it and once as the rolled graph has it, on one
/// random sample. Rolling decides from the steps that agree; this is what makes sure of the first one, which exporters simplify.
/// </summary>
internal static class RollCheck
{
    /// <summary>Above this many values in all steps the check is left out: it would need gigabytes.</summary>
    private const long MostValues = 80_000_000;

    public static void Check(FlatModel model, StepGraph steps, TimeRoller roller, int count)
    {
        // What a convolution between sites computes is known only with the sites of a sample.
        if (!model.Sites.IsEmpty) return;
        if (count == 1 || steps.Nodes.Sum(n => n.Constant is null ? (long)Tensor.Count(n.Shape.AsSpan()) : 0) > MostValues) return;
        var random = new Random(1);
        var inputs = model.Inputs.ToDictionary(i => i, i => RandomTensor(model.Values[i], random));
        var values = new Tensor?[steps.Nodes.Count];
        foreach (var node in steps.Nodes) values[node.Id] = node.Piece is { } p ? StepEvaluation.PieceOf(inputs[p.Value], p) : StepEvaluation.Evaluate(node.Op, node.Attributes, node.Constant, node.Shape, node.Operands, values);

        var order = Order(roller.Nodes);
        var current = new Tensor?[roller.Nodes.Count];
        for (var t = 0; t < count; t++)
        {
            var before = current;
            current = new Tensor?[roller.Nodes.Count];
            foreach (var i in order)
            {
                var node = roller.Nodes[i];
                current[i] = node.Op switch
                {
                    "Delay" => t == 0 ? node.Constant ?? StepEvaluation.Zero(node.Type, node.Shape) : before[node.Operands[0]],
                    "Input" => InputAt(model, inputs, node, t),
                    _ => StepEvaluation.Evaluate(node.Op, node.Attributes, node.Constant, node.Shape, node.Operands, current),
                };
            }
            foreach (var (tuple, rolled) in roller.Tuples)
            {
                if (tuple[t] < 0 || tuple.Length != count || Same(values[tuple[t]]!, current[rolled]!)) continue;
                var node = steps[tuple[t]];
                throw new DiagnosticException(Diagnostic.Error(
                    "NC1106",
                    $"step {t} of {count} does not compute what the other steps compute at '{node.Name}' ({node.Op}{Tensor.FormatShape(node.Shape)})",
                    new Place(model.Path, $"node '{node.Name}'"),
                    "if the state does not start from zero, start it from a constant of the activation's shape; or export a single step and compile with --timesteps"));
            }
        }
    }

    private static int[] Order(IReadOnlyList<RolledNode> nodes)
    {
        var order = new List<int>();
        var seen = new bool[nodes.Count];
        for (var i = 0; i < nodes.Count; i++) Visit(i);
        return [.. order];

        void Visit(int i)
        {
            if (seen[i]) return;
            seen[i] = true;
            if (nodes[i].Op != "Delay")
            {
                foreach (var o in nodes[i].Operands)
                    if (o >= 0) Visit(o);
            }
            order.Add(i);
        }
    }

    private static Tensor InputAt(FlatModel model, Dictionary<int, Tensor> inputs, RolledNode node, int t)
    {
        var axis = (int)node.Attributes.Int("axis", -1);
        var value = inputs.Keys.First(k => model.Values[k].Name == node.Name);
        return axis < 0 ? inputs[value] : StepEvaluation.PieceOf(inputs[value], new(value, axis, t * node.Shape[axis], node.Shape[axis]));
    }

    private static Tensor RandomTensor(FlatValue value, Random random)
    {
        var size = Tensor.Count(value.Shape.AsSpan());
        return value.Type == DType.Float32
            ? Tensor.Of(value.Shape, Enumerable.Range(0, size).Select(_ => 1.5f * random.NextSingle()).ToArray())
            : Tensor.Of(value.Shape, Enumerable.Range(0, size).Select(_ => (long)random.Next(2)).ToArray());
    }

    /// <summary>Whether two tensors agree but for rounding; one of them may be a single value for all elements.</summary>
    public static bool Same(Tensor a, Tensor b)
    {
        if (a.Length != b.Length && a.Length != 1 && b.Length != 1) return false;
        for (var i = 0; i < Math.Max(a.Length, b.Length); i++)
        {
            var (x, y) = (a.At(a.Length == 1 ? 0 : i), b.At(b.Length == 1 ? 0 : i));
            if (Math.Abs(x - y) > 1e-5 * Math.Max(1, Math.Abs(x))) return false;
        }
        return true;
    }
}
