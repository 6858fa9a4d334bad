using System.Collections.Frozen;
using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx;

/// <summary>
/// Brings a node of any operator set from 9 to 21 into the one form that later stages know: the list at <see cref="OnnxLoader"/>.
/// An operator without a rule here has had that form since opset 9.
/// </summary>
internal sealed class NodeForms(FlatBuilder builder)
{
    private delegate ImmutableArray<int> Rule(NodeForms forms, FlatBuilder.Site site, int opset, OnnxAttributes attributes, ImmutableArray<int> inputs);

    private static readonly FrozenDictionary<string, Rule> Rules = new Dictionary<string, Rule>(StringComparer.Ordinal)
    {
        ["Identity"] = (_, _, _, _, inputs) => [inputs[0]],
        ["Dropout"] = (f, site, opset, a, inputs) => f.Dropout(site, opset, a, inputs),
        ["CastLike"] = (f, site, _, a, inputs) => inputs.Length > 1 ? f.CastLike(site, inputs) : f.Plain(site, a, inputs),
        ["Flatten"] = (f, site, _, a, inputs) => f.Flatten(site, a, inputs),
        ["Split"] = (f, site, _, a, inputs) => f.Split(site, a, inputs),
        ["Slice"] = (f, site, _, a, inputs) => f.Listed(site, a, inputs, 1, "starts", "ends", "axes", "steps"),
        ["Squeeze"] = (f, site, _, a, inputs) => f.Listed(site, a, inputs, 1, "axes"),
        ["Unsqueeze"] = (f, site, _, a, inputs) => f.Listed(site, a, inputs, 1, "axes"),
        ["Pad"] = (f, site, _, a, inputs) => f.Limits(site, a, inputs, "pads", "value"),
        ["Clip"] = (f, site, _, a, inputs) => f.Limits(site, a, inputs, "min", "max"),
        ["Upsample"] = (f, site, _, a, inputs) => f.Upsample(site, a, inputs),
        ["Resize"] = (f, site, opset, a, inputs) => opset < 11 ? f.Upsample(site, a, inputs) : f.Plain(site, a, inputs),
        ["Scatter"] = (f, site, _, a, inputs) => f.Builder.Emit(site, "ScatterElements", a, inputs),
        ["Softmax"] = (f, site, opset, a, inputs) => f.Softmax(site, opset, a, inputs),
        ["LogSoftmax"] = (f, site, opset, a, inputs) => f.Softmax(site, opset, a, inputs),
        ["BatchNormalization"] = (f, site, opset, a, inputs) => f.BatchNormalization(site, opset, a, inputs),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Whether a standard operator can be read.</summary>
    public static bool Knows(string op) => Rules.ContainsKey(op) || OnnxOperators.Find("", op) is not null;

    private FlatBuilder Builder => builder;

    /// <summary>Adds a node of the file; returns its outputs.</summary>
    public ImmutableArray<int> Emit(FlatBuilder.Site site, int opset, OnnxAttributes attributes, ImmutableArray<int> inputs)
    {
        // Trailing absent inputs say nothing.
        while (inputs.Length > 0 && inputs[^1] < 0) inputs = inputs[..^1];
        if (inputs.Any(i => i >= 0 && builder[i] is null)) return [.. site.Outputs.Select(o => builder.Add(o, null))];
        if (Rules.TryGetValue(site.Op, out var rule) && inputs.Length > 0 && inputs[0] >= 0) return rule(this, site, opset, attributes, inputs);
        if (site.Op.StartsWith("Reduce", StringComparison.Ordinal)) return Listed(site, attributes, inputs, 1, "axes");
        return Plain(site, attributes, inputs);
    }

    private ImmutableArray<int> Plain(FlatBuilder.Site site, OnnxAttributes attributes, ImmutableArray<int> inputs) =>
        Builder.Emit(site, site.Op, attributes, inputs, Math.Max(1, site.Outputs.Length));

    /// <summary>Lists of integers that became inputs: from attributes in order, unless the inputs are there.</summary>
    private ImmutableArray<int> Listed(FlatBuilder.Site site, OnnxAttributes attributes, ImmutableArray<int> inputs, int first, params string[] names)
    {
        for (var i = 0; i < names.Length; i++)
        {
            if (!attributes.Has(names[i])) continue;
            while (inputs.Length <= first + i) inputs = inputs.Add(-1);
            if (inputs[first + i] < 0) inputs = inputs.SetItem(first + i, Builder.Constant($"{site.Node}/{names[i]}", Tensor.Vector(attributes.Ints(names[i], []))));
            attributes = new OnnxAttributes(attributes.Values.Remove(names[i]));
        }

        return Plain(site, attributes, inputs);
    }

    /// <summary>Clip and Pad: a list and a number, or two numbers, of the input's element type.</summary>
    private ImmutableArray<int> Limits(FlatBuilder.Site site, OnnxAttributes attributes, ImmutableArray<int> inputs, params string[] names)
    {
        for (var i = 0; i < names.Length; i++)
        {
            if (!attributes.Values.TryGetValue(names[i], out var value)) continue;
            while (inputs.Length <= 1 + i) inputs = inputs.Add(-1);
            var tensor = value switch
            {
                long[] list => Tensor.Vector(list),
                float number => Kernels.Conversion.To(Tensor.Scalar(number), Builder[inputs[0]]!.Type),
                _ => null,
            };
            if (inputs[1 + i] < 0 && tensor is not null) inputs = inputs.SetItem(1 + i, Builder.Constant($"{site.Node}/{names[i]}", tensor));
            attributes = new OnnxAttributes(attributes.Values.Remove(names[i]));
        }

        return Plain(site, attributes, inputs);
    }

    private ImmutableArray<int> Dropout(FlatBuilder.Site site, int opset, OnnxAttributes attributes, ImmutableArray<int> inputs)
    {
        var shape = Builder[inputs[0]]!.Shape;
        if (opset >= 12 && inputs.Length > 2 && inputs[2] >= 0 && Builder[inputs[2]]!.Constant?.At(0) != 0)
        {
            // Training mode is a random network: never a silent identity.
            Builder.Report(site, Diagnostic.Error("NC1008", "Dropout: training_mode = true is not supported", null, "export the model in evaluation mode"));
            return [.. site.Outputs.Select(o => Builder.Add(o, null))];
        }

        if (site.Outputs.Length < 2 || site.Outputs[1].Length == 0) return [inputs[0]];
        return [inputs[0], Builder.Constant(site.Outputs[1], Kernels.Movement.BroadcastTo(Tensor.Scalar(true), shape))];
    }

    private ImmutableArray<int> CastLike(FlatBuilder.Site site, ImmutableArray<int> inputs)
    {
        var to = Builder[inputs[1]]!.Type switch { DType.Float32 => 1L, DType.Float64 => 11, DType.Int8 => 3, DType.UInt8 => 2, DType.Int16 => 5, DType.Int32 => 6, DType.Int64 => 7, _ => 9 };
        return Builder.Emit(site, "Cast", OnnxAttributes.None.With("to", to), [inputs[0]]);
    }

    private ImmutableArray<int> Flatten(FlatBuilder.Site site, OnnxAttributes attributes, ImmutableArray<int> inputs)
    {
        var x = Builder[inputs[0]]!;
        var axis = attributes.Int("axis", 1);
        if (axis < 0) axis += x.Rank;
        var outer = x.Shape.Take((int)axis).Aggregate(1L, (n, d) => n * d);
        var inner = x.Shape.Skip((int)axis).Aggregate(1L, (n, d) => n * d);
        return Reshape(site, inputs[0], outer, inner);
    }

    private ImmutableArray<int> Reshape(FlatBuilder.Site site, int value, params long[] shape) =>
        Builder.Emit(site, "Reshape", OnnxAttributes.None.With("allowzero", 1L), [value, Builder.Constant(site.Node + "/shape", Tensor.Vector(shape))]);

    private ImmutableArray<int> Split(FlatBuilder.Site site, OnnxAttributes attributes, ImmutableArray<int> inputs)
    {
        var x = Builder[inputs[0]]!;
        var axis = attributes.Int("axis", 0);
        var at = (int)(axis < 0 ? axis + x.Rank : axis);
        var parts = inputs.Length > 1 ? Builder[inputs[1]]!.Constant?.ToLongs() : attributes.Has("split") ? attributes.Ints("split", []) : null;
        if (parts is null)
        {
            var count = site.Outputs.Length;
            var extent = at >= 0 && at < x.Rank ? x.Shape[at] : 0;
            var size = (extent + count - 1) / count; // the last part is smaller where it does not divide
            parts = [.. Enumerable.Range(0, count).Select(i => (long)Math.Clamp(extent - i * size, 0, size))];
        }

        var outputs = ImmutableArray.CreateBuilder<int>();
        long start = 0;
        for (var i = 0; i < site.Outputs.Length; i++)
        {
            var end = start + (i < parts.Length ? parts[i] : 0);
            ImmutableArray<int> bounds = [inputs[0], One(start), One(end), One(axis)];
            outputs.AddRange(Builder.Emit(site with { Outputs = [site.Outputs[i]] }, "Slice", OnnxAttributes.None, bounds));
            start = end;
        }

        return outputs.ToImmutable();

        int One(long number) => Builder.Constant(site.Node + "/split", Tensor.Vector(number));
    }

    /// <summary>Resize as it was before opset 11: asymmetric coordinates, rounded down.</summary>
    private ImmutableArray<int> Upsample(FlatBuilder.Site site, OnnxAttributes attributes, ImmutableArray<int> inputs)
    {
        var scales = inputs.Length > 1 ? inputs[1] : Builder.Constant(site.Node + "/scales", Tensor.Vector(attributes.Floats("scales", [])));
        var form = OnnxAttributes.None.With("mode", attributes.Text("mode", "nearest")).With("coordinate_transformation_mode", "asymmetric").With("nearest_mode", "floor");
        return Builder.Emit(site, "Resize", form, [inputs[0], -1, scales]);
    }

    /// <summary>Before opset 13 all axes from the given one on were one row, and the default axis was 1.</summary>
    private ImmutableArray<int> Softmax(FlatBuilder.Site site, int opset, OnnxAttributes attributes, ImmutableArray<int> inputs)
    {
        var x = Builder[inputs[0]]!;
        var axis = attributes.Int("axis", opset < 13 ? 1 : -1);
        if (axis < 0) axis += x.Rank;
        if (opset >= 13 || axis == x.Rank - 1) return Builder.Emit(site, site.Op, OnnxAttributes.None.With("axis", axis), inputs);
        var inner = site with { Outputs = [] };
        var flat = Flatten(inner, OnnxAttributes.None.With("axis", axis), inputs)[0];
        var soft = Builder.Emit(inner, site.Op, OnnxAttributes.None.With("axis", 1L), [flat])[0];
        return Reshape(site, soft, [.. x.Shape.Select(d => (long)d)]);
    }

    private ImmutableArray<int> BatchNormalization(FlatBuilder.Site site, int opset, OnnxAttributes attributes, ImmutableArray<int> inputs)
    {
        if (opset < 14) attributes = attributes.With("training_mode", site.Outputs.Length > 1 ? 1L : 0L);
        return Plain(site, attributes, inputs);
    }
}
