using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Ir.Ncir.Sites;

/// <summary>A <see cref="SiteConvMap"/> in one sample: its pairs are those of a rulebook. It exists while a sample runs; files hold the map it was made from.</summary>
public sealed record RulebookMap(SiteConvMap Of, SiteRulebook Rulebook) : AddressFunction
{
    /// <inheritdoc/>
    public override string Keyword => Of.Keyword;

    /// <inheritdoc/>
    public override int SourceSize => Of.SourceSize;

    /// <inheritdoc/>
    public override int TargetSize => Of.TargetSize;

    /// <inheritdoc/>
    public override int RowCount => Of.RowCount;

    /// <inheritdoc/>
    public override int Bound => Of.Bound;

    /// <inheritdoc/>
    public override long Total => (long)Rulebook.Pairs * Of.Channels * Of.GroupOutputs;

    /// <inheritdoc/>
    public override int Count(int source) => source / Of.Channels < Rulebook.Sources ? Rulebook.TargetsOf(source / Of.Channels).Length * Of.GroupOutputs : 0;

    /// <inheritdoc/>
    public override void Enumerate(int source, List<Synapse> into)
    {
        var (site, c) = Math.DivRem(source, Of.Channels);
        if (site >= Rulebook.Sources) return;
        var first = c / Of.GroupInputs * Of.GroupOutputs;
        foreach (var (target, tap) in Rulebook.TargetsOf(site))
            for (var oc = 0; oc < Of.GroupOutputs; oc++) into.Add(new((target * Of.OutChannels) + first + oc, (((tap * Of.Channels) + c) * Of.GroupOutputs) + oc));
    }

    /// <inheritdoc/>
    public override void Invert(int target, List<Afferent> into)
    {
        var (site, oc) = Math.DivRem(target, Of.OutChannels);
        if (site >= Rulebook.Targets) return;
        var group = oc / Of.GroupOutputs;
        foreach (var (source, tap) in Rulebook.SourcesOf(site))
        {
            for (var c = group * Of.GroupInputs; c < (group + 1) * Of.GroupInputs; c++)
                into.Add(new((source * Of.Channels) + c, (((tap * Of.Channels) + c) * Of.GroupOutputs) + (oc % Of.GroupOutputs)));
        }
    }

    /// <inheritdoc/>
    public override int[] Encode() => Of.Encode();
}
