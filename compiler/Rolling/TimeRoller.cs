using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Rolling;

/// <summary>A node of the rolled graph while it is being made.</summary>
internal sealed class RolledNode
{
    public required string Name { get; init; }

    public required string Op { get; set; }

    public required OnnxAttributes Attributes { get; set; }

    public int[] Operands { get; set; } = [];

    public required DType Type { get; init; }

    public required ImmutableArray<int> Shape { get; init; }

    /// <summary>Value of a Constant; start of a Delay, null while nothing says what it is.</summary>
    public Tensor? Constant { get; set; }
}

/// <summary>
/// Rolls unrolled time up again. Starting from the outputs, it walks all steps at once: a tuple of nodes, one per step, becomes one node of
/// the rolled graph if they apply the same operator. A tuple that is another one shifted by a step becomes a Delay; that is where loops close.
/// Exporters simplify the first step (a state that is known to be zero); so where only the first step differs, the others decide, and
/// <see cref="RollCheck"/> confirms the result by computing both.
/// </summary>
internal sealed class TimeRoller(FlatModel model, StepGraph steps, int count, IReadOnlyDictionary<int, int> stateOf, bool singleStep)
{
    private const int Unknown = -1;
    private readonly List<RolledNode> nodes = [];
    private readonly Dictionary<string, int> byTuple = new(StringComparer.Ordinal);
    private readonly Dictionary<(int Position, int Node), List<int[]>> byElement = [];
    private readonly Dictionary<int[], int> rolledOf = new(ReferenceEqualityComparer.Instance);

    /// <summary>The rolled nodes; only a Delay may name a later one.</summary>
    public IReadOnlyList<RolledNode> Nodes => nodes;

    /// <summary>Every tuple that was rolled and its node, for the check.</summary>
    public IEnumerable<(int[] Tuple, int Node)> Tuples => rolledOf.Select(p => (p.Key, p.Value));

    /// <summary>
    /// The delay of f(x, y), where x and y are delayed too, is f of the delayed ones if both start alike: so a neuron keeps one state where
    /// exporters delay v, -v, 0.9 v and the product of two of them.
    /// </summary>
    public void MergeDelays()
    {
        var delayOf = new Dictionary<int, int>();
        for (var i = 0; i < nodes.Count; i++)
            if (nodes[i] is { Op: "Delay", Constant: not null }) delayOf.TryAdd(nodes[i].Operands[0], i);
        for (var i = nodes.Count - 1; i >= 0; i--)
        {
            if (nodes[i].Op != "Delay" || nodes[i].Constant is not { } start) continue;
            var copies = new Dictionary<int, int>();
            var values = new Dictionary<int, Tensor>();
            var first = nodes.Count;
            var copy = Copy(nodes[i].Operands[0], top: true);
            if (copy >= first && RollCheck.Same(values[copy], start))
            {
                (nodes[i].Op, nodes[i].Attributes, nodes[i].Operands, nodes[i].Constant) = (nodes[copy].Op, nodes[copy].Attributes, nodes[copy].Operands, null);
                delayOf = delayOf.Where(d => d.Value != i).ToDictionary();
            }
            else
            {
                nodes.RemoveRange(first, nodes.Count - first);
            }

            int Copy(int id, bool top = false)
            {
                if (id < 0) return id;
                if (copies.TryGetValue(id, out var made)) return made;
                if (!top && delayOf.TryGetValue(id, out var delay) && delay != i)
                {
                    values[delay] = nodes[delay].Constant!;
                    return delay;
                }
                var from = nodes[id];
                if (from is { Op: "Constant", Constant: not null })
                {
                    values[id] = from.Constant;
                    return id;
                }
                // A spike is delayed as a spike, not computed again from the membrane.
                if (from.Type == DType.Bool || from.Op is "Round" or "Floor" or "Ceil" or "Delay" || !(OperatorKinds.IsElementwise(from.Op) || from.Op == "Reshape")) return -2;
                var operands = from.Operands.Select(o => Copy(o)).ToArray();
                if (operands.Contains(-2)) return -2;
                made = Add(new() { Name = from.Name, Op = from.Op, Attributes = from.Attributes, Operands = operands, Type = from.Type, Shape = from.Shape });
                var ids = Enumerable.Range(0, operands.Length).Select(k => operands[k] < 0 ? -1 : k).ToArray();
                values[made] = StepEvaluation.Evaluate(from.Op, from.Attributes, null, from.Shape, ids, [.. operands.Select(o => o < 0 ? null : values[o])]);
                return copies[id] = made;
            }
        }
    }

    /// <summary>
    /// Rolls a value that only the last step computes, such as the state a model returns: by the tuples of its operands that are known.
    /// Returns -1 if an operand belongs to none.
    /// </summary>
    public int RollLast(int node)
    {
        var n = steps[node];
        if (EndingIn(node) is >= 0 and var known) return known;
        if (n.Constant is not null) return Roll([.. Enumerable.Repeat(node, count)]);
        if (n.Piece is not null) return n.Piece.Axis < 0 ? Roll([.. Enumerable.Repeat(node, count)]) : -1;
        var operands = new int[n.Operands.Length];
        for (var i = 0; i < operands.Length; i++)
        {
            operands[i] = n.Operands[i] < 0 ? -1 : RollLast(n.Operands[i]);
            if (operands[i] < 0 && n.Operands[i] >= 0) return -1;
        }
        var rolled = Add(new() { Name = n.Name, Op = n.Op, Attributes = n.Attributes, Type = n.Type, Shape = n.Shape });
        nodes[rolled].Operands = operands;
        return rolled;
    }

    /// <summary>A delay whose start the first step does not show starts as another delay of the same value does.</summary>
    public void ResolveStarts()
    {
        var known = nodes.Where(n => n is { Op: "Delay", Constant: not null }).GroupBy(n => n.Operands[0]).ToDictionary(g => g.Key, g => g.First().Constant);
        foreach (var node in nodes)
            if (node is { Op: "Delay", Constant: null } && known.TryGetValue(node.Operands[0], out var start)) node.Constant = start;
    }

    /// <summary>Finds a rolled tuple whose last element is <paramref name="node"/>; -1 if there is none.</summary>
    public int EndingIn(int node)
    {
        foreach (var (tuple, rolled) in rolledOf)
            if (tuple[^1] == node) return rolled;
        return -1;
    }

    /// <summary>Rolls a tuple: element t is the value in step t; those at either end may be <see cref="Unknown"/>.</summary>
    public int Roll(int[] tuple)
    {
        var key = string.Join(',', tuple);
        if (byTuple.TryGetValue(key, out var rolled)) return rolled;
        rolled = Leaf(tuple);
        if (rolled < 0) rolled = Same(tuple);
        if (rolled < 0) rolled = Shifted(tuple);
        if (rolled >= 0)
        {
            byTuple[key] = rolled;
            return rolled;
        }
        var end = LastKnown(tuple);
        var sample = steps[tuple[end]];
        if (sample.Constant is not null && tuple[0] != Unknown && Enumerable.Range(1, end).All(t => tuple[t] == tuple[end]) && steps[tuple[0]].Constant is { } other) return OtherFirst(tuple, other);
        if (sample.Piece is not null)
        {
            // Another step's element of an input: the step before, or a mixture.
            var (element, before) = (sample.Piece, tuple[0] == Unknown || steps[tuple[0]].Constant is not null);
            if (before && end > 0 && element.Axis >= 0 && element.Start == (end - 1) * element.Count) return Earlier(tuple);
            throw Mixed(tuple, Math.Max(0, end - 1), end);
        }
        for (var t = 1; t <= end; t++)
        {
            if (Alike(steps[tuple[t]], sample)) continue;
            // A value of the step before whose own first step is simplified: its irregular element stands second.
            if (t == 1 && end > 1 && (tuple[0] == Unknown || steps[tuple[0]].Constant is not null)) return Earlier(tuple);
            throw Mixed(tuple, t, end);
        }
        var regular = tuple[0] != Unknown && Alike(steps[tuple[0]], sample);

        rolled = Add(new() { Name = sample.Name, Op = sample.Op, Attributes = sample.Attributes, Type = sample.Type, Shape = sample.Shape });
        Remember(key, tuple, rolled);
        var swapped = regular && IsSwapped(steps[tuple[0]], sample);
        var operands = new int[sample.Operands.Length];
        for (var i = 0; i < operands.Length; i++)
        {
            if (sample.Operands[i] < 0)
            {
                operands[i] = -1;
                continue;
            }
            var operand = new int[count];
            for (var t = 0; t < count; t++) operand[t] = (t == 0 && !regular) || t > end ? Unknown : steps[tuple[t]].Operands[t == 0 && swapped ? 1 - i : i];
            operands[i] = Roll(operand);
        }
        nodes[rolled].Operands = operands;
        if (!regular && tuple[0] != Unknown && steps[tuple[0]].Constant is { } start && OnlyPast(rolled)) Retime(rolled, start);
        return rolled;
    }

    /// <summary>Whether the first step has the operands of a commutative operator the other way round: <c>x + 0</c> where later steps have <c>v + x</c>.</summary>
    private bool IsSwapped(StepNode first, StepNode other)
    {
        if (count < 2 || first.Op is not ("Add" or "Mul" or "Max" or "Min" or "And" or "Or") || first.Operands.Length != 2) return false;
        int Likeness(int a, int b) => a == b || Alike(steps[a], steps[b]) ? 1 : 0;
        var direct = Likeness(first.Operands[0], other.Operands[0]) + Likeness(first.Operands[1], other.Operands[1]);
        return Likeness(first.Operands[0], other.Operands[1]) + Likeness(first.Operands[1], other.Operands[0]) > direct;
    }

    private static int LastKnown(int[] tuple) => Array.FindLastIndex(tuple, u => u != Unknown);

    private int Leaf(int[] tuple)
    {
        var last = steps[tuple[LastKnown(tuple)]];
        if (last.Op == "Constant" && tuple.All(u => u == last.Id || u == Unknown))
            return AddLeaf(tuple, new() { Name = last.Name, Op = "Constant", Attributes = OnnxAttributes.None, Type = last.Type, Shape = last.Shape, Constant = last.Constant });
        if (last.Piece is not { } piece) return -1;
        if (stateOf.TryGetValue(piece.Value, out var next))
        {
            var delay = AddLeaf(tuple, new() { Name = last.Name, Op = "Delay", Attributes = OnnxAttributes.None, Type = last.Type, Shape = last.Shape, Constant = StepEvaluation.Zero(last.Type, last.Shape) });
            nodes[delay].Operands = [-1];
            nodes[delay].Operands = [Roll([next])];
            return delay;
        }
        for (var t = 0; t < count; t++)
        {
            if (tuple[t] == Unknown) continue;
            var here = steps[tuple[t]].Piece;
            if (here is null || here.Value != piece.Value) return -1;
            if (piece.Axis < 0 ? here.Axis >= 0 : here.Axis != piece.Axis || here.Count != piece.Count || here.Start != t * piece.Count) return -1;
        }
        var axis = OnnxAttributes.None.With("axis", singleStep ? -2L : piece.Axis);
        return AddLeaf(tuple, new()
        {
            Name = model.Values[piece.Value].Name,
            Op = "Input",
            Attributes = model.InputSites.TryGetValue(piece.Value, out var sites) ? axis.With("sites", (long)sites.Index) : axis,
            Type = last.Type,
            Shape = last.Shape,
        });
    }

    /// <summary>A tuple that is another one but for elements that are not known.</summary>
    private int Same(int[] tuple)
    {
        var first = Array.FindIndex(tuple, u => u != Unknown);
        if (first == 0 && LastKnown(tuple) == count - 1) return -1;
        foreach (var candidate in CandidatesAt(first, tuple[first]))
            if (Matches(candidate, tuple, 0)) return rolledOf[candidate];
        return -1;
    }

    /// <summary>A tuple that is another one a step later.</summary>
    private int Shifted(int[] tuple)
    {
        if (count < 2 || tuple[1] == Unknown || (tuple[0] != Unknown && steps[tuple[0]].Constant is null)) return -1;
        var candidates = CandidatesAt(0, tuple[1]);
        if (count > 2 && tuple[2] != Unknown) candidates = candidates.Concat(CandidatesAt(1, tuple[2]));
        foreach (var candidate in candidates)
        {
            if (!Matches(candidate, tuple, 1)) continue;
            // Now the first step of the other one is known too, and the check will look at it.
            if (candidate[0] == Unknown) candidate[0] = tuple[1];
            return AddDelay(tuple, rolledOf[candidate]);
        }
        return -1;
    }

    /// <summary>The delay of the tuple that stands a step earlier.</summary>
    private int Earlier(int[] tuple)
    {
        var delay = AddDelay(tuple, -1);
        byTuple[string.Join(',', tuple)] = delay;
        nodes[delay].Operands = [Roll([.. tuple.AsSpan(1), Unknown])];
        return delay;
    }

    private int AddDelay(int[] tuple, int operand)
    {
        var last = steps[tuple[LastKnown(tuple)]];
        var start = tuple[0] == Unknown ? null : steps[tuple[0]].Constant;
        var delay = Add(new() { Name = last.Name, Op = "Delay", Attributes = OnnxAttributes.None, Type = last.Type, Shape = last.Shape, Constant = start });
        nodes[delay].Operands = [operand];
        Remember(string.Join(',', tuple), tuple, delay);
        return delay;
    }

    /// <summary>A constant that is another one in the first step is that constant, delayed.</summary>
    private int OtherFirst(int[] tuple, Tensor first)
    {
        var delay = AddDelay(tuple, -1);
        nodes[delay].Constant = first;
        nodes[delay].Operands = [Roll([.. Enumerable.Repeat(tuple[LastKnown(tuple)], count)])];
        return delay;
    }

    private IEnumerable<int[]> CandidatesAt(int position, int node) => byElement.TryGetValue((position, node), out var found) ? found.ToArray() : [];

    /// <summary>Whether element t - <paramref name="shift"/> of a candidate is element t of the tuple wherever both are known.</summary>
    private bool Matches(int[] candidate, int[] tuple, int shift)
    {
        for (var t = shift; t < count; t++)
            if (tuple[t] != Unknown && candidate[t - shift] != Unknown && candidate[t - shift] != tuple[t]) return false;
        return true;
    }

    /// <summary>Whether a node is computed from values of the step before alone.</summary>
    private bool OnlyPast(int node)
    {
        var seen = new HashSet<int>();
        var past = false;
        return Walk(node) && past;

        bool Walk(int id)
        {
            if (id < 0 || !seen.Add(id)) return true;
            var n = nodes[id];
            if (n.Op == "Delay") return past = true;
            if (n.Op == "Constant") return true;
            return n.Op != "Input" && n.Operands.Length > 0 && n.Operands.All(Walk);
        }
    }

    /// <summary>
    /// Turns an expression over delayed values into the delay of the expression over the values themselves: the same in every step but the
    /// first, and there the constant that the file has.
    /// </summary>
    private void Retime(int node, Tensor start)
    {
        var copies = new Dictionary<int, int>();
        var n = nodes[node];
        var next = Add(new() { Name = n.Name, Op = n.Op, Attributes = n.Attributes, Type = n.Type, Shape = n.Shape });
        nodes[next].Operands = [.. n.Operands.Select(Copy)];
        n.Op = "Delay";
        n.Attributes = OnnxAttributes.None;
        n.Operands = [next];
        n.Constant = start;

        int Copy(int id)
        {
            if (id < 0) return id;
            var from = nodes[id];
            if (from.Op == "Delay") return from.Operands[0];
            if (from.Op == "Constant") return id;
            if (copies.TryGetValue(id, out var copy)) return copy;
            copy = Add(new() { Name = from.Name, Op = from.Op, Attributes = from.Attributes, Type = from.Type, Shape = from.Shape });
            copies[id] = copy;
            nodes[copy].Operands = [.. from.Operands.Select(Copy)];
            return copy;
        }
    }

    private int AddLeaf(int[] tuple, RolledNode node)
    {
        var id = Add(node);
        Remember(string.Join(',', tuple), tuple, id);
        return id;
    }

    private void Remember(string key, int[] tuple, int rolled)
    {
        byTuple[key] = rolled;
        rolledOf[tuple] = rolled;
        for (var t = 0; t < Math.Min(2, tuple.Length); t++)
        {
            if (tuple[t] == Unknown) continue;
            if (!byElement.TryGetValue((t, tuple[t]), out var list)) byElement.Add((t, tuple[t]), list = []);
            list.Add(tuple);
        }
    }

    private int Add(RolledNode node)
    {
        nodes.Add(node);
        return nodes.Count - 1;
    }

    private static bool Alike(StepNode a, StepNode b) =>
        a.Op == b.Op && a.Operands.Length == b.Operands.Length && a.Constant is null == b.Constant is null && a.Piece is null == b.Piece is null
        && a.Constant is null && a.Piece is null && a.Shape.AsSpan().SequenceEqual(b.Shape.AsSpan())
        && (ReferenceEquals(a.Attributes, b.Attributes) || StepGraph.KeyOf(a.Attributes) == StepGraph.KeyOf(b.Attributes));

    private DiagnosticException Mixed(int[] tuple, int t, int end)
    {
        var (here, last) = (steps[tuple[t]], steps[tuple[end]]);
        return new(Diagnostic.Error(
            "NC1101",
            $"the steps of the model do not repeat: step {t} of {count} has {Describe(here)} where step {end} has {Describe(last)}",
            new Place(model.Path, $"node '{here.Name}' ({here.Op})"),
            $"the other one is node '{last.Name}' ({last.Op})",
            "every step must apply the same operators; export one step with its state as inputs and outputs and compile with --timesteps"));

        static string Describe(StepNode n) => n.Piece is { } p ? $"element {p.Start} of input axis {p.Axis}" : $"{n.Op}{Tensor.FormatShape(n.Shape)}";
    }
}
