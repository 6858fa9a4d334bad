using System.Collections.Immutable;

namespace NeuroChip.Ir.Ncir;

/// <summary>The order of populations within a step.</summary>
public static class StepOrder
{
    /// <summary>
    /// Populations so that every projection without delay goes from an earlier to a later one, and rows that are payloads are there before they are added; the smallest index first where there is a choice.
    /// Populations on or behind a cycle of such projections are missing from the result.
    /// </summary>
    public static ImmutableArray<PopulationId> Of(ImmutableArray<Population> populations, ImmutableArray<Projection> projections)
    {
        var waits = new int[populations.Length];
        var targets = new List<int>[populations.Length];
        for (var i = 0; i < targets.Length; i++) targets[i] = [];
        foreach (var projection in projections)
        {
            if (projection.Delay != 0) continue;
            waits[projection.Target.Index]++;
            targets[projection.Source.Index].Add(projection.Target.Index);
        }

        foreach (var projection in projections)
        {
            if (projection.RowsFrom is not { } rows) continue;
            waits[projection.Target.Index]++;
            targets[rows.Index].Add(projection.Target.Index);
        }

        var ready = new PriorityQueue<int, int>();
        for (var i = 0; i < waits.Length; i++)
            if (waits[i] == 0) ready.Enqueue(i, i);
        var order = ImmutableArray.CreateBuilder<PopulationId>(populations.Length);
        while (ready.TryDequeue(out var i, out _))
        {
            order.Add(new(i));
            foreach (var t in targets[i])
                if (--waits[t] == 0) ready.Enqueue(t, t);
        }

        return order.ToImmutable();
    }
}
