using System.Collections.Immutable;
using System.Numerics;
using NeuroChip.Compiler.Onnx.Kernels;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Operators;

/// <summary>Equal, Less, Greater and their or-equal forms, And, Or, Xor, Not, Where, IsNaN, IsInf.</summary>
internal static class Comparisons
{
    internal interface IComparison
    {
        static abstract bool Apply<T>(T a, T b) where T : unmanaged, INumber<T>;
    }

    public static ImmutableArray<Operand> Infer(OperatorCall call)
    {
        var (a, b) = (call.In(0), call.In(1));
        if (a.Type != b.Type) throw call.Mismatch("element types differ");
        return [new Operand(DType.Bool, Broadcast.Shape(call, [a.Shape, b.Shape]))];
    }

    public static Tensor[] Evaluate<TOp>(OperatorCall call, ImmutableArray<Operand> results) where TOp : IComparison
    {
        var (a, b, shape) = (call.Data(0), call.Data(1), results[0].Shape);
        if (a.Type == DType.Bool) (a, b) = (Conversion.To(a, DType.UInt8), Conversion.To(b, DType.UInt8));
        return [a.Type switch
        {
            DType.Float32 => Broadcast.Apply<Typed<TOp, float>, float, bool>(a, b, shape),
            DType.Float64 => Broadcast.Apply<Typed<TOp, double>, double, bool>(a, b, shape),
            DType.Int8 => Broadcast.Apply<Typed<TOp, sbyte>, sbyte, bool>(a, b, shape),
            DType.UInt8 => Broadcast.Apply<Typed<TOp, byte>, byte, bool>(a, b, shape),
            DType.Int16 => Broadcast.Apply<Typed<TOp, short>, short, bool>(a, b, shape),
            DType.Int32 => Broadcast.Apply<Typed<TOp, int>, int, bool>(a, b, shape),
            _ => Broadcast.Apply<Typed<TOp, long>, long, bool>(a, b, shape),
        }];
    }

    public static ImmutableArray<Operand> InferUnary(OperatorCall call) => [new Operand(DType.Bool, call.In(0).Shape)];

    public static Tensor[] Not(OperatorCall call, ImmutableArray<Operand> results) => Map(call, i => !call.Data(0).Span<bool>()[i]);

    public static Tensor[] IsNaN(OperatorCall call, ImmutableArray<Operand> results) => Map(call, i => double.IsNaN(call.Data(0).At(i)));

    public static Tensor[] IsInf(OperatorCall call, ImmutableArray<Operand> results)
    {
        var positive = call.Attributes.Int("detect_positive", 1) != 0;
        var negative = call.Attributes.Int("detect_negative", 1) != 0;
        return Map(call, i => call.Data(0).At(i) switch { double.PositiveInfinity => positive, double.NegativeInfinity => negative, _ => false });
    }

    public static ImmutableArray<Operand> InferWhere(OperatorCall call)
    {
        var (condition, x, y) = (call.In(0), call.In(1), call.In(2));
        if (condition.Type != DType.Bool || x.Type != y.Type) throw call.Mismatch("the condition must be bool and both choices of one type");
        return [new Operand(x.Type, Broadcast.Shape(call, [condition.Shape, x.Shape, y.Shape]))];
    }

    public static Tensor[] Where(OperatorCall call, ImmutableArray<Operand> results)
    {
        var shape = results[0].Shape;
        var condition = Movement.BroadcastTo(call.Data(0), shape).Array<bool>();
        var chosen = new int[condition.Length];
        var count = 0;
        for (var i = 0; i < condition.Length; i++)
            if (condition[i]) chosen[count++] = i;
        var map = chosen[..count];
        var values = Movement.Take(Movement.BroadcastTo(call.Data(1), shape), map, [count]);
        return [Movement.Put(Movement.BroadcastTo(call.Data(2), shape), map, values)];
    }

    private static Tensor[] Map(OperatorCall call, Func<int, bool> test)
    {
        var result = new bool[call.Data(0).Length];
        for (var i = 0; i < result.Length; i++) result[i] = test(i);
        return [Tensor.Of(call.Data(0).Shape, result)];
    }

    private readonly struct Typed<TOp, T> : IBinary<T, bool>
        where TOp : IComparison
        where T : unmanaged, INumber<T>
    {
        public static bool Apply(T a, T b) => TOp.Apply(a, b);
    }

    internal readonly struct Equal : IComparison
    {
        public static bool Apply<T>(T a, T b) where T : unmanaged, INumber<T> => a == b;
    }

    internal readonly struct Less : IComparison
    {
        public static bool Apply<T>(T a, T b) where T : unmanaged, INumber<T> => a < b;
    }

    internal readonly struct LessOrEqual : IComparison
    {
        public static bool Apply<T>(T a, T b) where T : unmanaged, INumber<T> => a <= b;
    }

    internal readonly struct Greater : IComparison
    {
        public static bool Apply<T>(T a, T b) where T : unmanaged, INumber<T> => a > b;
    }

    internal readonly struct GreaterOrEqual : IComparison
    {
        public static bool Apply<T>(T a, T b) where T : unmanaged, INumber<T> => a >= b;
    }

    internal readonly struct And : IComparison
    {
        public static bool Apply<T>(T a, T b) where T : unmanaged, INumber<T> => !T.IsZero(a) && !T.IsZero(b);
    }

    internal readonly struct Or : IComparison
    {
        public static bool Apply<T>(T a, T b) where T : unmanaged, INumber<T> => !T.IsZero(a) || !T.IsZero(b);
    }

    internal readonly struct Xor : IComparison
    {
        public static bool Apply<T>(T a, T b) where T : unmanaged, INumber<T> => T.IsZero(a) != T.IsZero(b);
    }
}
