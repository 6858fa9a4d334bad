using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Compiler.Mapping;

/// <summary>
/// Which addresses of a target population the events of a range of source addresses reach, as ranges. Windows are walked per pixel, not
/// per synapse: all channels of a group share their targets. Over active sites any address may be a target. Functions without such structure are enumerated.
/// </summary>
internal static class SliceReach
{
    /// <summary>Calls <paramref name="mark"/> with ranges (first, last) that together hold exactly the targets of the sources.</summary>
    public static void Ranges(AddressFunction map, int first, int count, Action<int, int> mark)
    {
        switch (map)
        {
            case DenseMap dense:
                mark(0, dense.Targets - 1);
                break;
            case SiteMap sites:
                // Which core holds a target is known only with the sites of a sample.
                mark(0, sites.TargetSize - 1);
                break;
            case IdentityMap:
                mark(first, first + count - 1);
                break;
            case ConvMap conv:
                ForPixels(first, count, conv.Channels, (pixel, low, high) =>
                {
                    var (from, to) = (low / conv.GroupInputs * conv.GroupOutputs, ((high / conv.GroupInputs) + 1) * conv.GroupOutputs);
                    Windows(conv.Y, conv.X, pixel, place => mark((place * conv.OutChannels) + from, (place * conv.OutChannels) + to - 1));
                });
                break;
            case PoolMap pool:
                ForPixels(first, count, pool.Channels, (pixel, low, high) =>
                    Windows(pool.Y, pool.X, pixel, place => mark((place * pool.Channels) + low, (place * pool.Channels) + high)));
                break;
            case TransposedConvMap deconv:
                ForPixels(first, count, deconv.Channels, (pixel, low, high) =>
                {
                    var (from, to) = (low / deconv.GroupInputs * deconv.GroupOutputs, ((high / deconv.GroupInputs) + 1) * deconv.GroupOutputs);
                    Scattered(deconv.Y, deconv.X, pixel, place => mark((place * deconv.OutChannels) + from, (place * deconv.OutChannels) + to - 1));
                });
                break;
            default:
                var synapses = new List<Synapse>();
                for (var a = first; a < first + count; a++)
                {
                    synapses.Clear();
                    map.Enumerate(a, synapses);
                    foreach (var synapse in synapses) mark(synapse.Target, synapse.Target);
                }
                break;
        }
    }

    private static void ForPixels(int first, int count, int channels, Action<int, int, int> visit)
    {
        var last = first + count - 1;
        for (var pixel = first / channels; pixel <= last / channels; pixel++)
            visit(pixel, Math.Max(first - (pixel * channels), 0), Math.Min(last - (pixel * channels), channels - 1));
    }

    private static void Windows(Window y, Window x, int pixel, Action<int> visit)
    {
        for (var ky = 0; ky < y.Kernel; ky++)
        {
            var oy = y.OutputOf(pixel / x.Input, ky);
            if (oy < 0) continue;
            for (var kx = 0; kx < x.Kernel; kx++)
            {
                var ox = x.OutputOf(pixel % x.Input, kx);
                if (ox >= 0) visit((oy * x.Output) + ox);
            }
        }
    }

    private static void Scattered(Window y, Window x, int pixel, Action<int> visit)
    {
        for (var ky = 0; ky < y.Kernel; ky++)
        {
            var oy = y.InputOf(pixel / x.Output, ky);
            if (oy < 0 || oy >= y.Input) continue;
            for (var kx = 0; kx < x.Kernel; kx++)
            {
                var ox = x.InputOf(pixel % x.Output, kx);
                if (ox >= 0 && ox < x.Input) visit((oy * x.Input) + ox);
            }
        }
    }
}
