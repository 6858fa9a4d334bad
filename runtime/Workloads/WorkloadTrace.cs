using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Runtime.Workloads;

/// <summary>
/// Binds the arrays of a trace to the layers of a workload: one array per layer under the layer's name, holding the spikes that go into it
/// (attention: NAME_q, NAME_k, NAME_v). Axes of extent 1 may be left out: <c>[T, C, H, W]</c> for one sample, <c>[T, n]</c> for a layer without positions.
/// </summary>
public static class WorkloadTrace
{
    /// <summary>
    /// The spikes of <paramref name="workload"/>. Shapes that do not agree (NC5043) and values other than 0 and 1 (NC5045) are reported all at once; an
    /// array that no layer takes is told to <paramref name="warnings"/>.
    /// </summary>
    /// <param name="workload">Whose layers.</param>
    /// <param name="arrays">Arrays of the trace.</param>
    /// <param name="file">The trace, named in errors.</param>
    /// <param name="complete">Whether a layer without an array is an error (NC5044), and not left for spikes to be drawn.</param>
    /// <param name="warnings">Where warnings go.</param>
    public static WorkloadSpikes Bind(Workload workload, IReadOnlyDictionary<string, Tensor> arrays, string file, bool complete, DiagnosticBag warnings)
    {
        var bag = new DiagnosticBag();
        var bound = ImmutableDictionary.CreateBuilder<string, Tensor>(StringComparer.Ordinal);
        var missing = new List<SpikeOperand>();
        foreach (var operand in workload.Operands)
        {
            if (!arrays.TryGetValue(operand.Name, out var array)) missing.Add(operand);
            else if (Spikes(operand, array, file, bag) is { } spikes) bound.Add(operand.Name, spikes);
        }

        if (missing.Count > 0 && (complete || bound.Count == 0))
        {
            bag.Add(Diagnostic.Error("NC5044", $"the trace has no spikes for {missing.Count} of {workload.Operands.Count()} inputs of layers: {string.Join(", ", missing.Select(m => $"'{m.Name}' {Shown(m)}"))}",
                new Place(file), $"it has {List(arrays)}", "with --density D, spikes are drawn for layers that were not recorded"));
        }

        bag.ThrowIfErrors();
        // What a form of attention does not look at (all of a mask, the Q of a softmax) is no surprise in a trace either.
        var used = workload.Operands.Select(o => o.Name)
            .Concat(workload.Layers.OfType<AttentionLayer>().SelectMany(a => new[] { $"{a.Name}_q", $"{a.Name}_k", $"{a.Name}_v" }))
            .ToHashSet(StringComparer.Ordinal);
        foreach (var (name, array) in arrays.Where(a => !used.Contains(a.Key)).OrderBy(a => a.Key, StringComparer.Ordinal))
            warnings.Add(Diagnostic.Warning("NC5046", $"no layer of '{workload.Name}' takes '{name}' {Tensor.FormatShape(array.Shape)}; it is not used", new Place(file, name)));
        return new WorkloadSpikes(bound.ToImmutable(), bound.Count);
    }

    private static Tensor? Spikes(SpikeOperand operand, Tensor array, string file, DiagnosticBag bag)
    {
        var place = new Place(file, operand.Name);
        if (!array.Shape.Where(e => e != 1).SequenceEqual(operand.Shape.Where(e => e != 1)))
        {
            bag.Add(Diagnostic.Error("NC5043", $"layer '{operand.Layer}' takes spikes of shape {Shown(operand)}; the trace has {Tensor.FormatShape(array.Shape)}", place,
                "axes of extent 1 may be left out; every other one must be there, in this order"));
            return null;
        }

        var spikes = new byte[array.Length];
        for (var i = 0; i < spikes.Length; i++)
        {
            var value = array.At(i);
            if (value is not (0 or 1))
            {
                bag.Add(Diagnostic.Error("NC5045", $"'{operand.Name}' holds {value} at element {i}; spikes are 0 or 1", place,
                    "counts and real values are no spikes: record the emissions of the neurons before the layer"));
                return null;
            }

            spikes[i] = (byte)value;
        }

        return Tensor.Of(operand.Shape, spikes);
    }

    private static string Shown(SpikeOperand operand) => $"{Tensor.FormatShape(operand.Shape)} ({operand.Axes})";

    private static string List(IReadOnlyDictionary<string, Tensor> arrays) => arrays.Count == 0
        ? "no arrays"
        : string.Join(", ", arrays.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"'{a.Key}' {Tensor.FormatShape(a.Value.Shape)}"));
}
