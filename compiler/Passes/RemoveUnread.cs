using System.Collections.Immutable;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Passes;

/// <summary>Drops populations that no readout depends on, be it for their events or as rows, and projections from or to them.</summary>
public sealed class RemoveUnread : IPass
{
    /// <inheritdoc/>
    public string Name => "remove-unread";

    /// <inheritdoc/>
    public string Reason => "first, so that nothing later works on what nobody reads";

    /// <inheritdoc/>
    public Module Run(Module module, PassContext context)
    {
        var needed = new HashSet<PopulationId>(module.Readouts.SelectMany(r => r.Signals).Select(s => s.Population));
        var open = new Stack<PopulationId>(needed);
        var before = Dependency.Of(module).ToLookup(d => d.To, d => d.From);
        while (open.TryPop(out var id))
        {
            foreach (var from in before[id])
                if (needed.Add(from)) open.Push(from);
        }
        return needed.Count == module.Populations.Length ? module : Keep(module, p => needed.Contains(p.Id));
    }

    /// <summary>The module with only some populations, renumbered, and the projections between them.</summary>
    internal static Module Keep(Module module, Func<Population, bool> keep)
    {
        var kept = module.Populations.Where(keep).ToArray();
        var idOf = new Dictionary<PopulationId, PopulationId>();
        for (var i = 0; i < kept.Length; i++) idOf[kept[i].Id] = new(i);
        return module with
        {
            Populations = [.. kept.Select((p, i) => p with { Id = new(i) })],
            Projections =
            [
                .. module.Projections.Where(p => idOf.ContainsKey(p.Source) && idOf.ContainsKey(p.Target) && (p.RowsFrom is not { } rows || idOf.ContainsKey(rows)))
                    .Select(p => p with { Source = idOf[p.Source], Target = idOf[p.Target], RowsFrom = p.RowsFrom is { } rows ? idOf[rows] : null }),
            ],
            Readouts = [.. module.Readouts.Select(r => r with { Signals = [.. r.Signals.Select(s => s with { Population = idOf[s.Population] })] })],
        };
    }
}
