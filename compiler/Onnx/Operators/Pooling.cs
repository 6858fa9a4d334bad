using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx.Kernels;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Operators;

/// <summary>MaxPool, AveragePool, LpPool and their global forms.</summary>
internal static class Pooling
{
    public static ImmutableArray<Operand> Infer(OperatorCall call)
    {
        if (call.Op == "MaxPool" && call.OutputCount > 1) throw call.Unsupported("output", "Indices", "the pooled values only");
        if (call.Attributes.Int("storage_order", 0) != 0) throw call.Unsupported("storage_order", "1", "0");
        var x = call.In(0);
        return [new Operand(x.Type, Of(call).Shape(x, x.Shape[1]))];
    }

    public static Tensor[] Max(OperatorCall call, ImmutableArray<Operand> results) =>
        Slide(call, results, float.NegativeInfinity, static (a, b) => MathF.Max(a, b), static (sum, _) => sum);

    public static Tensor[] Average(OperatorCall call, ImmutableArray<Operand> results) =>
        Slide(call, results, 0, static (a, b) => a + b, static (sum, count) => sum / count);

    public static Tensor[] Lp(OperatorCall call, ImmutableArray<Operand> results)
    {
        var p = call.Attributes.Int("p", 2);
        return Slide(call, results, 0, (a, b) => a + MathF.Pow(MathF.Abs(b), p), (sum, _) => MathF.Pow(sum, 1f / p));
    }

    public static ImmutableArray<Operand> InferGlobal(OperatorCall call)
    {
        var x = call.In(0);
        if (x.Rank < 3) throw call.Mismatch("the input has no spatial axes");
        return [new Operand(x.Type, [x.Shape[0], x.Shape[1], .. Enumerable.Repeat(1, x.Rank - 2)])];
    }

    public static Tensor[] GlobalMax(OperatorCall call, ImmutableArray<Operand> results) =>
        Global(call, results, float.NegativeInfinity, static (a, b) => MathF.Max(a, b), static (sum, _) => sum);

    public static Tensor[] GlobalAverage(OperatorCall call, ImmutableArray<Operand> results) =>
        Global(call, results, 0, static (a, b) => a + b, static (sum, count) => sum / count);

    private static Window Of(OperatorCall call)
    {
        var kernel = call.Attributes.Ints("kernel_shape", []);
        return Window.Of(call, call.In(0), [.. kernel.Select(k => (int)k)]);
    }

    private static Tensor[] Global(OperatorCall call, ImmutableArray<Operand> results, float seed, Func<float, float, float> combine, Func<float, int, float> finish)
    {
        var x = call.Data(0);
        if (x.Type != DType.Float32) throw call.BadType(x.Type);
        var result = new float[x.Shape[0] * x.Shape[1]];
        var size = result.Length == 0 ? 0 : x.Length / result.Length;
        for (var plane = 0; plane < result.Length; plane++)
        {
            var sum = seed;
            foreach (var value in x.Span<float>().Slice(plane * size, size)) sum = combine(sum, value);
            result[plane] = finish(sum, size);
        }

        return [Tensor.Of(results[0].Shape, result)];
    }

    private static Tensor[] Slide(OperatorCall call, ImmutableArray<Operand> results, float seed, Func<float, float, float> combine, Func<float, int, float> finish)
    {
        var x = call.Data(0);
        if (x.Type != DType.Float32) throw call.BadType(x.Type);
        var w = Of(call);
        var countPadding = call.Attributes.Int("count_include_pad", 0) != 0;
        var result = new float[Tensor.Count(results[0].Shape.AsSpan())];
        var at = 0;
        for (var plane = 0; plane < x.Shape[0] * x.Shape[1]; plane++)
        {
            var image = x.Span<float>().Slice(plane * w.InputSize, w.InputSize);
            for (var oz = 0; oz < w.Output[0]; oz++)
                for (var oy = 0; oy < w.Output[1]; oy++)
                    for (var ox = 0; ox < w.Output[2]; ox++)
                    {
                        var (sum, count) = (seed, 0);
                        for (var kz = 0; kz < w.Kernel[0]; kz++)
                            for (var ky = 0; ky < w.Kernel[1]; ky++)
                                for (var kx = 0; kx < w.Kernel[2]; kx++)
                                {
                                    var z = oz * w.Stride[0] - w.PadBefore[0] + kz * w.Dilation[0];
                                    var y = oy * w.Stride[1] - w.PadBefore[1] + ky * w.Dilation[1];
                                    var c = ox * w.Stride[2] - w.PadBefore[2] + kx * w.Dilation[2];
                                    if ((uint)z < (uint)w.Input[0] && (uint)y < (uint)w.Input[1] && (uint)c < (uint)w.Input[2])
                                    {
                                        sum = combine(sum, image[(z * w.Input[1] + y) * w.Input[2] + c]);
                                        count++;
                                    }
                                    else if (countPadding && z < w.Input[0] + w.PadAfter[0] && y < w.Input[1] + w.PadAfter[1] && c < w.Input[2] + w.PadAfter[2])
                                    {
                                        count++; // positions beyond the padding (ceil_mode) are never counted
                                    }
                                }

                        result[at++] = finish(sum, count);
                    }
        }

        return [Tensor.Of(results[0].Shape, result)];
    }
}
