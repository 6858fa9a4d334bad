using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx;
using NeuroChip.Compiler.Rolling;
using NeuroChip.Ir.Graphs;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Lowering;

/// <summary>ONNX operators that are linear in their first operand, as linear maps.</summary>
internal static class LinearOperators
{
    /// <summary>The map of an operator and its own bias (null: none); null if the operator is not linear in operand <paramref name="of"/>.</summary>
    public static (LinearMap Map, Repeated? Bias)? Of(Graph graph, GraphNode node, out int of)
    {
        of = 0;
        var attributes = new OnnxAttributes(node.Attributes);
        switch (node.Op)
        {
            case "Conv":
                return Convolution(graph, node, attributes, transposed: false);
            case "ConvTranspose":
                return Convolution(graph, node, attributes, transposed: true);
            case "Gemm":
                return Gemm(graph, node, attributes, out of);
            case "MatMul":
                return MatMul(graph, node, out of);
            case "AveragePool":
                return AveragePool(graph, node, attributes) is { } average ? (average, null) : null;
            case "GlobalAveragePool":
                var shape = graph.Nodes[node.Operands[0]].Shape;
                if (shape.Length is not (3 or 4) || shape[0] != 1) return null;
                var y = shape.Length == 4 ? new Window(shape[2], 1, shape[2]) : Window.Single;
                var x = new Window(shape[^1], 1, shape[^1]);
                return (new PoolingMap(y, x, shape[1], shape.Length == 3, [1f / (y.Kernel * x.Kernel)]), null);
            case "ReduceMean" or "ReduceSum":
                return Reduction(graph, node, attributes) is { } reduced ? (reduced, null) : null;
            case "Einsum":
                return Contraction(graph, node, attributes, out of) is { } einsum ? (einsum, null) : null;
            case "Transpose" or "Slice" or "Pad" or "Expand" or "Tile" or "Gather" or "Resize":
                return Rearrangements.Of(graph, node, attributes) is { } moved ? (moved, null) : null;
            default:
                return null;
        }
    }

    /// <summary>The window of a max-pool over zero-padded or unpadded data.</summary>
    public static PoolingMap? MaxPool(Graph graph, GraphNode node)
    {
        var attributes = new OnnxAttributes(node.Attributes);
        var shape = graph.Nodes[node.Operands[0]].Shape;
        if (shape.Length > 4 && node.Op == "MaxPool") return PoolOverAxes(shape, node.Shape, attributes);
        if (shape.Length is not (3 or 4) || shape[0] != 1) return null;
        if (node.Op == "GlobalMaxPool")
            return new(shape.Length == 4 ? new Window(shape[2], 1, shape[2]) : Window.Single, new Window(shape[^1], 1, shape[^1]), shape[1], shape.Length == 3, Floats.One, true);
        var (y, x) = Windows(shape, node.Shape, attributes.Ints("kernel_shape", []), attributes);
        return new(y, x, shape[1], shape.Length == 3, Floats.One, true);
    }

    /// <summary>
    /// The window of a max-pool over more axes than two: those it does not pool over (a kernel of 1, as the channels are for a MaxPool3d of a whole sequence
    /// [T,N,C,H,W]) are channels if they come first.
    /// </summary>
    private static PoolingMap? PoolOverAxes(IReadOnlyList<int> shape, IReadOnlyList<int> result, OnnxAttributes attributes)
    {
        var spatial = shape.Count - 2;
        var (kernel, none) = (attributes.Ints("kernel_shape", []), new long[2 * spatial]);
        var (strides, dilations) = (attributes.Ints("strides", [.. Enumerable.Repeat(1L, spatial)]), attributes.Ints("dilations", [.. Enumerable.Repeat(1L, spatial)]));
        var pads = attributes.Ints("pads", none);
        if (attributes.Text("auto_pad", "NOTSET") is not ("NOTSET" or "VALID")) return null;
        var channels = shape[0] * shape[1];
        var windows = new List<Window>();
        for (var i = 0; i < spatial; i++)
        {
            var (input, output) = (shape[i + 2], result[i + 2]);
            // An axis of one element sees nothing but itself, whatever its window.
            if (input == 1 && output == 1) continue;
            var plain = kernel[i] == 1 && strides[i] == 1 && pads[i] == 0 && pads[i + spatial] == 0;
            if (plain && windows.Count == 0 && i < spatial - 1) channels *= input;
            else windows.Add(new(input, output, (int)kernel[i], (int)strides[i], (int)pads[i], (int)dilations[i]));
        }
        return windows.Count switch
        {
            1 => new(Window.Single, windows[0], channels, true, Floats.One, true),
            2 => new(windows[0], windows[1], channels, false, Floats.One, true),
            _ => null,
        };
    }

    /// <summary>
    /// An einsum with constant weights: the same matrix at each of what stays (tokens or pixels), or with one operand alone a transposition; null for others.
    /// </summary>
    private static LinearMap? Contraction(Graph graph, GraphNode node, OnnxAttributes attributes, out int of)
    {
        of = 0;
        var sides = attributes.Text("equation", "").Replace(" ", "", StringComparison.Ordinal).Split("->");
        var terms = sides[0].Split(',');
        if (sides.Length != 2) return null;
        if (terms.Length == 1) return terms[0].Length == sides[1].Length && terms[0].Distinct().Count() == terms[0].Length ? Rearrangements.Of(graph, node, attributes) : null;
        if (terms.Length != 2) return null;
        of = graph.Nodes[node.Operands[0]].Op == "Constant" ? 1 : 0;
        if (graph.Nodes[node.Operands[1 - of]] is not { Op: "Constant", Constant: { } weight }) return null;
        var (x, w, y) = (terms[of], terms[1 - of], sides[1]);
        var extent = new Dictionary<char, int>();
        foreach (var (letters, shape) in new[] { (x, graph.Nodes[node.Operands[of]].Shape), (w, weight.Shape), (y, node.Shape) })
        {
            if (letters.Distinct().Count() != letters.Length) return null;
            for (var i = 0; i < letters.Length; i++) extent[letters[i]] = shape[i];
        }
        // A letter of one element (a batch of 1) may stand anywhere.
        string Wide(string letters) => new([.. letters.Where(l => extent[l] > 1)]);
        var axes = Wide(w).Select(l => w.IndexOf(l)).ToArray();
        weight = weight.Reshape([.. axes.Select(a => weight.Shape[a])]);
        (x, w, y) = (Wide(x), Wide(w), Wide(y));
        // Inputs and outputs of the matrix, in the order in which they come in the value and in the result; what stays.
        string inputs = new([.. x.Where(l => w.Contains(l) && !y.Contains(l))]), outputs = new([.. y.Where(l => !x.Contains(l))]), stays = new([.. x.Where(y.Contains)]);
        if (w.Length != inputs.Length + outputs.Length || w.Any(l => !inputs.Contains(l) && !outputs.Contains(l)) || inputs.Length + stays.Length != x.Length) return null;
        var (sourceTokens, targetTokens) = (x == stays + inputs, y == stays + outputs);
        if ((!sourceTokens && x != inputs + stays) || (!targetTokens && y != outputs + stays)) return null;
        var order = (inputs + outputs).Select(l => (long)w.IndexOf(l)).ToArray();
        var turned = OnnxEvaluator.Evaluate("Transpose", "", OnnxAttributes.None.With("perm", order), [weight])[0].ToFloats();
        int Size(string letters) => letters.Aggregate(1, (n, l) => n * extent[l]);
        if (Size(stays) == 1) return new MatrixMap(Size(inputs), Size(outputs), turned);
        return ConvolutionMap.OnTokens(Size(stays), Size(inputs), Size(outputs), turned) with { SourceTokens = sourceTokens, TargetTokens = targetTokens };
    }

    private static (LinearMap, Repeated?)? Convolution(Graph graph, GraphNode node, OnnxAttributes attributes, bool transposed)
    {
        var (input, output) = (graph.Nodes[node.Operands[0]].Shape, node.Shape);
        if (graph.Nodes[node.Operands[1]].Constant is not { } weight || input[0] != 1) return null;
        if (input.Length > 4 && !transposed) (input, output, weight, attributes) = WithoutUnitAxes(input, output, weight, attributes);
        if (input.Length is not (3 or 4)) return null;
        var kernel = weight.Shape.Skip(2).Select(k => (long)k).ToArray();
        var (y, x) = transposed ? Windows(output, input, kernel, attributes) : Windows(input, output, kernel, attributes);
        var bias = node.Operands.Length > 2 && node.Operands[2] >= 0 ? graph.Nodes[node.Operands[2]].Constant : null;
        if (node.Operands.Length > 2 && node.Operands[2] >= 0 && bias is null) return null;
        var map = new ConvolutionMap(y, x, input[1], output[1], (int)attributes.Int("group", 1), transposed, input.Length == 3, weight.ToFloats());
        return (map, bias is null ? null : PerChannel(bias, output));
    }

    /// <summary>A convolution over three and more axes of which some have one element: those have one tap that counts.</summary>
    private static (ImmutableArray<int> Input, ImmutableArray<int> Output, Tensor Weight, OnnxAttributes Attributes) WithoutUnitAxes(
        ImmutableArray<int> input, ImmutableArray<int> output, Tensor weight, OnnxAttributes attributes)
    {
        for (var i = input.Length - 3; i >= 0 && input.Length > 4; i--)
        {
            var spatial = input.Length - 2;
            if (input[i + 2] != 1 || output[i + 2] != 1 || attributes.Text("auto_pad", "NOTSET") is not ("NOTSET" or "VALID")) continue;
            var (pads, dilations) = (attributes.Ints("pads", new long[2 * spatial]), attributes.Ints("dilations", [.. Enumerable.Repeat(1L, spatial)]));
            if (pads[i] % dilations[i] != 0) continue;
            weight = StepExpansion.SliceOf(weight, i + 2, (int)(pads[i] / dilations[i]), 1);
            weight = weight.Reshape(weight.Shape.RemoveAt(i + 2));
            (input, output) = (input.RemoveAt(i + 2), output.RemoveAt(i + 2));
            long[] Less(long[] values) => [.. values.Where((_, k) => k % spatial != i)];
            attributes = attributes.With("pads", Less(pads)).With("dilations", Less(dilations))
                .With("strides", Less(attributes.Ints("strides", [.. Enumerable.Repeat(1L, spatial)])));
        }
        return (input, output, weight, attributes);
    }

    private static (LinearMap, Repeated?)? Gemm(Graph graph, GraphNode node, OnnxAttributes attributes, out int of)
    {
        of = 0;
        if (graph.Nodes[node.Operands[0]] is { Op: "Constant", Constant: { } left }) return LeftGemm(graph, node, attributes, left, out of);
        var shape = graph.Nodes[node.Operands[0]].Shape;
        if (graph.Nodes[node.Operands[1]].Constant is not { } weight || attributes.Int("transA", 0) != 0) return null;
        var transposed = attributes.Int("transB", 0) != 0;
        var alpha = attributes.Float("alpha", 1);
        int inputs = shape[1], outputs = node.Shape[1];
        var w = weight.ToFloats();
        var rows = new float[inputs * outputs];
        for (var i = 0; i < inputs; i++)
            for (var o = 0; o < outputs; o++) rows[(i * outputs) + o] = alpha * (transposed ? w[(o * inputs) + i] : w[(i * outputs) + o]);
        Repeated? bias = null;
        if (node.Operands.Length > 2 && node.Operands[2] >= 0)
        {
            if (graph.Nodes[node.Operands[2]].Constant is not { } c) return null;
            var beta = attributes.Float("beta", 1);
            bias = Repeated.Broadcast(c, node.Shape) * beta;
        }
        return (shape[0] == 1 ? new MatrixMap(inputs, outputs, rows) : ConvolutionMap.OnTokens(shape[0], inputs, outputs, rows), bias);
    }

    /// <summary>W x with the weights on the left, as parallel spiking neurons mix their steps.</summary>
    private static (LinearMap, Repeated?)? LeftGemm(Graph graph, GraphNode node, OnnxAttributes attributes, Tensor left, out int of)
    {
        of = 1;
        if (graph.Nodes[node.Operands[1]].Op == "Constant" || attributes.Int("transB", 0) != 0) return null;
        var transposed = attributes.Int("transA", 0) != 0;
        int inner = graph.Nodes[node.Operands[1]].Shape[0], rows = node.Shape[0];
        var w = left.ToFloats();
        var alpha = attributes.Float("alpha", 1);
        Repeated? bias = null;
        if (node.Operands.Length > 2 && node.Operands[2] >= 0)
        {
            if (graph.Nodes[node.Operands[2]].Constant is not { } c) return null;
            var beta = attributes.Float("beta", 1);
            bias = Repeated.Broadcast(c, node.Shape) * beta;
        }
        return (Left(rows, inner, node.Shape[1], (i, k) => alpha * (transposed ? w[(k * rows) + i] : w[(i * inner) + k])), bias);
    }

    /// <summary>y[i, n] = sum_k W[i, k] x[k, n].</summary>
    private static ExplicitMap Left(int rows, int inner, int columns, Func<int, int, float> weight)
    {
        var lists = new List<(int, float)>?[inner * columns];
        for (var k = 0; k < inner; k++)
            for (var n = 0; n < columns; n++)
                lists[(k * columns) + n] = [.. Enumerable.Range(0, rows).Select(i => ((i * columns) + n, weight(i, k)))];
        return LinearAlgebra.FromLists(lists, rows * columns);
    }

    private static (LinearMap, Repeated?)? MatMul(Graph graph, GraphNode node, out int of)
    {
        of = 0;
        var (a, b) = (graph.Nodes[node.Operands[0]], graph.Nodes[node.Operands[1]]);
        if (b.Constant is { } weight && b.Op == "Constant" && weight.Rank is 1 or 2)
        {
            var inputs = a.Shape[^1];
            var outputs = weight.Rank == 1 ? 1 : weight.Shape[1];
            var tokens = Tensor.Count(a.Shape.AsSpan()) / inputs;
            return (tokens == 1 ? new MatrixMap(inputs, outputs, weight.ToFloats()) : ConvolutionMap.OnTokens(tokens, inputs, outputs, weight.ToFloats()), null);
        }
        if (a.Constant is not { Rank: 2 } left || a.Op != "Constant" || b.Shape.Length > 2) return null;

        of = 1;
        var w = left.ToFloats();
        var inner = left.Shape[1];
        return (Left(left.Shape[0], inner, b.Shape.Length == 1 ? 1 : b.Shape[1], (i, k) => w[(i * inner) + k]), null);
    }

    private static PoolingMap? AveragePool(Graph graph, GraphNode node, OnnxAttributes attributes)
    {
        var shape = graph.Nodes[node.Operands[0]].Shape;
        if (shape.Length is not (3 or 4) || shape[0] != 1) return null;
        var (y, x) = Windows(shape, node.Shape, attributes.Ints("kernel_shape", []), attributes);
        var full = 1f / (y.Kernel * x.Kernel);
        var factor = new float[y.Output * x.Output];
        var padded = attributes.Int("count_include_pad", 0) != 0;
        var pads = attributes.Ints("pads", new long[2 * (shape.Length - 2)]);
        for (var p = 0; p < factor.Length; p++)
            factor[p] = 1f / (Inside(y, p / x.Output, shape.Length == 4 ? 0 : -1) * Inside(x, p % x.Output, shape.Length == 4 ? 1 : 0));
        return new(y, x, shape[1], shape.Length == 3, Array.TrueForAll(factor, f => f == full) ? [full] : Floats.Compact(factor));

        // Taps that count for the divisor: those on the image, or with count_include_pad those on the padded image.
        int Inside(Window axis, int output, int spatial)
        {
            var after = padded && spatial >= 0 ? (int)pads[(pads.Length / 2) + spatial] : 0;
            var count = 0;
            for (var tap = 0; tap < axis.Kernel; tap++)
            {
                var at = axis.InputOf(output, tap);
                if (at >= (padded ? -axis.Pad : 0) && at < axis.Input + after) count++;
            }
            return count;
        }
    }

    private static LinearMap? Reduction(Graph graph, GraphNode node, OnnxAttributes attributes)
    {
        var shape = graph.Nodes[node.Operands[0]].Shape;
        long[] given = node.Operands.Length > 1 && node.Operands[1] >= 0 ? graph.Nodes[node.Operands[1]].Constant!.ToLongs() : attributes.Ints("axes", []);
        var axes = given.Length == 0 ? [.. Enumerable.Range(0, shape.Length)] : given.Select(a => (int)(a < 0 ? a + shape.Length : a)).ToHashSet();
        var count = axes.Aggregate(1, (n, a) => n * shape[a]);
        var weight = node.Op == "ReduceMean" ? 1f / count : 1f;
        if (count == 1) return new ElementMap(Tensor.Count(shape.AsSpan()), Floats.One);
        if (shape.Length == 4 && shape[0] == 1 && axes.SetEquals([2, 3]))
            return new PoolingMap(new(shape[2], 1, shape[2]), new(shape[3], 1, shape[3]), shape[1], false, [weight]);
        // Reduced axes side by side: what stays before them are channels, or what stays behind them.
        var reduced = axes.Where(a => shape[a] > 1).Order().ToArray();
        int before = Product(0, reduced[0]), after = Product(reduced[^1] + 1, shape.Length);
        if (before * count * after == Tensor.Count(shape.AsSpan()) && (before == 1 || after == 1))
            return new PoolingMap(Window.Single, new(count, 1, count), before * after, true, [weight]) { SourceTokens = after > 1 };
        var targetOf = new int[Tensor.Count(shape.AsSpan())];
        var index = new int[shape.Length];
        for (var i = 0; i < targetOf.Length; i++)
        {
            var target = 0;
            for (var d = 0; d < shape.Length; d++)
                if (!axes.Contains(d)) target = (target * shape[d]) + index[d];
            targetOf[i] = target;
            for (var d = shape.Length - 1; d >= 0 && ++index[d] == shape[d]; d--) index[d] = 0;
        }
        var weights = new float[targetOf.Length];
        Array.Fill(weights, weight);
        return new ExplicitMap([.. Enumerable.Range(0, targetOf.Length + 1)], targetOf, weights, targetOf.Length / count);

        int Product(int from, int to)
        {
            var product = 1;
            for (var d = from; d < to; d++) product *= shape[d];
            return product;
        }
    }

    private static (Window Y, Window X) Windows(IReadOnlyList<int> input, IReadOnlyList<int> output, long[] kernel, OnnxAttributes attributes)
    {
        var spatial = input.Count - 2;
        var strides = attributes.Ints("strides", [.. Enumerable.Repeat(1L, spatial)]);
        var dilations = attributes.Ints("dilations", [.. Enumerable.Repeat(1L, spatial)]);
        var pads = attributes.Ints("pads", new long[2 * spatial]);
        var auto = attributes.Text("auto_pad", "NOTSET");
        var windows = new Window[spatial];
        for (var i = 0; i < spatial; i++)
        {
            var pad = (int)pads[i];
            if (auto is "SAME_UPPER" or "SAME_LOWER")
            {
                var total = Math.Max(0, ((output[i + 2] - 1) * strides[i]) + ((kernel[i] - 1) * dilations[i]) + 1 - input[i + 2]);
                pad = (int)(auto == "SAME_UPPER" ? total / 2 : (total + 1) / 2);
            }
            windows[i] = new(input[i + 2], output[i + 2], (int)kernel[i], (int)strides[i], pad, (int)dilations[i]);
        }
        return spatial == 2 ? (windows[0], windows[1]) : (Window.Single, windows[0]);
    }

    private static Repeated PerChannel(Tensor bias, IReadOnlyList<int> shape) => Repeated.Of(bias.ToFloats(), shape.Skip(2).Aggregate(1, (a, b) => a * b));
}
