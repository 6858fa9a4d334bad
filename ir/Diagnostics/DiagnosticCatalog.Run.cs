namespace NeuroChip.Ir.Diagnostics;

public static partial class DiagnosticCatalog
{
    /// <summary>NC5xxx: running.</summary>
    private static DiagnosticEntry[] Run =>
    [
    ];
}
