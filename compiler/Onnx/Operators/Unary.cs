using System.Collections.Immutable;
using System.Numerics;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Operators;

/// <summary>Functions of one element: signs, roundings, roots, exponentials, trigonometry and activation functions.</summary>
internal static class Unary
{
    public static ImmutableArray<Operand> Infer(OperatorCall call) => [new Operand(call.In(0).Type, call.In(0).Shape)];

    /// <summary>A function of real numbers without attributes.</summary>
    public static Func<OperatorCall, ImmutableArray<Operand>, Tensor[]> Real(Func<float, float> single, Func<double, double> wide) =>
        (call, _) => Map(call, single, wide);

    /// <summary>A function of real numbers with attributes, which are read once per call.</summary>
    public static Func<OperatorCall, ImmutableArray<Operand>, Tensor[]> Activation(Func<OnnxAttributes, Func<float, float>> make) => (call, _) =>
    {
        var function = make(call.Attributes);
        return Map(call, function, x => function((float)x));
    };

    public static Tensor[] Neg(OperatorCall call, ImmutableArray<Operand> results) => AnyNumber<Negate>(call);

    public static Tensor[] Abs(OperatorCall call, ImmutableArray<Operand> results) => AnyNumber<Magnitude>(call);

    public static Tensor[] Sign(OperatorCall call, ImmutableArray<Operand> results) => AnyNumber<Signum>(call);

    public static Tensor[] Relu(OperatorCall call, ImmutableArray<Operand> results) => AnyNumber<Rectify>(call);

    public static float Sigmoid(float x) => 1 / (1 + MathF.Exp(-x));

    public static float Softplus(float x) => x > 0 ? x + MathF.Log(1 + MathF.Exp(-x)) : MathF.Log(1 + MathF.Exp(x));

    /// <summary>
    /// The error function by its Taylor series near zero and the continued fraction of erfc away from it (Abramowitz and Stegun, 7.1.5 and 7.1.14),
    /// to about 1e-15.
    /// </summary>
    public static double Erf(double x)
    {
        var size = Math.Abs(x);
        if (size > 6) return Math.Sign(x);
        if (size < 2.5)
        {
            double term = x, sum = x;
            for (var n = 1; Math.Abs(term) > 1e-17 * Math.Abs(sum); n++)
            {
                term *= -x * x / n;
                sum += term / (2 * n + 1);
            }

            return 2 / Math.Sqrt(Math.PI) * sum;
        }

        var fraction = size;
        for (var n = 80; n > 0; n--) fraction = size + n / 2.0 / fraction;
        return Math.Sign(x) * (1 - Math.Exp(-size * size) / Math.Sqrt(Math.PI) / fraction);
    }

    public static float Gelu(float x, bool tanh) => tanh
        ? 0.5f * x * (1 + MathF.Tanh(MathF.Sqrt(2 / MathF.PI) * (x + 0.044715f * x * x * x)))
        : (float)(0.5 * x * (1 + Erf(x / Math.Sqrt(2))));

    private static Tensor[] Map(OperatorCall call, Func<float, float> single, Func<double, double> wide)
    {
        var x = call.Data(0);
        switch (x.Type)
        {
            case DType.Float32:
                {
                    var from = x.Span<float>();
                    var result = new float[from.Length];
                    for (var i = 0; i < result.Length; i++) result[i] = single(from[i]);
                    return [Tensor.Of(x.Shape, result)];
                }

            case DType.Float64:
                {
                    var from = x.Span<double>();
                    var result = new double[from.Length];
                    for (var i = 0; i < result.Length; i++) result[i] = wide(from[i]);
                    return [Tensor.Of(x.Shape, result)];
                }

            default:
                throw call.BadType(x.Type);
        }
    }

    private static Tensor[] AnyNumber<TOp>(OperatorCall call) where TOp : INumberFunction => call.Data(0).Type switch
    {
        DType.Float32 => Run<TOp, float>(call.Data(0)),
        DType.Float64 => Run<TOp, double>(call.Data(0)),
        DType.Int8 => Run<TOp, sbyte>(call.Data(0)),
        DType.UInt8 => Run<TOp, byte>(call.Data(0)),
        DType.Int16 => Run<TOp, short>(call.Data(0)),
        DType.Int32 => Run<TOp, int>(call.Data(0)),
        DType.Int64 => Run<TOp, long>(call.Data(0)),
        var other => throw call.BadType(other),
    };

    private static Tensor[] Run<TOp, T>(Tensor x)
        where TOp : INumberFunction
        where T : unmanaged, INumber<T>
    {
        var from = x.Span<T>();
        var result = new T[from.Length];
        for (var i = 0; i < result.Length; i++) result[i] = TOp.Apply(from[i]);
        return [Tensor.Of(x.Shape, result)];
    }

    private interface INumberFunction
    {
        static abstract T Apply<T>(T x) where T : unmanaged, INumber<T>;
    }

    private readonly struct Negate : INumberFunction
    {
        public static T Apply<T>(T x) where T : unmanaged, INumber<T> => -x;
    }

    private readonly struct Magnitude : INumberFunction
    {
        public static T Apply<T>(T x) where T : unmanaged, INumber<T> => x == T.Zero ? T.Zero : x < T.Zero ? -x : x;
    }

    private readonly struct Signum : INumberFunction
    {
        public static T Apply<T>(T x) where T : unmanaged, INumber<T> => x > T.Zero ? T.One : x < T.Zero ? -T.One : x;
    }

    private readonly struct Rectify : INumberFunction
    {
        public static T Apply<T>(T x) where T : unmanaged, INumber<T> => x < T.Zero ? T.Zero : x;
    }
}
