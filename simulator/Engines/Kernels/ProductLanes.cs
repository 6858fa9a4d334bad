using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NeuroChip.Simulator.Engines.Kernels;

/// <summary>Registers of accumulators and how the products of payloads and weight rows are added to one, for <see cref="DensePairs{TLanes, TSpikes, TVector, TWeight, TSum}"/>.</summary>
/// <typeparam name="TVector">A hardware vector of <typeparamref name="TSum"/>.</typeparam>
/// <typeparam name="TWeight">Element of a weight row.</typeparam>
/// <typeparam name="TSum">Element of an accumulator: float or int.</typeparam>
internal unsafe interface IProductLanes<TVector, TWeight, TSum>
    where TVector : struct
    where TWeight : unmanaged
    where TSum : unmanaged
{
    /// <summary>Accumulators per register.</summary>
    static abstract int Width { get; }

    /// <summary>Rows, and payloads, that a product takes at once.</summary>
    static abstract int Rows { get; }

    static abstract TVector Load(TSum* from);

    static abstract void Store(TVector value, TSum* to);

    /// <summary>A stretch of as many weight rows as a product takes, the next one <paramref name="stride"/> further on.</summary>
    static abstract TVector Row(TWeight* row, int stride);

    /// <summary>sum + payload * row, product and sum rounded one after the other.</summary>
    static abstract TVector AddProduct(TVector sum, TSum payload, TVector row);
}

/// <summary>One row at a time.</summary>
internal readonly unsafe struct Singles<TLanes, TVector, TWeight, TSum> : IProductLanes<TVector, TWeight, TSum>
    where TLanes : struct, IRowLanes<TVector, TWeight, TSum>
    where TVector : struct
    where TWeight : unmanaged
    where TSum : unmanaged
{
    public static int Width => TLanes.Width;

    public static int Rows => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load(TSum* from) => TLanes.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(TVector value, TSum* to) => TLanes.Store(value, to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Row(TWeight* row, int stride) => TLanes.Row(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector AddProduct(TVector sum, TSum payload, TVector row) => TLanes.AddProduct(sum, TLanes.Splat(payload), row);
}

/// <summary>One row at a time, of payloads that are 0 or 1: the product is exact, so rounding the sum alone gives the same bits.</summary>
internal readonly unsafe struct Fused<TLanes, TVector> : IProductLanes<TVector, float, float>
    where TLanes : struct, IRowLanes<TVector, float, float>
    where TVector : struct
{
    public static int Width => TLanes.Width;

    public static int Rows => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load(float* from) => TLanes.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(TVector value, float* to) => TLanes.Store(value, to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Row(float* row, int stride) => TLanes.Row(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector AddProduct(TVector sum, float payload, TVector row) => typeof(TVector) == typeof(Vector512<float>)
        ? (TVector)(object)Vector512.FusedMultiplyAdd(Vector512.Create(payload), (Vector512<float>)(object)row, (Vector512<float>)(object)sum)
        : typeof(TVector) == typeof(Vector256<float>)
        ? (TVector)(object)Vector256.FusedMultiplyAdd(Vector256.Create(payload), (Vector256<float>)(object)row, (Vector256<float>)(object)sum)
        : TLanes.AddProduct(sum, TLanes.Splat(payload), row);
}

/// <summary>Integers of 16 bits two by two: the payloads (and the weights of two rows) share the halves of 32 bits, and a product adds both.</summary>
internal readonly unsafe struct Pairs512<TLanes, TWeight> : IProductLanes<Vector512<int>, TWeight, int>
    where TLanes : struct, IRowLanes<Vector512<int>, TWeight, int>
    where TWeight : unmanaged
{
    public static int Width => 16;

    public static int Rows => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Load(int* from) => Vector512.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<int> value, int* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Row(TWeight* row, int stride) => (TLanes.Row(row) & Vector512.Create(0xFFFF)) | (TLanes.Row(row + stride) << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> AddProduct(Vector512<int> sum, int payload, Vector512<int> row) => sum + Product(Vector512.Create(payload), row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Product(Vector512<int> a, Vector512<int> b) => Avx512BW.IsSupported
        ? Avx512BW.MultiplyAddAdjacent(a.AsInt16(), b.AsInt16())
        : (((a << 16) >> 16) * ((b << 16) >> 16)) + ((a >> 16) * (b >> 16));
}

/// <summary>The same in registers of 256 bits.</summary>
internal readonly unsafe struct Pairs256<TLanes, TWeight> : IProductLanes<Vector256<int>, TWeight, int>
    where TLanes : struct, IRowLanes<Vector256<int>, TWeight, int>
    where TWeight : unmanaged
{
    public static int Width => 8;

    public static int Rows => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Load(int* from) => Vector256.Load(from);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<int> value, int* to) => value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Row(TWeight* row, int stride) => (TLanes.Row(row) & Vector256.Create(0xFFFF)) | (TLanes.Row(row + stride) << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> AddProduct(Vector256<int> sum, int payload, Vector256<int> row) => sum + Product(Vector256.Create(payload), row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Product(Vector256<int> a, Vector256<int> b) => Avx2.IsSupported
        ? Avx2.MultiplyAddAdjacent(a.AsInt16(), b.AsInt16())
        : (((a << 16) >> 16) * ((b << 16) >> 16)) + ((a >> 16) * (b >> 16));
}
