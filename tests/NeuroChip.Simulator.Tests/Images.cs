using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Simulator.Tests;

/// <summary>Images without a mapping, made straight from modules: what spikes does not depend on cores.</summary>
internal static class Images
{
    public static ChipImage WithoutCores(Module module) => new(
        module.Name, "", module.Arithmetic, module.Steps, module.TicksPerStep, module.Populations, module.Projections, module.Readouts, [], []);
}
