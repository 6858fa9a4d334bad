using System.Collections.Immutable;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Passes;

/// <summary>
/// Chooses how convolutions without a neuron between them are computed: one by one, where all but the first multiply real values; merged into one that only adds, with
/// many more synapses; or partly merged. In integer arithmetic a real payload can also be added digit by digit. The cheapest by expected events is taken; the rationale is in
/// docs/rationale/forms.md.
/// </summary>
public sealed class ConvolutionForms : IPass
{
    /// <summary>Topic of its decisions.</summary>
    public const string Topic = "convolution form";

    /// <inheritdoc/>
    public string Name => "convolution-forms";

    /// <inheritdoc/>
    public string Reason => "after the domains are known, because additions and products differ in price; before quantisation, because weights are merged in real numbers";

    /// <inheritdoc/>
    public Module Run(Module module, PassContext context)
    {
        if (module.Arithmetic.Kind != ArithmeticKind.Float32) return module;
        var chains = ConvolutionChain.Of(module).Where(c => module.Decisions.All(d => d.Topic != Topic || d.Subject != c.Name)).ToArray();
        if (chains.Length == 0) return module;
        var rates = context.RatesOf(module);
        int? bits = context.Arithmetic.Kind == ArithmeticKind.Integer ? new QuantiseOptions().PayloadBits : null;
        var decisions = ImmutableArray.CreateBuilder<Decision>();
        var merge = new ConvolutionMerge(module);
        foreach (var chain in chains)
        {
            var (forms, missing) = ConvolutionForm.Of(module, chain, rates, context.Prices, bits);
            var wanted = chain.Kind switch { ChainKind.RepConv => context.Forms.RepConv, ChainKind.SepConv => context.Forms.SepConv, _ => FormChoice.Auto };
            var chosen = forms.FirstOrDefault(f => f.Name == NameOf(wanted)) ?? forms.MinBy(f => f.Cost)!;
            var asked = wanted == FormChoice.Auto ? [] : new[] { chosen.Name == NameOf(wanted) ? $"'{NameOf(wanted)}' was asked for" : $"'{NameOf(wanted)}' was asked for but cannot be had" };
            var reason = string.Join("; ", [.. asked, $"{context.Prices.Addition:0.###} pJ an addition and {context.Prices.Mac:0.###} pJ a MAC ({context.Prices.Source})", rates.Basis, .. missing]);
            decisions.Add(new(Topic, chain.Name, chosen.Name, "pJ per step", [.. forms.Select(f => new Alternative(f.Name, f.Cost))], reason));
            merge.Add(chain, chosen);
        }

        return merge.Result() with { Decisions = module.Decisions.AddRange(decisions) };
    }

    private static string? NameOf(FormChoice choice) => choice switch
    {
        FormChoice.Kept => ConvolutionForm.Kept,
        FormChoice.Merged => ConvolutionForm.Merged,
        FormChoice.Digits => ConvolutionForm.InDigits,
        _ => null,
    };
}
