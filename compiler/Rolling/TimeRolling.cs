using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Graphs;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Rolling;

/// <summary>How a model without steps of its own is run over time.</summary>
/// <param name="Timesteps">Steps of a single-step model; null if the model has its own.</param>
/// <param name="States">State input to state output, where the names do not say it.</param>
public sealed record RollOptions(int? Timesteps, ImmutableDictionary<string, string> States)
{
    /// <summary>The model has its own steps.</summary>
    public static RollOptions Default { get; } = new(null, ImmutableDictionary<string, string>.Empty);
}

/// <summary>From a flat ONNX model, in whichever way it expresses time, to the graph of one step with explicit state.</summary>
public static class TimeRolling
{
    /// <summary>Rolls the model up and checks the result against the model itself.</summary>
    /// <exception cref="DiagnosticException">NC1101 to NC1109.</exception>
    public static Graph Roll(FlatModel model, RollOptions options)
    {
        Graph? graph = null;
        System.Runtime.ExceptionServices.ExceptionDispatchInfo? failure = null;

        // The walk is as deep as the unrolled network; a stack of its own keeps it simple.
        var worker = new Thread(
            () =>
            {
                try
                {
                    graph = RollOnThisStack(model, options);
                }
                catch (Exception e)
                {
                    failure = System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(e);
                }
            },
            512 << 20);
        worker.Start();
        worker.Join();
        failure?.Throw();
        return graph!;
    }

    private static Graph RollOnThisStack(FlatModel model, RollOptions options)
    {
        var steps = new StepGraph();
        var expansion = new StepExpansion(model, steps);
        var pairs = StatePairing.Pair(model, options.States, options.Timesteps > 1);
        var axes = new TimeAxes(model, expansion, mayAdd: options.Timesteps is null && pairs.Count == 0);
        if (axes.Steps > 1) pairs = [];
        if (options.Timesteps is { } asked && axes.Steps > 1 && asked != axes.Steps)
        {
            throw new DiagnosticException(Diagnostic.Error(
                "NC1103",
                $"--timesteps {asked}, but the model is unrolled over {axes.Steps} steps",
                new Place(model.Path),
                "leave --timesteps out, or export a single step with its state as inputs and outputs"));
        }
        if (pairs.Count > 0 && options.Timesteps is null)
        {
            throw new DiagnosticException(Diagnostic.Error(
                "NC1104",
                $"a single step with its state as inputs and outputs ({string.Join(", ", pairs.Select(p => $"{model.Values[p.Key].Name} -> {model.Outputs.First(o => o.Value == p.Value).Name}"))}), but not how many steps to run",
                new Place(model.Path),
                "give --timesteps T; other pairs: --state in=out"));
        }
        var singleStep = axes.Steps == 1 && options.Timesteps is not null;
        var lifting = new OutputLifting(model, steps, expansion, axes);
        var lifted = model.Outputs.Select(o => lifting.Lift(o.Value)).ToArray();
        var stateOf = pairs.ToDictionary(p => p.Key, p => expansion.Whole(p.Value));
        var roller = new TimeRoller(model, steps, axes.Steps, stateOf, singleStep);

        var rolled = new int[lifted.Length];
        foreach (var last in new[] { false, true })
        {
            for (var i = 0; i < lifted.Length; i++)
            {
                var l = lifted[i];
                if ((l.Elements.Length < axes.Steps) != last) continue;
                rolled[i] = last ? roller.RollLast(l.Elements[0]) : roller.Roll(l.Elements);
                if (rolled[i] < 0 && StepLevels.TupleEndingIn(steps, axes.Steps, l.Elements[0]) is { } tuple) rolled[i] = roller.Roll(tuple);
                if (rolled[i] < 0) throw OnlyAtTheEnd(model, model.Outputs[i].Name, steps[l.Elements[0]]);
            }
        }
        roller.ResolveStarts();
        roller.MergeDelays();
        RollCheck.Check(model, steps, roller, axes.Steps);
        var count = singleStep ? options.Timesteps!.Value : axes.Steps;
        var outputs = lifted.Select((l, i) =>
        {
            var (name, value) = model.Outputs[i];
            var shape = model.Values[value].Shape;
            return singleStep ? new GraphOutput(name, rolled[i], TimeReduction.Each, 0, [count, .. shape])
                : new GraphOutput(name, rolled[i], l.Time, l.Axis, shape);
        });
        var form = singleStep ? $"single step, {pairs.Count} states as inputs and outputs" : axes.Steps == 1 ? "one step" : $"unrolled over {axes.Steps} steps";
        return RolledGraph.Build(Path.GetFileNameWithoutExtension(model.Path), model.Path, count, form, roller.Nodes, outputs) with { Scopes = [.. model.Nodes.Select(n => n.Name).Where(n => n.LastIndexOf('/') > 0).Select(n => n[..n.LastIndexOf('/')])], Sites = model.Sites };
    }

    private static DiagnosticException OnlyAtTheEnd(FlatModel model, string output, StepNode node) => new(Diagnostic.Error(
        "NC1105",
        $"output '{output}' is computed after the last step from values that no step repeats",
        new Place(model.Path, $"node '{node.Name}' ({node.Op})"),
        "return the values of every step (a stack, mean or sum over steps) instead of the last one alone"));
}
