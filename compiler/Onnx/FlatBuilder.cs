using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx;

/// <summary>
/// Builds a <see cref="FlatModel"/> node by node: works out shapes, folds constants, keeps one of equal nodes and equal constants, drops what changes nothing.
/// A value that could not be had (an error was reported) is "unknown", and so is everything made from it, without further messages.
/// </summary>
internal sealed class FlatBuilder(string path, DiagnosticBag problems)
{
    /// <summary>Expansions with more bytes than this stay nodes although their inputs are known.</summary>
    private const long LargestExpansion = 64L << 20;

    private sealed record Value(string Name, Operand? Known);

    private sealed record Node(string Name, string Op, string Domain, OnnxAttributes Attributes, ImmutableArray<int> Inputs, ImmutableArray<int> Outputs);

    private readonly List<Value> values = [];
    private readonly List<Node> nodes = [];
    private readonly Dictionary<string, ImmutableArray<int>> nodesByKey = new(StringComparer.Ordinal);
    private readonly Dictionary<int, List<int>> constantsByHash = [];
    private readonly Dictionary<int, int> producers = [];
    private readonly ScatteredRows rows = new();
    private readonly Dictionary<int, (int Of, int Less)> differences = [];

    /// <summary>Where nodes being emitted come from: the node of the file and the names of its outputs.</summary>
    public sealed record Site(string Node, string Op, ImmutableArray<string> Outputs);

    /// <summary>The name of a value.</summary>
    public string NameOf(int value) => values[value].Name;

    /// <summary>What is known of a value; null after an error.</summary>
    public Operand? this[int value] => values[value].Known;

    /// <summary>The node that makes a value, or null for inputs and constants.</summary>
    public (string Op, OnnxAttributes Attributes, ImmutableArray<int> Inputs)? Producer(int value) =>
        producers.TryGetValue(value, out var node) ? (nodes[node].Op, nodes[node].Attributes, nodes[node].Inputs) : null;

    /// <summary>The node that makes a value, for messages; null for inputs and constants.</summary>
    public Place? PlaceOf(int value) => producers.TryGetValue(value, out var node) ? new Place(path, $"node '{nodes[node].Name}' ({nodes[node].Op})") : null;

    /// <summary>A value that depends on input data, or an unknown one.</summary>
    public int Add(string name, Operand? known)
    {
        values.Add(new Value(name, known));
        return values.Count - 1;
    }

    /// <summary>A known value; equal ones are one value.</summary>
    public int Constant(string name, Tensor tensor)
    {
        var bytes = tensor.Bytes;
        var hash = new HashCode();
        hash.Add(tensor.Type);
        foreach (var extent in tensor.Shape) hash.Add(extent);
        hash.AddBytes(bytes);
        ref var same = ref CollectionsMarshal.GetValueRefOrAddDefault(constantsByHash, hash.ToHashCode(), out _);
        same ??= [];
        foreach (var other in same)
        {
            var known = values[other].Known!.Constant!;
            if (known.Type == tensor.Type && known.Shape.AsSpan().SequenceEqual(tensor.Shape.AsSpan()) && known.Bytes.SequenceEqual(bytes)) return other;
        }

        same.Add(Add(name, Operand.Of(tensor)));
        return same[^1];
    }

    /// <summary>Adds a node, or what it comes down to; returns its outputs. Attributes and inputs have the normal form already.</summary>
    public ImmutableArray<int> Emit(Site site, string op, OnnxAttributes attributes, ImmutableArray<int> inputs, int outputCount = 1, bool isLast = true)
    {
        string NameOf(int i) => isLast && i < site.Outputs.Length && site.Outputs[i].Length > 0 ? site.Outputs[i] : $"{site.Node}/{op}";
        ImmutableArray<int> Unknown() => [.. Enumerable.Range(0, outputCount).Select(i => Add(NameOf(i), null))];
        if (inputs.Any(i => i >= 0 && values[i].Known is null) || OnnxOperators.Find("", op) is not { } entry) return Unknown();
        var call = new OperatorCall(op, attributes, [.. inputs.Select(i => i < 0 ? null : values[i].Known)], outputCount);
        try
        {
            if (Simplifier.Before(this, rows, site, call, inputs) is { } instead) return [instead];
            var results = entry.Infer(call);
            if (Simplifier.After(this, call, inputs, results) is { } same) return [same];
            if (results.All(r => r.Constant is not null)) return [.. results.Select((r, i) => Constant(NameOf(i), r.Constant!))];
            var folds = inputs.All(i => i < 0 || values[i].Known!.Constant is not null) && !IsLargeExpansion(op, results);
            if (folds && op == "Add" && WithoutStraightThrough(inputs) is { } rounded) return [rounded];
            if (folds)
            {
                ImmutableArray<int> folded = [.. entry.Evaluate(call, results).Select((t, i) => Constant(NameOf(i), t))];
                if (op == "Sub") differences.TryAdd(folded[0], (inputs[0], inputs[1]));
                return folded;
            }
            (attributes, inputs) = Simplifier.Normal(this, call, inputs, results);
            var key = Key(op, attributes, inputs, outputCount);
            if (nodesByKey.TryGetValue(key, out var equal)) return equal;
            ImmutableArray<int> outputs = [.. results.Select((r, i) => Add(NameOf(i), r))];
            nodesByKey[key] = outputs;
            foreach (var output in outputs) producers[output] = nodes.Count;
            nodes.Add(new Node(site.Node, op, "", attributes, inputs, outputs));
            if (rows.Track(this, site, call, inputs, outputs[0]) is { } joined) nodesByKey[key] = outputs = [joined];
            return outputs;
        }
        catch (DiagnosticException e)
        {
            foreach (var d in e.Diagnostics) Report(site, d);
            return Unknown();
        }
        catch (Exception e) when (e is OverflowException or OutOfMemoryException)
        {
            Report(site, Diagnostic.Error("NC1012", $"{op}: a shape has more than {int.MaxValue} elements"));
            return Unknown();
        }
    }

    /// <summary>
    /// Whole numbers r, where r - c + c is added up: what is left of a straight-through estimator around a rounding, as quantised weights are computed.
    /// The file's own arithmetic misses r by a rounding error here and there.
    /// </summary>
    private int? WithoutStraightThrough(ImmutableArray<int> inputs)
    {
        foreach (var (difference, added) in new[] { (inputs[0], inputs[1]), (inputs[1], inputs[0]) })
        {
            if (!differences.TryGetValue(difference, out var known) || known.Less != added) continue;
            var rounded = values[known.Of].Known!.Constant!;
            var result = values[added].Known!;
            if (rounded.Type == DType.Float32 && rounded.Shape.SequenceEqual(result.Shape) && rounded.ToFloats().All(v => v == MathF.Round(v))) return known.Of;
        }
        return null;
    }

    /// <summary>Adds a problem with the place of the node, unless it has one.</summary>
    public void Report(Site site, Diagnostic problem) => problems.Add(problem.Place is null ? problem with { Place = new Place(path, $"node '{site.Node}' ({site.Op})") } : problem);

    /// <summary>The model, without what no output needs.</summary>
    public FlatModel Finish(int opset, ImmutableArray<int> inputs, ImmutableArray<(string Name, int Value)> outputs)
    {
        var needed = new bool[values.Count];
        foreach (var (_, value) in outputs) needed[value] = true;
        var live = new List<Node>();
        for (var i = nodes.Count - 1; i >= 0; i--)
        {
            if (!nodes[i].Outputs.Any(o => needed[o])) continue;
            live.Add(nodes[i]);
            foreach (var input in nodes[i].Inputs)
                if (input >= 0) needed[input] = true;
        }

        live.Reverse();
        var isNeeded = (bool[])needed.Clone();
        foreach (var input in inputs) needed[input] = true;
        var numbers = new int[values.Count];
        var kept = ImmutableArray.CreateBuilder<FlatValue>();
        for (var i = 0; i < values.Count; i++)
        {
            numbers[i] = needed[i] ? kept.Count : -1;
            if (needed[i]) kept.Add(new FlatValue(values[i].Name, values[i].Known!.Type, values[i].Known!.Shape, values[i].Known!.Constant));
        }

        return new FlatModel(path, opset, kept.ToImmutable(),
            [.. live.Select(n => new FlatNode(n.Name, n.Op, n.Domain, [.. n.Inputs.Select(i => i < 0 ? -1 : numbers[i])], [.. n.Outputs.Select(o => isNeeded[o] ? numbers[o] : -1)], n.Attributes))],
            [.. inputs.Select(i => numbers[i])],
            [.. outputs.Select(o => (o.Name, numbers[o.Value]))]);
    }

    private static bool IsLargeExpansion(string op, ImmutableArray<Operand> results) =>
        op is "Expand" or "Tile" or "ConstantOfShape" or "Pad" or "Resize" or "Range" or "OneHot" && 4L * Tensor.Count(results[0].Shape.AsSpan()) > LargestExpansion;

    private static string Key(string op, OnnxAttributes attributes, ImmutableArray<int> inputs, int outputCount)
    {
        var key = new StringBuilder(op).Append('/').Append(outputCount).Append('(').AppendJoin(',', inputs).Append(')');
        foreach (var (name, value) in attributes.Values)
        {
            key.Append(' ').Append(name).Append('=');
            switch (value)
            {
                case long[] list: key.AppendJoin(',', list); break;
                case float[] list: key.AppendJoin(',', list.Select(f => BitConverter.SingleToInt32Bits(f))); break;
                case string[] list: key.AppendJoin(',', list.Select(s => $"{s.Length}:{s}")); break;
                case float number: key.Append(BitConverter.SingleToInt32Bits(number)).Append('f'); break;
                case Tensor tensor: key.Append(tensor).Append(Convert.ToHexString(tensor.Bytes)); break;
                default: key.Append(Convert.ToString(value, CultureInfo.InvariantCulture)); break;
            }
        }

        return key.ToString();
    }
}
