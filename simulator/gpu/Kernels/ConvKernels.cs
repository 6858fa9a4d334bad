using ILGPU;
using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Simulator.Gpu.Kernels;

/// <summary>What the kernels of convolutions know of them; without windows where sites take their place.</summary>
internal readonly record struct ConvShape(Window Y, Window X, int Channels, int OutChannels, int GroupInputs, int GroupOutputs);

/// <summary>The outputs of a thread: of one pixel or site of a sample, and of one group.</summary>
/// <param name="Sample">The sample.</param>
/// <param name="Pixel">The output pixel or site.</param>
/// <param name="Group">The group.</param>
/// <param name="Output">The first of its outputs, counted in the group.</param>
/// <param name="Stride">From one of its outputs to the next.</param>
/// <param name="At">Index of the first accumulator.</param>
internal readonly record struct OutputPlace(int Sample, int Pixel, int Group, int Output, int Stride, int At)
{
    /// <summary>The place of a thread with <paramref name="block"/> outputs.</summary>
    public static OutputPlace Of(int thread, int block, int targets, ConvShape shape)
    {
        var threads = targets / block;
        var sample = thread / threads;
        var place = thread - (sample * threads);
        var stride = shape.GroupOutputs / block;
        var perPixel = shape.OutChannels / block;
        var pixel = place / perPixel;
        var inPixel = place - (pixel * perPixel);
        var group = inPixel / stride;
        var output = inPixel - (group * stride);
        return new(sample, pixel, group, output, stride, (sample * targets) + (pixel * shape.OutChannels) + (group * shape.GroupOutputs) + output);
    }
}

/// <summary>
/// Convolutions of all samples, a block of accumulators to a thread: it walks the sources of its targets in ascending address, as docs/ncir.md specifies sums, so that no two threads meet in
/// one. Payloads of 0 are passed over before their weight is read; the threads of a warp mostly share a source, and go the same way.
/// </summary>
internal static class ConvKernels<T, TSum, TNumbers, TBlock>
    where T : unmanaged
    where TSum : unmanaged
    where TNumbers : struct, IDeviceNumbers<T, TSum>
    where TBlock : unmanaged, IOutputBlock<TBlock, T, TSum>
{
    /// <summary>Convolutions of every kind, and the dense map, which is one over a single pixel.</summary>
    public static void Convolution(Index1D thread, ArrayView<TSum> sums, int targets, ConvShape shape, EventView events, Arriving<T> arriving)
    {
        var place = OutputPlace.Of(thread, TBlock.Count, targets, shape);
        var (oy, ox) = (place.Pixel / shape.X.Output, place.Pixel % shape.X.Output);
        var block = TBlock.Load(sums, place.At, place.Stride);
        for (var ky = 0; ky < shape.Y.Kernel; ky++)
        {
            var y = shape.Y.InputOf(oy, ky);
            if (y < 0 || y >= shape.Y.Input) continue;
            for (var kx = 0; kx < shape.X.Kernel; kx++)
            {
                var x = shape.X.InputOf(ox, kx);
                if (x < 0 || x >= shape.X.Input) continue;
                block = Add(block, shape, events, arriving, place, (y * shape.X.Input) + x, (ky * shape.X.Kernel) + kx);
            }
        }

        TBlock.Store(block, sums, place.At, place.Stride);
    }

    /// <summary>Convolutions between active sites: <paramref name="pairs"/> holds (source site, tap) by target site; sites beyond the sample's have none.</summary>
    public static void Sites(Index1D thread, ArrayView<TSum> sums, int targets, ConvShape shape, AfferentView pairs, EventView events, Arriving<T> arriving)
    {
        var place = OutputPlace.Of(thread, TBlock.Count, targets, shape);
        var block = TBlock.Load(sums, place.At, place.Stride);
        var first = pairs.First(place.Sample, place.Pixel);
        for (var k = 0; k < pairs.Count(place.Sample, place.Pixel); k++)
        {
            var pair = pairs.Afferents[first + k];
            block = Add(block, shape, events, arriving, place, pair.Source, pair.Row);
        }

        TBlock.Store(block, sums, place.At, place.Stride);
    }

    /// <summary>
    /// Adds what a pixel and the group send through a tap, by the list of its events. Without lists all payloads are walked; and where more than half of them are events, as the list would be
    /// one more read for each.
    /// </summary>
    private static TBlock Add(TBlock block, ConvShape shape, EventView events, Arriving<T> arriving, OutputPlace place, int pixel, int tap)
    {
        var start = (place.Sample * arriving.Sources) + (pixel * shape.Channels) + (place.Group * shape.GroupInputs);
        var row = (((tap * shape.Channels) + (place.Group * shape.GroupInputs)) * shape.GroupOutputs) + place.Output + (place.Sample * arriving.RowsPerSample);
        var count = shape.GroupInputs;
        if (events.Buckets > 0) count = events.Counts[(place.Sample * events.Buckets) + (pixel * (shape.Channels / shape.GroupInputs)) + place.Group];
        if (2 * count > shape.GroupInputs)
        {
            for (var source = start; source < start + shape.GroupInputs; source++, row += shape.GroupOutputs)
            {
                var payload = arriving.Payloads[source];
                if (!TNumbers.IsZero(payload)) block = TBlock.Add(block, payload, arriving.Rows, row, place.Stride);
            }

            return block;
        }

        var (k, end) = (start, start + count);
        // Four events in one piece of straight code, so that their reads wait for memory together; the sums keep their order.
        for (; k + 4 <= end; k += 4)
        {
            var (a, b, c, d) = (events.Events[k], events.Events[k + 1], events.Events[k + 2], events.Events[k + 3]);
            block = TBlock.Add(block, arriving.Payloads[start + a], arriving.Rows, row + (a * shape.GroupOutputs), place.Stride);
            block = TBlock.Add(block, arriving.Payloads[start + b], arriving.Rows, row + (b * shape.GroupOutputs), place.Stride);
            block = TBlock.Add(block, arriving.Payloads[start + c], arriving.Rows, row + (c * shape.GroupOutputs), place.Stride);
            block = TBlock.Add(block, arriving.Payloads[start + d], arriving.Rows, row + (d * shape.GroupOutputs), place.Stride);
        }

        for (; k < end; k++)
        {
            var channel = events.Events[k];
            block = TBlock.Add(block, arriving.Payloads[start + channel], arriving.Rows, row + (channel * shape.GroupOutputs), place.Stride);
        }

        return block;
    }
}
