using System.Numerics;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Kernels;

/// <summary>Changes of element type.</summary>
internal static class Conversion
{
    /// <summary>The ONNX meaning of Cast: towards zero from float to integer, wrap-around between integers, non-zero is true.</summary>
    public static Tensor To(Tensor source, DType type)
    {
        if (source.Type == type) return source;
        return type switch
        {
            DType.Float32 => Into<float>(source),
            DType.Float64 => Into<double>(source),
            DType.Int8 => Into<sbyte>(source),
            DType.UInt8 => Into<byte>(source),
            DType.Int16 => Into<short>(source),
            DType.Int32 => Into<int>(source),
            DType.Int64 => Into<long>(source),
            _ => ToBool(source),
        };
    }

    private static Tensor Into<TOut>(Tensor source) where TOut : unmanaged, INumberBase<TOut> => source.Type switch
    {
        DType.Float32 => FromReal<float, TOut>(source),
        DType.Float64 => FromReal<double, TOut>(source),
        DType.Int8 => FromInteger<sbyte, TOut>(source),
        DType.UInt8 => FromInteger<byte, TOut>(source),
        DType.Int16 => FromInteger<short, TOut>(source),
        DType.Int32 => FromInteger<int, TOut>(source),
        DType.Int64 => FromInteger<long, TOut>(source),
        _ => FromBool<TOut>(source),
    };

    private static Tensor FromReal<TIn, TOut>(Tensor source)
        where TIn : unmanaged, INumberBase<TIn>
        where TOut : unmanaged, INumberBase<TOut>
    {
        var from = source.Span<TIn>();
        var result = new TOut[from.Length];
        for (var i = 0; i < result.Length; i++) result[i] = TOut.CreateSaturating(from[i]);
        return Tensor.Of(source.Shape, result);
    }

    private static Tensor FromInteger<TIn, TOut>(Tensor source)
        where TIn : unmanaged, INumberBase<TIn>
        where TOut : unmanaged, INumberBase<TOut>
    {
        var from = source.Span<TIn>();
        var result = new TOut[from.Length];
        for (var i = 0; i < result.Length; i++) result[i] = TOut.CreateTruncating(from[i]);
        return Tensor.Of(source.Shape, result);
    }

    private static Tensor FromBool<TOut>(Tensor source) where TOut : unmanaged, INumberBase<TOut>
    {
        var from = source.Span<bool>();
        var result = new TOut[from.Length];
        for (var i = 0; i < result.Length; i++) result[i] = from[i] ? TOut.One : TOut.Zero;
        return Tensor.Of(source.Shape, result);
    }

    private static Tensor ToBool(Tensor source)
    {
        var result = new bool[source.Length];
        for (var i = 0; i < result.Length; i++) result[i] = source.At(i) != 0;
        return Tensor.Of(source.Shape, result);
    }
}
