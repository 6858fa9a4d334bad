using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Simulator.Engines;

/// <summary>How many sources reach one target at most: with the largest weight and payload, the bound of an integer sum.</summary>
internal static class FanIn
{
    public static int Bound(AddressFunction map) => map switch
    {
        DenseMap dense => dense.Sources,
        ConvMap conv => conv.Y.Kernel * conv.X.Kernel * conv.GroupInputs,
        TransposedConvMap deconv => deconv.Y.Kernel * deconv.X.Kernel * deconv.GroupInputs,
        PoolMap pool => pool.Y.Kernel * pool.X.Kernel,
        IdentityMap or PermutationMap => 1,
        StridedMap strided => strided.FanIn,
        SiteConvMap conv => conv.Window.Taps * conv.GroupInputs,
        ScatterMap => 1,
        CsrMap csr => csr.TargetOf.GroupBy(t => t).Select(g => g.Count()).DefaultIfEmpty(0).Max(),
        _ => map.SourceSize,
    };
}
