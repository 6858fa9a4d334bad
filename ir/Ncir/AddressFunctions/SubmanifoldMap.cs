using System.Collections.Immutable;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Ir.Ncir.AddressFunctions;

/// <summary>
/// Spike sparse convolution (SSC): an event goes to the neighbours of its site <b>that are active sites themselves</b>; the set of sites stays as it is.
/// The window has stride 1 and equal grids on both sides.
/// </summary>
/// <param name="Table">Table of source and target.</param>
/// <param name="Capacity">Its capacity.</param>
/// <param name="Window">Kernel, padding (usually half of the kernel) and dilation.</param>
/// <param name="Channels">Input channels.</param>
/// <param name="OutChannels">Output channels.</param>
/// <param name="Groups">Groups.</param>
/// <param name="Pairs">Pairs the plan expects.</param>
public sealed record SubmanifoldMap(SiteTableId Table, int Capacity, SiteWindow Window, int Channels, int OutChannels, int Groups, int Pairs)
    : SiteConvMap(Capacity, Capacity, Window, Channels, OutChannels, Groups, Pairs)
{
    /// <inheritdoc/>
    public override string Keyword => "submanifold";

    /// <inheritdoc/>
    public override SiteTableId From => Table;

    /// <inheritdoc/>
    public override SiteTableId? To => Table;

    /// <inheritdoc/>
    public override SiteDirection Direction => SiteDirection.Forward;

    /// <inheritdoc/>
    public override int[] Encode() => [Table.Index, Capacity, .. Window.Encode(), Channels, OutChannels, Groups, Pairs];

    /// <summary>Names of the words of <see cref="Encode"/>.</summary>
    public static ImmutableArray<AddressField> Fields { get; } =
    [
        new("sites"), new("capacity"), new("z", AddressFieldKind.Window), new("y", AddressFieldKind.Window), new("x", AddressFieldKind.Window),
        new("channels"), new("out_channels"), new("groups"), new("pairs"),
    ];

    /// <summary>Reads back <see cref="Encode"/>.</summary>
    public static AddressFunction Decode(int[] words) => new SubmanifoldMap(new(words[0]), words[1], SiteWindow.Decode(words.AsSpan(2)), words[20], words[21], words[22], words[23]);
}
