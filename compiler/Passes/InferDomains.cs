using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Compiler.Passes;

/// <summary>
/// Finds which values are spikes. Model inputs are real unless every sample given holds only 0 and 1 (or small counts); sums of spikes with
/// weights one, or products of spikes with spikes, are counts. A projection from spikes or with spikes as rows adds, one from real values multiplies.
/// </summary>
public sealed class InferDomains : IPass
{
    /// <summary>The greatest value still sent as a count.</summary>
    public const int GreatestCount = 255;

    /// <inheritdoc/>
    public string Name => "infer-domains";

    /// <inheritdoc/>
    public string Reason => "before quantisation, which needs to know which payloads are exact integers";

    /// <inheritdoc/>
    public Module Run(Module module, PassContext context)
    {
        var domains = module.Populations.Select(p => p.Domain).ToArray();
        foreach (var population in module.Populations)
            if (population.Neuron is SourceNeuron source && population.Domain == SpikeDomain.Real) domains[population.Id.Index] = OfSamples(source.Input, context);
        foreach (var population in module.Populations)
        {
            if (population.Neuron is not RelayNeuron relay || !relay.Gain.Is(1) || population.Bias[0] is not null) continue;
            var incoming = module.Projections.Where(p => p.Target == population.Id).ToArray();
            if (incoming.Any(p => p.Source.Index > population.Id.Index || p.RowsFrom?.Index > population.Id.Index)) continue;
            var counts = incoming.All(p => domains[p.Source.Index] is SpikeDomain.Binary or SpikeDomain.Count && AreCounts(p, domains));
            if (counts && incoming.Length > 0 && domains[population.Id.Index] == SpikeDomain.Real) domains[population.Id.Index] = SpikeDomain.Count;
        }
        ProjectionKind KindOf(Projection p) => Projection.KindOf(domains[p.Source.Index], p.RowsFrom is { } rows ? domains[rows.Index] : null);
        if (module.Populations.All(p => p.Domain == domains[p.Id.Index]) && module.Projections.All(p => p.Kind == KindOf(p))) return module;
        return module with
        {
            Populations = [.. module.Populations.Select(p => p with { Domain = domains[p.Id.Index] })],
            Projections = [.. module.Projections.Select(p => p with { Kind = KindOf(p) })],
        };
    }

    private static bool AreCounts(Projection projection, SpikeDomain[] domains)
    {
        if (projection.RowsFrom is { } rows) return domains[rows.Index] is SpikeDomain.Binary or SpikeDomain.Count;
        for (var i = 0; i < projection.Rows.Length; i++)
        {
            var w = projection.Rows.At(i);
            if (w < 0 || w != Math.Floor(w) || w > GreatestCount) return false;
        }
        return true;
    }

    private static SpikeDomain OfSamples(string input, PassContext context)
    {
        var found = SpikeDomain.Binary;
        foreach (var sample in context.Samples)
        {
            foreach (var value in sample[input].Span<float>())
            {
                if (value is 0 or 1) continue;
                if (value < 0 || value != MathF.Floor(value) || value > GreatestCount) return SpikeDomain.Real;
                found = SpikeDomain.Count;
            }
        }
        return context.Samples.Count == 0 ? SpikeDomain.Real : found;
    }
}
