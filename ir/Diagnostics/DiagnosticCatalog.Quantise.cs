namespace NeuroChip.Ir.Diagnostics;

public static partial class DiagnosticCatalog
{
    /// <summary>NC29xx: quantisation.</summary>
    private static DiagnosticEntry[] Quantise =>
    [
        new("NC2901", "a neuron parameter does not fit 32 bits",
            "In integers a parameter counts in units of the layer's inputs. One that is very large beside the weights of its layer has no 32-bit form.",
            "Compile with --precision float32, or scale the layer so that weights and parameters are of like magnitude."),
        new("NC2902", "weights that are not finite cannot be quantised",
            "A weight is NaN or infinite. Integers hold finite numbers only.",
            "Train the model again, or look for an overflow (for example of a folded batch normalisation) in its export."),
    ];
}
