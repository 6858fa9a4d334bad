using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Compiler.Passes;

/// <summary>
/// Finds which values are spikes. Model inputs are real unless every sample given holds only 0 and 1 (or small counts); sums of spikes with
/// whole weights, and of products of spikes, are counts. A projection from spikes adds, one from real values multiplies.
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
        var incomingOf = module.Projections.ToLookup(p => p.Target);
        foreach (var population in StepOrder.Of(module.Populations, module.Projections).Select(id => module[id]))
        {
            if (population.Neuron is not RelayNeuron relay || !relay.Gain.Is(1) || population.Bias[0] is not null) continue;
            var incoming = incomingOf[population.Id].ToArray();
            var counts = incoming.All(p => p.RowsFrom is { } rows ? IsCount(domains[p.Source.Index]) && IsCount(domains[rows.Index]) : IsCount(domains[p.Source.Index]) && AreCounts(p));
            bool IsCount(SpikeDomain domain) => domain is SpikeDomain.Binary or SpikeDomain.Count;
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

    private static bool AreCounts(Projection projection)
    {
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
