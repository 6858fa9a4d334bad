namespace NeuroChip.Ir.Diagnostics;

public static partial class DiagnosticCatalog
{
    /// <summary>NC6xxx: chip models.</summary>
    private static DiagnosticEntry[] ChipModel =>
    [
    ];
}
