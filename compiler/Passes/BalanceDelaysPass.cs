using NeuroChip.HwModels;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Passes;

/// <summary><see cref="BalanceDelays"/> as a pass.</summary>
public sealed class BalanceDelaysPass : IPass
{
    /// <inheritdoc/>
    public string Name => "balance-delays";

    /// <inheritdoc/>
    public string Reason => "last, when no pass adds or removes a layer any more";

    /// <inheritdoc/>
    public ChipFamily? OnlyFor => ChipFamily.ManyCore;

    /// <inheritdoc/>
    public Module Run(Module module, PassContext context) => BalanceDelays.Run(module);
}
