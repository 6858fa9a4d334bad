using System.Collections.Immutable;

namespace NeuroChip.Ir.Ncir.AddressFunctions;

/// <summary><c>map(a) = { (a, a % Rows) }</c>: one weight for all, one per channel or one per neuron.</summary>
public sealed record IdentityMap(int Size, int Rows) : AddressFunction
{
    /// <inheritdoc/>
    public override string Keyword => "identity";

    /// <inheritdoc/>
    public override int SourceSize => Size;

    /// <inheritdoc/>
    public override int TargetSize => Size;

    /// <inheritdoc/>
    public override int RowCount => Rows;

    /// <inheritdoc/>
    public override int Bound => 1;

    /// <inheritdoc/>
    public override long Total => Size;

    /// <inheritdoc/>
    public override void Enumerate(int source, List<Synapse> into) => into.Add(new(source, source % Rows));

    /// <inheritdoc/>
    public override int Count(int source) => 1;

    /// <inheritdoc/>
    public override void Invert(int target, List<Afferent> into) => into.Add(new(target, target % Rows));

    /// <inheritdoc/>
    public override int[] Encode() => [Size, Rows];

    /// <summary>Names of the words of <see cref="Encode"/>.</summary>
    public static ImmutableArray<AddressField> Fields { get; } = [new("size"), new("rows")];

    /// <summary>Reads back <see cref="Encode"/>.</summary>
    public static AddressFunction Decode(int[] words) => new IdentityMap(words[0], words[1]);
}
