using NeuroChip.Ir;

namespace NeuroChip.HwModels;

/// <summary>Quantities that a chip may lack, read as none of the thing.</summary>
public static class OptionalQuantities
{
    /// <summary>A count of things; 0 where there are none.</summary>
    public static int CountOrNone(this Quantity? quantity) => quantity?.Count ?? 0;

    /// <summary>An amount of memory; 0 where there is none.</summary>
    public static Bits BitsOrNone(this Quantity? quantity) => quantity?.Bits ?? new Bits(0);

    /// <summary>A number of clock cycles; 0 where the action does not exist or takes no time.</summary>
    public static Cycles CyclesOrNone(this Quantity? quantity) => quantity?.Cycles ?? new Cycles(0);
}
