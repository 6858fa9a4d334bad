using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Ir.Ncir;

/// <summary>All address functions: keyword to decoder. The only place that lists them.</summary>
public static class AddressFunctionTable
{
    /// <summary>Decoder of <see cref="AddressFunction.Encode"/> by keyword, in the order of their codes in images.</summary>
    public static IReadOnlyList<(string Keyword, Func<int[], AddressFunction> Decode)> Entries { get; } =
    [
        ("dense", DenseMap.Decode),
        ("conv", ConvMap.Decode),
        ("deconv", TransposedConvMap.Decode),
        ("pool", PoolMap.Decode),
        ("identity", IdentityMap.Decode),
        ("permutation", PermutationMap.Decode),
        ("csr", CsrMap.Decode),
    ];

    /// <summary>Reads back what <see cref="AddressFunction.Encode"/> wrote.</summary>
    public static AddressFunction Decode(string keyword, int[] words)
    {
        foreach (var (known, decode) in Entries)
            if (known == keyword) return decode(words);
        throw new ArgumentException($"no address function '{keyword}'; known: {string.Join(", ", Entries.Select(e => e.Keyword))}");
    }
}
