using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Rolling;

/// <summary>A value seen as one element per step and what joins them.</summary>
/// <param name="Elements">Nodes of the step graph, one per step; a single one where only the last step is known.</param>
/// <param name="Time">How the value is made of them.</param>
/// <param name="Axis">Axis of steps for <see cref="TimeReduction.Each"/>.</param>
internal sealed record Lifted(int[] Elements, TimeReduction Time, int Axis);

/// <summary>
/// Takes the axis of steps out of model outputs: stacks, means and sums over steps, and the affine operators after a mean or sum, which
/// are applied to each step instead (they commute).
/// </summary>
internal sealed class OutputLifting(FlatModel model, StepGraph graph, StepExpansion expansion, TimeAxes axes)
{
    private readonly Dictionary<int, Lifted> lifted = [];

    /// <summary>Lifts a value of the model.</summary>
    public Lifted Lift(int value)
    {
        if (lifted.TryGetValue(value, out var known)) return known;
        var result = TryEach(value) ?? TryReduction(value) ?? TryAffine(value) ?? TryAdditions(value) ?? new([expansion.Whole(value)], TimeReduction.Last, 0);
        return lifted[value] = result;
    }

    private Lifted? TryEach(int value)
    {
        var axis = axes.AxisOf(value);
        if (axes.Steps == 1 || axis < 0) return null;
        var shape = model.Values[value].Shape;
        if (shape[axis] % axes.Steps != 0) return null;
        var unit = shape[axis] / axes.Steps;
        var elementShape = unit == 1 && shape.Length > 1 ? shape.RemoveAt(axis) : shape.SetItem(axis, unit);
        var elements = Enumerable.Range(0, axes.Steps).Select(t => graph.Reshape(expansion.Slice(value, axis, t * unit, unit), elementShape)).ToArray();
        return new(elements, TimeReduction.Each, axis);
    }

    private Lifted? TryReduction(int value)
    {
        var node = expansion.Producer(value);
        if (node is null || node.Op is not ("ReduceMean" or "ReduceSum") || expansion.ReducedAxes(node) is not { } reduced) return null;
        var axis = axes.AxisOf(node.Inputs[0]);
        if (axes.Steps == 1 || axis < 0 || !reduced.Contains(axis)) return null;
        var operand = model.Values[node.Inputs[0]];
        if (operand.Shape[axis] != axes.Steps) return null;
        var shape = model.Values[value].Shape;
        var others = reduced.Where(a => a != axis).Select(a => (long)a).ToArray();
        var elements = new int[axes.Steps];
        for (var t = 0; t < elements.Length; t++)
        {
            var element = expansion.Slice(node.Inputs[0], axis, t, 1);
            if (others.Length > 0)
            {
                var kept = graph[element].Shape.ToArray();
                foreach (var a in others) kept[a] = 1;
                element = graph.Make(node.Name, node.Op, OnnxAttributes.None.With("keepdims", 1L), [element, graph.Constant(Tensor.Vector(others), node.Name)], operand.Type, [.. kept]);
            }
            elements[t] = graph.Reshape(element, shape);
        }
        return new(elements, node.Op == "ReduceMean" ? TimeReduction.Mean : TimeReduction.Sum, 0);
    }

    private Lifted? TryAffine(int value)
    {
        var node = expansion.Producer(value);
        if (node is null || axes.Steps == 1) return null;
        var linear = node.Op is "MatMul" or "Mul" or "Div" or "Transpose" or "Neg" || OperatorKinds.OnlyRenamesAxes(node.Op);
        var affine = node.Op is "Add" or "Sub" or "Gemm" or "BatchNormalization" or "Conv";
        if (!linear && !affine) return null;
        if (node.Op is "Mul" or "MatMul" && node.Inputs.All(i => model.Values[i].Constant is null)) return null;
        if (node.Op == "Div" && model.Values[node.Inputs[1]].Constant is null) return null;
        var operands = node.Inputs.Select(i => i < 0 || model.Values[i].Constant is not null ? null : Lift(i)).ToArray();
        var varying = operands.OfType<Lifted>().ToArray();
        if (varying.Length == 0 || varying.Any(o => o.Time is not (TimeReduction.Mean or TimeReduction.Sum)) || varying.Select(o => o.Time).Distinct().Count() > 1) return null;
        if (varying[0].Time == TimeReduction.Sum && affine && !(node.Op is "Add" or "Sub" && varying.Length == 2)) return null;
        var v = model.Values[value];
        var elements = Enumerable.Range(0, axes.Steps).Select(t => OperatorKinds.OnlyRenamesAxes(node.Op)
            ? graph.Reshape(operands[0]!.Elements[t], v.Shape)
            : graph.Make(node.Name, node.Op, node.Attributes, [.. node.Inputs.Select((input, i) => operands[i]?.Elements[t] ?? expansion.Whole(input))], v.Type, v.Shape)).ToArray();
        return new(elements, varying[0].Time, 0);
    }

    /// <summary>y0 + y1 + ... over all steps, written as a chain of additions.</summary>
    private Lifted? TryAdditions(int value)
    {
        if (axes.Steps < 2 || expansion.Producer(value) is not { Op: "Add" }) return null;
        var leaves = new List<int>();
        Collect(value);
        var varying = leaves.Where(l => !(model.Values[l].Constant is { } c && Enumerable.Range(0, c.Length).All(i => c.At(i) == 0))).ToArray();
        if (varying.Length != axes.Steps) return null;
        var producers = varying.Select(l => expansion.Producer(l)?.Op).Distinct().ToArray();
        return producers is [not null] ? new([.. varying.Select(expansion.Whole)], TimeReduction.Sum, 0) : null;

        void Collect(int v)
        {
            if (leaves.Count <= axes.Steps + 1 && expansion.Producer(v) is { Op: "Add" } add && add.Inputs.All(i => model.Values[i].Shape.AsSpan().SequenceEqual(model.Values[v].Shape.AsSpan()) || model.Values[i].Constant is not null))
            {
                Collect(add.Inputs[0]);
                Collect(add.Inputs[1]);
            }
            else
            {
                leaves.Add(v);
            }
        }
    }
}
