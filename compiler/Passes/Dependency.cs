using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Passes;

/// <summary>That the payloads of one population are needed by another: as the events of a projection, or as its rows.</summary>
/// <param name="From">Who sends.</param>
/// <param name="To">Who needs it.</param>
/// <param name="Delay">Steps in between; rows are those of the same step.</param>
internal readonly record struct Dependency(PopulationId From, PopulationId To, int Delay)
{
    /// <summary>All dependencies of a module, projection by projection, events before rows.</summary>
    public static IEnumerable<Dependency> Of(Module module)
    {
        foreach (var projection in module.Projections)
        {
            yield return new(projection.Source, projection.Target, projection.Delay);
            if (projection.RowsFrom is { } rows) yield return new(rows, projection.Target, 0);
        }
    }
}
