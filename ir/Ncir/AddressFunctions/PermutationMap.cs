using System.Collections.Immutable;

namespace NeuroChip.Ir.Ncir.AddressFunctions;

/// <summary>
/// At most one target each: <c>map(a) = { (TargetOf[a], TargetOf[a] % Rows) }</c>, nothing where <c>TargetOf[a]</c> is -1. No two sources share a target.
/// Transposes, slices, pads and concatenations are of this form.
/// </summary>
public sealed record PermutationMap(ImmutableArray<int> TargetOf, int Targets, int Rows) : AddressFunction
{
    private readonly Lazy<int[]> sourceOf = new(() =>
    {
        var inverse = new int[Targets];
        Array.Fill(inverse, -1);
        for (var a = 0; a < TargetOf.Length; a++)
            if (TargetOf[a] >= 0) inverse[TargetOf[a]] = a;
        return inverse;
    });

    /// <inheritdoc/>
    public override string Keyword => "permutation";

    /// <inheritdoc/>
    public override int SourceSize => TargetOf.Length;

    /// <inheritdoc/>
    public override int TargetSize => Targets;

    /// <inheritdoc/>
    public override int RowCount => Rows;

    /// <inheritdoc/>
    public override int Bound => 1;

    /// <inheritdoc/>
    public override void Enumerate(int source, List<Synapse> into)
    {
        if (TargetOf[source] >= 0) into.Add(new(TargetOf[source], TargetOf[source] % Rows));
    }

    /// <inheritdoc/>
    public override int Count(int source) => TargetOf[source] >= 0 ? 1 : 0;

    /// <inheritdoc/>
    public override void Invert(int target, List<Afferent> into)
    {
        var source = sourceOf.Value[target];
        if (source >= 0) into.Add(new(source, target % Rows));
    }

    /// <inheritdoc/>
    public override int[] Encode() => [Targets, Rows, .. TargetOf];

    /// <summary>Names of the words of <see cref="Encode"/>.</summary>
    public static ImmutableArray<AddressField> Fields { get; } = [new("targets"), new("rows"), new("target_of", AddressFieldKind.Rest)];

    /// <summary>Reads back <see cref="Encode"/>.</summary>
    public static AddressFunction Decode(int[] words) => new PermutationMap([.. words.AsSpan(2)], words[0], words[1]);
}
