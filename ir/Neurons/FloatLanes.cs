using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuroChip.Ir.Neurons;

/// <summary>One float32.</summary>
public readonly struct FloatOne(float value) : ILane<FloatOne, float>
{
    private readonly float value = value;

    /// <inheritdoc/>
    public static int Width => 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatOne Load(ref readonly float from) => new(from);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref float to) => to = value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatOne Splat(float value) => new(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatOne Add(FloatOne a, FloatOne b) => new(a.value + b.value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatOne Subtract(FloatOne a, FloatOne b) => new(a.value - b.value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatOne Multiply(FloatOne value, FloatOne coefficient) => new(value.value * coefficient.value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatOne AtLeast(FloatOne a, FloatOne b) => Mask(a.value >= b.value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatOne Above(FloatOne a, FloatOne b) => Mask(a.value > b.value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatOne Select(FloatOne mask, FloatOne yes, FloatOne no) => BitConverter.SingleToInt32Bits(mask.value) != 0 ? yes : no;

    private static FloatOne Mask(bool set) => new(BitConverter.Int32BitsToSingle(set ? -1 : 0));
}

/// <summary>As many float32 as <see cref="Vector{T}"/> holds.</summary>
public readonly struct FloatMany(Vector<float> value) : ILane<FloatMany, float>
{
    private readonly Vector<float> value = value;

    /// <inheritdoc/>
    public static int Width => Vector<float>.Count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatMany Load(ref readonly float from) => new(Vector.LoadUnsafe(in from));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref float to) => value.StoreUnsafe(ref to);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatMany Splat(float value) => new(Vector.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatMany Add(FloatMany a, FloatMany b) => new(a.value + b.value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatMany Subtract(FloatMany a, FloatMany b) => new(a.value - b.value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatMany Multiply(FloatMany value, FloatMany coefficient) => new(value.value * coefficient.value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatMany AtLeast(FloatMany a, FloatMany b) => new(Vector.AsVectorSingle(Vector.GreaterThanOrEqual(a.value, b.value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatMany Above(FloatMany a, FloatMany b) => new(Vector.AsVectorSingle(Vector.GreaterThan(a.value, b.value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatMany Select(FloatMany mask, FloatMany yes, FloatMany no) => new(Vector.ConditionalSelect(Vector.AsVectorInt32(mask.value), yes.value, no.value));
}

/// <summary>Sixteen float32: used where the machine has 512-bit registers, which <see cref="Vector{T}"/> does not use by itself.</summary>
public readonly struct FloatWide(Vector512<float> value) : ILane<FloatWide, float>
{
    private readonly Vector512<float> value = value;

    /// <inheritdoc/>
    public static int Width => Vector512<float>.Count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatWide Load(ref readonly float from) => new(Vector512.LoadUnsafe(in from));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(ref float to) => value.StoreUnsafe(ref to);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatWide Splat(float value) => new(Vector512.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatWide Add(FloatWide a, FloatWide b) => new(a.value + b.value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatWide Subtract(FloatWide a, FloatWide b) => new(a.value - b.value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatWide Multiply(FloatWide value, FloatWide coefficient) => new(value.value * coefficient.value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatWide AtLeast(FloatWide a, FloatWide b) => new(Vector512.GreaterThanOrEqual(a.value, b.value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatWide Above(FloatWide a, FloatWide b) => new(Vector512.GreaterThan(a.value, b.value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatWide Select(FloatWide mask, FloatWide yes, FloatWide no) => new(Vector512.ConditionalSelect(mask.value, yes.value, no.value));
}
