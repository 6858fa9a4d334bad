using System.Collections.Immutable;
using System.Numerics;
using NeuroChip.Compiler.Onnx.Kernels;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Operators;

/// <summary>Add, Sub, Mul, Div, Mod, Pow, Max, Min, Sum, Mean, PRelu: numbers of one type, broadcast.</summary>
internal static class Arithmetic
{
    internal interface IArithmetic
    {
        static abstract T Apply<T>(T a, T b) where T : unmanaged, INumber<T>;
    }

    public static ImmutableArray<Operand> Infer(OperatorCall call)
    {
        var type = call.In(0).Type;
        var shapes = new List<ImmutableArray<int>>();
        for (var i = 0; i < call.Inputs.Length; i++)
        {
            if (call.In(i).Type != type && call.Op != "Pow") throw call.Mismatch("element types differ");
            shapes.Add(call.In(i).Shape);
        }

        return [new Operand(type, Broadcast.Shape(call, shapes))];
    }

    /// <summary>Folds the operation over two or more inputs.</summary>
    public static Tensor[] Evaluate<TOp>(OperatorCall call, ImmutableArray<Operand> results) where TOp : IArithmetic
    {
        var sum = call.Data(0);
        for (var i = 1; i < call.Inputs.Length; i++)
        {
            var shape = Broadcast.Shape(call, [sum.Shape, call.In(i).Shape]);
            sum = Apply<TOp>(call, sum, call.Data(i), shape);
        }

        return [Movement.BroadcastTo(sum, results[0].Shape)];
    }

    public static Tensor[] Mean(OperatorCall call, ImmutableArray<Operand> results)
    {
        var sum = Evaluate<Add>(call, results)[0];
        return [Apply<Div>(call, sum, Conversion.To(Tensor.Scalar((float)call.Inputs.Length), sum.Type), sum.Shape)];
    }

    public static Tensor[] Mod(OperatorCall call, ImmutableArray<Operand> results) =>
        call.Attributes.Int("fmod", 0) != 0 ? Evaluate<Remainder>(call, results) : Evaluate<Modulo>(call, results);

    public static Tensor[] Pow(OperatorCall call, ImmutableArray<Operand> results)
    {
        var (x, exponent, shape) = (call.Data(0), call.Data(1), results[0].Shape);
        if (x.Type == DType.Float32) return [Broadcast.Apply<PowSingle, float, float>(x, Conversion.To(exponent, DType.Float32), shape)];
        var wide = Broadcast.Apply<PowDouble, double, double>(Conversion.To(x, DType.Float64), Conversion.To(exponent, DType.Float64), shape);
        return [Conversion.To(wide, x.Type)];
    }

    public static ImmutableArray<Operand> InferPRelu(OperatorCall call)
    {
        var shape = Broadcast.Shape(call, [call.In(0).Shape, call.In(1).Shape]);
        if (!shape.SequenceEqual(call.In(0).Shape)) throw call.Mismatch("slope does not broadcast to the input");
        return [new Operand(call.In(0).Type, shape)];
    }

    private static Tensor Apply<TOp>(OperatorCall call, Tensor a, Tensor b, ImmutableArray<int> shape) where TOp : IArithmetic => a.Type switch
    {
        DType.Float32 => Broadcast.Apply<Typed<TOp, float>, float, float>(a, b, shape),
        DType.Float64 => Broadcast.Apply<Typed<TOp, double>, double, double>(a, b, shape),
        DType.Int8 => Broadcast.Apply<Typed<TOp, sbyte>, sbyte, sbyte>(a, b, shape),
        DType.UInt8 => Broadcast.Apply<Typed<TOp, byte>, byte, byte>(a, b, shape),
        DType.Int16 => Broadcast.Apply<Typed<TOp, short>, short, short>(a, b, shape),
        DType.Int32 => Broadcast.Apply<Typed<TOp, int>, int, int>(a, b, shape),
        DType.Int64 => Broadcast.Apply<Typed<TOp, long>, long, long>(a, b, shape),
        _ => throw call.BadType(a.Type),
    };

    private readonly struct Typed<TOp, T> : IBinary<T, T>
        where TOp : IArithmetic
        where T : unmanaged, INumber<T>
    {
        public static T Apply(T a, T b) => TOp.Apply(a, b);
    }

    internal readonly struct Add : IArithmetic
    {
        public static T Apply<T>(T a, T b) where T : unmanaged, INumber<T> => a + b;
    }

    internal readonly struct Sub : IArithmetic
    {
        public static T Apply<T>(T a, T b) where T : unmanaged, INumber<T> => a - b;
    }

    internal readonly struct Mul : IArithmetic
    {
        public static T Apply<T>(T a, T b) where T : unmanaged, INumber<T> => a * b;
    }

    /// <summary>Integers divide towards zero; an integer divided by zero is zero here, since such a value is never used by a sound model.</summary>
    internal readonly struct Div : IArithmetic
    {
        public static T Apply<T>(T a, T b) where T : unmanaged, INumber<T> => T.IsZero(b) && T.IsZero(T.One / (T.One + T.One)) ? T.Zero : a / b;
    }

    internal readonly struct Max : IArithmetic
    {
        public static T Apply<T>(T a, T b) where T : unmanaged, INumber<T> => T.Max(a, b);
    }

    internal readonly struct Min : IArithmetic
    {
        public static T Apply<T>(T a, T b) where T : unmanaged, INumber<T> => T.Min(a, b);
    }

    internal readonly struct Prelu : IArithmetic
    {
        public static T Apply<T>(T a, T b) where T : unmanaged, INumber<T> => T.IsNegative(a) ? a * b : a;
    }

    private readonly struct Remainder : IArithmetic
    {
        public static T Apply<T>(T a, T b) where T : unmanaged, INumber<T> => a % b;
    }

    /// <summary>The result has the sign of the divisor.</summary>
    private readonly struct Modulo : IArithmetic
    {
        public static T Apply<T>(T a, T b) where T : unmanaged, INumber<T>
        {
            var rest = a % b;
            return !T.IsZero(rest) && T.IsNegative(rest) != T.IsNegative(b) ? rest + b : rest;
        }
    }

    private readonly struct PowSingle : IBinary<float, float>
    {
        public static float Apply(float a, float b) => b == 2 ? a * a : MathF.Pow(a, b);
    }

    private readonly struct PowDouble : IBinary<double, double>
    {
        public static double Apply(double a, double b) => Math.Pow(a, b);
    }
}
