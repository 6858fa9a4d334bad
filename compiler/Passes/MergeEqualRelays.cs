using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Passes;

/// <summary>
/// Keeps one of relays that add up the same things: where a sum of shortcuts feeds two layers, lowering makes a relay for each of them.
/// The others' projections start at the one that stays, so what arrives is the same to the bit, from half the cores.
/// </summary>
public sealed class MergeEqualRelays : IPass
{
    /// <inheritdoc/>
    public string Name => "merge-equal-relays";

    /// <inheritdoc/>
    public string Reason => "after relays with one target are bypassed: a merged relay has several targets and must stay";

    /// <inheritdoc/>
    public Module Run(Module module, PassContext context)
    {
        // Merging relays can make their targets equal, so until nothing changes.
        while (Pair(module) is var (kept, dropped))
        {
            module = module with
            {
                Projections = [.. module.Projections.Select(p => p.Source != dropped && p.RowsFrom != dropped ? p : p with
                {
                    Source = p.Source == dropped ? kept : p.Source,
                    RowsFrom = p.RowsFrom == dropped ? kept : p.RowsFrom,
                })],
                Readouts = [.. module.Readouts.Select(r => r with { Signals = [.. r.Signals.Select(s => s.Population == dropped ? s with { Population = kept } : s)] })],
            };
            module = RemoveUnread.Keep(module, p => p.Id != dropped);
        }
        return module;
    }

    private static (PopulationId Kept, PopulationId Dropped)? Pair(Module module)
    {
        var incoming = module.Projections.ToLookup(p => p.Target);
        var relays = module.Populations.Where(p => p.Neuron is RelayNeuron).ToArray();
        for (var a = 0; a < relays.Length; a++)
            for (var b = a + 1; b < relays.Length; b++)
                if (Equal(relays[a], relays[b], incoming)) return (relays[a].Id, relays[b].Id);
        return null;
    }

    private static bool Equal(Population a, Population b, ILookup<PopulationId, Projection> incoming) =>
        a.Neuron.Equals(b.Neuron) && a.Layout.Equals(b.Layout) && a.Domain == b.Domain && a.Stage == b.Stage
        && Equal(a.Bias[0], b.Bias[0])
        && incoming[a.Id].Count() == incoming[b.Id].Count()
        && incoming[a.Id].Zip(incoming[b.Id]).All(pair => Equal(pair.First, pair.Second));

    private static bool Equal(Projection a, Projection b) =>
        a.Source == b.Source && a.RowsFrom == b.RowsFrom && a.Port == b.Port && a.Delay == b.Delay && a.Kind == b.Kind && a.Reduction == b.Reduction
        && a.Map.Keyword == b.Map.Keyword && a.Map.Encode().AsSpan().SequenceEqual(b.Map.Encode()) && Equal(a.Rows, b.Rows);

    private static bool Equal(Tensor? a, Tensor? b)
    {
        if (ReferenceEquals(a, b)) return true;
        if (a is null || b is null || a.Type != b.Type || a.Length != b.Length) return false;
        for (var i = 0; i < a.Length; i++)
            if (a.At(i) != b.At(i)) return false;
        return true;
    }
}
