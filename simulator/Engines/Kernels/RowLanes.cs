using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NeuroChip.Simulator.Engines.Kernels;

/// <summary>
/// Registers of accumulators and how a stretch of a weight row is added to one. The gather kernels are written once over this, so the same
/// source serves 512, 256 and 128 bit machines and float as well as narrow integer weights. Static methods over the raw vector type
/// rather than a wrapper struct, because that is what the just-in-time compiler keeps in registers in every case.
/// </summary>
/// <typeparam name="TVector">A hardware vector of <typeparamref name="TSum"/>.</typeparam>
/// <typeparam name="TWeight">Element of a weight row.</typeparam>
/// <typeparam name="TSum">Element of an accumulator: float or int.</typeparam>
internal unsafe interface IRowLanes<TVector, TWeight, TSum>
    where TVector : struct
    where TWeight : unmanaged
    where TSum : unmanaged
{
    /// <summary>Accumulators per register.</summary>
    static abstract int Width { get; }

    static abstract TVector Load(TSum* from);

    static abstract void Store(TVector value, TSum* to);

    static abstract TVector Splat(TSum value);

    /// <summary>sum + row: the addition of a binary spike.</summary>
    static abstract TVector Add(TVector sum, TWeight* row);

    /// <summary>sum + payload * row, product and sum rounded one after the other.</summary>
    static abstract TVector AddScaled(TVector sum, TVector payload, TWeight* row);

    /// <summary>A stretch of a weight row as it enters a product.</summary>
    static abstract TVector Row(TWeight* row);

    /// <summary>sum + a * b, product and sum rounded one after the other.</summary>
    static abstract TVector AddProduct(TVector sum, TVector a, TVector b);
}

internal readonly unsafe struct Float512 : IRowLanes<Vector512<float>, float, float>
{
    public static int Width => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* from) => Vector512.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> value, float* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Splat(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> sum, float* row) => sum + Vector512.Load(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> AddScaled(Vector512<float> sum, Vector512<float> payload, float* row) => sum + (payload * Vector512.Load(row));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Row(float* row) => Vector512.Load(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> AddProduct(Vector512<float> sum, Vector512<float> a, Vector512<float> b) => sum + (a * b);
}

internal readonly unsafe struct Float256 : IRowLanes<Vector256<float>, float, float>
{
    public static int Width => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* from) => Vector256.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> value, float* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Splat(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> sum, float* row) => sum + Vector256.Load(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> AddScaled(Vector256<float> sum, Vector256<float> payload, float* row) => sum + (payload * Vector256.Load(row));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Row(float* row) => Vector256.Load(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> AddProduct(Vector256<float> sum, Vector256<float> a, Vector256<float> b) => sum + (a * b);
}

internal readonly unsafe struct Float128 : IRowLanes<Vector128<float>, float, float>
{
    public static int Width => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(float* from) => Vector128.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<float> value, float* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Splat(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add(Vector128<float> sum, float* row) => sum + Vector128.Load(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> AddScaled(Vector128<float> sum, Vector128<float> payload, float* row) => sum + (payload * Vector128.Load(row));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Row(float* row) => Vector128.Load(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> AddProduct(Vector128<float> sum, Vector128<float> a, Vector128<float> b) => sum + (a * b);
}

/// <summary>int8 weights, int32 sums.</summary>
internal readonly unsafe struct Byte512 : IRowLanes<Vector512<int>, sbyte, int>
{
    public static int Width => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Load(int* from) => Vector512.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<int> value, int* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Splat(int value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Add(Vector512<int> sum, sbyte* row) => sum + Widen(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> AddScaled(Vector512<int> sum, Vector512<int> payload, sbyte* row) => sum + (payload * Widen(row));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Row(sbyte* row) => Widen(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> AddProduct(Vector512<int> sum, Vector512<int> a, Vector512<int> b) => sum + (a * b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Widen(sbyte* row) => System.Runtime.Intrinsics.X86.Avx512F.IsSupported
        ? System.Runtime.Intrinsics.X86.Avx512F.ConvertToVector512Int32(Vector128.Load(row))
        : Vector512.Create(Byte256.Widen(row), Byte256.Widen(row + 8));
}

/// <summary>int8 weights, int32 sums.</summary>
internal readonly unsafe struct Byte256 : IRowLanes<Vector256<int>, sbyte, int>
{
    public static int Width => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Load(int* from) => Vector256.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<int> value, int* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Splat(int value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sum, sbyte* row) => sum + Widen(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddScaled(Vector256<int> sum, Vector256<int> payload, sbyte* row) => sum + (payload * Widen(row));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Row(sbyte* row) => Widen(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddProduct(Vector256<int> sum, Vector256<int> a, Vector256<int> b) => sum + (a * b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<int> Widen(sbyte* row)
    {
        var shorts = Vector128.WidenLower(Vector128.CreateScalar(*(long*)row).AsSByte());
        return Vector256.Create(Vector128.WidenLower(shorts), Vector128.WidenUpper(shorts));
    }
}

/// <summary>int16 weights, int32 sums.</summary>
internal readonly unsafe struct Short512 : IRowLanes<Vector512<int>, short, int>
{
    public static int Width => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Load(int* from) => Vector512.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<int> value, int* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Splat(int value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Add(Vector512<int> sum, short* row) => sum + Widen(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> AddScaled(Vector512<int> sum, Vector512<int> payload, short* row) => sum + (payload * Widen(row));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Row(short* row) => Widen(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> AddProduct(Vector512<int> sum, Vector512<int> a, Vector512<int> b) => sum + (a * b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Widen(short* row) => System.Runtime.Intrinsics.X86.Avx512F.IsSupported
        ? System.Runtime.Intrinsics.X86.Avx512F.ConvertToVector512Int32(Vector256.Load(row))
        : Vector512.Create(Short256.Widen(row), Short256.Widen(row + 8));
}

/// <summary>int16 weights, int32 sums.</summary>
internal readonly unsafe struct Short256 : IRowLanes<Vector256<int>, short, int>
{
    public static int Width => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Load(int* from) => Vector256.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<int> value, int* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Splat(int value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sum, short* row) => sum + Widen(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddScaled(Vector256<int> sum, Vector256<int> payload, short* row) => sum + (payload * Widen(row));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Row(short* row) => Widen(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddProduct(Vector256<int> sum, Vector256<int> a, Vector256<int> b) => sum + (a * b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<int> Widen(short* row)
    {
        var shorts = Vector128.Load(row);
        return Vector256.Create(Vector128.WidenLower(shorts), Vector128.WidenUpper(shorts));
    }
}

/// <summary>Integer payloads or weights of 32 bits, int32 sums.</summary>
internal readonly unsafe struct Whole512 : IRowLanes<Vector512<int>, int, int>
{
    public static int Width => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Load(int* from) => Vector512.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<int> value, int* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Splat(int value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Add(Vector512<int> sum, int* row) => sum + Vector512.Load(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> AddScaled(Vector512<int> sum, Vector512<int> payload, int* row) => sum + (payload * Vector512.Load(row));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Row(int* row) => Vector512.Load(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> AddProduct(Vector512<int> sum, Vector512<int> a, Vector512<int> b) => sum + (a * b);
}

/// <summary>Integer payloads or weights of 32 bits, int32 sums.</summary>
internal readonly unsafe struct Whole256 : IRowLanes<Vector256<int>, int, int>
{
    public static int Width => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Load(int* from) => Vector256.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<int> value, int* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Splat(int value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sum, int* row) => sum + Vector256.Load(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddScaled(Vector256<int> sum, Vector256<int> payload, int* row) => sum + (payload * Vector256.Load(row));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Row(int* row) => Vector256.Load(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddProduct(Vector256<int> sum, Vector256<int> a, Vector256<int> b) => sum + (a * b);
}
