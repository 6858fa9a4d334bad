using System.Collections.Immutable;

namespace NeuroChip.Ir.Ncir.AddressFunctions;

/// <summary>Every target: <c>map(a) = { (t, a*Targets + t) }</c>. Rows are the weight rows of the inputs, [Sources, Targets].</summary>
public sealed record DenseMap(int Sources, int Targets) : AddressFunction
{
    /// <inheritdoc/>
    public override string Keyword => "dense";

    /// <inheritdoc/>
    public override int SourceSize => Sources;

    /// <inheritdoc/>
    public override int TargetSize => Targets;

    /// <inheritdoc/>
    public override int RowCount => checked(Sources * Targets);

    /// <inheritdoc/>
    public override int Bound => Targets;

    /// <inheritdoc/>
    public override long Total => (long)Sources * Targets;

    /// <inheritdoc/>
    public override void Enumerate(int source, List<Synapse> into)
    {
        for (var t = 0; t < Targets; t++) into.Add(new(t, (source * Targets) + t));
    }

    /// <inheritdoc/>
    public override int Count(int source) => Targets;

    /// <inheritdoc/>
    public override void Invert(int target, List<Afferent> into)
    {
        for (var a = 0; a < Sources; a++) into.Add(new(a, (a * Targets) + target));
    }

    /// <inheritdoc/>
    public override int[] Encode() => [Sources, Targets];

    /// <summary>Names of the words of <see cref="Encode"/>.</summary>
    public static ImmutableArray<AddressField> Fields { get; } = [new("sources"), new("targets")];

    /// <summary>Reads back <see cref="Encode"/>.</summary>
    public static AddressFunction Decode(int[] words) => new DenseMap(words[0], words[1]);
}
