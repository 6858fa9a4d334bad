namespace NeuroChip.Ir.Diagnostics;

public static partial class DiagnosticCatalog
{
    /// <summary>NC3xxx: ncir text.</summary>
    private static DiagnosticEntry[] Text =>
    [
    ];
}
