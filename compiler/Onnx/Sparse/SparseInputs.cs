using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx.Proto;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Compiler.Onnx.Sparse;

/// <summary>What a model over active sites takes: its coordinates and the grid they are on, found before anything is worked out, because every shape depends on it.</summary>
/// <param name="Coordinates">Name of the coordinates; <c>coors</c> in the dialect that keeps them out of the graph.</param>
/// <param name="InGraph">Whether they are an input of the graph.</param>
/// <param name="Extent">Voxels of the grid along three axes; missing leading ones have one voxel.</param>
internal sealed record SparseInputs(string Coordinates, bool InGraph, ImmutableArray<int> Extent)
{
    /// <summary>Finds the operators of either dialect in a graph; null where there are none.</summary>
    /// <exception cref="DiagnosticException">NC1151, NC1159, NC1161: no usable grid; rulebooks from outside; several clouds.</exception>
    public static SparseInputs? Of(GraphProto graph, SitePlan plan, string path)
    {
        var nodes = graph.Node.Where(n => SparseForms.Handles(n.Domain, n.OpType) && n.OpType is not ("ScatterDense" or "QuantAdd")).ToArray();
        if (nodes.Length == 0) return null;
        var given = graph.Input.Select(i => i.Name).ToHashSet(StringComparer.Ordinal);
        var books = nodes.Where(n => n.OpType == SparseForms.PairsOp).ToArray();
        var fed = books.Where(n => n.Input.Count > 0 && given.Contains(n.Input[0])).ToArray();
        if (books.Length == 0 && nodes.FirstOrDefault(n => n.OpType == SparseForms.GemmOp) is { } lost)
        {
            throw new DiagnosticException(Diagnostic.Error("NC1159", "the rulebook of this convolution is an input of the graph; kernel, stride and grid it was made with are not in the file", PlaceOf(lost, path),
                $"export with {SparseForms.PairsOp} in the graph"));
        }

        var names = fed.Select(n => n.Input[0]).Distinct().ToArray();
        if (names.Length > 1)
        {
            throw new DiagnosticException(Diagnostic.Error("NC1161", $"the sites come from several inputs: {string.Join(", ", names.Select(n => $"'{n}'"))}", new Place(path), "a sample is one cloud; export a network of one"));
        }

        var first = fed.FirstOrDefault() ?? nodes[0];
        var attribute = first.OpType == SparseForms.ConvolutionOp ? "input_spatial_shape" : "spatial_shape";
        var extent = plan.Extent.IsEmpty ? first.Attribute.FirstOrDefault(a => a.Name == attribute)?.Ints.ToArray() ?? [] : [.. plan.Extent.Select(e => (long)e)];
        if (extent.Length is < 1 or > 3 || extent.Any(e => e is < 1 or > int.MaxValue))
        {
            var found = extent.Length == 0 ? $"the file does not give the grid (attribute {attribute})" : $"{(plan.Extent.IsEmpty ? $"attribute {attribute}" : "--site-extent")} is [{string.Join(", ", extent)}]";
            throw new DiagnosticException(Diagnostic.Error("NC1151", $"{found}; one to three axes of at least one voxel are needed", PlaceOf(first, path), "give it: --site-extent a,b,c"));
        }

        return new(names.FirstOrDefault() ?? "coors", names.Length > 0, [.. Enumerable.Repeat(1, 3 - extent.Length), .. extent.Select(e => (int)e)]);
    }

    private static Place PlaceOf(NodeProto node, string path) => new(path, $"node '{(node.Name.Length > 0 ? node.Name : node.OpType)}' ({node.OpType})");
}
