namespace NeuroChip.Ir.Diagnostics;

public static partial class DiagnosticCatalog
{
    /// <summary>NC1xxx: reading a model.</summary>
    private static DiagnosticEntry[] Import =>
    [
    ];
}
