namespace NeuroChip.Ir.Diagnostics;

public static partial class DiagnosticCatalog
{
    /// <summary>NC2xxx: legality and mapping.</summary>
    private static DiagnosticEntry[] Mapping =>
    [
    ];
}
