using System.Collections.Immutable;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Ir.Ncir.AddressFunctions;

/// <summary>
/// Strided sparse convolution: an event goes to every output whose window sees its site, and these outputs are the sites of the target table (<see cref="SiteTable.Reach"/>):
/// sites are created, none is asked for. With kernel 2 and stride 2 the target is <c>a &gt;&gt; 1</c> and the tap <c>a &amp; 1</c> on each axis.
/// </summary>
/// <param name="Source">Table of the source.</param>
/// <param name="Target">Table of the target.</param>
/// <param name="Sources">Capacity of the source table.</param>
/// <param name="Targets">Capacity of the target table.</param>
/// <param name="Window">The window of the convolution.</param>
/// <param name="Channels">Input channels.</param>
/// <param name="OutChannels">Output channels.</param>
/// <param name="Groups">Groups.</param>
/// <param name="Pairs">Pairs the plan expects.</param>
public sealed record SparseConvMap(SiteTableId Source, SiteTableId Target, int Sources, int Targets, SiteWindow Window, int Channels, int OutChannels, int Groups, int Pairs)
    : SiteConvMap(Sources, Targets, Window, Channels, OutChannels, Groups, Pairs)
{
    /// <inheritdoc/>
    public override string Keyword => "sparse_conv";

    /// <inheritdoc/>
    public override SiteTableId From => Source;

    /// <inheritdoc/>
    public override SiteTableId? To => Target;

    /// <inheritdoc/>
    public override SiteDirection Direction => SiteDirection.Forward;

    /// <inheritdoc/>
    public override int[] Encode() => [Source.Index, Target.Index, Sources, Targets, .. Window.Encode(), Channels, OutChannels, Groups, Pairs];

    /// <summary>Names of the words of <see cref="Encode"/>.</summary>
    public static ImmutableArray<AddressField> Fields { get; } =
    [
        new("from"), new("to"), new("sources"), new("targets"), new("z", AddressFieldKind.Window), new("y", AddressFieldKind.Window), new("x", AddressFieldKind.Window),
        new("channels"), new("out_channels"), new("groups"), new("pairs"),
    ];

    /// <summary>Reads back <see cref="Encode"/>.</summary>
    public static AddressFunction Decode(int[] words) =>
        new SparseConvMap(new(words[0]), new(words[1]), words[2], words[3], SiteWindow.Decode(words.AsSpan(4)), words[22], words[23], words[24], words[25]);
}
