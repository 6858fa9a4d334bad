using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Compiler.Onnx.Sparse;

/// <summary>Windows of sparse convolutions from the attributes of either dialect.</summary>
internal static class SparseWindows
{
    /// <summary>Numbers of one to three axes as those of three; missing leading axes have <paramref name="otherwise"/>.</summary>
    public static long[] Three(long[] numbers, long otherwise) => [.. Enumerable.Repeat(otherwise, Math.Max(0, 3 - numbers.Length)), .. numbers];

    /// <summary>
    /// The window over a grid. A submanifold convolution keeps it and pads by half its kernel, times the dilation, so that the middle tap is the site itself.
    /// </summary>
    /// <exception cref="DiagnosticException">NC1012, NC1151, NC1152: numbers that are no window, a grid without voxels, a stride where none can be.</exception>
    public static SiteWindow Of(ImmutableArray<int> extent, OnnxAttributes attributes, string kernelName, bool isSubmanifold)
    {
        var (kernel, stride, pad, dilation) = (Axes(kernelName, 1), Axes("stride", 1), Axes("padding", 0), Axes("dilation", 1));
        if (isSubmanifold && stride.Any(s => s != 1)) throw new DiagnosticException(Diagnostic.Error("NC1152", $"stride = [{string.Join(", ", stride)}] of a submanifold convolution is not supported", null, "supported: 1, because it keeps its sites"));
        var windows = new Window[3];
        for (var i = 0; i < 3; i++)
        {
            if (isSubmanifold) pad[i] = kernel[i] / 2 * dilation[i];
            var output = isSubmanifold ? extent[i] : ((extent[i] + (2 * pad[i]) - (dilation[i] * (kernel[i] - 1)) - 1) / stride[i]) + 1;
            var fits = extent[i] + (2 * pad[i]) > dilation[i] * (kernel[i] - 1);
            if (!isSubmanifold && !fits)
            {
                throw new DiagnosticException(Diagnostic.Error("NC1151", $"no window of kernel {kernel[i]}, dilation {dilation[i]} and padding {pad[i]} fits an axis of {extent[i]} voxels; the grid is [{string.Join(", ", extent)}]", null,
                    "a larger grid: --site-extent a,b,c"));
            }

            windows[i] = new(extent[i], (int)output, (int)kernel[i], (int)stride[i], (int)pad[i], (int)dilation[i]);
        }

        return new(windows[0], windows[1], windows[2]);

        long[] Axes(string name, long least)
        {
            var values = attributes.Ints(name, []);
            if (values.Length > 3 || values.Any(v => v < least || v > 1 << 16)) throw new DiagnosticException(Diagnostic.Error("NC1012", $"{name} = [{string.Join(", ", values)}]; one to three numbers from {least} to {1 << 16} are possible"));
            return Three(values, least);
        }
    }
}
