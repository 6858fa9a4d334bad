using System.Collections.Immutable;

namespace NeuroChip.Ir.Diagnostics;

/// <summary>What a code means and what to do about it, as <c>neurochip explain</c> prints it.</summary>
public sealed record DiagnosticEntry(string Code, string Title, string Explanation, string Remedy);

/// <summary>Every code there is. One file per thousand, in this folder.</summary>
public static partial class DiagnosticCatalog
{
    /// <summary>All entries, by code.</summary>
    public static ImmutableSortedDictionary<string, DiagnosticEntry> Entries { get; } =
        new[] { Import, SanaFe, Mapping, Quantise, Text, Image, Run, Networks, Workload, Clouds, Sites, Gpu, ChipModel }
            .SelectMany(group => group)
            .ToImmutableSortedDictionary(e => e.Code, e => e, StringComparer.Ordinal);
}
