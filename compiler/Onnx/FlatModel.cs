using System.Collections.Immutable;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx;

/// <summary>A value of a <see cref="FlatModel"/>: its ONNX name, its fixed shape and, where it does not depend on an input, its contents.</summary>
/// <param name="Name">Name in the file; values made while inlining have the path of their sub-graph in front.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Extents; every one is known.</param>
/// <param name="Constant">Contents of an initializer or a folded value; null for what depends on an input.</param>
public sealed record FlatValue(string Name, DType Type, ImmutableArray<int> Shape, Tensor? Constant);

/// <summary>One operator of a <see cref="FlatModel"/>. An optional input that is absent is -1.</summary>
/// <param name="Name">Node name in the file, or op type and position where the file gives none.</param>
/// <param name="Op">ONNX operator type, such as <c>Conv</c>; domain <c>""</c> unless <paramref name="Domain"/> says otherwise.</param>
/// <param name="Domain">Operator domain; empty for the standard one.</param>
/// <param name="Inputs">Indices into <see cref="FlatModel.Values"/>, -1 for an absent optional input.</param>
/// <param name="Outputs">Indices into <see cref="FlatModel.Values"/>, -1 for an unused output.</param>
/// <param name="Attributes">Attributes by name.</param>
public sealed record FlatNode(string Name, string Op, string Domain, ImmutableArray<int> Inputs, ImmutableArray<int> Outputs, OnnxAttributes Attributes);

/// <summary>
/// An ONNX model with everything resolved that does not depend on input data: functions and sub-graphs (<c>Loop</c>, <c>If</c>, <c>Scan</c>
/// with a constant trip count or condition) inlined and unrolled, shapes fixed, constants folded, identities removed, dead nodes dropped.
/// Nodes are in topological order; equal nodes (same operator, attributes and inputs) are one node.
/// </summary>
/// <param name="Path">The file it came from, for messages.</param>
/// <param name="Opset">Version of the standard operator set; operators already have the form of opset 13 and later where that differs
/// (axes of Squeeze, Unsqueeze, ReduceSum as inputs, ...), so that later stages know one form only.</param>
/// <param name="Values">All values.</param>
/// <param name="Nodes">All nodes, topologically ordered.</param>
/// <param name="Inputs">Model inputs (indices into Values), in the file's order, without initializers.</param>
/// <param name="Outputs">Model outputs (indices into Values) with their names, in the file's order. Two outputs may be the same value.</param>
public sealed record FlatModel(
    string Path,
    int Opset,
    ImmutableArray<FlatValue> Values,
    ImmutableArray<FlatNode> Nodes,
    ImmutableArray<int> Inputs,
    ImmutableArray<(string Name, int Value)> Outputs)
{
    /// <summary>Tables of active sites, planned; empty for models on dense tensors.</summary>
    public ImmutableArray<SiteTable> Sites { get; init; } = [];

    /// <summary>Inputs whose rows are sites, with their table.</summary>
    public ImmutableDictionary<int, SiteTableId> InputSites { get; init; } = ImmutableDictionary<int, SiteTableId>.Empty;
}
