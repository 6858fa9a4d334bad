using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuroChip.Ir.Neurons;

/// <summary>One int32.</summary>
public readonly struct IntOne(int value) : ILane<IntOne, int>
{
    private readonly int value = value;

    /// <inheritdoc/>
    public static int Width => 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntOne Load(ref readonly int from) => new(from);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref int to) => to = value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntOne Splat(int value) => new(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntOne Add(IntOne a, IntOne b) => new(unchecked(a.value + b.value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntOne Subtract(IntOne a, IntOne b) => new(unchecked(a.value - b.value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntOne Multiply(IntOne value, IntOne coefficient) =>
        new(unchecked((int)((((long)value.value * coefficient.value) + FixedPoint.Half) >> FixedPoint.FractionBits)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntOne AtLeast(IntOne a, IntOne b) => new(a.value >= b.value ? -1 : 0);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntOne Above(IntOne a, IntOne b) => new(a.value > b.value ? -1 : 0);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntOne Select(IntOne mask, IntOne yes, IntOne no) => mask.value != 0 ? yes : no;
}

/// <summary>As many int32 as <see cref="Vector{T}"/> holds.</summary>
public readonly struct IntMany(Vector<int> value) : ILane<IntMany, int>
{
    private readonly Vector<int> value = value;

    /// <inheritdoc/>
    public static int Width => Vector<int>.Count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntMany Load(ref readonly int from) => new(Vector.LoadUnsafe(in from));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref int to) => value.StoreUnsafe(ref to);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntMany Splat(int value) => new(Vector.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntMany Add(IntMany a, IntMany b) => new(a.value + b.value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntMany Subtract(IntMany a, IntMany b) => new(a.value - b.value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntMany Multiply(IntMany value, IntMany coefficient)
    {
        var half = Vector.Create((long)FixedPoint.Half);
        var low = Vector.ShiftRightArithmetic((Vector.WidenLower(value.value) * Vector.WidenLower(coefficient.value)) + half, FixedPoint.FractionBits);
        var high = Vector.ShiftRightArithmetic((Vector.WidenUpper(value.value) * Vector.WidenUpper(coefficient.value)) + half, FixedPoint.FractionBits);
        return new(Vector.Narrow(low, high));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntMany AtLeast(IntMany a, IntMany b) => new(Vector.GreaterThanOrEqual(a.value, b.value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntMany Above(IntMany a, IntMany b) => new(Vector.GreaterThan(a.value, b.value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntMany Select(IntMany mask, IntMany yes, IntMany no) => new(Vector.ConditionalSelect(mask.value, yes.value, no.value));
}

/// <summary>Sixteen int32: used where the machine has 512-bit registers, which <see cref="Vector{T}"/> does not use by itself.</summary>
public readonly struct IntWide(Vector512<int> value) : ILane<IntWide, int>
{
    private readonly Vector512<int> value = value;

    /// <inheritdoc/>
    public static int Width => Vector512<int>.Count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntWide Load(ref readonly int from) => new(Vector512.LoadUnsafe(in from));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref int to) => value.StoreUnsafe(ref to);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntWide Splat(int value) => new(Vector512.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntWide Add(IntWide a, IntWide b) => new(a.value + b.value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntWide Subtract(IntWide a, IntWide b) => new(a.value - b.value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntWide Multiply(IntWide value, IntWide coefficient)
    {
        var half = Vector512.Create((long)FixedPoint.Half);
        var low = Vector512.ShiftRightArithmetic((Vector512.WidenLower(value.value) * Vector512.WidenLower(coefficient.value)) + half, FixedPoint.FractionBits);
        var high = Vector512.ShiftRightArithmetic((Vector512.WidenUpper(value.value) * Vector512.WidenUpper(coefficient.value)) + half, FixedPoint.FractionBits);
        return new(Vector512.Narrow(low, high));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntWide AtLeast(IntWide a, IntWide b) => new(Vector512.GreaterThanOrEqual(a.value, b.value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntWide Above(IntWide a, IntWide b) => new(Vector512.GreaterThan(a.value, b.value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static IntWide Select(IntWide mask, IntWide yes, IntWide no) => new(Vector512.ConditionalSelect(mask.value, yes.value, no.value));
}
