namespace NeuroChip.Ir.Diagnostics;

public static partial class DiagnosticCatalog
{
    /// <summary>NC4xxx: images.</summary>
    private static DiagnosticEntry[] Image =>
    [
    ];
}
