using ILGPU;
using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Simulator.Gpu.Kernels;

/// <summary>What a kernel of sums reads of a step: payloads and rows of all samples.</summary>
/// <param name="Payloads">Payloads that arrive, sample after sample.</param>
/// <param name="Sources">How many each sample has.</param>
/// <param name="Rows">Weights, the same for all samples, or payloads of another population.</param>
/// <param name="RowsPerSample">How many rows each sample has of its own; 0 where all share them.</param>
internal readonly record struct Arriving<T>(ArrayView<T> Payloads, int Sources, ArrayView<T> Rows, int RowsPerSample)
    where T : unmanaged;

/// <summary>
/// Accumulators of all samples, one thread each: it walks the sources of its target in ascending address, as docs/ncir.md specifies sums, so that no two threads meet in one. Payloads of 0
/// are passed over before their weight is read; the threads of a warp mostly share a source, and go the same way.
/// </summary>
internal static class SumKernels<T, TSum, TNumbers>
    where T : unmanaged
    where TSum : unmanaged
    where TNumbers : struct, IDeviceNumbers<T, TSum>
{
    /// <summary>Sums start from the bias of the <paramref name="size"/> neurons.</summary>
    public static void Start(Index1D thread, ArrayView<TSum> sums, DeviceParameter<T> bias, int size) => sums[thread] = TNumbers.Start(bias[thread % size]);

    /// <summary>A value by address: states at reset.</summary>
    public static void Fill(Index1D thread, ArrayView<T> values, DeviceParameter<T> value, int size) => values[thread] = value[thread % size];

    /// <summary>Convolutions of every kind, and the dense map, which is one over a single pixel.</summary>
    public static void Convolution(Index1D thread, ArrayView<TSum> sums, int targets, ConvShape shape, Arriving<T> arriving)
    {
        var sample = thread / targets;
        var target = thread - (sample * targets);
        var pixel = target / shape.OutChannels;
        var output = target - (pixel * shape.OutChannels);
        var (oy, ox) = (pixel / shape.X.Output, pixel % shape.X.Output);
        var group = output / shape.GroupOutputs;
        var sum = sums[thread];
        for (var ky = 0; ky < shape.Y.Kernel; ky++)
        {
            var y = shape.Y.InputOf(oy, ky);
            if (y < 0 || y >= shape.Y.Input) continue;
            for (var kx = 0; kx < shape.X.Kernel; kx++)
            {
                var x = shape.X.InputOf(ox, kx);
                if (x < 0 || x >= shape.X.Input) continue;
                sum = AddAll(sum, shape, arriving, sample, (y * shape.X.Input) + x, (ky * shape.X.Kernel) + kx, group, output % shape.GroupOutputs);
            }
        }

        sums[thread] = sum;
    }

    /// <summary><see cref="Convolution"/> over the events of each pixel and group instead of all of its payloads.</summary>
    public static void ConvolutionOfEvents(Index1D thread, ArrayView<TSum> sums, int targets, ConvShape shape, EventView events, Arriving<T> arriving)
    {
        var sample = thread / targets;
        var target = thread - (sample * targets);
        var pixel = target / shape.OutChannels;
        var output = target - (pixel * shape.OutChannels);
        var (oy, ox) = (pixel / shape.X.Output, pixel % shape.X.Output);
        var group = output / shape.GroupOutputs;
        var sum = sums[thread];
        for (var ky = 0; ky < shape.Y.Kernel; ky++)
        {
            var y = shape.Y.InputOf(oy, ky);
            if (y < 0 || y >= shape.Y.Input) continue;
            for (var kx = 0; kx < shape.X.Kernel; kx++)
            {
                var x = shape.X.InputOf(ox, kx);
                if (x < 0 || x >= shape.X.Input) continue;
                sum = AddEvents(sum, shape, events, arriving, sample, (y * shape.X.Input) + x, (ky * shape.X.Kernel) + kx, group, output % shape.GroupOutputs);
            }
        }

        sums[thread] = sum;
    }

    /// <summary>Convolutions between active sites: <paramref name="pairs"/> holds (source site, tap) by target site; sites beyond the sample's have none.</summary>
    public static void Sites(Index1D thread, ArrayView<TSum> sums, int targets, ConvShape shape, AfferentView pairs, Arriving<T> arriving)
    {
        var sample = thread / targets;
        var target = thread - (sample * targets);
        var site = target / shape.OutChannels;
        var output = target - (site * shape.OutChannels);
        var group = output / shape.GroupOutputs;
        var sum = sums[thread];
        var first = pairs.First(sample, site);
        for (var k = 0; k < pairs.Count(sample, site); k++)
        {
            var pair = pairs.Afferents[first + k];
            sum = AddAll(sum, shape, arriving, sample, pair.Source, pair.Row, group, output % shape.GroupOutputs);
        }

        sums[thread] = sum;
    }

    /// <summary><see cref="Sites"/> over the events of each site and group.</summary>
    public static void SitesOfEvents(Index1D thread, ArrayView<TSum> sums, int targets, ConvShape shape, AfferentView pairs, EventView events, Arriving<T> arriving)
    {
        var sample = thread / targets;
        var target = thread - (sample * targets);
        var site = target / shape.OutChannels;
        var output = target - (site * shape.OutChannels);
        var group = output / shape.GroupOutputs;
        var sum = sums[thread];
        var first = pairs.First(sample, site);
        for (var k = 0; k < pairs.Count(sample, site); k++)
        {
            var pair = pairs.Afferents[first + k];
            sum = AddEvents(sum, shape, events, arriving, sample, pair.Source, pair.Row, group, output % shape.GroupOutputs);
        }

        sums[thread] = sum;
    }

    /// <summary>Adds the payloads of a pixel and group through a tap.</summary>
    private static TSum AddAll(TSum sum, ConvShape shape, Arriving<T> arriving, int sample, int pixel, int tap, int group, int output)
    {
        var source = (sample * arriving.Sources) + (pixel * shape.Channels) + (group * shape.GroupInputs);
        var row = (((tap * shape.Channels) + (group * shape.GroupInputs)) * shape.GroupOutputs) + output + (sample * arriving.RowsPerSample);
        for (var c = 0; c < shape.GroupInputs; c++, source++, row += shape.GroupOutputs)
        {
            var payload = arriving.Payloads[source];
            if (!TNumbers.IsZero(payload)) sum = TNumbers.Add(sum, TNumbers.Product(payload, arriving.Rows[row]));
        }

        return sum;
    }

    /// <summary>Adds the events of a pixel and group through a tap; where more than half of its payloads are events, they are walked without the list, which would be one more read for each.</summary>
    private static TSum AddEvents(TSum sum, ConvShape shape, EventView events, Arriving<T> arriving, int sample, int pixel, int tap, int group, int output)
    {
        var bucket = (sample * events.Buckets) + (pixel * (shape.Channels / shape.GroupInputs)) + group;
        var count = events.Counts[bucket];
        if (2 * count > shape.GroupInputs) return AddAll(sum, shape, arriving, sample, pixel, tap, group, output);
        var start = (sample * arriving.Sources) + (pixel * shape.Channels) + (group * shape.GroupInputs);
        var firstRow = (((tap * shape.Channels) + (group * shape.GroupInputs)) * shape.GroupOutputs) + output + (sample * arriving.RowsPerSample);
        for (var k = start; k < start + count; k++)
        {
            var channel = events.Events[k];
            sum = TNumbers.Add(sum, TNumbers.Product(arriving.Payloads[start + channel], arriving.Rows[firstRow + (channel * shape.GroupOutputs)]));
        }

        return sum;
    }
}

/// <summary>What the kernels of convolutions know of them; without windows where sites take their place.</summary>
internal readonly record struct ConvShape(Window Y, Window X, int Channels, int OutChannels, int GroupInputs, int GroupOutputs);
