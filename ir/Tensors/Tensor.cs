using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace NeuroChip.Ir.Tensors;

/// <summary>Element type of a <see cref="Tensor"/>. Half and bfloat16 are widened to <see cref="Float32"/> when read.</summary>
public enum DType
{
    /// <summary>IEEE 754 binary32.</summary>
    Float32,

    /// <summary>IEEE 754 binary64.</summary>
    Float64,

    /// <summary>Signed 8-bit integer.</summary>
    Int8,

    /// <summary>Unsigned 8-bit integer.</summary>
    UInt8,

    /// <summary>Signed 16-bit integer.</summary>
    Int16,

    /// <summary>Signed 32-bit integer.</summary>
    Int32,

    /// <summary>Signed 64-bit integer.</summary>
    Int64,

    /// <summary>Truth value.</summary>
    Bool,
}

/// <summary>
/// A dense array in C order that is never changed after it is made, so that it can be shared by every stage.
/// The storage is a plain array of the element type; <see cref="Span{T}"/> is the way in.
/// </summary>
public sealed class Tensor
{
    private readonly Array data;

    private Tensor(ImmutableArray<int> shape, DType type, Array data)
    {
        long count = 1;
        foreach (var extent in shape) count *= extent;
        if (count != data.Length) throw new ArgumentException($"shape {FormatShape(shape)} has {count} elements, the data {data.Length}");
        Shape = shape;
        Type = type;
        this.data = data;
    }

    /// <summary>Extents, outermost first; empty for a scalar.</summary>
    public ImmutableArray<int> Shape { get; }

    /// <summary>Element type.</summary>
    public DType Type { get; }

    /// <summary>Number of axes.</summary>
    public int Rank => Shape.Length;

    /// <summary>Number of elements.</summary>
    public int Length => data.Length;

    /// <summary>Bits of one element.</summary>
    public int BitsPerElement => Type switch
    {
        DType.Int64 or DType.Float64 => 64,
        DType.Float32 or DType.Int32 => 32,
        DType.Int16 => 16,
        _ => 8,
    };

    /// <summary>Wraps an array without copying it; the caller must not change it afterwards.</summary>
    public static Tensor Of<T>(ImmutableArray<int> shape, T[] data) where T : unmanaged => new(shape, TypeOf<T>(), data);

    /// <summary>A one-dimensional tensor.</summary>
    public static Tensor Vector<T>(params T[] data) where T : unmanaged => new([data.Length], TypeOf<T>(), data);

    /// <summary>A tensor of rank 0.</summary>
    public static Tensor Scalar<T>(T value) where T : unmanaged => new([], TypeOf<T>(), new[] { value });

    /// <summary>The elements; <typeparamref name="T"/> must be the element type.</summary>
    public ReadOnlySpan<T> Span<T>() where T : unmanaged => Array<T>();

    /// <summary>The elements as the array behind the tensor, for code that needs to keep it; it must not be changed.</summary>
    public T[] Array<T>() where T : unmanaged =>
        data as T[] ?? throw new InvalidOperationException($"tensor holds {Type}, not {typeof(T).Name}");

    /// <summary>The same elements under another shape.</summary>
    public Tensor Reshape(ImmutableArray<int> shape) => new(shape, Type, data);

    /// <summary>The bytes of the elements, in the order of this machine.</summary>
    public ReadOnlySpan<byte> Bytes => Type switch
    {
        DType.Float32 => MemoryMarshal.AsBytes(Span<float>()),
        DType.Float64 => MemoryMarshal.AsBytes(Span<double>()),
        DType.Int8 => MemoryMarshal.AsBytes(Span<sbyte>()),
        DType.UInt8 => Span<byte>(),
        DType.Int16 => MemoryMarshal.AsBytes(Span<short>()),
        DType.Int32 => MemoryMarshal.AsBytes(Span<int>()),
        DType.Int64 => MemoryMarshal.AsBytes(Span<long>()),
        _ => MemoryMarshal.AsBytes(Span<bool>()),
    };

    /// <summary>Element <paramref name="index"/> (C order) as a double, whatever the type.</summary>
    public double At(int index) => Type switch
    {
        // By the element type: the runtime lets a byte[] pass for an sbyte[].
        DType.Float32 => ((float[])data)[index],
        DType.Float64 => ((double[])data)[index],
        DType.Int64 => ((long[])data)[index],
        DType.Int32 => ((int[])data)[index],
        DType.Int16 => ((short[])data)[index],
        DType.Int8 => ((sbyte[])data)[index],
        DType.UInt8 => ((byte[])data)[index],
        _ => ((bool[])data)[index] ? 1 : 0,
    };

    /// <summary>The elements as float32: the array itself where it is one, else a converted copy.</summary>
    public float[] ToFloats()
    {
        if (data is float[] same) return same;
        var result = new float[Length];
        for (var i = 0; i < result.Length; i++) result[i] = (float)At(i);
        return result;
    }

    /// <summary>The elements as int64: the array itself where it is one, else a converted copy.</summary>
    public long[] ToLongs()
    {
        if (data is long[] same) return same;
        var result = new long[Length];
        for (var i = 0; i < result.Length; i++) result[i] = (long)At(i);
        return result;
    }

    /// <summary>A shape as <c>[2,3]</c>.</summary>
    public static string FormatShape(IEnumerable<int> shape) => "[" + string.Join(',', shape) + "]";

    /// <summary>Number of elements of a shape.</summary>
    public static int Count(ReadOnlySpan<int> shape)
    {
        var count = 1;
        foreach (var extent in shape) count = checked(count * extent);
        return count;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Type}{FormatShape(Shape)}";

    private static DType TypeOf<T>() => default(T) switch
    {
        float => DType.Float32,
        double => DType.Float64,
        sbyte => DType.Int8,
        byte => DType.UInt8,
        short => DType.Int16,
        int => DType.Int32,
        long => DType.Int64,
        bool => DType.Bool,
        _ => throw new NotSupportedException(typeof(T).Name),
    };
}
