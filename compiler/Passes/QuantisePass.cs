using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Passes;

/// <summary><see cref="Quantiser"/> as a pass: does nothing where the precision is float32 or the module is in integers already.</summary>
public sealed class QuantisePass : IPass
{
    /// <inheritdoc/>
    public string Name => "quantise";

    /// <inheritdoc/>
    public string Reason => "after the domains are known, as a spike needs no unit; after layers were merged, as scales are those of what is left";

    /// <inheritdoc/>
    public Module Run(Module module, PassContext context)
    {
        if (context.Arithmetic.Kind == ArithmeticKind.Float32 || module.Arithmetic.Kind == ArithmeticKind.Integer) return module;
        var (quantised, report) = Quantiser.Quantise(module, new()
        {
            WeightBits = context.Arithmetic.WeightBits,
            AccumulatorBits = context.Arithmetic.AccumulatorBits,
            Calibration = context.Samples,
            Labels = context.Labels,
            Run = context.Engine,
        });
        context.Quantisation = report;
        return quantised;
    }
}
