using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Ir.Ncir.Sites;

/// <summary>
/// An address function over active sites: which targets an event has is known only with the sites of a sample. Until then it knows its sizes and how it is looked up;
/// <see cref="Bind"/> gives the function of a sample, in which every synapse can be listed.
/// </summary>
public abstract record SiteMap : AddressFunction
{
    /// <summary>Table of the source population.</summary>
    public abstract SiteTableId From { get; }

    /// <summary>Table of the target population, null where its addresses are not sites.</summary>
    public abstract SiteTableId? To { get; }

    /// <summary>Neurons per site of the source population.</summary>
    public abstract int SourceChannels { get; }

    /// <summary>Probes of the target table that a source site needs at most; 0 if targets follow from its coordinates alone.</summary>
    public abstract int ProbesPerSite { get; }

    /// <summary>The function of one sample.</summary>
    public abstract AddressFunction Bind(SiteBinding sites);

    /// <summary>Not known before a sample: see <see cref="Bind"/>.</summary>
    public sealed override void Enumerate(int source, List<Synapse> into) => throw Unbound();

    /// <summary>Not known before a sample: see <see cref="Bind"/>.</summary>
    public sealed override void Invert(int target, List<Afferent> into) => throw Unbound();

    /// <summary>The most that can be: <see cref="AddressFunction.Bound"/>.</summary>
    public sealed override int Count(int source) => Bound;

    private InvalidOperationException Unbound() => new($"the synapses of '{Keyword}' are known only with the sites of a sample");
}

/// <summary>
/// A convolution between sites: weight row of tap k, input channel c and output channel oc of the same group
/// <c>(k*Channels + c)*(OutChannels/Groups) + oc % (OutChannels/Groups)</c>, as in <see cref="ConvMap"/>. Addresses are <c>site*channels + channel</c>.
/// </summary>
/// <param name="Sources">Capacity of the source table.</param>
/// <param name="Targets">Capacity of the target table.</param>
/// <param name="Window">The window; its outputs are the targets of a convolution and the sources of an inverse one.</param>
/// <param name="Channels">Input channels.</param>
/// <param name="OutChannels">Output channels.</param>
/// <param name="Groups">Groups; divides both channel numbers.</param>
/// <param name="Pairs">Pairs of sites the plan expects: for estimates before a run, nothing is sized by it.</param>
public abstract record SiteConvMap(int Sources, int Targets, SiteWindow Window, int Channels, int OutChannels, int Groups, int Pairs) : SiteMap
{
    /// <summary>Which way the window is walked.</summary>
    public abstract SiteDirection Direction { get; }

    /// <inheritdoc/>
    public override int SourceChannels => Channels;

    /// <inheritdoc/>
    public override int SourceSize => Sources * Channels;

    /// <inheritdoc/>
    public override int TargetSize => Targets * OutChannels;

    /// <inheritdoc/>
    public override int RowCount => Window.Taps * Channels * GroupOutputs;

    /// <summary>Output channels of a group: targets per event and pair.</summary>
    public int GroupOutputs => OutChannels / Groups;

    /// <summary>Input channels of a group.</summary>
    public int GroupInputs => Channels / Groups;

    /// <inheritdoc/>
    public override int ProbesPerSite => Direction == SiteDirection.Inverse ? Window.Taps : Window.OutputsBound;

    /// <inheritdoc/>
    public override int Bound => ProbesPerSite * GroupOutputs;

    /// <summary>Synapses the plan expects.</summary>
    public override long Total => (long)Pairs * Channels * GroupOutputs;

    /// <inheritdoc/>
    public override AddressFunction Bind(SiteBinding sites) => new RulebookMap(this, sites.Rulebook(From, To!.Value, Window, Direction));
}
