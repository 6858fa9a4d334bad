using System.Collections.Immutable;

namespace NeuroChip.Ir.Ncir.AddressFunctions;

/// <summary>
/// Explicit synapses, compressed by source: those of <c>a</c> are positions <c>Offsets[a]</c> to <c>Offsets[a+1]-1</c> of <c>TargetOf</c>;
/// the row is the position. Targets of a source ascend and do not repeat.
/// </summary>
public sealed record CsrMap(ImmutableArray<int> Offsets, ImmutableArray<int> TargetOf, int Targets) : AddressFunction
{
    private readonly Lazy<(int[] Offsets, Afferent[] Afferents)> inverse = new(() =>
    {
        var offsets = new int[Targets + 1];
        foreach (var t in TargetOf) offsets[t + 1]++;
        for (var t = 0; t < Targets; t++) offsets[t + 1] += offsets[t];
        var next = offsets.ToArray();
        var afferents = new Afferent[TargetOf.Length];
        for (var a = 0; a + 1 < Offsets.Length; a++)
            for (var k = Offsets[a]; k < Offsets[a + 1]; k++) afferents[next[TargetOf[k]]++] = new(a, k);
        return (offsets, afferents);
    });

    /// <inheritdoc/>
    public override string Keyword => "csr";

    /// <inheritdoc/>
    public override int SourceSize => Offsets.Length - 1;

    /// <inheritdoc/>
    public override int TargetSize => Targets;

    /// <inheritdoc/>
    public override int RowCount => TargetOf.Length;

    /// <inheritdoc/>
    public override int Bound
    {
        get
        {
            var bound = 0;
            for (var a = 0; a < SourceSize; a++) bound = Math.Max(bound, Count(a));
            return bound;
        }
    }

    /// <inheritdoc/>
    public override long Total => TargetOf.Length;

    /// <inheritdoc/>
    public override void Enumerate(int source, List<Synapse> into)
    {
        for (var k = Offsets[source]; k < Offsets[source + 1]; k++) into.Add(new(TargetOf[k], k));
    }

    /// <inheritdoc/>
    public override int Count(int source) => Offsets[source + 1] - Offsets[source];

    /// <inheritdoc/>
    public override void Invert(int target, List<Afferent> into)
    {
        var (offsets, afferents) = inverse.Value;
        for (var k = offsets[target]; k < offsets[target + 1]; k++) into.Add(afferents[k]);
    }

    /// <inheritdoc/>
    public override int[] Encode() => [Targets, Offsets.Length, .. Offsets, .. TargetOf];

    /// <summary>Names of the words of <see cref="Encode"/>.</summary>
    public static ImmutableArray<AddressField> Fields { get; } = [new("targets"), new("offsets", AddressFieldKind.Counted), new("target_of", AddressFieldKind.Rest)];

    /// <summary>Reads back <see cref="Encode"/>.</summary>
    public static AddressFunction Decode(int[] words) =>
        new CsrMap([.. words.AsSpan(2, words[1])], [.. words.AsSpan(2 + words[1])], words[0]);
}
