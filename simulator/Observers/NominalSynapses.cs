using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Simulator.Observers;

/// <summary>Synapses of each source, those of weight 0 included: what hardware adds that fetches whole rows of weights.</summary>
internal static class NominalSynapses
{
    /// <summary>Per source address its number of synapses.</summary>
    public static int[] Of(AddressFunction map)
    {
        // All channels of a pixel have the same windows, and counting windows takes a division per tap.
        var period = map switch
        {
            ConvMap conv => conv.Channels,
            TransposedConvMap deconv => deconv.Channels,
            PoolMap pool => pool.Channels,
            _ => 1,
        };
        var result = new int[map.SourceSize];
        for (var a = 0; a < result.Length; a++) result[a] = a % period == 0 ? map.Count(a) : result[a - 1];
        return result;
    }
}
