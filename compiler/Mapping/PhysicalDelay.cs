using System.Numerics;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Mapping;

/// <summary>Delays in ticks of a tick-synchronous chip.</summary>
public static class PhysicalDelay
{
    /// <summary>Ticks from the emission of a source's step to the step of the target that uses it: Stage(target) - Stage(source) + TicksPerStep * Delay.</summary>
    public static int Of(Module module, Projection projection) =>
        module[projection.Target].Stage - module[projection.Source].Stage + (module.TicksPerStep * projection.Delay);

    /// <summary>
    /// Slots of the ring of pending inputs where the longest incoming delay is <paramref name="longest"/> ticks: one for each tick ahead and one
    /// that is being read, rounded up to a power of two because the slot is found by masking the tick. A chip with <paramref name="most"/> slots
    /// delays by that many ticks too: it empties the slot of the present tick before it adds spikes.
    /// </summary>
    public static int RingSlots(int longest, int most) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(longest + 1, most));
}
