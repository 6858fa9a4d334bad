using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Ir.Ncir.AddressFunctions;

/// <summary>
/// Inverse sparse convolution: the pairs of a <see cref="SparseConvMap"/> with their roles swapped. An event at an output of that convolution goes back to the inputs
/// its window saw, as far as they are active sites of the finer table.
/// </summary>
/// <param name="Source">Table of the source.</param>
/// <param name="Target">Table of the target.</param>
/// <param name="Sources">Capacity of the source table.</param>
/// <param name="Targets">Capacity of the target table.</param>
/// <param name="Window">The window of the convolution that is inverted: its outputs are the sources.</param>
/// <param name="Channels">Input channels.</param>
/// <param name="OutChannels">Output channels.</param>
/// <param name="Groups">Groups.</param>
/// <param name="Pairs">Pairs the plan expects.</param>
public sealed record InverseConvMap(SiteTableId Source, SiteTableId Target, int Sources, int Targets, SiteWindow Window, int Channels, int OutChannels, int Groups, int Pairs)
    : SiteConvMap(Sources, Targets, Window, Channels, OutChannels, Groups, Pairs)
{
    /// <inheritdoc/>
    public override string Keyword => "inverse_conv";

    /// <inheritdoc/>
    public override SiteTableId From => Source;

    /// <inheritdoc/>
    public override SiteTableId? To => Target;

    /// <inheritdoc/>
    public override SiteDirection Direction => SiteDirection.Inverse;

    /// <inheritdoc/>
    public override int[] Encode() => [Source.Index, Target.Index, Sources, Targets, .. Window.Encode(), Channels, OutChannels, Groups, Pairs];

    /// <summary>Reads back <see cref="Encode"/>; the words are those of <see cref="SparseConvMap.Fields"/>.</summary>
    public static AddressFunction Decode(int[] words) =>
        new InverseConvMap(new(words[0]), new(words[1]), words[2], words[3], SiteWindow.Decode(words.AsSpan(4)), words[22], words[23], words[24], words[25]);
}
