namespace NeuroChip.Ir.Neurons;

/// <summary>The fixed-point form of coefficients (decays, gains, weights of a membrane sum) in integer modules: 1.0 is 32768.</summary>
public static class FixedPoint
{
    /// <summary>Fraction bits of a coefficient; the same as <see cref="ILane{TLane,T}.FractionBits"/>.</summary>
    public const int FractionBits = 15;

    /// <summary>The coefficient 1.</summary>
    public const int One = 1 << FractionBits;

    /// <summary>Half a unit of the product's last place, added before the shift so that it rounds to nearest, half up.</summary>
    public const int Half = 1 << (FractionBits - 1);
}
