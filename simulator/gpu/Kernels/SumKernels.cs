using ILGPU;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Simulator.Gpu.Kernels;

/// <summary>
/// Accumulators, one thread each: it walks the sources of its target in ascending address, as docs/ncir.md specifies sums, so that no two threads meet in one. Payloads of 0
/// are passed over before their weight is read; the threads of a warp mostly share a source, and go the same way.
/// </summary>
internal static class SumKernels<T, TSum, TNumbers>
    where T : unmanaged
    where TSum : unmanaged
    where TNumbers : struct, IDeviceNumbers<T, TSum>
{
    /// <summary>Sums start from the bias.</summary>
    public static void Start(Index1D target, ArrayView<TSum> sums, DeviceParameter<T> bias) => sums[target] = TNumbers.Start(bias[target]);

    /// <summary>A value by address: states at reset.</summary>
    public static void Fill(Index1D address, ArrayView<T> values, DeviceParameter<T> value) => values[address] = value[address];

    /// <summary>Any map, as the list of the sources of each target.</summary>
    public static void Listed(Index1D target, ArrayView<TSum> sums, ArrayView<long> first, ArrayView<Afferent> afferents, ArrayView<T> payloads, ArrayView<T> rows)
    {
        var sum = sums[target];
        for (var k = first[target]; k < first[target + 1]; k++)
        {
            var payload = payloads[afferents[k].Source];
            if (!TNumbers.IsZero(payload)) sum = TNumbers.Add(sum, TNumbers.Product(payload, rows[afferents[k].Row]));
        }

        sums[target] = sum;
    }

    /// <summary>The same where the greatest contribution counts, payloads of 0 among them.</summary>
    public static void Greatest(Index1D target, ArrayView<TSum> sums, ArrayView<long> first, ArrayView<Afferent> afferents, ArrayView<T> payloads, ArrayView<T> rows)
    {
        var (k, end) = (first[target], first[target + 1]);
        if (k == end) return;
        var greatest = TNumbers.Product(payloads[afferents[k].Source], rows[afferents[k].Row]);
        for (k++; k < end; k++)
        {
            var contribution = TNumbers.Product(payloads[afferents[k].Source], rows[afferents[k].Row]);
            if (TNumbers.Above(contribution, greatest)) greatest = contribution;
        }

        sums[target] = TNumbers.Add(sums[target], greatest);
    }

    /// <summary>Convolutions of every kind, and the dense map, which is one over a single pixel.</summary>
    public static void Convolution(Index1D target, ArrayView<TSum> sums, ConvShape shape, ArrayView<T> payloads, ArrayView<T> rows)
    {
        var pixel = target / shape.OutChannels;
        var output = target - (pixel * shape.OutChannels);
        var (oy, ox) = (pixel / shape.X.Output, pixel % shape.X.Output);
        var group = output / shape.GroupOutputs;
        var sum = sums[target];
        for (var ky = 0; ky < shape.Y.Kernel; ky++)
        {
            var y = shape.Y.InputOf(oy, ky);
            if (y < 0 || y >= shape.Y.Input) continue;
            for (var kx = 0; kx < shape.X.Kernel; kx++)
            {
                var x = shape.X.InputOf(ox, kx);
                if (x < 0 || x >= shape.X.Input) continue;
                var source = (((y * shape.X.Input) + x) * shape.Channels) + (group * shape.GroupInputs);
                var row = (((((ky * shape.X.Kernel) + kx) * shape.Channels) + (group * shape.GroupInputs)) * shape.GroupOutputs) + (output % shape.GroupOutputs);
                for (var c = 0; c < shape.GroupInputs; c++, source++, row += shape.GroupOutputs)
                {
                    var payload = payloads[source];
                    if (!TNumbers.IsZero(payload)) sum = TNumbers.Add(sum, TNumbers.Product(payload, rows[row]));
                }
            }
        }

        sums[target] = sum;
    }

    /// <summary><see cref="Convolution"/> over the events of each pixel and group instead of all of its payloads.</summary>
    public static void ConvolutionOfEvents(Index1D target, ArrayView<TSum> sums, ConvShape shape, EventView arriving, ArrayView<T> payloads, ArrayView<T> rows)
    {
        var pixel = target / shape.OutChannels;
        var output = target - (pixel * shape.OutChannels);
        var (oy, ox) = (pixel / shape.X.Output, pixel % shape.X.Output);
        var group = output / shape.GroupOutputs;
        var sum = sums[target];
        for (var ky = 0; ky < shape.Y.Kernel; ky++)
        {
            var y = shape.Y.InputOf(oy, ky);
            if (y < 0 || y >= shape.Y.Input) continue;
            for (var kx = 0; kx < shape.X.Kernel; kx++)
            {
                var x = shape.X.InputOf(ox, kx);
                if (x < 0 || x >= shape.X.Input) continue;
                sum = AddEvents(sum, shape, arriving, payloads, rows, (y * shape.X.Input) + x, (ky * shape.X.Kernel) + kx, group, output % shape.GroupOutputs);
            }
        }

        sums[target] = sum;
    }

    /// <summary>Convolutions between active sites: <paramref name="pairs"/> holds (source site, tap) by target site; sites beyond the sample's have none.</summary>
    public static void Sites(Index1D target, ArrayView<TSum> sums, ConvShape shape, ArrayView<long> first, ArrayView<Afferent> pairs, ArrayView<T> payloads, ArrayView<T> rows)
    {
        var site = target / shape.OutChannels;
        var output = target - (site * shape.OutChannels);
        var group = output / shape.GroupOutputs;
        var sum = sums[target];
        for (var k = first[site]; k < first[site + 1]; k++)
        {
            var source = (pairs[k].Source * shape.Channels) + (group * shape.GroupInputs);
            var row = (((pairs[k].Row * shape.Channels) + (group * shape.GroupInputs)) * shape.GroupOutputs) + (output % shape.GroupOutputs);
            for (var c = 0; c < shape.GroupInputs; c++, source++, row += shape.GroupOutputs)
            {
                var payload = payloads[source];
                if (!TNumbers.IsZero(payload)) sum = TNumbers.Add(sum, TNumbers.Product(payload, rows[row]));
            }
        }

        sums[target] = sum;
    }

    /// <summary><see cref="Sites"/> over the events of each site and group.</summary>
    public static void SitesOfEvents(
        Index1D target, ArrayView<TSum> sums, ConvShape shape, ArrayView<long> first, ArrayView<Afferent> pairs, EventView arriving, ArrayView<T> payloads, ArrayView<T> rows)
    {
        var site = target / shape.OutChannels;
        var output = target - (site * shape.OutChannels);
        var group = output / shape.GroupOutputs;
        var sum = sums[target];
        for (var k = first[site]; k < first[site + 1]; k++)
            sum = AddEvents(sum, shape, arriving, payloads, rows, pairs[k].Source, pairs[k].Row, group, output % shape.GroupOutputs);
        sums[target] = sum;
    }

    /// <summary>
    /// Sums over indices, as in attention. <paramref name="axes"/> holds first the <paramref name="told"/> axes that the target's address tells, the greatest stride first, then those
    /// that are summed over, in the order in which the source ascends; <paramref name="terms"/> is the number of their combinations.
    /// </summary>
    public static void Strided(Index1D target, ArrayView<TSum> sums, StridedAxis origin, ArrayView<StridedAxis> axes, int told, int terms, ArrayView<T> payloads, ArrayView<T> rows)
    {
        var (rest, source, row) = (target - origin.Target, origin.Source, origin.Row);
        for (var d = 0; d < told; d++)
        {
            if (rest < 0) return;
            var axis = axes[d];
            var i = rest / axis.Target;
            if (i >= axis.Extent) return;
            (rest, source, row) = (rest - (i * axis.Target), source + (i * axis.Source), row + (i * axis.Row));
        }

        if (rest != 0) return;
        var sum = sums[target];
        for (var term = 0; term < terms; term++)
        {
            var (at, by, left) = (source, row, term);
            for (var d = axes.IntLength - 1; d >= told; d--)
            {
                var axis = axes[d];
                var i = left % axis.Extent;
                (at, by, left) = (at + (i * axis.Source), by + (i * axis.Row), left / axis.Extent);
            }

            var payload = payloads[at];
            if (!TNumbers.IsZero(payload)) sum = TNumbers.Add(sum, TNumbers.Product(payload, rows[by]));
        }

        sums[target] = sum;
    }

    /// <summary>Adds the events of a pixel and group through a tap.</summary>
    private static TSum AddEvents(TSum sum, ConvShape shape, EventView arriving, ArrayView<T> payloads, ArrayView<T> rows, int pixel, int tap, int group, int output)
    {
        var bucket = (pixel * (shape.Channels / shape.GroupInputs)) + group;
        var start = bucket * shape.GroupInputs;
        var firstRow = (((tap * shape.Channels) + (group * shape.GroupInputs)) * shape.GroupOutputs) + output;
        for (var k = start; k < start + arriving.Counts[bucket]; k++)
        {
            var channel = arriving.Events[k];
            sum = TNumbers.Add(sum, TNumbers.Product(payloads[start + channel], rows[firstRow + (channel * shape.GroupOutputs)]));
        }

        return sum;
    }
}

/// <summary>What the kernels of convolutions know of them; without windows where sites take their place.</summary>
internal readonly record struct ConvShape(Window Y, Window X, int Channels, int OutChannels, int GroupInputs, int GroupOutputs);
