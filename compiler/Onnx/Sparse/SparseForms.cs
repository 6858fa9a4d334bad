using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Sparse;

/// <summary>
/// Both dialects in which sparse convolutions are exported, brought to the operators of <see cref="SiteOperators"/>:
/// <list type="bullet">
/// <item>libspconv: <c>SparseConvolution</c>, <c>ScatterDense</c>, <c>QuantAdd</c>, <c>Reshape</c> and <c>Transpose</c> with attribute <c>dims</c>
/// (github.com/NVIDIA-AI-IOT/Lidar_AI_Solution, libraries/3DSparseConvolution, at 787ad95);</item>
/// <item>explicit rulebooks: <c>autoware::GetIndicePairsImplicitGemm</c> and <c>autoware::ImplicitGemm</c> (github.com/tier4/AWML, projects/SparseConvolution).</item>
/// </list>
/// Semantics are those of spconv 2: a submanifold convolution pads by half its kernel whatever the file says, a convolution with one tap and stride 1 keeps its sites.
/// </summary>
internal sealed class SparseForms(FlatBuilder builder, NodeForms forms, SitePlanner planner, SitePlaces places, bool gridIsGiven)
{
    /// <summary>Operators of the dialects.</summary>
    public const string ConvolutionOp = "SparseConvolution", PairsOp = "GetIndicePairsImplicitGemm", GemmOp = "ImplicitGemm";

    private const string RulebookDomain = "autoware";

    /// <summary>The pairs of a window from one table to another.</summary>
    private sealed record Rulebook(string Key, bool IsSubmanifold, SiteTableId From, SiteTableId To, SiteWindow Window);

    private readonly Dictionary<string, Rulebook> byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<int, Rulebook> byPairs = [];
    private readonly Dictionary<int, SiteTableId> coordinates = [];
    private readonly HashSet<int> bookkeeping = [];
    private HashSet<string> keysToCome = [];

    /// <summary>Whether a node belongs to one of the dialects, whatever its attributes.</summary>
    public static bool Handles(string domain, string op) => domain == RulebookDomain ? op is PairsOp or GemmOp : domain is "" or "ai.onnx" && op is ConvolutionOp or "ScatterDense" or "QuantAdd";

    /// <summary>The same, and standard operators with an attribute of their own.</summary>
    public static bool Handles(string domain, string op, OnnxAttributes attributes) => Handles(domain, op) || (op is "Reshape" or "Transpose" && attributes.Has("dims"));

    /// <summary>Rulebook keys that some convolution of the file makes.</summary>
    public void Expect(IEnumerable<string> keys) => keysToCome = [.. keys];

    /// <summary>A value that is the coordinates of a table.</summary>
    public void PutCoordinates(int value, SiteTableId table)
    {
        coordinates[value] = table;
        bookkeeping.Add(value);
    }

    /// <summary>Whether a value is coordinates or part of a rulebook, which only convolutions may read.</summary>
    public bool IsBookkeeping(int value) => bookkeeping.Contains(value);

    /// <summary>Adds a node of a dialect; returns its outputs.</summary>
    /// <exception cref="DiagnosticException">NC1151 to NC1160: what does not fit, without a place.</exception>
    public ImmutableArray<int> Emit(FlatBuilder.Site site, int opset, OnnxAttributes attributes, ImmutableArray<int> inputs)
    {
        if (inputs.Any(i => i >= 0 && builder[i] is null)) return [.. site.Outputs.Select(o => builder.Add(o, null))];
        switch (site.Op)
        {
            case ConvolutionOp:
                RefuseInt8(attributes);
                return [Activated(site, attributes, last => Convolution(site, attributes, inputs, last))];
            case "QuantAdd":
                RefuseInt8(attributes);
                return builder.Emit(site, "Add", OnnxAttributes.None, inputs);
            case "ScatterDense":
                RefuseInt8(attributes);
                return builder.Emit(site, SiteOperators.Scatter, Scatter(attributes, inputs), [inputs[0]]);
            case "Reshape":
                return forms.Emit(site, opset, OnnxAttributes.None, [inputs[0], builder.Constant(site.Node + "/dims", Tensor.Vector(attributes.Ints("dims", [])))]);
            case "Transpose":
                return forms.Emit(site, opset, OnnxAttributes.None.With("perm", attributes.Ints("dims", [])), [inputs[0]]);
            case PairsOp:
                return Pairs(site, attributes, inputs);
            default:
                return ImplicitGemm(site, attributes, inputs);
        }
    }

    private int Convolution(FlatBuilder.Site site, OnnxAttributes attributes, ImmutableArray<int> inputs, bool isLast)
    {
        if (attributes.Int("transposed", 0) != 0) throw Unsupported("transposed = 1", "a regular, submanifold or inverse convolution");
        var from = TableOf(inputs[0]);
        RequireGrid(attributes, "input_spatial_shape", from);
        var key = attributes.Text("rulebook", "");
        if (key.Length == 0) key = site.Node;
        var inverse = attributes.Int("inverse", 0) != 0;
        var book = inverse ? Inverted(key, from, attributes) : Made(key, from, attributes, attributes.Int("subm", 0) != 0, "kernel_size", "output_padding");
        RequireGrid(attributes, "output_spatial_shape", inverse ? book.From : book.To);
        return Emit(site, book, attributes, inputs[0], inputs[1], inputs.Length > 2 ? inputs[2] : -1, isLast);
    }

    /// <summary>The rulebook of a convolution: one that was made under its key before, if that is the same, or a new one.</summary>
    private Rulebook Made(string key, SiteTableId from, OnnxAttributes attributes, bool isSubmanifold, string kernel, string outPadding)
    {
        var window = SparseWindows.Of(planner[from].Extent, attributes, kernel, isSubmanifold);
        if (attributes.Ints(outPadding, []).Any(p => p != 0)) throw Unsupported($"{outPadding} = [{string.Join(", ", attributes.Ints(outPadding, []))}]", "0");
        if (byKey.TryGetValue(key, out var known))
        {
            if (known.IsSubmanifold == isSubmanifold && known.From == from && known.Window == window) return known;
            throw new DiagnosticException(Diagnostic.Error(
                "NC1156", $"rulebook '{key}' was made for another convolution: {Describe(known)}; this one is {Describe(new(key, isSubmanifold, from, from, window))}", null, "give layers that share an indice_key the same kernel, stride, padding, dilation and sites, or keys of their own"));
        }

        var keeps = isSubmanifold || window == SiteWindow.Self(planner[from].Extent);
        var book = new Rulebook(key, isSubmanifold, from, keeps ? from : planner.Reached(key, from, window), window);
        return byKey[key] = book;
    }

    private Rulebook Inverted(string key, SiteTableId from, OnnxAttributes attributes)
    {
        if (!byKey.TryGetValue(key, out var partner))
        {
            throw keysToCome.Contains(key)
                ? new DiagnosticException(Diagnostic.Error("NC1153", $"rulebook '{key}' is used before it is made", null, "the strided convolution with this key must come first; the nodes of the file are out of order, or the key is another layer's"))
                : new(Diagnostic.Error("NC1154", $"an inverse convolution replays the pairs of the strided convolution with its key, and none has the key '{key}'", null, $"keys there are: {Keys()}", "give it the indice_key of its partner"));
        }

        if (partner.IsSubmanifold) throw new DiagnosticException(Diagnostic.Error("NC1154", $"an inverse convolution replays the pairs of a strided convolution; '{key}' is the key of a submanifold one", null, "give it the indice_key of its partner"));
        var kernel = SparseWindows.Three(attributes.Ints("kernel_size", []), 1);
        long[] made = [partner.Window.Z.Kernel, partner.Window.Y.Kernel, partner.Window.X.Kernel];
        if (partner.To == from && kernel.SequenceEqual(made)) return partner;
        throw new DiagnosticException(Diagnostic.Error(
            "NC1155", $"the inverse convolution has kernel [{string.Join(", ", kernel)}] and starts at the sites of '{planner[from].Name}'; its partner '{key}' has kernel [{string.Join(", ", made)}] and ends at those of '{planner[partner.To].Name}'", null,
            "an inverse convolution has the kernel of its partner and starts where that ended"));
    }

    private string Keys() => byKey.Count == 0 ? "none" : string.Join(", ", byKey.Keys.Order(StringComparer.Ordinal).Select(k => $"'{k}'"));

    private string Describe(Rulebook book)
    {
        var w = book.Window;
        return $"{(book.IsSubmanifold ? "submanifold" : "strided")}, kernel {w.Z.Kernel} x {w.Y.Kernel} x {w.X.Kernel}, stride {w.Z.Stride} x {w.Y.Stride} x {w.X.Stride}, at the sites of '{planner[book.From].Name}'";
    }

    private ImmutableArray<int> Pairs(FlatBuilder.Site site, OnnxAttributes attributes, ImmutableArray<int> inputs)
    {
        if (attributes.Int("transpose", 0) != 0) throw Unsupported("transpose = 1", "0: the pairs of an inverse convolution are not in this dialect");
        if (inputs.Length == 0 || !coordinates.TryGetValue(inputs[0], out var from))
            throw new DiagnosticException(Diagnostic.Error("NC1159", "the coordinates are neither an input of the graph nor the out_indices of another rulebook", null, "feed the voxels' coordinates (int32 [N, 4], batch first) as they are"));
        RequireGrid(attributes, "spatial_shape", from);
        var book = Made(site.Node, from, attributes, attributes.Int("subm", 0) != 0, "ksize", "out_padding");
        var (rows, taps) = (planner[book.To].Capacity, book.Window.Taps);
        ImmutableArray<Operand> shapes = [new(DType.Int32, [rows, 4]), new(DType.Int32, [taps, rows]), new(DType.Int32, [rows, 1]), new(DType.Int32, [rows]), new(DType.Int32, [])];
        var outputs = site.Outputs.Select((name, i) => builder.Add(name, shapes[Math.Min(i, shapes.Length - 1)])).ToImmutableArray();
        bookkeeping.UnionWith(outputs);
        coordinates[outputs[0]] = book.To;
        if (outputs.Length > 1) byPairs[outputs[1]] = book;
        return outputs;
    }

    private ImmutableArray<int> ImplicitGemm(FlatBuilder.Site site, OnnxAttributes attributes, ImmutableArray<int> inputs)
    {
        if (inputs.Length < 3 || !byPairs.TryGetValue(inputs[2], out var book))
            throw new DiagnosticException(Diagnostic.Error("NC1159", $"its pairs (input 2) are not the pair_fwd of a {PairsOp}", null, "export the rulebook operator with the convolution"));
        if (attributes.Has("is_subm") && (attributes.Int("is_subm", 0) != 0) != book.IsSubmanifold)
            throw new DiagnosticException(Diagnostic.Error("NC1156", $"the convolution has is_subm = {attributes.Int("is_subm", 0)}; rulebook '{book.Key}' was made for {Describe(book)}"));
        foreach (var (name, neutral) in new[] { ("act_alpha", 0f), ("act_beta", 0f), ("output_scale", 1f), ("output_add_scale", 0f) })
            if (attributes.Float(name, neutral) != neutral) throw Unsupported($"{name} = {attributes.Float(name, neutral)}", $"{neutral}");
        if (TableOf(inputs[0]) is var from && from != book.From)
            throw new DiagnosticException(Diagnostic.Error("NC1160", $"the features are at the sites of '{planner[from].Name}', rulebook '{book.Key}' starts at those of '{planner[book.From].Name}'"));
        return [Emit(site, book, attributes, inputs[0], inputs[1], -1, isLast: true)];
    }

    /// <summary>The convolution itself; one tap that keeps its sites is a matrix for each of them.</summary>
    private int Emit(FlatBuilder.Site site, Rulebook book, OnnxAttributes attributes, int features, int weight, int bias, bool isLast)
    {
        var (inverse, groups) = (attributes.Int("inverse", 0) != 0, attributes.Int("groups", 1));
        var constant = builder[weight]!.Constant ?? throw new DiagnosticException(Diagnostic.Error("NC1016", "the weights must not depend on input data"));
        int[] kernel = [book.Window.Z.Kernel, book.Window.Y.Kernel, book.Window.X.Kernel];
        if (constant.Rank is < 3 or > 5 || !SparseWindows.Three([.. constant.Shape[1..^1].Select(k => (long)k)], 1).SequenceEqual(kernel.Select(k => (long)k)))
            throw new DiagnosticException(Diagnostic.Error("NC1012", $"weights {Tensor.FormatShape(constant.Shape)} do not fit a kernel of {string.Join(" x ", kernel)}; [outputs, kernel, inputs] is needed"));
        if (book is { From: var from, To: var to } && from == to && book.Window.Taps == 1 && groups == 1)
        {
            var matrix = builder.Constant(site.Node + "/matrix", constant.Reshape([constant.Shape[0], constant.Shape[^1]]));
            return builder.Emit(site, "Gemm", OnnxAttributes.None.With("transB", 1L), bias < 0 ? [features, matrix] : [features, matrix, bias], isLast: isLast)[0];
        }

        var rows = builder.Constant(site.Node + "/weight", constant.Reshape([constant.Shape[0], .. kernel, constant.Shape[^1]]));
        var (source, target) = inverse ? (book.To, book.From) : (book.From, book.To);
        var a = SiteOperators.AttributesOf(inverse ? "inverse" : book.IsSubmanifold ? "submanifold" : "sparse", planner[source], planner[target], book.Window, groups, planner.Pairs(book.From, book.To, book.Window));
        return builder.Emit(site, SiteOperators.Convolution, a, bias < 0 ? [features, rows] : [features, rows, bias], isLast: isLast)[0];
    }

    /// <summary>What a convolution does at its end, as an operator of its own.</summary>
    private int Activated(FlatBuilder.Site site, OnnxAttributes attributes, Func<bool, int> convolution)
    {
        var activation = attributes.Text("activation", "None");
        var op = activation switch { "None" or "" => null, "ReLU" => "Relu", "Sigmoid" => "Sigmoid", "LeakyReLU" => "LeakyRelu", _ => throw Unsupported($"activation = {activation}", "None, ReLU, Sigmoid, LeakyReLU") };
        return op is null ? convolution(true) : builder.Emit(site, op, OnnxAttributes.None, [convolution(false)])[0];
    }

    private OnnxAttributes Scatter(OnnxAttributes attributes, ImmutableArray<int> inputs)
    {
        var table = planner[TableOf(inputs[0])];
        RequireGrid(attributes, "input_spatial_shape", table.Id);
        if (attributes.Text("output_layout", "NCHW") is not ("NCHW" or "") and var layout) throw Unsupported($"output_layout = {layout}", "NCHW");
        var format = attributes.Text("format", "zyx");
        if (format is not ("zyx" or "xyz")) throw Unsupported($"format = {format}", "zyx, xyz");
        var shape = attributes.Ints("output_shape", []);
        long channels = builder[inputs[0]]!.Shape[1];
        var axes = Math.Max(1, attributes.Ints("input_spatial_shape", [1, 1, 1]).Length);
        long[] grid = [.. table.Extent.Skip(3 - axes).Select(e => (long)e)];
        var (z, y, x) = ((long)table.Extent[0], (long)table.Extent[1], (long)table.Extent[2]);
        var plain = OnnxAttributes.None.With("from", (long)table.Id.Index);
        // A folded result [1, C*D, H, W] has the height axis among the channels: the first axis of zyx, the last of xyz. Otherwise the grid stays as it is, as dense() gives it.
        if (axes == 3 && shape.Length == 4)
        {
            return format == "zyx" ? plain.With("shape", new[] { 1, channels * z, y, x }).With("strides", Strides(y * x, x, 1))
                : plain.With("shape", new[] { 1, channels * x, z, y }).With("strides", Strides(y, 1, z * y));
        }

        return plain.With("shape", (long[])[1, channels, .. grid]).With("strides", Strides(y * x, x, 1));

        // No step is taken along an axis of one voxel or one channel.
        long[] Strides(long first, long second, long third) => [z == 1 ? 0 : first, y == 1 ? 0 : second, x == 1 ? 0 : third, channels == 1 ? 0 : z * y * x];
    }

    private SiteTableId TableOf(int features) => places.Of(features)
        ?? throw new DiagnosticException(Diagnostic.Error("NC1160", "its features are not at active sites", null, "features are the graph's input, or what convolutions and operators on single sites make of it"));

    /// <summary>The grid that a node names must be that of the table, unless another one was asked for.</summary>
    private void RequireGrid(OnnxAttributes attributes, string name, SiteTableId table)
    {
        var extent = planner[table].Extent;
        if (gridIsGiven || !attributes.Has(name) || SparseWindows.Three(attributes.Ints(name, []), 1).SequenceEqual(extent.Select(e => (long)e))) return;
        throw new DiagnosticException(Diagnostic.Error("NC1160", $"attribute {name} is [{string.Join(", ", attributes.Ints(name, []))}]; the sites of '{planner[table].Name}' are on a grid of [{string.Join(", ", extent)}]", null,
            "the file contradicts itself; export it again"));
    }

    private static void RefuseInt8(OnnxAttributes attributes)
    {
        foreach (var name in new[] { "precision", "output_precision" })
            if (attributes.Text(name, "fp16") == "int8") throw Unsupported($"{name} = int8", "fp16: export the network before its quantisation, and quantise it here with --precision int8");
    }

    private static DiagnosticException Unsupported(string setting, string choices) => new(Diagnostic.Error("NC1152", $"{setting} is not supported", null, $"supported: {choices}"));
}
