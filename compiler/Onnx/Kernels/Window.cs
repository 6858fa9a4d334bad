using System.Collections.Immutable;

namespace NeuroChip.Compiler.Onnx.Kernels;

/// <summary>
/// The geometry of a sliding window, always written with three spatial axes (leading axes of extent 1 where there are fewer), so that one loop nest
/// serves 1-D, 2-D and 3-D operators. Index 0 is depth, 1 height, 2 width.
/// </summary>
internal sealed record Window(int[] Input, int[] Output, int[] Kernel, int[] Stride, int[] Dilation, int[] PadBefore, int[] PadAfter)
{
    /// <summary>Positions of the input, of the output, of the window.</summary>
    public int InputSize => Input[0] * Input[1] * Input[2];

    /// <summary>Positions of the output.</summary>
    public int OutputSize => Output[0] * Output[1] * Output[2];

    /// <summary>Positions of the window.</summary>
    public int KernelSize => Kernel[0] * Kernel[1] * Kernel[2];

    /// <summary>Reads kernel_shape, strides, dilations, pads, auto_pad and ceil_mode for an input <c>[N, C, spatial...]</c>.</summary>
    public static Window Of(OperatorCall call, Operand x, ImmutableArray<int> kernelShape, bool dilate = true)
    {
        var spatial = Spatial(call, x, kernelShape);
        var a = call.Attributes;
        var stride = Axes(call, "strides", spatial, 1);
        var dilation = dilate ? Axes(call, "dilations", spatial, 1) : [1, 1, 1];
        var (input, kernel) = (Three(x.Shape.AsSpan()[2..], 1), Three(kernelShape.AsSpan(), 1));
        var (before, after) = Pads(call, spatial);
        var output = new int[3];
        var auto = a.Text("auto_pad", "NOTSET");
        for (var axis = 3 - spatial; axis < 3; axis++)
        {
            var reach = (kernel[axis] - 1) * dilation[axis] + 1;
            switch (auto)
            {
                case "SAME_UPPER" or "SAME_LOWER":
                    output[axis] = (input[axis] + stride[axis] - 1) / stride[axis];
                    var total = Math.Max(0, (output[axis] - 1) * stride[axis] + reach - input[axis]);
                    before[axis] = auto == "SAME_LOWER" ? (total + 1) / 2 : total / 2;
                    after[axis] = total - before[axis];
                    continue;
                case "VALID":
                    (before[axis], after[axis]) = (0, 0);
                    break;
                case "NOTSET":
                    break;
                default:
                    throw call.Unsupported("auto_pad", auto, "NOTSET, VALID, SAME_UPPER, SAME_LOWER");
            }

            var room = input[axis] + before[axis] + after[axis] - reach;
            if (room < 0) throw call.Mismatch($"a window of {reach} does not fit {input[axis]} + {before[axis]} + {after[axis]} positions");
            var ceiling = a.Int("ceil_mode", 0) != 0;
            output[axis] = (ceiling ? (room + stride[axis] - 1) / stride[axis] : room / stride[axis]) + 1;
            // A window that would start in the padding behind the input is dropped.
            if (ceiling && (output[axis] - 1) * stride[axis] >= input[axis] + before[axis]) output[axis]--;
        }

        for (var axis = 0; axis < 3 - spatial; axis++) output[axis] = 1;
        return new Window(input, output, kernel, stride, dilation, before, after);
    }

    /// <summary>The window of a transposed convolution: its "input" is the larger side, which the operator produces.</summary>
    public static Window Transposed(OperatorCall call, Operand x, ImmutableArray<int> kernelShape)
    {
        var spatial = Spatial(call, x, kernelShape);
        var stride = Axes(call, "strides", spatial, 1);
        var dilation = Axes(call, "dilations", spatial, 1);
        var extra = Axes(call, "output_padding", spatial, 0);
        var (small, kernel) = (Three(x.Shape.AsSpan()[2..], 1), Three(kernelShape.AsSpan(), 1));
        var (before, after) = Pads(call, spatial);
        var wanted = call.Attributes.Ints("output_shape", []);
        var auto = call.Attributes.Text("auto_pad", "NOTSET");
        var large = new[] { 1, 1, 1 };
        for (var axis = 3 - spatial; axis < 3; axis++)
        {
            var full = (small[axis] - 1) * stride[axis] + extra[axis] + (kernel[axis] - 1) * dilation[axis] + 1;
            if (wanted.Length == 0 && auto is "NOTSET" or "VALID")
            {
                if (auto == "VALID") (before[axis], after[axis]) = (0, 0);
                large[axis] = full - before[axis] - after[axis];
            }
            else
            {
                large[axis] = wanted.Length > 0 ? (int)wanted[axis - (3 - spatial) + wanted.Length - spatial] : small[axis] * stride[axis];
                var total = full - large[axis];
                before[axis] = auto == "SAME_UPPER" ? total / 2 : total - total / 2;
                after[axis] = total - before[axis];
            }

            if (large[axis] <= 0) throw call.Mismatch($"spatial axis {axis - (3 - spatial)} of the result would have {large[axis]} positions");
        }

        return new Window(large, small, kernel, stride, dilation, before, after);
    }

    /// <summary>The output shape for <paramref name="channels"/> channels, with as many spatial axes as the input.</summary>
    public ImmutableArray<int> Shape(Operand x, int channels, bool transposed = false) =>
        [x.Shape[0], channels, .. (transposed ? Input : Output)[(5 - x.Rank)..]];

    private static int Spatial(OperatorCall call, Operand x, ImmutableArray<int> kernelShape)
    {
        var spatial = x.Rank - 2;
        if (spatial is < 1 or > 3) throw call.Mismatch($"{spatial} spatial axes; 1 to 3 are supported");
        if (kernelShape.Any(k => k < 1)) throw call.Mismatch($"a window of {string.Join('x', kernelShape)}");
        if (kernelShape.Length != spatial) throw call.Mismatch($"a window of {kernelShape.Length} axes on {spatial} spatial axes");
        return spatial;
    }

    private static int[] Axes(OperatorCall call, string name, int spatial, int otherwise)
    {
        var values = call.Attributes.Ints(name, []);
        if (values.Any(v => v < otherwise)) throw call.Mismatch($"{name} is [{string.Join(',', values)}]; the least value is {otherwise}");
        if (values.Length == 0) return [otherwise, otherwise, otherwise];
        if (values.Length != spatial) throw call.Mismatch($"{name} has {values.Length} entries for {spatial} spatial axes");
        return Three([.. values.Select(v => (int)v)], otherwise);
    }

    private static (int[] Before, int[] After) Pads(OperatorCall call, int spatial)
    {
        var pads = call.Attributes.Ints("pads", new long[2 * spatial]);
        if (pads.Length != 2 * spatial) throw call.Mismatch($"pads has {pads.Length} entries for {spatial} spatial axes");
        var all = pads.Select(p => (int)p).ToArray();
        return (Three(all.AsSpan()[..spatial], 0), Three(all.AsSpan()[spatial..], 0));
    }

    private static int[] Three(ReadOnlySpan<int> values, int otherwise)
    {
        int[] result = [otherwise, otherwise, otherwise];
        values.CopyTo(result.AsSpan(3 - values.Length));
        return result;
    }
}
