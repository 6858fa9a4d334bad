using NeuroChip.Compiler.Onnx;
using NeuroChip.Compiler.Rolling;
using NeuroChip.Ir.Graphs;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Lowering;

/// <summary>ONNX operators that only move elements, as linear maps.</summary>
internal static class Rearrangements
{
    /// <summary>The map of Transpose, Slice, Pad, Expand, Tile, Gather and Resize, found by moving the numbers of the elements themselves; null if it is none.</summary>
    public static LinearMap? Of(Graph graph, GraphNode node, OnnxAttributes attributes)
    {
        var source = graph.Nodes[node.Operands[0]];
        if (node.Op == "Pad" && attributes.Text("mode", "constant") != "constant") return null;
        if (node.Op == "Resize" && attributes.Text("mode", "nearest") != "nearest") return null;
        var size = Tensor.Count(source.Shape.AsSpan());
        if (size >= 1 << 24) return null;
        var operands = node.Operands.Select(o => o < 0 ? null : graph.Nodes[o].Constant).ToArray();
        var numbers = new float[size];
        for (var i = 0; i < size; i++) numbers[i] = i + 1;
        operands[0] = Tensor.Of(source.Shape, numbers);
        for (var i = 1; i < operands.Length; i++)
            if (node.Operands[i] >= 0 && operands[i] is null) return null;
        // A pad with a constant other than zero adds a bias; the caller adds it.
        if (node.Op == "Pad" && operands.Length > 2 && operands[2] is not null) operands[2] = Tensor.Scalar(0f);
        var moved = StepEvaluation.Evaluate(node.Op, attributes, null, node.Shape, [.. Enumerable.Range(0, operands.Length)], operands).ToFloats();
        return FromSources(size, Array.ConvertAll(moved, v => (int)v - 1));
    }

    /// <summary>The map that gives each result element one source element, or zero where that is -1.</summary>
    public static LinearMap FromSources(int size, int[] sourceOf)
    {
        var targetOf = new int[size];
        Array.Fill(targetOf, -1);
        var single = true;
        for (var t = 0; t < sourceOf.Length && single; t++)
        {
            if (sourceOf[t] < 0) continue;
            single = targetOf[sourceOf[t]] < 0;
            targetOf[sourceOf[t]] = t;
        }
        if (single) return new IndexMap(targetOf, sourceOf.Length, Floats.One).Simplest();
        var offsets = new int[size + 1];
        foreach (var s in sourceOf)
            if (s >= 0) offsets[s + 1]++;
        for (var s = 0; s < size; s++) offsets[s + 1] += offsets[s];
        var next = offsets[..^1];
        var targets = new int[offsets[^1]];
        for (var t = 0; t < sourceOf.Length; t++)
            if (sourceOf[t] >= 0) targets[next[sourceOf[t]]++] = t;
        var ones = new float[targets.Length];
        Array.Fill(ones, 1f);
        return new ExplicitMap(offsets, targets, ones, sourceOf.Length);
    }

    /// <summary>Zero padding of an image as the window that it is, so that it can become the padding of the convolution behind it; null for other pads.</summary>
    public static PoolingMap? ImagePad(Graph graph, GraphNode node)
    {
        var shape = graph.Nodes[node.Operands[0]].Shape;
        var rank = shape.Length;
        if (rank is not (3 or 4) || shape[0] != 1 || (node.Attributes.TryGetValue("mode", out var mode) && (string)mode != "constant")) return null;
        if (node.Operands.Length > 3 || graph.Nodes[node.Operands[1]].Constant is not { } amounts || amounts.Length != 2 * rank) return null;
        var pads = amounts.ToLongs();
        if (pads[0] != 0 || pads[1] != 0 || pads[rank] != 0 || pads[rank + 1] != 0 || pads.Any(p => p < 0)) return null;
        Window Axis(int axis) => new(shape[axis], node.Shape[axis], 1, 1, (int)pads[axis]);
        return new(rank == 4 ? Axis(2) : Window.Single, Axis(rank - 1), shape[1], rank == 3, Floats.One);
    }

    /// <summary>For each element of a ScatterND's updates, which element of the result it becomes; null if the indices are not constant.</summary>
    public static int[]? Written(Graph graph, GraphNode node)
    {
        if (node.Attributes.TryGetValue("reduction", out var reduction) && (string)reduction != "none") return null;
        if (graph.Nodes[node.Operands[1]] is not { Op: "Constant", Constant: { } indices }) return null;
        var depth = indices.Shape[^1];
        var inner = 1;
        for (var d = depth; d < node.Shape.Length; d++) inner *= node.Shape[d];
        var tuples = indices.ToLongs();
        var result = new int[tuples.Length / Math.Max(1, depth) * inner];
        for (var i = 0; i * inner < result.Length; i++)
        {
            long at = 0;
            for (var d = 0; d < depth; d++)
            {
                var index = tuples[(i * depth) + d];
                at = (at * node.Shape[d]) + (index < 0 ? index + node.Shape[d] : index);
            }
            for (var k = 0; k < inner; k++) result[(i * inner) + k] = (int)(at * inner) + k;
        }
        return result;
    }
}
