using System.Collections.Immutable;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Ir.Ncir.AddressFunctions;

/// <summary>
/// From sites into a dense tensor: an event of channel c at site (z, y, x) goes to <c>z*StrideZ + y*StrideY + x*StrideX + c*StrideC</c>. One weight for all.
/// </summary>
/// <param name="Table">Table of the source.</param>
/// <param name="Capacity">Its capacity.</param>
/// <param name="Channels">Channels of a site.</param>
/// <param name="Targets">Addresses of the target.</param>
/// <param name="StrideZ">What a step along the first axis adds to the target address.</param>
/// <param name="StrideY">Along the second.</param>
/// <param name="StrideX">Along the third.</param>
/// <param name="StrideC">Along the channels.</param>
public sealed record ScatterMap(SiteTableId Table, int Capacity, int Channels, int Targets, int StrideZ, int StrideY, int StrideX, int StrideC) : SiteMap
{
    /// <inheritdoc/>
    public override string Keyword => "scatter";

    /// <inheritdoc/>
    public override SiteTableId From => Table;

    /// <inheritdoc/>
    public override SiteTableId? To => null;

    /// <inheritdoc/>
    public override int SourceChannels => Channels;

    /// <inheritdoc/>
    public override int ProbesPerSite => 0;

    /// <inheritdoc/>
    public override int SourceSize => Capacity * Channels;

    /// <inheritdoc/>
    public override int TargetSize => Targets;

    /// <inheritdoc/>
    public override int RowCount => 1;

    /// <inheritdoc/>
    public override int Bound => 1;

    /// <inheritdoc/>
    public override long Total => SourceSize;

    /// <inheritdoc/>
    public override AddressFunction Bind(SiteBinding sites)
    {
        var active = sites[Table];
        var targets = new int[SourceSize];
        Array.Fill(targets, -1);
        for (var s = 0; s < active.Count; s++)
        {
            var (z, y, x) = active.Place(s);
            for (var c = 0; c < Channels; c++) targets[(s * Channels) + c] = (z * StrideZ) + (y * StrideY) + (x * StrideX) + (c * StrideC);
        }

        return new PermutationMap(ImmutableArray.Create(targets), Targets, 1);
    }

    /// <inheritdoc/>
    public override int[] Encode() => [Table.Index, Capacity, Channels, Targets, StrideZ, StrideY, StrideX, StrideC];

    /// <summary>Names of the words of <see cref="Encode"/>.</summary>
    public static ImmutableArray<AddressField> Fields { get; } =
        [new("sites"), new("capacity"), new("channels"), new("targets"), new("stride_z"), new("stride_y"), new("stride_x"), new("stride_c")];

    /// <summary>Reads back <see cref="Encode"/>.</summary>
    public static AddressFunction Decode(int[] words) => new ScatterMap(new(words[0]), words[1], words[2], words[3], words[4], words[5], words[6], words[7]);
}
