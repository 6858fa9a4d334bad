namespace NeuroChip.Ir.Diagnostics;

public static partial class DiagnosticCatalog
{
    private static DiagnosticEntry[] Networks =>
    [
        new("NC5130", "no such network or traffic", "A number of the network, its size or its traffic pattern cannot be.", "The message names what is possible."),
        new("NC5131", "traffic file", "A traffic file has a flow per line: source node, destination node, weight.", "Correct the line; nodes are numbered row by row from 0."),
    ];
}
