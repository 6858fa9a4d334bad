using System.Collections.Immutable;
using System.Text.RegularExpressions;
using NeuroChip.Compiler.Onnx;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Rolling;

/// <summary>Pairs the state inputs and outputs of a single-step model: as the user says, else by name (v and v_out, h_in and h_out, ...), then by shape and order.</summary>
internal static partial class StatePairing
{
    /// <summary>Model input (value index) to the value that is its next state.</summary>
    /// <param name="model">The model.</param>
    /// <param name="given">Pairs from <c>--state in=out</c>.</param>
    /// <param name="byShape">Whether inputs and outputs that are left are paired by shape and order too.</param>
    public static Dictionary<int, int> Pair(FlatModel model, IReadOnlyDictionary<string, string> given, bool byShape)
    {
        var pairs = new Dictionary<int, int>();
        var taken = new HashSet<string>();
        foreach (var (from, to) in given)
        {
            var input = model.Inputs.Where(i => model.Values[i].Name == from).DefaultIfEmpty(-1).First();
            var output = model.Outputs.Where(o => o.Name == to).Select(o => o.Value).DefaultIfEmpty(-1).First();
            if (input < 0 || output < 0 || !SameShape(model, input, output))
            {
                throw new DiagnosticException(Diagnostic.Error(
                    "NC1102",
                    input < 0 ? $"--state {from}={to}: the model has no input '{from}'"
                        : output < 0 ? $"--state {from}={to}: the model has no output '{to}'"
                        : $"--state {from}={to}: input has shape {Tensor.FormatShape(model.Values[input].Shape)}, output {Tensor.FormatShape(model.Values[output].Shape)}",
                    new Place(model.Path),
                    $"inputs: {string.Join(", ", model.Inputs.Select(i => model.Values[i].Name))}; outputs: {string.Join(", ", model.Outputs.Select(o => o.Name))}"));
            }
            pairs[input] = output;
            taken.Add(to);
        }
        foreach (var input in model.Inputs)
        {
            if (pairs.ContainsKey(input)) continue;
            foreach (var (name, value) in model.Outputs)
            {
                if (taken.Contains(name) || !SameShape(model, input, value) || !SameState(model.Values[input].Name, name)) continue;
                pairs[input] = value;
                taken.Add(name);
                break;
            }
        }
        if (!byShape) return pairs;
        var free = model.Outputs.Where(o => !taken.Contains(o.Name)).ToList();
        var open = model.Inputs.Where(i => !pairs.ContainsKey(i)).ToList();
        foreach (var group in open.GroupBy(i => Tensor.FormatShape(model.Values[i].Shape)))
        {
            var outputs = free.Where(o => Tensor.FormatShape(model.Values[o.Value].Shape) == group.Key).ToList();
            // Equal numbers on both sides, and a real input must be left over: otherwise the pairing would be a guess.
            if (outputs.Count != group.Count() || open.Count == group.Count() || group.Count() == 0) continue;
            foreach (var (input, output) in group.Zip(outputs)) pairs[input] = output.Value;
        }
        return pairs;
    }

    private static bool SameShape(FlatModel model, int a, int b) => model.Values[a].Shape.AsSpan().SequenceEqual(model.Values[b].Shape.AsSpan());

    private static bool SameState(string input, string output) => input != output && Stem(input) == Stem(output);

    private static string Stem(string name) => Affix().Replace(name.ToLowerInvariant(), "");

    [GeneratedRegex(@"^(new|next|prev|previous|old|last|in|out|updated)[_.]|([_.](in|out|new|next|prev|previous|old|last|updated|t|tm1|t1|0|1))+$|_?(in|out|prev|next|new)$|'$")]
    private static partial Regex Affix();

}
