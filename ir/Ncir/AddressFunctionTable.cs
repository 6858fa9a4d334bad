using System.Collections.Immutable;
using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Ir.Ncir;

/// <summary>What a group of words of <see cref="AddressFunction.Encode"/> is.</summary>
public enum AddressFieldKind
{
    /// <summary>One word.</summary>
    Number,

    /// <summary>The six words of a <see cref="Window"/>.</summary>
    Window,

    /// <summary>A word that is the length, then that many words.</summary>
    Counted,

    /// <summary>All words that are left.</summary>
    Rest,
}

/// <summary>A named group of words of <see cref="AddressFunction.Encode"/>; the text form prints the groups by name.</summary>
public readonly record struct AddressField(string Name, AddressFieldKind Kind = AddressFieldKind.Number);

/// <summary>An address function: its keyword, how it is read back, and the names of its fields in the order of its words.</summary>
public sealed record AddressFunctionEntry(string Keyword, Func<int[], AddressFunction> Decode, ImmutableArray<AddressField> Fields)
{
    /// <summary>Keyword and decoder.</summary>
    public void Deconstruct(out string keyword, out Func<int[], AddressFunction> decode) => (keyword, decode) = (Keyword, Decode);
}

/// <summary>All address functions: keyword to decoder. The only place that lists them.</summary>
public static class AddressFunctionTable
{
    /// <summary>Decoder of <see cref="AddressFunction.Encode"/> by keyword, in the order of their codes in images.</summary>
    public static IReadOnlyList<AddressFunctionEntry> Entries { get; } =
    [
        new("dense", DenseMap.Decode, DenseMap.Fields),
        new("conv", ConvMap.Decode, ConvMap.Fields),
        new("deconv", TransposedConvMap.Decode, ConvMap.Fields),
        new("pool", PoolMap.Decode, PoolMap.Fields),
        new("identity", IdentityMap.Decode, IdentityMap.Fields),
        new("permutation", PermutationMap.Decode, PermutationMap.Fields),
        new("csr", CsrMap.Decode, CsrMap.Fields),
        new("strided", StridedMap.Decode, StridedMap.Fields),
        new("submanifold", SubmanifoldMap.Decode, SubmanifoldMap.Fields),
        new("sparse_conv", SparseConvMap.Decode, SparseConvMap.Fields),
        new("inverse_conv", InverseConvMap.Decode, SparseConvMap.Fields),
        new("scatter", ScatterMap.Decode, ScatterMap.Fields),
    ];

    /// <summary>Reads back what <see cref="AddressFunction.Encode"/> wrote.</summary>
    public static AddressFunction Decode(string keyword, int[] words)
    {
        foreach (var (known, decode) in Entries)
            if (known == keyword) return decode(words);
        throw new ArgumentException($"no address function '{keyword}'; known: {string.Join(", ", Entries.Select(e => e.Keyword))}");
    }
}
