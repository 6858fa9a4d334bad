using System.Collections.Immutable;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Ir.Ncir;

/// <summary>
/// The greatest payload each population can emit, as its structure tells: 1 for spikes, what a clip leaves of integer-valued spikes, what arrives at most at a relay that
/// adds counts. Chips size count payloads by it.
/// </summary>
public static class CountBounds
{
    /// <summary>Synapses of a projection that are looked through for the largest sum; beyond, the bound is not known.</summary>
    private const long MostSynapses = 20_000_000;

    /// <summary>Per population the greatest magnitude of an emission; null where it is real-valued or nothing bounds it (counts that are an input).</summary>
    public static ImmutableArray<long?> Of(Module module)
    {
        var bounds = new long?[module.Populations.Length];
        var incoming = module.Projections.ToLookup(p => p.Target);
        foreach (var id in StepOrder.Of(module.Populations, module.Projections))
        {
            var population = module[id];
            bounds[id.Index] = population switch
            {
                { Domain: SpikeDomain.Binary or SpikeDomain.Signed } => 1,
                { Domain: SpikeDomain.Count, Neuron: RelayNeuron relay } when IsOne(relay, module.Arithmetic) && population.Bias[0] is null => Sum(incoming[id], bounds),
                { Domain: SpikeDomain.Count, Neuron: ArithmeticNeuron neuron } => Whole(ElementwiseRange.Emission(neuron.Program), module.Arithmetic.Kind == ArithmeticKind.Integer ? neuron.OutputUnit : 1),
                _ => null,
            };
        }

        return [.. bounds];
    }

    private static bool IsOne(RelayNeuron relay, Arithmetic arithmetic) => relay.Gain.Is(arithmetic.Kind == ArithmeticKind.Float32 ? 1 : FixedPoint.One);

    private static long? Whole((double Least, double Greatest) range, double unit)
    {
        var most = Math.Max(Math.Abs(range.Least), Math.Abs(range.Greatest)) / unit;
        return most <= int.MaxValue ? (long)Math.Ceiling(most) : null;
    }

    /// <summary>The most that all projections bring together: each the target of its own that gets most.</summary>
    private static long? Sum(IEnumerable<Projection> projections, long?[] bounds)
    {
        double total = 0;
        foreach (var p in projections)
        {
            if (bounds[p.Source.Index] is not { } payload || p.Map.Total > MostSynapses) return null;
            long? row = p.RowsFrom is { } rows ? bounds[rows.Index] : 0;
            if (row is not { } rowBound) return null;
            total += payload * Greatest(p, rowBound);
        }

        return total <= int.MaxValue ? (long)Math.Ceiling(total) : null;
    }

    private static double Greatest(Projection p, long row)
    {
        var (most, afferents) = (0.0, new List<Afferent>());
        for (var target = 0; target < p.Map.TargetSize; target++)
        {
            afferents.Clear();
            p.Map.Invert(target, afferents);
            var sum = 0.0;
            foreach (var a in afferents)
            {
                var weight = p.RowsFrom is null ? Math.Abs(p.Rows.At(a.Row)) : row;
                sum = p.Reduction == Reduction.Max ? Math.Max(sum, weight) : sum + weight;
            }

            most = Math.Max(most, sum);
        }

        return most;
    }
}
