using System.Collections.Immutable;
using System.Globalization;
using NeuroChip.Compiler.Passes;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Compiler;

/// <summary>Something of a module that is not an addressed sparse addition.</summary>
/// <param name="Layer">The population it is done for, or the model output the host computes.</param>
/// <param name="Item">The projection or readout.</param>
/// <param name="Reason">What it is, in a sentence.</param>
/// <param name="Operations">Multiplications (or comparisons, or host operations) in a step, if nothing were 0.</param>
/// <param name="WayOut">What makes it additions.</param>
public sealed record NotSpikeDriven(string Layer, string Item, string Reason, long Operations, string WayOut);

/// <summary>
/// What <c>--strict spike-driven</c> refuses, layer by layer. Sums of real payloads whose weights all have one magnitude pass (membrane shortcuts, means): they are additions,
/// scaled once per neuron. So do payloads added digit by digit, and maxima of binary spikes, which are an OR.
/// </summary>
public static class SpikeDrivenCheck
{
    /// <summary>Everything in a module that is not sparse additions, in the module's order.</summary>
    public static ImmutableArray<NotSpikeDriven> Find(Module module)
    {
        var chains = new Dictionary<string, ConvolutionChain>();
        foreach (var chain in ConvolutionChain.Of(module, anyGain: true))
            foreach (var link in chain.Links) chains[link.Name] = chain;
        var found = ImmutableArray.CreateBuilder<NotSpikeDriven>();
        foreach (var p in module.Projections)
        {
            var (source, target) = (module[p.Source], module[p.Target].Name);
            if (p.Reduction == Reduction.Max && source.Domain != SpikeDomain.Binary)
            {
                found.Add(new(target, Item(p), $"it takes the greatest of values of '{source.Name}' that are not binary spikes ({Count(p.Map.Total)} comparisons a step)", p.Map.Total,
                    "pool spikes (an OR), or use an average"));
            }
            else if (p.Kind == ProjectionKind.Analog && !OnlyAdds(p))
            {
                var (reason, wayOut) = Why(module, p, source, chains.GetValueOrDefault(p.Name));
                found.Add(new(target, Item(p), $"{reason} ({Count(p.Map.Total)} multiply-accumulates a step)", p.Map.Total, wayOut));
            }
        }

        foreach (var readout in module.Readouts)
        {
            var operations = readout.Program.Code.Where(c => IsHostOnly(c.Op)).Select(c => ProgramWord(c.Op)).Distinct().ToArray();
            if (operations.Length == 0) continue;
            long size = module[readout.Signals[0].Population].Size;
            found.Add(new(readout.Name, $"output '{readout.Name}'", $"the host computes {string.Join(", ", operations)} over {Count(size)} values a step", size, "read the output out before it"));
        }

        return found.ToImmutable();
    }

    /// <summary>Throws what is not spike-driven, all of it.</summary>
    /// <exception cref="DiagnosticException">NC2003.</exception>
    public static void Refuse(Module module)
    {
        var found = new DiagnosticBag();
        foreach (var (layer, item, reason, _, wayOut) in Find(module))
            found.Add(Diagnostic.Error("NC2003", $"'{layer}' is not driven by spikes: {reason}", new Place(module.Name, item), wayOut + "; or compile without --strict spike-driven"));
        found.ThrowIfErrors();
    }

    private static (string Reason, string WayOut) Why(Module module, Projection p, Population source, ConvolutionChain? chain)
    {
        if (p.RowsFrom is { } rows)
            return ($"real payloads of '{source.Name}' are multiplied by real payloads of '{module[rows].Name}'", $"put a neuron behind '{source.Name}' or '{module[rows].Name}', so that one of them is spikes");
        if (source.Neuron is SourceNeuron)
            return ($"the real values of the input '{source.Name}' are multiplied by weights", "encode the input as spikes, or give samples with --calibrate if its values are 0 and 1 already");
        if (chain is not null && chain.Links[0].Name != p.Name) return AfterConvolution(module, source, chain);
        return source.Neuron is RelayNeuron
            ? ($"the sums of '{source.Name}', which has no neuron, are multiplied by weights", $"put a neuron behind '{source.Name}'")
            : ($"'{source.Name}' ({source.Neuron.Title}) emits real values, which are multiplied by weights", $"let '{source.Name}' emit spikes or counts");
    }

    /// <summary>A convolution on what a convolution computed: other forms may be spike-driven.</summary>
    private static (string Reason, string WayOut) AfterConvolution(Module module, Population source, ConvolutionChain chain)
    {
        var reason = $"the real values of '{source.Name}', a convolution without a neuron behind it, are multiplied by weights";
        var neuron = $"put a neuron behind '{source.Name}'";
        var decision = module.Decisions.FirstOrDefault(d => d.Topic == ConvolutionForms.Topic && d.Subject == chain.Name);
        if (decision is null || module[chain.Links[0].Source].Domain == SpikeDomain.Real) return (reason, neuron);
        var option = chain.Kind switch { ChainKind.RepConv => "--repconv", ChainKind.SepConv => "--sepconv", _ => null };
        double? CostOf(string form) => decision.Alternatives.Where(a => a.Form == form).Select(a => (double?)a.Cost).FirstOrDefault();
        if (CostOf(ConvolutionForm.Merged) is null) return (reason, string.Join("; ", decision.Reason.Split("; ").Where(r => r.Contains("are not one")).Prepend(neuron)));
        if (option is null) return (reason, neuron);
        var now = CostOf(decision.Chosen)!.Value;
        var ways = new[] { ConvolutionForm.Merged, ConvolutionForm.InDigits }.Where(f => CostOf(f) is not null)
            .Select(f => $"{option} {f} ({Count((long)Math.Round(CostOf(f)!.Value))} instead of {Count((long)Math.Round(now))} {decision.Unit})");
        return (reason, $"take {string.Join(" or ", ways)}");
    }

    /// <summary>Whether all weights have one magnitude (or are 0): what arrives is a sum, and the magnitude a factor of the neuron, not of each synapse.</summary>
    private static bool OnlyAdds(Projection p)
    {
        if (p.RowsFrom is not null) return false;
        double? magnitude = null;
        for (var i = 0; i < p.Rows.Length; i++)
        {
            var w = Math.Abs(p.Rows.At(i));
            if (w != 0 && w != (magnitude ??= w)) return false;
        }

        return true;
    }

    private static bool IsHostOnly(ElementwiseOp op) =>
        op is ElementwiseOp.Divide or ElementwiseOp.Exponential or ElementwiseOp.Logarithm or ElementwiseOp.SquareRoot or ElementwiseOp.Sigmoid or ElementwiseOp.Tanh or ElementwiseOp.Power;

    private static string ProgramWord(ElementwiseOp op) => op == ElementwiseOp.SquareRoot ? "square roots" : op.ToString().ToLowerInvariant();

    private static string Item(Projection p) => $"projection '{p.Name}'";

    private static string Count(long number) => number.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', ' ');
}
