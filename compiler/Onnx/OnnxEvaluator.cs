using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx;

/// <summary>
/// Computes ONNX operators plainly: what constants fold with, and the reference that rolled-up graphs are checked against.
/// Sums of float32 are float32, over ascending indices.
/// </summary>
public static class OnnxEvaluator
{
    /// <summary>Runs a model; returns every value that was computed, by index (constants and inputs included).</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">A tensor of the declared type and shape for every index in <see cref="FlatModel.Inputs"/>.</param>
    public static IReadOnlyDictionary<int, Tensor> Run(FlatModel model, IReadOnlyDictionary<int, Tensor> inputs) => Run(model, inputs, null);

    /// <summary>The same, forgetting what is no longer needed: only the values of <paramref name="keep"/> and the model's outputs are returned.</summary>
    public static IReadOnlyDictionary<int, Tensor> Run(FlatModel model, IReadOnlyDictionary<int, Tensor> inputs, IReadOnlySet<int>? keep)
    {
        var values = new Dictionary<int, Tensor>();
        for (var i = 0; i < model.Values.Length; i++)
            if (model.Values[i].Constant is { } constant) values[i] = constant;
        foreach (var index in model.Inputs)
        {
            var (expected, given) = (model.Values[index], inputs.GetValueOrDefault(index));
            if (given is null || given.Type != expected.Type || !given.Shape.SequenceEqual(expected.Shape))
                throw new ArgumentException($"input '{expected.Name}' is {expected.Type}{Tensor.FormatShape(expected.Shape)}, given is {given?.ToString() ?? "nothing"}", nameof(inputs));
            values[index] = given;
        }

        var lastUse = new int[model.Values.Length];
        for (var n = 0; n < model.Nodes.Length; n++)
            foreach (var input in model.Nodes[n].Inputs)
                if (input >= 0) lastUse[input] = n;
        var outputs = model.Outputs.Select(o => o.Value).ToHashSet();
        for (var n = 0; n < model.Nodes.Length; n++)
        {
            var node = model.Nodes[n];
            var arguments = node.Inputs.Select(i => i < 0 ? null : values[i]).ToArray();
            var results = Evaluate(node.Op, node.Domain, node.Attributes, arguments, node.Outputs.Length);
            for (var i = 0; i < node.Outputs.Length; i++)
                if (node.Outputs[i] >= 0) values[node.Outputs[i]] = results[i];
            if (keep is null) continue;
            foreach (var input in node.Inputs)
                if (input >= 0 && lastUse[input] == n && !keep.Contains(input) && !outputs.Contains(input)) values.Remove(input);
        }

        return values;
    }

    /// <summary>Computes one node; an absent optional input is null.</summary>
    public static Tensor[] Evaluate(string op, string domain, OnnxAttributes attributes, ReadOnlySpan<Tensor?> inputs, int outputCount = 1)
    {
        var call = Call(op, attributes, [.. inputs.ToArray().Select(t => t is null ? null : Operand.Of(t))], outputCount);
        var entry = Find(op, domain);
        return entry.Evaluate(call, entry.Infer(call));
    }

    /// <summary>Types and shapes of a node's outputs (and contents where shapes alone decide them) from what is known of its inputs.</summary>
    public static ImmutableArray<Operand> InferShapes(string op, string domain, OnnxAttributes attributes, ReadOnlySpan<Operand?> inputs, int outputCount = 1) =>
        Find(op, domain).Infer(Call(op, attributes, [.. inputs], outputCount));

    private static OperatorCall Call(string op, OnnxAttributes attributes, ImmutableArray<Operand?> inputs, int outputCount) => new(op, attributes, inputs, outputCount);

    private static OnnxOperator Find(string op, string domain) => OnnxOperators.Find(domain, op)
        ?? throw new DiagnosticException(Diagnostic.Error("NC1007", $"operator {op}{(domain.Length > 0 ? $" of domain '{domain}'" : "")} is not supported"));
}
