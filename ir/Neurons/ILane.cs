namespace NeuroChip.Ir.Neurons;

/// <summary>
/// A register of one or many numbers of type <typeparamref name="T"/>, over which a neuron model's step is written once.
/// Lanes of float: products and sums are rounded one by one (no fused multiply-add). Lanes of int: sums wrap, <see cref="Multiply"/> is fixed-point.
/// </summary>
/// <typeparam name="TLane">The lane itself.</typeparam>
/// <typeparam name="T">float or int.</typeparam>
public interface ILane<TLane, T>
    where TLane : struct, ILane<TLane, T>
    where T : unmanaged
{
    /// <summary>Fraction bits of a fixed-point coefficient in integer lanes.</summary>
    const int FractionBits = 15;

    /// <summary>How many numbers a lane holds.</summary>
    static abstract int Width { get; }

    /// <summary>Reads <see cref="Width"/> numbers.</summary>
    static abstract TLane Load(ref readonly T from);

    /// <summary>Writes <see cref="Width"/> numbers.</summary>
    void Store(ref T to);

    /// <summary>The same number everywhere.</summary>
    static abstract TLane Splat(T value);

    /// <summary>Sum.</summary>
    static abstract TLane Add(TLane a, TLane b);

    /// <summary>Difference.</summary>
    static abstract TLane Subtract(TLane a, TLane b);

    /// <summary>Value times coefficient. Integer: (a * coefficient + 2^14) >> 15 in 64 bits (rounds half up), coefficient having <see cref="FractionBits"/>.</summary>
    static abstract TLane Multiply(TLane value, TLane coefficient);

    /// <summary>All bits set where a >= b.</summary>
    static abstract TLane AtLeast(TLane a, TLane b);

    /// <summary>All bits set where a > b.</summary>
    static abstract TLane Above(TLane a, TLane b);

    /// <summary><paramref name="yes"/> where the mask is set, else <paramref name="no"/>.</summary>
    static abstract TLane Select(TLane mask, TLane yes, TLane no);
}
