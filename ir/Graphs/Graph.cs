using System.Collections.Immutable;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Graphs;

/// <summary>
/// One operator of a <see cref="Graph"/>. Operators carry ONNX names and meaning, and three more: <c>Input</c> (a model input at this step; with attribute
/// <c>sites</c> its rows are those of a table), <c>Constant</c>, and <c>Delay</c> (its operand one step ago; <see cref="Constant"/> in the first step). In a network over
/// active sites there are <c>SiteConvolution</c> and <c>SiteScatter</c> too, which name tables of <see cref="Graph.Sites"/>.
/// </summary>
/// <param name="Id">Position in <see cref="Graph.Nodes"/>.</param>
/// <param name="Name">Name of the ONNX node it stands for (that of one step, where the file has one per step).</param>
/// <param name="Op">Operator.</param>
/// <param name="Attributes">Attributes by name: <see cref="long"/>, <see cref="float"/>, <see cref="string"/>, <c>long[]</c>, <c>float[]</c>, <see cref="Tensor"/>.</param>
/// <param name="Operands">Ids of operands, -1 for an absent optional one. Only a Delay may name a node that comes later.</param>
/// <param name="Type">Element type of the result.</param>
/// <param name="Shape">Shape of the result in one step.</param>
/// <param name="Constant">Value of a Constant; start value of a Delay.</param>
public sealed record GraphNode(
    int Id,
    string Name,
    string Op,
    ImmutableSortedDictionary<string, object> Attributes,
    ImmutableArray<int> Operands,
    DType Type,
    ImmutableArray<int> Shape,
    Tensor? Constant);

/// <summary>A model output: a node's value over steps.</summary>
/// <param name="Name">Name in the model.</param>
/// <param name="Node">The node.</param>
/// <param name="Time">What becomes of the axis of steps.</param>
/// <param name="TimeAxis">Where it stands in the output, if it is kept.</param>
/// <param name="FrameworkShape">Shape of the output in the model.</param>
public sealed record GraphOutput(string Name, int Node, TimeReduction Time, int TimeAxis, ImmutableArray<int> FrameworkShape);

/// <summary>
/// What a network means: one step as operators over tensors, the steps counted, the state explicit as Delay nodes. However the file
/// expressed time (unrolled, loop, state as inputs and outputs), this is the one form.
/// </summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Path">File it came from, for messages.</param>
/// <param name="Steps">Steps of one sample.</param>
/// <param name="TimeForm">How the file expressed time, in words.</param>
/// <param name="Nodes">Nodes; operands come first, but for those of a Delay.</param>
/// <param name="Outputs">Model outputs in the file's order.</param>
public sealed record Graph(string Name, string Path, int Steps, string TimeForm, ImmutableArray<GraphNode> Nodes, ImmutableArray<GraphOutput> Outputs)
{
    /// <summary>Scopes of the file's node names ("/net/conv1" of "/net/conv1/Conv"): what tells a second call of a module from a module whose name ends in a number.</summary>
    public ImmutableHashSet<string> Scopes { get; init; } = [];

    /// <summary>Tables of active sites, each after the one it is made from; empty for networks on dense tensors.</summary>
    public ImmutableArray<SiteTable> Sites { get; init; } = [];

    /// <summary>The graph as text, one node a line; for people (<c>--emit graph</c>).</summary>
    public void Write(TextWriter to)
    {
        to.WriteLine($"graph {Name} steps={Steps} time=\"{TimeForm}\"");
        foreach (var t in Sites)
            to.WriteLine($"  {t.Id} \"{t.Name}\" extent=[{string.Join(',', t.Extent)}] capacity={t.Capacity} {(t.Reach is { } r ? $"from {r.From}" : $"input \"{t.Input}\"")}");
        foreach (var n in Nodes)
        {
            var attributes = string.Join(", ", n.Attributes.Select(a => $"{a.Key}={Text(a.Value)}"));
            var operands = string.Join(", ", n.Operands.Select(o => o < 0 ? "-" : $"%{o}"));
            var constant = n.Constant is null ? "" : n.Constant.Length == 1 ? $" = {n.Constant.At(0):R}" : $" = tensor{Tensor.FormatShape(n.Constant.Shape)}";
            to.WriteLine($"  %{n.Id} = {n.Op}({operands}){(attributes.Length > 0 ? $" {{{attributes}}}" : "")}{constant} : {n.Type}{Tensor.FormatShape(n.Shape)}  // {n.Name}");
        }
        foreach (var o in Outputs)
            to.WriteLine($"  output \"{o.Name}\" = {o.Time.ToString().ToLowerInvariant()}(%{o.Node}) : {Tensor.FormatShape(o.FrameworkShape)}");
    }

    private static string Text(object value) => value switch
    {
        long[] a => "[" + string.Join(',', a) + "]",
        float[] a => "[" + string.Join(',', a) + "]",
        float f => f.ToString("R"),
        _ => value.ToString() ?? "",
    };
}
