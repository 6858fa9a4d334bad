using System.Collections.Immutable;
using NeuroChip.Ir.Graphs;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Lowering;

/// <summary>Which of the three addresses of a <see cref="ContractionMap"/>.</summary>
internal enum ContractionSide
{
    Source,
    Target,
    Row,
}

/// <summary>
/// A sum of products of two populations' emissions, as a <see cref="StridedMap"/> over elements in C order of the framework's tensors, times a factor.
/// Moving axes about (heads split off, transposes) changes strides only, so that whatever stands between two products costs nothing.
/// </summary>
internal sealed record ContractionMap(StridedMap Map, float Factor) : LinearMap
{
    public override int Sources => Map.Sources;

    public override int Targets => Map.Targets;

    public override LinearMap? Scaled(Repeated factor) => factor.IsUniform ? this with { Factor = Factor * factor[0] } : null;

    /// <summary>The same product with the roles of source and rows exchanged.</summary>
    public ContractionMap Swapped() => this with
    {
        Map = new(Map.Rows, Map.Targets, Map.Sources, Map.RowOrigin, Map.TargetOrigin, Map.SourceOrigin, [.. Map.Axes.Select(a => new StridedAxis(a.Extent, a.Row, a.Target, a.Source))]),
    };

    /// <summary>
    /// The map with one of its addresses renumbered; an axis along which the new addresses do not step evenly is split where they do. Null if they are not sums
    /// of strides, or an address has none (-1).
    /// </summary>
    public ContractionMap? Moved(ContractionSide side, int size, Func<int, int> to)
    {
        var from = side switch { ContractionSide.Source => Map.SourceOrigin, ContractionSide.Target => Map.TargetOrigin, _ => Map.RowOrigin };
        var origin = to(from);
        var axes = new List<(StridedAxis Axis, int Stride)>();
        if (origin < 0 || !Map.Axes.All(Place) || !Holds(0, from, origin)) return null;
        ImmutableArray<StridedAxis> moved = [.. axes.Select(a => With(a.Axis, side, a.Stride))];
        var map = side switch
        {
            ContractionSide.Source => Map with { Sources = size, SourceOrigin = origin, Axes = moved },
            ContractionSide.Target => Map with { Targets = size, TargetOrigin = origin, Axes = moved },
            _ => Map with { Rows = size, RowOrigin = origin, Axes = moved },
        };
        // A copy would keep what it computed lazily from the old axes: make it anew.
        map = new(map.Sources, map.Targets, map.Rows, map.SourceOrigin, map.TargetOrigin, map.RowOrigin, moved);
        return map.Fault() is null ? this with { Map = map } : null;

        bool Place(StridedAxis axis)
        {
            var stride = Stride(axis, side);
            if (stride == 0 || axis.Extent == 1)
            {
                axes.Add((axis, 0));
                return true;
            }

            var step = to(from + stride) - origin;
            var even = 1;
            while (even < axis.Extent && to(from + (even * stride)) is >= 0 and var at && at == origin + (even * step)) even++;
            while (axis.Extent % even != 0) even--;
            if (step < 0 || even == 1) return false;
            axes.Add((axis with { Extent = even }, step));
            return even == axis.Extent
                || Place(new(axis.Extent / even, axis.Source * even, axis.Target * even, axis.Row * even));
        }

        bool Holds(int axis, int old, int expected)
        {
            if (axis == axes.Count) return to(old) == expected;
            var (a, step) = axes[axis];
            var stride = Stride(a, side);
            if (stride == 0) return Holds(axis + 1, old, expected);
            for (var i = 0; i < a.Extent; i++)
                if (!Holds(axis + 1, old + (i * stride), expected + (i * step))) return false;
            return true;
        }
    }

    /// <summary>The map with axes joined that step as one, and those of one value left out.</summary>
    public StridedMap Simplified()
    {
        var axes = Map.Axes.Where(a => a.Extent > 1).OrderByDescending(a => Math.Max(a.Source, Math.Max(a.Target, a.Row))).ToList();
        for (var i = 0; i + 1 < axes.Count;)
        {
            var (outer, inner) = (axes[i], axes[i + 1]);
            if (outer.Source == inner.Source * inner.Extent && outer.Target == inner.Target * inner.Extent && outer.Row == inner.Row * inner.Extent)
            {
                axes[i] = inner with { Extent = inner.Extent * outer.Extent };
                axes.RemoveAt(i + 1);
                i = Math.Max(0, i - 1);
            }
            else
            {
                i++;
            }
        }

        return new(Map.Sources, Map.Targets, Map.Rows, Map.SourceOrigin, Map.TargetOrigin, Map.RowOrigin, [.. axes]);
    }

    /// <summary>
    /// The product an operator makes of its two operands, neither of which is a constant: matrix products (batched), element-wise products (broadcast) and einsums
    /// of two. Null for any other operator.
    /// </summary>
    public static ContractionMap? Of(Graph graph, GraphNode node)
    {
        if (node.Operands.Length < 2 || node.Operands.Any(o => o < 0)) return null;
        int[] a = [.. graph.Nodes[node.Operands[0]].Shape], b = [.. graph.Nodes[node.Operands[1]].Shape], c = [.. node.Shape];
        switch (node.Op)
        {
            case "Mul" when node.Operands.Length == 2:
                return Make(a, b, c, Letters(a.Length, c.Length), Letters(b.Length, c.Length), Letters(c.Length, c.Length), 1);
            case "MatMul" when a.Length >= 2 && b.Length >= 2:
                var (i, k, j) = (c.Length, c.Length + 1, c.Length + 2);
                int[] Matrix(int rank, int row, int column) => [.. Enumerable.Range(0, rank - 2).Select(d => d + c.Length - rank), row, column];
                return Make(a, b, c, Matrix(a.Length, i, k), Matrix(b.Length, k, j), Matrix(c.Length, i, j), 1);
            case "Gemm" when node.Operands.Length == 2:
                var attributes = new Onnx.OnnxAttributes(node.Attributes);
                int[] left = attributes.Int("transA", 0) != 0 ? [1, 0] : [0, 1], right = attributes.Int("transB", 0) != 0 ? [2, 1] : [1, 2];
                return Make(a, b, c, left, right, [0, 2], attributes.Float("alpha", 1));
            case "Einsum" when node.Operands.Length == 2:
                var sides = new Onnx.OnnxAttributes(node.Attributes).Text("equation", "").Replace(" ", "", StringComparison.Ordinal).Split("->");
                var terms = sides[0].Split(',');
                var output = sides.Length > 1 ? sides[1] : new string([.. sides[0].Where(char.IsLetter).GroupBy(l => l).Where(g => g.Count() == 1).Select(g => g.Key).Order()]);
                return Make(a, b, c, [.. terms[0].Select(l => (int)l)], [.. terms[1].Select(l => (int)l)], [.. output.Select(l => (int)l)], 1);
            default:
                return null;
        }

        static int[] Letters(int rank, int of) => [.. Enumerable.Range(of - rank, rank)];
    }

    /// <summary>One index per letter; an extent of 1 against a larger one is broadcast, a letter twice in one operand its diagonal.</summary>
    private static ContractionMap? Make(int[] a, int[] b, int[] c, int[] ofA, int[] ofB, int[] ofC, float factor)
    {
        var axes = ImmutableArray.CreateBuilder<StridedAxis>();
        foreach (var letter in ofC.Concat(ofA).Concat(ofB).Distinct())
        {
            var extent = new[] { (a, ofA), (b, ofB), (c, ofC) }.SelectMany(t => t.Item2.Index().Where(l => l.Item == letter).Select(l => t.Item1[l.Index])).Max();
            axes.Add(new(extent, Along(a, ofA), Along(c, ofC), Along(b, ofB)));

            int Along(int[] shape, int[] letters)
            {
                var (sum, stride) = (0, 1);
                for (var d = shape.Length - 1; d >= 0; stride *= shape[d--])
                    if (letters[d] == letter && shape[d] > 1) sum += stride;
                return sum;
            }
        }

        var map = new StridedMap(Tensor.Count(a), Tensor.Count(c), Tensor.Count(b), 0, 0, 0, [.. axes.Where(x => x.Extent > 1)]);
        // An index of the rows alone is a sum over one operand by itself: not a product, and left to whoever wrote it.
        return map.Axes.Any(x => x is { Source: 0, Target: 0 } or { Row: 0, Target: 0 }) ? null : new(map, factor);
    }

    private static int Stride(StridedAxis axis, ContractionSide side) => side switch { ContractionSide.Source => axis.Source, ContractionSide.Target => axis.Target, _ => axis.Row };

    private static StridedAxis With(StridedAxis axis, ContractionSide side, int stride) => side switch
    {
        ContractionSide.Source => axis with { Source = stride },
        ContractionSide.Target => axis with { Target = stride },
        _ => axis with { Row = stride },
    };
}
