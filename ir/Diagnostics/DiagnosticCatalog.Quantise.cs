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
        new("NC2903", "products of payloads in different units meet in one accumulator",
            "A product of two payloads has no weight that could bring it to another unit. Where products add to the inputs of one neuron they get an accumulator of their own if the neuron can have one; several of them must be in the same unit.",
            "Compile with --precision float32, or give calibration samples that show which payloads are spikes: products of spikes have unit 1."),
    ];
}
