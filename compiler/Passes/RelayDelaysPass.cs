using NeuroChip.HwModels;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Passes;

/// <summary><see cref="RelayDelays"/> as a pass, for chips that say how many ticks a synapse can wait.</summary>
public sealed class RelayDelaysPass : IPass
{
    /// <inheritdoc/>
    public string Name => "relay-delays";

    /// <inheritdoc/>
    public string Reason => "after balancing, which says how long each delay is";

    /// <inheritdoc/>
    public ChipFamily? OnlyFor => ChipFamily.ManyCore;

    /// <inheritdoc/>
    public Module Run(Module module, PassContext context) => context.DelaySlots is { } slots ? RelayDelays.Run(module, slots) : module;
}
