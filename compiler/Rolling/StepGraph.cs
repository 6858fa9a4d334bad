using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using NeuroChip.Compiler.Onnx;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Rolling;

/// <summary>A node of a <see cref="StepGraph"/>: one operator at one step.</summary>
/// <param name="Id">Position.</param>
/// <param name="Name">Name of the ONNX node.</param>
/// <param name="Op">ONNX operator, or Constant, Input, Reshape (every operator that only renames axes).</param>
/// <param name="Attributes">Attributes.</param>
/// <param name="Operands">Ids, -1 for absent ones.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Shape.</param>
/// <param name="Constant">Value of a constant.</param>
/// <param name="Piece">Which piece of a model input an Input is.</param>
internal sealed record StepNode(
    int Id,
    string Name,
    string Op,
    OnnxAttributes Attributes,
    ImmutableArray<int> Operands,
    DType Type,
    ImmutableArray<int> Shape,
    Tensor? Constant,
    InputPiece? Piece);

/// <summary>Elements <paramref name="Start"/> to <paramref name="Start"/>+<paramref name="Count"/>-1 along an axis of a model input; axis -1 is all of it.</summary>
internal sealed record InputPiece(int Value, int Axis, int Start, int Count);

/// <summary>
/// A hash-consed graph in which every time step has nodes of its own: equal operators with equal operands are one node, so that what two
/// steps share is found by identity.
/// </summary>
internal sealed class StepGraph
{
    private readonly List<StepNode> nodes = [];
    private readonly Dictionary<string, int> known = new(StringComparer.Ordinal);
    private readonly Dictionary<Tensor, string> tensorKeys = new(ReferenceEqualityComparer.Instance);

    /// <summary>The nodes; operands come before their users.</summary>
    public IReadOnlyList<StepNode> Nodes => nodes;

    public StepNode this[int id] => nodes[id];

    public int Constant(Tensor tensor, string name) =>
        Intern("Constant|" + KeyOf(tensor), id => new(id, name, "Constant", OnnxAttributes.None, [], tensor.Type, tensor.Shape, tensor, null));

    public int Input(InputPiece piece, string name, DType type, ImmutableArray<int> shape) =>
        Intern($"Input|{piece}", id => new(id, name, "Input", OnnxAttributes.None, [], type, shape, null, piece));

    public int Reshape(int operand, ImmutableArray<int> shape)
    {
        var node = nodes[operand];
        if (node.Shape.AsSpan().SequenceEqual(shape.AsSpan())) return operand;
        if (node.Op == "Reshape") return Reshape(node.Operands[0], shape);
        if (node.Constant is { } constant) return Constant(constant.Reshape(shape), node.Name);
        return Make(node.Name, "Reshape", OnnxAttributes.None, [operand], node.Type, shape);
    }

    public int Make(string name, string op, OnnxAttributes attributes, ImmutableArray<int> operands, DType type, ImmutableArray<int> shape)
    {
        var key = $"{op}|{KeyOf(attributes)}|{string.Join(',', operands)}|{string.Join('x', shape)}";
        return Intern(key, id => new(id, name, op, attributes, operands, type, shape, null, null));
    }

    /// <summary>A text that is equal for equal attributes.</summary>
    public static string KeyOf(OnnxAttributes attributes) => string.Join(';', attributes.Values.Select(a => a.Key + "=" + (a.Value switch
    {
        long[] values => string.Join(',', values),
        float[] values => string.Join(',', values.Select(v => v.ToString("R"))),
        string[] values => string.Join(',', values),
        float value => value.ToString("R"),
        _ => a.Value.ToString(),
    })));

    private int Intern(string key, Func<int, StepNode> create)
    {
        if (known.TryGetValue(key, out var id)) return id;
        id = nodes.Count;
        nodes.Add(create(id));
        known.Add(key, id);
        return id;
    }

    /// <summary>Tensors are the same if their contents are; large ones (weights, which the loader made unique) if they are the same object.</summary>
    private string KeyOf(Tensor tensor)
    {
        if (tensorKeys.TryGetValue(tensor, out var key)) return key;
        key = tensor.Length > 1 << 18
            ? "#" + tensorKeys.Count
            : $"{tensor.Type}{Tensor.FormatShape(tensor.Shape)}{Convert.ToHexString(SHA256.HashData(tensor.Bytes))}";
        tensorKeys.Add(tensor, key);
        return key;
    }
}
