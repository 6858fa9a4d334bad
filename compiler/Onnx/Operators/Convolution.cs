using System.Collections.Immutable;
using NeuroChip.Compiler.Onnx.Kernels;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx.Operators;

/// <summary>Conv and ConvTranspose with 1 to 3 spatial axes, groups, strides, dilations and padding.</summary>
internal static class Convolution
{
    /// <summary>Elements of the unfolded input held at a time: 1 MB, so that it stays in the second-level cache.</summary>
    private const int BlockElements = 256 * 1024;

    public static ImmutableArray<Operand> Infer(OperatorCall call)
    {
        var (x, w) = (call.In(0), call.In(1));
        var groups = Groups(call);
        if (x.Rank != w.Rank || x.Rank < 3) throw call.Mismatch("the weights must have the input's rank");
        if (x.Shape[1] != w.Shape[1] * groups || w.Shape[0] % groups != 0)
            throw call.Mismatch($"{x.Shape[1]} input channels against weights {Tensor.FormatShape(w.Shape)} in {groups} groups");
        CheckBias(call, w.Shape[0]);
        return [new Operand(x.Type, Window.Of(call, x, w.Shape[2..]).Shape(x, w.Shape[0]))];
    }

    public static Tensor[] Evaluate(OperatorCall call, ImmutableArray<Operand> results)
    {
        var (x, w) = (call.Data(0), call.Data(1));
        if (x.Type != DType.Float32) throw call.BadType(x.Type);
        var window = Window.Of(call, call.In(0), w.Shape[2..]);
        var groups = (int)call.Attributes.Int("group", 1);
        var (batch, inChannels, outChannels) = (x.Shape[0], w.Shape[1], w.Shape[0] / groups);
        var bias = call.OptionalData(2);
        var result = new float[Tensor.Count(results[0].Shape.AsSpan())];
        var depth = inChannels * window.KernelSize;
        var rows = window.Output[0] * window.Output[1];
        var width = window.Output[2];
        var block = Math.Clamp(BlockElements / Math.Max(1, depth * width), 1, Math.Max(1, rows));
        var columns = new float[depth * block * width];
        for (var n = 0; n < batch; n++)
            for (var g = 0; g < groups; g++)
            {
                var image = x.Span<float>().Slice((n * groups + g) * inChannels * window.InputSize, inChannels * window.InputSize);
                var target = result.AsSpan((n * groups + g) * outChannels * window.OutputSize, outChannels * window.OutputSize);
                for (var row = 0; row < rows; row += block)
                {
                    var count = Math.Min(block, rows - row);
                    Unfold(window, image, inChannels, row, count, columns);
                    MatrixKernel.MultiplyAdd(w.Span<float>()[(g * outChannels * depth)..], depth, columns, count * width,
                        target[(row * width)..], window.OutputSize, outChannels, count * width, depth);
                }
            }

        AddBias(result, bias, batch, groups * outChannels, window.OutputSize);
        return [Tensor.Of(results[0].Shape, result)];
    }

    public static ImmutableArray<Operand> InferTransposed(OperatorCall call)
    {
        var (x, w) = (call.In(0), call.In(1));
        var groups = Groups(call);
        if (x.Rank != w.Rank || x.Rank < 3 || x.Shape[1] != w.Shape[0] || w.Shape[0] % groups != 0)
            throw call.Mismatch($"{x.Shape[1]} input channels against weights {Tensor.FormatShape(w.Shape)} in {groups} groups");
        CheckBias(call, w.Shape[1] * groups);
        return [new Operand(x.Type, Window.Transposed(call, x, w.Shape[2..]).Shape(x, w.Shape[1] * groups, transposed: true))];
    }

    public static Tensor[] EvaluateTransposed(OperatorCall call, ImmutableArray<Operand> results)
    {
        var (x, w) = (call.Data(0), call.Data(1));
        if (x.Type != DType.Float32) throw call.BadType(x.Type);
        var window = Window.Transposed(call, call.In(0), w.Shape[2..]);
        var groups = (int)call.Attributes.Int("group", 1);
        var (batch, inChannels, outChannels) = (x.Shape[0], w.Shape[0] / groups, w.Shape[1]);
        var result = new float[Tensor.Count(results[0].Shape.AsSpan())];
        var (depth, size) = (outChannels * window.KernelSize, window.OutputSize);
        var columns = new float[depth * size];
        for (var g = 0; g < groups; g++)
        {
            var weights = Tensor.Of([inChannels, depth], w.Span<float>().Slice(g * inChannels * depth, inChannels * depth).ToArray());
            var flipped = Movement.Transpose(weights, [1, 0]).Span<float>();
            for (var n = 0; n < batch; n++)
            {
                Array.Clear(columns);
                MatrixKernel.MultiplyAdd(flipped, inChannels, x.Span<float>()[((n * groups + g) * inChannels * size)..], size, columns, size, depth, size, inChannels);
                Fold(window, columns, outChannels, result.AsSpan((n * groups + g) * outChannels * window.InputSize));
            }
        }

        AddBias(result, call.OptionalData(2), batch, groups * outChannels, window.InputSize);
        return [Tensor.Of(results[0].Shape, result)];
    }

    private static int Groups(OperatorCall call) => call.Attributes.Int("group", 1) is > 0 and <= int.MaxValue and var groups ? (int)groups : throw call.Mismatch("group must be at least 1");

    private static void CheckBias(OperatorCall call, int channels)
    {
        if (call.Has(2) && Tensor.Count(call.In(2).Shape.AsSpan()) != channels) throw call.Mismatch($"the bias must have {channels} elements");
    }

    private static void AddBias(float[] result, Tensor? bias, int batch, int channels, int size)
    {
        if (bias is null) return;
        for (var plane = 0; plane < batch * channels; plane++)
        {
            var add = bias.Span<float>()[plane % channels];
            foreach (ref var value in result.AsSpan(plane * size, size)) value += add;
        }
    }

    /// <summary>columns[channel * kernel position, output position] for output rows (depth and height together) from <paramref name="row"/> on.</summary>
    private static void Unfold(Window window, ReadOnlySpan<float> image, int channels, int row, int count, float[] columns)
    {
        var at = 0;
        for (var c = 0; c < channels; c++)
            for (var kz = 0; kz < window.Kernel[0]; kz++)
                for (var ky = 0; ky < window.Kernel[1]; ky++)
                    for (var kx = 0; kx < window.Kernel[2]; kx++)
                        for (var r = row; r < row + count; r++)
                        {
                            var z = r / window.Output[1] * window.Stride[0] - window.PadBefore[0] + kz * window.Dilation[0];
                            var y = r % window.Output[1] * window.Stride[1] - window.PadBefore[1] + ky * window.Dilation[1];
                            var line = columns.AsSpan(at, window.Output[2]);
                            at += line.Length;
                            if ((uint)z >= (uint)window.Input[0] || (uint)y >= (uint)window.Input[1])
                            {
                                line.Clear();
                                continue;
                            }

                            var from = image.Slice(((c * window.Input[0] + z) * window.Input[1] + y) * window.Input[2], window.Input[2]);
                            var x = kx * window.Dilation[2] - window.PadBefore[2];
                            if (window.Stride[2] == 1 && x >= 0 && x + line.Length <= from.Length) from.Slice(x, line.Length).CopyTo(line);
                            else
                                for (var i = 0; i < line.Length; i++, x += window.Stride[2]) line[i] = (uint)x < (uint)from.Length ? from[x] : 0;
                        }
    }

    /// <summary>Adds columns[channel * kernel position, small position] onto the larger side.</summary>
    private static void Fold(Window window, ReadOnlySpan<float> columns, int channels, Span<float> target)
    {
        var at = 0;
        for (var c = 0; c < channels; c++)
            for (var kz = 0; kz < window.Kernel[0]; kz++)
                for (var ky = 0; ky < window.Kernel[1]; ky++)
                    for (var kx = 0; kx < window.Kernel[2]; kx++)
                        for (var r = 0; r < window.Output[0] * window.Output[1]; r++)
                        {
                            var z = r / window.Output[1] * window.Stride[0] - window.PadBefore[0] + kz * window.Dilation[0];
                            var y = r % window.Output[1] * window.Stride[1] - window.PadBefore[1] + ky * window.Dilation[1];
                            var line = columns.Slice(at, window.Output[2]);
                            at += line.Length;
                            if ((uint)z >= (uint)window.Input[0] || (uint)y >= (uint)window.Input[1]) continue;
                            var to = target.Slice(((c * window.Input[0] + z) * window.Input[1] + y) * window.Input[2], window.Input[2]);
                            var x = kx * window.Dilation[2] - window.PadBefore[2];
                            for (var i = 0; i < line.Length; i++, x += window.Stride[2])
                                if ((uint)x < (uint)to.Length) to[x] += line[i];
                        }
    }
}
