using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx.Proto;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx;

/// <summary>If, Loop and Scan: the branch that is taken, and one copy of the body per iteration, put in place of the node.</summary>
internal sealed class ControlFlow(GraphFlattener flattener)
{
    /// <summary>More iterations than any network has time steps; a loop beyond this is taken for a mistake rather than unrolled for hours.</summary>
    private const long MostIterations = 65536;

    private FlatBuilder Builder => flattener.Builder;

    /// <summary>Whether the operator is one of them.</summary>
    public static bool Handles(string op) => op is "If" or "Loop" or "Scan";

    /// <summary>Inlines the node; returns its outputs.</summary>
    public ImmutableArray<int> Inline(NodeProto node, Scope scope, int index)
    {
        var name = GraphFlattener.NameOf(node, scope, index);
        var site = new FlatBuilder.Site(name, node.OpType, [.. node.Output.Select(o => scope.Prefix + o)]);
        ImmutableArray<int> inputs = [.. node.Input.Select(i => flattener.Value(i, scope, $"node '{name}'"))];
        ImmutableArray<int>? result = inputs.Any(i => i >= 0 && Builder[i] is null) ? null : node.OpType switch
        {
            "If" => If(node, scope, index, inputs),
            "Loop" => Loop(node, scope, index, site, inputs),
            _ => Scan(node, scope, index, site, inputs),
        };
        return result ?? [.. node.Output.Select(o => Builder.Add(o, null))];
    }

    private static GraphProto Body(NodeProto node, string attribute) => node.Attribute.FirstOrDefault(a => a.Name == attribute)?.G ?? new GraphProto();

    private static long Int(NodeProto node, string attribute, long otherwise) => node.Attribute.FirstOrDefault(a => a.Name == attribute)?.I ?? otherwise;

    private static long[] Ints(NodeProto node, string attribute, int count) => node.Attribute.FirstOrDefault(a => a.Name == attribute)?.Ints.ToArray() ?? new long[count];

    private ImmutableArray<int>? If(NodeProto node, Scope scope, int index, ImmutableArray<int> inputs)
    {
        if (Builder[inputs[0]]!.Constant is not { Length: 1 } condition)
        {
            flattener.Report("NC1011", "the condition of this If depends on input data", scope, node, index, "export the model for fixed shapes and in evaluation mode, so that one branch remains");
            return null;
        }

        var branch = condition.At(0) != 0 ? "then_branch" : "else_branch";
        var inner = new Scope(scope, $"{GraphFlattener.NameOf(node, scope, index)}/", scope.Opset, scope.Attributes);
        var body = Body(node, branch);
        flattener.Graph(body, inner);
        return [.. body.Output.Select(o => flattener.Value(o.Name, inner, $"'{branch}' of '{node.Name}'"))];
    }

    private ImmutableArray<int>? Loop(NodeProto node, Scope scope, int index, FlatBuilder.Site site, ImmutableArray<int> inputs)
    {
        var body = Body(node, "body");
        var states = inputs.Skip(2).ToArray();
        var scans = Enumerable.Range(0, Math.Max(0, body.Output.Count - 1 - states.Length)).Select(_ => new List<int>()).ToArray();
        long trips = long.MaxValue;
        if (inputs.Length > 0 && inputs[0] >= 0)
        {
            if (Builder[inputs[0]]!.Constant is not { Length: 1 } count) return DataDependent("the number of iterations", scope, node, index);
            trips = (long)count.At(0);
        }

        var condition = inputs.Length > 1 && inputs[1] >= 0 ? inputs[1] : Builder.Constant("true", Tensor.Scalar(true));
        for (long t = 0; t < trips; t++)
        {
            if (Builder[condition] is null) return null;
            if (Builder[condition]!.Constant is not { Length: 1 } go) return DataDependent("whether the loop goes on", scope, node, index);
            if (go.At(0) == 0) break;
            if (t >= MostIterations)
            {
                flattener.Report("NC1018", $"the loop runs more than {MostIterations} times", scope, node, index, "give the loop a trip count");
                return null;
            }

            var inner = new Scope(scope, $"{site.Node}[{t}]/", scope.Opset, scope.Attributes);
            if (body.Input.Count > 0) inner.Set(body.Input[0].Name, Builder.Constant("iteration", Tensor.Scalar(t)));
            if (body.Input.Count > 1) inner.Set(body.Input[1].Name, condition);
            for (var i = 0; i < states.Length && i + 2 < body.Input.Count; i++) inner.Set(body.Input[i + 2].Name, states[i]);
            if (Step(body, inner, site) is not { } results) return null;
            if (results.Length < 1 + states.Length) return Malformed(scope, node, index, $"{results.Length} body outputs for {states.Length} states");
            condition = results[0];
            for (var i = 0; i < states.Length; i++) states[i] = results[1 + i];
            for (var i = 0; i < scans.Length; i++) scans[i].Add(results[1 + states.Length + i]);
        }

        return Finish(node, scope, index, site, states, scans, new long[scans.Length], new long[scans.Length]);
    }

    private ImmutableArray<int>? Scan(NodeProto node, Scope scope, int index, FlatBuilder.Site site, ImmutableArray<int> inputs)
    {
        var body = Body(node, "body");
        var sequences = (int)Int(node, "num_scan_inputs", 0);
        var stateCount = inputs.Length - sequences;
        if (sequences < 1 || stateCount < 0 || body.Input.Count != inputs.Length || body.Output.Count < stateCount)
            return Malformed(scope, node, index, $"{sequences} scan inputs of {inputs.Length} inputs, {body.Input.Count} body inputs, {body.Output.Count} body outputs");
        var states = inputs[..stateCount].ToArray();
        var scans = Enumerable.Range(0, body.Output.Count - stateCount).Select(_ => new List<int>()).ToArray();
        var axes = Ints(node, "scan_input_axes", sequences);
        var directions = Ints(node, "scan_input_directions", sequences);
        var extents = Enumerable.Range(0, sequences).Select(i => Extent(Builder[inputs[stateCount + i]]!, axes[i])).Distinct().ToArray();
        if (extents.Length != 1 || extents[0] < 0) return Malformed(scope, node, index, $"the scan inputs have {string.Join(", ", extents)} elements along their axes");
        for (var t = 0; t < extents[0]; t++)
        {
            var inner = new Scope(scope, $"{site.Node}[{t}]/", scope.Opset, scope.Attributes);
            for (var i = 0; i < states.Length; i++) inner.Set(body.Input[i].Name, states[i]);
            for (var i = 0; i < sequences; i++)
            {
                var at = Builder.Constant("step", Tensor.Scalar((long)(directions[i] != 0 ? extents[0] - 1 - t : t)));
                inner.Set(body.Input[stateCount + i].Name, Builder.Emit(site, "Gather", OnnxAttributes.None.With("axis", axes[i]), [inputs[stateCount + i], at], isLast: false)[0]);
            }

            if (Step(body, inner, site) is not { } results) return null;
            for (var i = 0; i < states.Length; i++) states[i] = results[i];
            for (var i = 0; i < scans.Length; i++) scans[i].Add(results[stateCount + i]);
        }

        return Finish(node, scope, index, site, states, scans, Ints(node, "scan_output_axes", scans.Length), Ints(node, "scan_output_directions", scans.Length));
    }

    /// <summary>One copy of a body; null where it has a fault, which one copy is enough to report.</summary>
    private int[]? Step(GraphProto body, Scope inner, FlatBuilder.Site site)
    {
        var before = flattener.ProblemCount;
        flattener.Graph(body, inner);
        var results = body.Output.Select(o => flattener.Value(o.Name, inner, $"body of '{site.Node}'")).ToArray();
        return flattener.ProblemCount > before ? null : results;
    }

    private static int Extent(Operand operand, long axis)
    {
        var at = axis < 0 ? axis + operand.Rank : axis;
        return at >= 0 && at < operand.Rank ? operand.Shape[(int)at] : -1;
    }

    private ImmutableArray<int>? Finish(NodeProto node, Scope scope, int index, FlatBuilder.Site site, int[] states, List<int>[] scans, long[] axes, long[] reversed)
    {
        var outputs = states.ToList();
        for (var i = 0; i < scans.Length; i++)
        {
            var position = states.Length + i;
            if (position >= node.Output.Count || node.Output[position].Length == 0)
            {
                outputs.Add(-1);
                continue;
            }

            if (scans[i].Count == 0) return Malformed(scope, node, index, $"output '{node.Output[position]}' collects no element, so its shape is unknown");
            if (reversed[i] != 0) scans[i].Reverse();
            var step = site with { Outputs = [site.Outputs[position]] };
            var axis = Builder.Constant("axes", Tensor.Vector(axes[i]));
            ImmutableArray<int> rows = [.. scans[i].Select(v => Builder.Emit(step, "Unsqueeze", OnnxAttributes.None, [v, axis], isLast: false)[0])];
            outputs.Add(Builder.Emit(step, "Concat", OnnxAttributes.None.With("axis", axes[i]), rows)[0]);
        }

        return [.. outputs];
    }

    private ImmutableArray<int>? DataDependent(string what, Scope scope, NodeProto node, int index)
    {
        flattener.Report("NC1011", $"{what} of this {node.OpType} depends on input data", scope, node, index, "export the model for a fixed number of time steps");
        return null;
    }

    private ImmutableArray<int>? Malformed(Scope scope, NodeProto node, int index, string why)
    {
        flattener.Report("NC1012", $"{node.OpType}: {why}", scope, node, index);
        return null;
    }
}
