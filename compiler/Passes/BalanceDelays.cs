using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Passes;

/// <summary>
/// On a tick-synchronous chip a spike takes at least one tick, so each layer computes some ticks after those it hears. This pass says when:
/// a stage for each population and ticks per step such that every projection has
/// <c>Stage(target) - Stage(source) + TicksPerStep * Delay &gt;= 1</c>. Skip connections thereby get the delay that keeps sums of one step together.
/// Rows that are payloads are there a tick before they are needed, too. The fewest ticks per step are taken (recurrent loops longer than their delay need more than one), then the fewest slots of pending inputs.
/// </summary>
public static class BalanceDelays
{
    /// <summary>Assigns stages and ticks per step; the same module if they are what they were.</summary>
    /// <exception cref="ArgumentException">Projections without delay form a cycle.</exception>
    public static Module Run(Module module)
    {
        var dependencies = Dependency.Of(module).ToArray();
        var (low, high) = (1, module.Populations.Length + 1);
        if (Earliest(module, dependencies, high) is null) throw new ArgumentException($"'{module.Name}': projections without delay form a cycle", nameof(module));
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Earliest(module, dependencies, middle) is null) low = middle + 1;
            else high = middle;
        }
        var stages = Earliest(module, dependencies, low)!;
        Tighten(module, dependencies, low, stages);

        if (module.TicksPerStep == low && module.Populations.All(p => p.Stage == stages[p.Id.Index])) return module;
        return module with
        {
            TicksPerStep = low,
            Populations = [.. module.Populations.Select(p => p.Stage == stages[p.Id.Index] ? p : p with { Stage = stages[p.Id.Index] })],
        };
    }

    /// <summary>The earliest stages (Bellman-Ford on the difference constraints, longest paths from stage 0), or null if some loop is longer than its delay.</summary>
    private static int[]? Earliest(Module module, Dependency[] dependencies, int ticksPerStep)
    {
        var stages = new int[module.Populations.Length];
        for (var round = 0; round <= stages.Length; round++)
        {
            var changed = false;
            foreach (var d in dependencies)
            {
                var least = stages[d.From.Index] + 1 - (ticksPerStep * d.Delay);
                if (stages[d.To.Index] >= least) continue;
                stages[d.To.Index] = least;
                changed = true;
            }
            if (!changed) return stages;
        }
        return null;
    }

    /// <summary>
    /// Moves populations within their slack to where the rings of pending inputs, theirs and their targets', have the fewest slots; a branch that
    /// waits for a longer one then starts as late as it can. Each move lowers the cost, so it ends.
    /// </summary>
    private static void Tighten(Module module, Dependency[] dependencies, int ticksPerStep, int[] stages)
    {
        var incoming = dependencies.ToLookup(d => d.To.Index);
        var outgoing = dependencies.ToLookup(d => d.From.Index);
        int Delay(Dependency d) => stages[d.To.Index] - stages[d.From.Index] + (ticksPerStep * d.Delay);

        // Slots weigh by the neurons that have them; the sum of delays decides between equals.
        (long Slots, long Delays) Cost(int population)
        {
            long slots = 0, delays = 0;
            foreach (var target in outgoing[population].Select(d => d.To.Index).Append(population).Distinct())
            {
                long longest = 0;
                foreach (var d in incoming[target])
                {
                    longest = Math.Max(longest, Delay(d));
                    delays += Delay(d);
                }
                slots += longest * module.Populations[target].Size * module.Populations[target].Neuron.Ports;
            }
            return (slots, delays);
        }

        var changed = true;
        while (changed)
        {
            changed = false;
            for (var population = stages.Length - 1; population >= 0; population--)
            {
                if (!outgoing[population].Any(d => d.To.Index != population)) continue;
                var earliest = 0;
                foreach (var d in incoming[population])
                    if (d.From.Index != population) earliest = Math.Max(earliest, stages[d.From.Index] + 1 - (ticksPerStep * d.Delay));
                var latest = int.MaxValue;
                foreach (var d in outgoing[population])
                    if (d.To.Index != population) latest = Math.Min(latest, stages[d.To.Index] - 1 + (ticksPerStep * d.Delay));

                var (best, least) = (stages[population], Cost(population));
                var present = stages[population];
                for (var stage = earliest; stage <= latest; stage++)
                {
                    stages[population] = stage;
                    var cost = Cost(population);
                    if (cost.CompareTo(least) < 0) (best, least) = (stage, cost);
                }
                stages[population] = best;
                changed |= best != present;
            }
        }
        var first = stages.Length == 0 ? 0 : stages.Min();
        for (var population = 0; population < stages.Length; population++) stages[population] -= first;
    }
}
