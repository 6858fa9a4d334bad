using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx.Proto;
using NeuroChip.Compiler.Onnx.Sparse;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx;

/// <summary>Walks the graph of a file, its functions and sub-graphs, and hands every node in normal form to a <see cref="FlatBuilder"/>.</summary>
internal sealed class GraphFlattener
{
    private readonly string path;
    private readonly ModelProto model;
    private readonly FlattenOptions options;
    private readonly DiagnosticBag problems;
    private readonly TensorReader tensors;
    private readonly Dictionary<(string Domain, string Name), FunctionProto> functions = [];
    private readonly HashSet<FunctionProto> inlining = new(ReferenceEqualityComparer.Instance);
    private readonly NodeForms forms;
    private readonly ControlFlow controlFlow;
    private readonly Sequences sequences;
    private readonly SparseModel? sparse;

    public GraphFlattener(string path, ModelProto model, FlattenOptions options, DiagnosticBag problems)
    {
        (this.path, this.model, this.options, this.problems) = (path, model, options, problems);
        tensors = new TensorReader(path, problems);
        Builder = new FlatBuilder(path, problems);
        forms = new NodeForms(Builder);
        controlFlow = new ControlFlow(this);
        sequences = new Sequences(this);
        sparse = Sparse(model.Graph);
        foreach (var function in model.Functions) functions.TryAdd((Standard(function.Domain), function.Name), function);
    }

    /// <summary>Where the nodes go.</summary>
    public FlatBuilder Builder { get; }

    /// <summary>How many problems were reported so far.</summary>
    public int ProblemCount => problems.Diagnostics.Count;

    /// <summary>The whole model, or null where an error was reported.</summary>
    public FlatModel? Run()
    {
        // Without a plan of its sites no shape of the model is known.
        if (problems.HasErrors) return null;
        var opset = Opset(model.OpsetImport);
        var top = new Scope(null, "", opset, OnnxAttributes.None);
        CheckOperators(model.Graph.Node, opset, "", []);
        Initializers(model.Graph, top);
        var inputs = ImmutableArray.CreateBuilder<int>();
        foreach (var input in model.Graph.Input)
        {
            if (top.Find(input.Name) is not null) continue;
            var isCoordinates = sparse?.Inputs is { InGraph: true } and var given && given.Coordinates == input.Name;
            var value = isCoordinates ? sparse!.PutCoordinates(input.Name) : Builder.Add(input.Name, sparse?.Features(input) ?? InputOf(input));
            top.Set(input.Name, value);
            if (isCoordinates) continue;
            inputs.Add(value);
            sparse?.PutInput(value);
        }

        foreach (var name in options.InputShapes.Keys.Order(StringComparer.Ordinal))
            if (!model.Graph.Input.Any(i => i.Name == name))
                problems.Add(Diagnostic.Error("NC1014", $"--input-shape names '{name}', which is not an input of the model", new Place(path), "inputs: " + string.Join(", ", model.Graph.Input.Select(i => i.Name))));
        Nodes(model.Graph.Node, top);
        var outputs = ImmutableArray.CreateBuilder<(string, int)>();
        foreach (var output in model.Graph.Output)
        {
            if (top.Find(output.Name) is { } value and >= 0) outputs.Add((output.Name, value));
            else Undefined(output.Name, $"output '{output.Name}'");
        }

        if (!problems.HasErrors) sparse?.Check(outputs, problems);
        if (problems.HasErrors) return null;
        var flat = Builder.Finish(opset, inputs.ToImmutable(), outputs.ToImmutable());
        return sparse is null ? flat : sparse.Finish(flat);
    }

    /// <summary>Adds the initializers and nodes of a graph in a scope that already holds its inputs.</summary>
    public void Graph(GraphProto graph, Scope scope)
    {
        Initializers(graph, scope);
        Nodes(graph.Node, scope);
    }

    /// <summary>Reports a problem of a node.</summary>
    public void Report(string code, string message, Scope scope, NodeProto node, int index, params ReadOnlySpan<string> notes) =>
        problems.Add(Diagnostic.Error(code, message, new Place(path, $"node '{NameOf(node, scope, index)}' ({node.OpType})"), notes));

    /// <summary>The value of a name; an unknown one after reporting a name that nothing defines.</summary>
    public int Value(string name, Scope scope, string user) => name.Length == 0 ? -1 : scope.Find(name) ?? Undefined(name, user);

    /// <summary>The node's name with the path of its sub-graph, or its operator and position where the file gives none.</summary>
    public static string NameOf(NodeProto node, Scope scope, int index) => scope.Prefix + (node.Name.Length > 0 ? node.Name : $"{node.OpType}#{index}");

    private static string Standard(string domain) => domain == "ai.onnx" ? "" : domain;

    private int Opset(IEnumerable<OperatorSetIdProto> imports)
    {
        var version = (int)(imports.FirstOrDefault(o => Standard(o.Domain).Length == 0)?.Version ?? 0);
        if (version is < OnnxLoader.FirstOpset or > OnnxLoader.LastOpset)
        {
            problems.Add(Diagnostic.Error("NC1006", version == 0 ? "the file does not say which operator set it uses" : $"operator set {version} is not supported", new Place(path),
                $"supported: {OnnxLoader.FirstOpset} to {OnnxLoader.LastOpset}; export with opset_version=13, or convert with onnx.version_converter"));
        }

        return version;
    }

    private void Initializers(GraphProto graph, Scope scope)
    {
        foreach (var proto in graph.Initializer)
            scope.Set(proto.Name, tensors.Read(proto, scope.Prefix + proto.Name) is { } tensor ? Builder.Constant(scope.Prefix + proto.Name, tensor) : Builder.Add(proto.Name, null));
        foreach (var sparse in graph.SparseInitializer)
        {
            var name = sparse.Values?.Name ?? "";
            scope.Set(name, Sparse(sparse, name) is { } tensor ? Builder.Constant(scope.Prefix + name, tensor) : Builder.Add(name, null));
        }
    }

    private void Nodes(IEnumerable<NodeProto> nodes, Scope scope)
    {
        var index = 0;
        foreach (var node in nodes) Node(node, scope, index++);
    }

    private void Node(NodeProto node, Scope scope, int index)
    {
        var name = NameOf(node, scope, index);
        ImmutableArray<int> outputs;
        if (functions.TryGetValue((Standard(node.Domain), node.OpType), out var function))
        {
            outputs = Inline(function, node, scope, name);
        }
        else if (node.OpType == "Constant" && Standard(node.Domain).Length == 0)
        {
            outputs = [ConstantOf(node, scope, name, index) is { } tensor ? Builder.Constant(scope.Prefix + node.Output[0], tensor) : Builder.Add(name, null)];
        }
        else if (ControlFlow.Handles(node.OpType) && Standard(node.Domain).Length == 0)
        {
            outputs = controlFlow.Inline(node, scope, index);
        }
        else if (Sequences.Handles(node.OpType) && Standard(node.Domain).Length == 0)
        {
            outputs = sequences.Inline(node, scope, index);
        }
        else if (sparse?.Handles(node) == true)
        {
            outputs = sparse.Inline(SiteOf(node, scope, name), scope.Opset, AttributesOf(node, scope, index), InputsOf(node, scope, name));
        }
        else if (Standard(node.Domain).Length > 0 || !NodeForms.Knows(node.OpType))
        {
            outputs = [.. node.Output.Select(o => Builder.Add(o, null))]; // reported by CheckOperators
        }
        else
        {
            var (site, inputs) = (SiteOf(node, scope, name), InputsOf(node, scope, name));
            if (inputs.Any(sequences.IsSequence)) Report("NC1007", $"operator {node.OpType} is not supported on lists of tensors", scope, node, index, "stack the list before");
            try
            {
                outputs = sparse?.Refuses(site, inputs) == true ? [.. site.Outputs.Select(o => Builder.Add(o, null))] : forms.Emit(site, scope.Opset, AttributesOf(node, scope, index), inputs);
            }
            catch (InvalidCastException)
            {
                Report("NC1008", "an attribute has another kind of value than the operator defines", scope, node, index);
                outputs = [.. node.Output.Select(o => Builder.Add(o, null))];
            }
        }

        for (var i = 0; i < node.Output.Count; i++)
            if (node.Output[i].Length > 0 && i < outputs.Length) scope.Set(node.Output[i], outputs[i]);
    }

    private static FlatBuilder.Site SiteOf(NodeProto node, Scope scope, string name) => new(name, node.OpType, [.. node.Output.Select(o => o.Length == 0 ? "" : scope.Prefix + o)]);

    private ImmutableArray<int> InputsOf(NodeProto node, Scope scope, string name) => [.. node.Input.Select(i => Value(i, scope, $"node '{name}'"))];

    private SparseModel? Sparse(GraphProto graph)
    {
        try
        {
            return SparseModel.Of(graph, options, path, Builder, forms);
        }
        catch (DiagnosticException e)
        {
            foreach (var problem in e.Diagnostics) problems.Add(problem.Place is null ? problem with { Place = new Place(path) } : problem);
            return null;
        }
    }

    private ImmutableArray<int> Inline(FunctionProto function, NodeProto call, Scope scope, string name)
    {
        if (!inlining.Add(function))
        {
            problems.Add(Diagnostic.Error("NC1012", $"function '{function.Name}' calls itself", new Place(path, $"node '{name}' ({call.OpType})")));
            return [.. call.Output.Select(o => Builder.Add(o, null))];
        }

        var attributes = AttributesOf(call, scope, 0);
        foreach (var otherwise in function.AttributeProto)
            if (!attributes.Has(otherwise.Name) && AttributeOf(otherwise, scope, call, 0) is { } value) attributes = attributes.With(otherwise.Name, value);
        var inner = new Scope(null, name + "/", function.OpsetImport.Count > 0 ? Opset(function.OpsetImport) : scope.Opset, attributes);
        for (var i = 0; i < function.Input.Count; i++)
            inner.Set(function.Input[i], i < call.Input.Count ? Value(call.Input[i], scope, $"node '{name}'") : -1);
        Nodes(function.Node, inner);
        inlining.Remove(function);
        return [.. function.Output.Select(o => Value(o, inner, $"function '{function.Name}'"))];
    }

    private OnnxAttributes AttributesOf(NodeProto node, Scope scope, int index)
    {
        var result = OnnxAttributes.None;
        foreach (var attribute in node.Attribute)
            if (AttributeOf(attribute, scope, node, index) is { } value) result = result.With(attribute.Name, value);
        return result;
    }

    private object? AttributeOf(AttributeProto a, Scope scope, NodeProto node, int index)
    {
        if (a.RefAttrName.Length > 0) return scope.Attributes.Values.GetValueOrDefault(a.RefAttrName);
        switch (a.Type)
        {
            case AttributeProto.Types.Kind.Float: return a.F;
            case AttributeProto.Types.Kind.Int: return a.I;
            case AttributeProto.Types.Kind.String: return a.S.ToStringUtf8();
            case AttributeProto.Types.Kind.Floats: return a.Floats.ToArray();
            case AttributeProto.Types.Kind.Ints: return a.Ints.ToArray();
            case AttributeProto.Types.Kind.Strings: return a.Strings.Select(s => s.ToStringUtf8()).ToArray();
            case AttributeProto.Types.Kind.Tensor when a.T is not null: return tensors.Read(a.T, $"{NameOf(node, scope, index)}.{a.Name}");
            case AttributeProto.Types.Kind.Graph: return null;
            default:
                Report("NC1008", $"attribute '{a.Name}' has type {a.Type}, which is not supported", scope, node, index, "supported: float, int, string, lists of them, tensor, graph");
                return null;
        }
    }

    private Tensor? ConstantOf(NodeProto node, Scope scope, string name, int index)
    {
        if (node.Attribute.FirstOrDefault(a => a.Type == AttributeProto.Types.Kind.SparseTensor) is { } sparse) return Sparse(sparse.SparseTensor, name);
        foreach (var (_, value) in AttributesOf(node, scope, index).Values)
            switch (value)
            {
                case Tensor tensor: return tensor;
                case float number: return Tensor.Scalar(number);
                case long number: return Tensor.Scalar(number);
                case float[] list: return Tensor.Vector(list);
                case long[] list: return Tensor.Vector(list);
                default: break;
            }

        if (!problems.HasErrors || node.Attribute.All(a => a.Type is AttributeProto.Types.Kind.String or AttributeProto.Types.Kind.Strings))
            Report("NC1009", "a constant of strings, or without a value, is not supported", scope, node, index);
        return null;
    }

    /// <summary>A tensor given by its non-zero elements: positions are flat numbers, or one tuple per element.</summary>
    private Tensor? Sparse(SparseTensorProto proto, string name)
    {
        if (proto.Values is null || proto.Indices is null || proto.Dims.Any(d => d is < 0 or > int.MaxValue))
        {
            problems.Add(Diagnostic.Error("NC1017", "a sparse tensor lacks its values, indices or shape", new Place(path, $"tensor '{name}'")));
            return null;
        }

        if (tensors.Read(proto.Values, name) is not { } found || tensors.Read(proto.Indices, name + ".indices") is not { } indices) return null;
        ImmutableArray<int> shape = [.. proto.Dims.Select(d => (int)d)];
        var strides = Kernels.Movement.Strides(shape.AsSpan());
        var map = new int[found.Length];
        for (var i = 0; i < map.Length; i++)
            map[i] = indices.Rank == 1 ? (int)indices.At(i) : Enumerable.Range(0, shape.Length).Sum(axis => strides[axis] * (int)indices.At(i * shape.Length + axis));
        if (map.All(i => i >= 0 && i < Tensor.Count(shape.AsSpan())))
            return Kernels.Movement.Put(Kernels.Conversion.To(Kernels.Movement.BroadcastTo(Tensor.Scalar(0f), shape), found.Type), map, found);
        problems.Add(Diagnostic.Error("NC1017", $"a sparse tensor has an element outside {Tensor.FormatShape(shape)}", new Place(path, $"tensor '{name}'")));
        return null;
    }

    private int Undefined(string name, string user)
    {
        problems.Add(Diagnostic.Error("NC1015", $"value '{name}' is used before anything defines it", new Place(path, user), "the file is damaged, or its nodes are not in order; check it with onnx.checker"));
        return Builder.Add(name, null);
    }

    /// <summary>The shape of an input with open extents as the array that will be fed in has it; null if that does not fit.</summary>
    private ImmutableArray<int>? OfArray(string name, int[] dims)
    {
        if (options.ArrayShapes?.GetValueOrDefault(name) is not { IsDefault: false } array) return null;
        if (array.Length == dims.Length + 1) array = array.RemoveAt(0);
        if (array.Length != dims.Length) return null;
        for (var axis = 1; axis < dims.Length; axis++)
            if (dims[axis] >= 0 && dims[axis] != array[axis]) return null;
        return [.. dims.Select((d, axis) => d >= 0 ? d : axis == 0 ? 1 : array[axis])];
    }

    private Operand? InputOf(ValueInfoProto input)
    {
        var place = new Place(path, $"input '{input.Name}'");
        var type = input.Type?.TensorType;
        if (type is null || TensorReader.TypeOf(type.ElemType) is not { } element)
        {
            problems.Add(Diagnostic.Error("NC1009", type is null ? "the input is not a tensor" : $"element type {TensorReader.TypeName(type.ElemType)} is not supported", place));
            return null;
        }

        var given = options.InputShapes.GetValueOrDefault(input.Name);
        if (type.Shape is null && given.IsDefault)
        {
            problems.Add(Diagnostic.Error("NC1013", "the file does not give the shape of this input", place, $"give it: --input-shape {input.Name}=1x..."));
            return null;
        }

        var dims = type.Shape?.Dim.Select(d => d.DimValue > 0 ? (int)d.DimValue : -1).ToArray();
        if (given.IsDefault && dims is not null && dims.Contains(-1) && OfArray(input.Name, dims) is { } fed) given = fed;
        if (given.IsDefault && dims!.Contains(-1))
        {
            var open = string.Join(", ", type.Shape!.Dim.Select((d, axis) => (d, axis)).Where(p => p.d.DimValue <= 0).Select(p => p.d.DimParam.Length > 0 ? $"axis {p.axis} ('{p.d.DimParam}')" : $"axis {p.axis}"));
            problems.Add(Diagnostic.Error("NC1013", $"the file leaves {open} of this input open", place, $"give the full shape, for example --input-shape {input.Name}={string.Join('x', dims!.Select(d => d < 0 ? 1 : d))}"));
            return null;
        }

        if (!given.IsDefault && dims is not null && (dims.Length != given.Length || dims.Zip(given).Any(p => p.First >= 0 && p.First != p.Second)))
        {
            problems.Add(Diagnostic.Error("NC1014", $"--input-shape gives {string.Join('x', given)}, the file says {string.Join('x', dims.Select(d => d < 0 ? "?" : d.ToString(System.Globalization.CultureInfo.InvariantCulture)))}", place, "only axes that the file leaves open (?) can be chosen"));
            return null;
        }

        return new Operand(element, given.IsDefault ? [.. dims!] : given);
    }

    /// <summary>Reports every node whose operator is not known, in sub-graphs and in functions that are used, before anything is worked out.</summary>
    private void CheckOperators(IEnumerable<NodeProto> nodes, int opset, string prefix, HashSet<FunctionProto> seen)
    {
        var scope = new Scope(null, prefix, opset, OnnxAttributes.None);
        var index = -1;
        foreach (var node in nodes)
        {
            index++;
            if (functions.TryGetValue((Standard(node.Domain), node.OpType), out var function))
            {
                if (seen.Add(function)) CheckOperators(function.Node, opset, NameOf(node, scope, index) + "/", seen);
                continue;
            }

            foreach (var a in node.Attribute)
                if (a.G is not null) CheckOperators(a.G.Node, opset, NameOf(node, scope, index) + "/", seen);
            var domain = Standard(node.Domain);
            if (SparseForms.Handles(domain, node.OpType) && sparse is not null) continue;
            if (domain.Length == 0 && (NodeForms.Knows(node.OpType) || ControlFlow.Handles(node.OpType) || Sequences.Handles(node.OpType) || node.OpType == "Constant")) continue;
            Report("NC1007", domain.Length == 0 ? $"operator {node.OpType} is not supported" : $"operator {node.OpType} of domain '{domain}' is not supported", scope, node, index,
                "write this part of the network with supported operators, or cut it off before the export and run it beside the chip");
        }
    }
}

/// <summary>Names of values in one graph; sub-graphs see the names around them, functions do not.</summary>
internal sealed class Scope(Scope? around, string prefix, int opset, OnnxAttributes attributes)
{
    private readonly Dictionary<string, int> values = new(StringComparer.Ordinal);

    /// <summary>Path of the sub-graph, put before names.</summary>
    public string Prefix => prefix;

    /// <summary>Version of the standard operator set.</summary>
    public int Opset => opset;

    /// <summary>Attributes of the function call around.</summary>
    public OnnxAttributes Attributes => attributes;

    /// <summary>Defines a name here; it hides the same name around.</summary>
    public void Set(string name, int value) => values[name] = value;

    /// <summary>The value of a name, or null.</summary>
    public int? Find(string name) => values.TryGetValue(name, out var value) ? value : around?.Find(name);
}
