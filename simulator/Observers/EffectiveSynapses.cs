using System.Numerics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Simulator.Observers;

/// <summary>Synapses of each source whose weight is not 0: what an event really adds (NeuroBench's effective operations).</summary>
internal static class EffectiveSynapses
{
    /// <summary>Per source address, how many of its synapses have a weight other than 0.</summary>
    public static int[] Of(Projection projection)
    {
        if (projection.RowsFrom is not null) return [];
        var present = Present(projection.Rows);
        var result = new int[projection.Map.SourceSize];
        switch (projection.Map)
        {
            case DenseMap dense:
                for (var a = 0; a < result.Length; a++) result[a] = Ones(present, a * dense.Targets, dense.Targets);
                break;
            case ConvMap conv:
                Windows(result, conv.Channels, conv.Y.Kernel, conv.X.Kernel, conv.GroupOutputs, present, (pixel, ky, kx) =>
                    conv.Y.OutputOf(pixel / conv.X.Input, ky) >= 0 && conv.X.OutputOf(pixel % conv.X.Input, kx) >= 0);
                break;
            case TransposedConvMap deconv:
                Windows(result, deconv.Channels, deconv.Y.Kernel, deconv.X.Kernel, deconv.GroupOutputs, present, (pixel, ky, kx) =>
                    (uint)deconv.Y.InputOf(pixel / deconv.X.Output, ky) < (uint)deconv.Y.Input && (uint)deconv.X.InputOf(pixel % deconv.X.Output, kx) < (uint)deconv.X.Input);
                break;
            case RulebookMap sites:
                Pairs(result, sites, present);
                break;
            case CsrMap csr:
                for (var a = 0; a < result.Length; a++) result[a] = Ones(present, csr.Offsets[a], csr.Count(a));
                break;
            default:
                var synapses = new List<Synapse>();
                for (var a = 0; a < result.Length; a++)
                {
                    synapses.Clear();
                    projection.Map.Enumerate(a, synapses);
                    foreach (var (_, row) in synapses) result[a] += present[row];
                }

                break;
        }

        return result;
    }

    private static void Pairs(int[] result, RulebookMap map, byte[] present)
    {
        var (channels, outputs) = (map.Of.Channels, map.Of.GroupOutputs);
        var whole = Ones(present, 0, present.Length) == present.Length;
        var perTap = new int[map.Of.Window.Taps * channels];
        for (var row = 0; row < perTap.Length; row++) perTap[row] = Ones(present, row * outputs, outputs);
        for (var site = 0; site < map.Rulebook.Sources; site++)
        {
            if (whole)
            {
                result.AsSpan(site * channels, channels).Fill(map.Rulebook.TargetsOf(site).Length * outputs);
                continue;
            }

            foreach (var (_, tap) in map.Rulebook.TargetsOf(site))
                for (var c = 0; c < channels; c++) result[(site * channels) + c] += perTap[(tap * channels) + c];
        }
    }

    private static void Windows(int[] result, int channels, int tapsY, int tapsX, int outputs, byte[] present, Func<int, int, int, bool> reaches)
    {
        var perTap = new int[tapsY * tapsX * channels];
        for (var row = 0; row < perTap.Length; row++) perTap[row] = Ones(present, row * outputs, outputs);
        for (var pixel = 0; pixel < result.Length / channels; pixel++)
        {
            for (var ky = 0; ky < tapsY; ky++)
            {
                for (var kx = 0; kx < tapsX; kx++)
                {
                    if (!reaches(pixel, ky, kx)) continue;
                    var tap = ((ky * tapsX) + kx) * channels;
                    for (var c = 0; c < channels; c++) result[(pixel * channels) + c] += perTap[tap + c];
                }
            }
        }
    }

    private static int Ones(byte[] present, int first, int count)
    {
        var sum = 0;
        foreach (var one in present.AsSpan(first, count)) sum += one;
        return sum;
    }

    private static byte[] Present(Tensor rows) => rows.Type switch
    {
        DType.Float32 => Present(rows.Span<float>()),
        DType.Int8 => Present(rows.Span<sbyte>()),
        DType.Int16 => Present(rows.Span<short>()),
        DType.Int32 => Present(rows.Span<int>()),
        _ => throw new ArgumentException($"weights of type {rows.Type}"),
    };

    private static byte[] Present<T>(ReadOnlySpan<T> rows) where T : unmanaged, INumber<T>
    {
        var present = new byte[rows.Length];
        for (var i = 0; i < rows.Length; i++) present[i] = T.IsZero(rows[i]) ? (byte)0 : (byte)1;
        return present;
    }
}
