using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx.Proto;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx;

/// <summary>
/// Lists of tensors, as scripted Python loops build them (<c>out.append(z)</c>, then a stack): followed while loops are unrolled, so that
/// nothing of them is left. A list stands in the graph as a value that no operator may use.
/// </summary>
internal sealed class Sequences(GraphFlattener flattener)
{
    private readonly Dictionary<int, ImmutableArray<int>> elements = [];

    private FlatBuilder Builder => flattener.Builder;

    /// <summary>Whether the operator makes or reads a list.</summary>
    public static bool Handles(string op) => op is "SequenceEmpty" or "SequenceConstruct" or "SequenceInsert" or "SequenceAt" or "SequenceLength" or "ConcatFromSequence";

    /// <summary>Whether a value is a list.</summary>
    public bool IsSequence(int value) => elements.ContainsKey(value);

    /// <summary>The outputs of the node.</summary>
    public ImmutableArray<int> Inline(NodeProto node, Scope scope, int index)
    {
        var name = GraphFlattener.NameOf(node, scope, index);
        ImmutableArray<int> inputs = [.. node.Input.Select(i => flattener.Value(i, scope, $"node '{name}'"))];
        if (inputs.Any(i => i >= 0 && Builder[i] is null)) return [Builder.Add(name, null)];
        if (node.OpType == "SequenceEmpty") return [List(name, [])];
        if (node.OpType == "SequenceConstruct") return [List(name, inputs)];
        if (!elements.TryGetValue(inputs[0], out var list)) return Refuse("its input is not a list that this file builds");
        switch (node.OpType)
        {
            case "SequenceLength":
                return [Builder.Constant(name, Tensor.Scalar((long)list.Length))];
            case "SequenceInsert":
                return Position(2, list.Length, list.Length) is { } at ? [List(name, list.Insert(at, inputs[1]))] : Refuse("the position is not a constant inside the list");
            case "SequenceAt":
                return Position(1, 0, list.Length - 1) is { } picked ? [list[picked]] : Refuse("the position is not a constant inside the list");
            default:
                return [Join(name, node, scope, list)];
        }

        int? Position(int input, int otherwise, int last)
        {
            if (inputs.Length <= input || inputs[input] < 0) return otherwise;
            if (Builder[inputs[input]]!.Constant is not { Length: 1 } given) return null;
            var position = (int)given.At(0) < 0 ? (int)given.At(0) + list.Length : (int)given.At(0);
            return position >= 0 && position <= last ? position : null;
        }

        ImmutableArray<int> Refuse(string why)
        {
            flattener.Report("NC1011", $"a list of tensors depends on data: {why}", scope, node, index, "append to the list once per step and stack it at the end");
            return [Builder.Add(name, null)];
        }
    }

    private int List(string name, ImmutableArray<int> of)
    {
        var value = Builder.Add(name, new Operand(DType.Float32, [0]));
        elements.Add(value, of);
        return value;
    }

    private int Join(string name, NodeProto node, Scope scope, ImmutableArray<int> list)
    {
        var axis = node.Attribute.FirstOrDefault(a => a.Name == "axis")?.I ?? 0;
        var stacks = node.Attribute.FirstOrDefault(a => a.Name == "new_axis")?.I == 1;
        var site = new FlatBuilder.Site(name, node.OpType, [scope.Prefix + node.Output[0]]);
        if (stacks)
        {
            var axes = Builder.Constant("axes", Tensor.Vector(axis));
            list = [.. list.Select(v => Builder.Emit(site, "Unsqueeze", OnnxAttributes.None, [v, axes], isLast: false)[0])];
        }
        return Builder.Emit(site, "Concat", OnnxAttributes.None.With("axis", axis), list)[0];
    }
}
