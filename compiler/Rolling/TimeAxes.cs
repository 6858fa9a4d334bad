using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Rolling;

/// <summary>
/// Finds how many steps a file unrolls and along which axis of a value they lie. Evidence: a value of which every index of an axis is
/// picked alone, and values stacked from single steps. The axis then carries over through operators that treat steps alike.
/// </summary>
internal sealed class TimeAxes
{
    private readonly FlatModel model;
    private readonly Dictionary<int, int> axisOf = [];

    /// <summary>Reads the evidence; <paramref name="mayAdd"/>: a sum of like results in an output counts as such.</summary>
    public TimeAxes(FlatModel model, StepExpansion expansion, bool mayAdd)
    {
        this.model = model;
        var picked = new Dictionary<(int Value, int Axis), HashSet<long>>();
        var stacked = new Dictionary<int, (int Axis, int Count)>();
        foreach (var node in model.Nodes)
        {
            if (node.Op == "Gather" && model.Values[node.Inputs[1]].Constant is { Length: 1 } index)
            {
                var shape = model.Values[node.Inputs[0]].Shape;
                var axis = StepExpansion.Axis(node.Attributes.Int("axis", 0), shape.Length);
                var at = (long)index.At(0);
                Picks(node.Inputs[0], axis).Add(at < 0 ? at + shape[axis] : at);
            }
            else if (node.Op == "Slice" && model.Values[node.Inputs[1]].Constant is { Length: 1 } start)
            {
                var (from, to) = (model.Values[node.Inputs[0]].Shape, model.Values[node.Outputs[0]].Shape);
                for (var axis = 0; axis < from.Length; axis++)
                    if (from[axis] > 1 && to[axis] == 1) Picks(node.Inputs[0], axis).Add((long)start.At(0) < 0 ? (long)start.At(0) + from[axis] : (long)start.At(0));
            }
            else if (node.Op == "Concat")
            {
                var axis = StepExpansion.Axis(node.Attributes.Int("axis", 0), model.Values[node.Outputs[0]].Shape.Length);
                if (node.Inputs.All(i => model.Values[i].Shape[axis] == 1 && (model.Values[i].Constant is not null || Stacks(expansion.Producer(i), axis))) && model.Values[node.Inputs[^1]].Constant is null)
                    stacked[node.Outputs[0]] = (axis, node.Inputs.Length);
            }
        }
        // Where inputs count from the next step on, nothing picks the last one.
        var complete = picked.Where(p => model.Values[p.Key.Value].Shape[p.Key.Axis] is var extent && (p.Value.Count == extent || (p.Value.Count == extent - 1 && extent > 2 && !p.Value.Contains(extent - 1)))).ToList();
        var votes = complete.Select(p => model.Values[p.Key.Value].Shape[p.Key.Axis]).Concat(stacked.Values.Select(s => s.Count)).Concat(mayAdd ? model.Outputs.Select(o => Summands(o.Value, expansion)) : []).Where(n => n > 1)
            .GroupBy(n => n).OrderByDescending(g => g.Count()).ThenByDescending(g => g.Key).ToList();
        Steps = votes.Count > 0 ? votes[0].Key : 1;
        if (Steps == 1) return;
        foreach (var (key, _) in complete)
            if (model.Values[key.Value].Shape[key.Axis] == Steps) axisOf[key.Value] = key.Axis;
        foreach (var (value, (axis, count)) in stacked)
            if (count == Steps) axisOf[value] = axis;
        foreach (var node in model.Nodes) Spread(node, expansion);

        HashSet<long> Picks(int value, int axis)
        {
            if (!picked.TryGetValue((value, axis), out var set)) picked.Add((value, axis), set = []);
            return set;
        }
    }

    /// <summary>Number of steps; 1 where nothing in the file repeats along time.</summary>
    public int Steps { get; }

    /// <summary>The axis along which the steps of a value lie, or -1.</summary>
    public int AxisOf(int value) => axisOf.GetValueOrDefault(value, -1);

    /// <summary>An operand of a stack has its axis made for the purpose, or is the result of one step whose batch is 1.</summary>
    private static bool Stacks(FlatNode? producer, int axis) => axis == 0 || producer is { Op: "Unsqueeze" or "Reshape" };

    /// <summary>How many results of one operator an output adds up, as <c>acc = acc + spike</c> in a loop does.</summary>
    private int Summands(int value, StepExpansion expansion)
    {
        while (expansion.Producer(value) is { Op: "Div" or "Mul" } scale && model.Values[scale.Inputs[1]].Constant is not null) value = scale.Inputs[0];
        var leaves = new List<int>();
        var open = new Stack<int>([value]);
        while (open.TryPop(out var v))
        {
            if (model.Values[v].Constant is not null) continue;
            if (expansion.Producer(v) is not { Op: "Add" } add) leaves.Add(v);
            else foreach (var i in add.Inputs) open.Push(i);
        }
        return leaves.Count > 1 && leaves.TrueForAll(IsSpike) ? leaves.Count : 0;

        bool IsSpike(int leaf) => expansion.Producer(leaf) is { } n && (n.Op == "Cast" || (n.Op == "Mul" && n.Inputs.Any(i => expansion.Producer(i) is { Op: "Cast" })));
    }

    private void Spread(FlatNode node, StepExpansion expansion)
    {
        var result = node.Outputs[0];
        if (result < 0 || axisOf.ContainsKey(result)) return;
        var shape = model.Values[result].Shape;
        if (OperatorKinds.OnlyRenamesAxes(node.Op))
        {
            if (!Of(node.Inputs[0], out var from, out var operand)) return;
            for (var axis = 0; axis < shape.Length; axis++)
                if (shape[axis] % Steps == 0 && StepExpansion.AxisBehindReshape(shape, operand, axis, shape[axis] / Steps) == from)
                {
                    axisOf[result] = axis;
                    return;
                }
        }
        else if (OperatorKinds.IsElementwise(node.Op))
        {
            foreach (var input in node.Inputs)
                if (input >= 0 && Of(input, out var axis, out var operand) && operand[axis] > 1)
                {
                    axisOf[result] = axis + shape.Length - operand.Length;
                    return;
                }
        }
        else if (OperatorKinds.IsBatchedOnAxis0(node.Op) || node.Op is "Gemm" or "Pad" or "Softmax" or "LayerNormalization")
        {
            if (Of(node.Inputs[0], out var axis, out _) && axis == 0) axisOf[result] = 0;
        }
        else if (node.Op == "MatMul")
        {
            for (var i = 0; i < 2; i++)
                if (Of(node.Inputs[i], out var axis, out var operand) && axis < operand.Length - 1 && (i == 0 || axis < operand.Length - 2))
                {
                    axisOf[result] = axis + shape.Length - operand.Length;
                    return;
                }
        }
        else if (node.Op == "Transpose")
        {
            if (!Of(node.Inputs[0], out var axis, out _)) return;
            var permutation = node.Attributes.Ints("perm", [.. Enumerable.Range(0, shape.Length).Reverse().Select(i => (long)i)]);
            axisOf[result] = Array.IndexOf(permutation, axis);
        }
        else if (node.Op == "Concat")
        {
            var joined = StepExpansion.Axis(node.Attributes.Int("axis", 0), shape.Length);
            if (node.Inputs.Select(i => AxisOf(i)).Distinct().ToArray() is [var axis] && axis >= 0 && axis != joined) axisOf[result] = axis;
        }
        else if (OperatorKinds.IsReduction(node.Op))
        {
            if (!Of(node.Inputs[0], out var axis, out _) || expansion.ReducedAxes(node) is not { } reduced || reduced.Contains(axis)) return;
            axisOf[result] = node.Attributes.Int("keepdims", 1) != 0 ? axis : axis - reduced.Count(r => r < axis);
        }
    }

    private bool Of(int value, out int axis, out ImmutableArray<int> shape)
    {
        axis = value < 0 ? -1 : AxisOf(value);
        shape = value < 0 ? [] : model.Values[value].Shape;
        return axis >= 0;
    }
}
