using System.Numerics;
using System.Runtime.Intrinsics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Simulator.Engines.Kernels;

/// <summary>Bits of the registers the gather kernels use; narrower ones than the machine has serve tests.</summary>
internal enum RegisterWidth
{
    Bits128 = 128,
    Bits256 = 256,
    Bits512 = 512,
}

/// <summary>Chooses the kernel of a projection. Repacked weights are kept, so that projections that share a weight tensor share its packed form.</summary>
internal sealed class KernelFactory(RegisterWidth width)
{
    private readonly Dictionary<(Tensor, int, int), object> packed = [];

    /// <summary>The widest registers of this machine.</summary>
    public static RegisterWidth Widest =>
        Vector512.IsHardwareAccelerated ? RegisterWidth.Bits512 : Vector256.IsHardwareAccelerated ? RegisterWidth.Bits256 : RegisterWidth.Bits128;

    /// <summary>The kernel of <paramref name="projection"/> in the numbers <typeparamref name="T"/>.</summary>
    public SynapseKernel<T> Create<T>(Projection projection) where T : unmanaged, INumber<T>
    {
        var rows = projection.Rows;
        if (projection.RowsFrom is not null) return projection.Map is StridedMap product ? new StridedKernel<T>(product, null) : new PayloadRowsKernel<T>(projection.Map);
        var maximum = projection.Reduction == Reduction.Max;
        switch (projection.Map)
        {
            case PoolMap pool:
                return new ChannelwiseKernel<T>(pool.Y, pool.X, pool.Channels, pool.RowPerPixel ? ChannelWeights.PerPixel : ChannelWeights.One, Widened<T>(rows), maximum);
            case ConvMap conv when IsDepthwise(conv) && !maximum:
                return Depthwise(conv, Widened<T>(rows));
            case ConvMap conv when IsDepthwise(conv):
                return new ChannelwiseKernel<T>(conv.Y, conv.X, conv.Channels, ChannelWeights.PerTap, Widened<T>(rows), maximum);
            case IdentityMap:
                return new IdentityKernel<T>(Widened<T>(rows)); // One source per target: the sum is the maximum.
            case PermutationMap permutation:
                return new PermutationKernel<T>(permutation, Widened<T>(rows));
            case ConvMap conv when !maximum:
                return Gather<T>(new ConvGeometry(conv), rows);
            case DenseMap dense when !maximum:
                return Gather<T>(new DenseGeometry(dense), rows);
            case TransposedConvMap deconv when !maximum:
                return Gather<T>(new TransposedConvGeometry(deconv), rows);
            case StridedMap strided when !maximum:
                return new StridedKernel<T>(strided, Widened<T>(rows));
            case SiteConvMap sites when !maximum:
                return Gather<T>(new SiteGeometry(sites), rows);
            case ScatterMap when !maximum:
                return new ScatterKernel<T>(Widened<T>(rows));
            case CsrMap csr when !maximum:
                return Csr<T>(csr, rows);
            default:
                return new InverseKernel<T>(projection.Map, Widened<T>(rows), maximum);
        }
    }

    private static bool IsDepthwise(ConvMap map) => map.Groups > 1 && map.Groups == map.Channels && map.Groups == map.OutChannels;

    private SynapseKernel<T> Depthwise<T>(ConvMap map, T[] weights) where T : unmanaged, INumber<T> => (SynapseKernel<T>)(weights switch
    {
        float[] real => map.Channels < 8 || width == RegisterWidth.Bits128 ? new DepthwiseKernel<Float128, Vector128<float>, float>(map, real)
            : map.Channels < 16 || width == RegisterWidth.Bits256 ? new DepthwiseKernel<Float256, Vector256<float>, float>(map, real)
            : (object)new DepthwiseKernel<Float512, Vector512<float>, float>(map, real),
        int[] whole => map.Channels < 16 || width != RegisterWidth.Bits512 ? new DepthwiseKernel<Whole256, Vector256<int>, int>(map, whole)
            : (object)new DepthwiseKernel<Whole512, Vector512<int>, int>(map, whole),
        _ => throw new ArgumentException($"payloads of {typeof(T)}"),
    });

    private static T[] Widened<T>(Tensor rows) where T : unmanaged, INumber<T>
    {
        if (typeof(T) == typeof(float)) return (T[])(object)rows.ToFloats();
        var widened = new T[rows.Length];
        for (var i = 0; i < widened.Length; i++) widened[i] = T.CreateChecked(rows.At(i));
        return widened;
    }

    private static SynapseKernel<T> Csr<T>(CsrMap map, Tensor rows) where T : unmanaged => (SynapseKernel<T>)(object)(rows.Type switch
    {
        DType.Float32 => new CsrKernel<FloatScalar, float, float>(map, rows.Span<float>()),
        DType.Int8 => new CsrKernel<ByteScalar, sbyte, int>(map, rows.Span<sbyte>()),
        DType.Int16 => new CsrKernel<ShortScalar, short, int>(map, rows.Span<short>()),
        _ => (object)new InverseKernel<int>(map, Widened<int>(rows), false),
    });

    private SynapseKernel<T> Gather<T>(GatherGeometry geometry, Tensor rows) where T : unmanaged, INumber<T>
    {
        // Half-empty registers cost as much as full ones: narrow cells take narrower registers.
        var together = geometry.Map is ConvMap conv ? NarrowConvKernel<Float128, Vector128<float>, float, float>.Together(conv) : 1;
        var columns = geometry.CellTargets * together;
        var bits = columns <= 4 ? RegisterWidth.Bits128 : columns <= 8 ? RegisterWidth.Bits256 : RegisterWidth.Bits512;
        if (bits > width) bits = width;
        return (SynapseKernel<T>)((rows.Type, bits) switch
        {
            (DType.Float32, RegisterWidth.Bits512) => Gather<Float512, Singles<Float512, Vector512<float>, float, float>, Fused<Float512, Vector512<float>>, Vector512<float>, float, float>(geometry, rows, together),
            (DType.Float32, RegisterWidth.Bits256) => Gather<Float256, Singles<Float256, Vector256<float>, float, float>, Fused<Float256, Vector256<float>>, Vector256<float>, float, float>(geometry, rows, together),
            (DType.Float32, _) => Gather<Float128, Singles<Float128, Vector128<float>, float, float>, Fused<Float128, Vector128<float>>, Vector128<float>, float, float>(geometry, rows, together),
            (DType.Int8, RegisterWidth.Bits512) => Gather<Byte512, Pairs512<Byte512, sbyte>, Pairs512<Byte512, sbyte>, Vector512<int>, sbyte, int>(geometry, rows, together),
            (DType.Int8, _) => Gather<Byte256, Pairs256<Byte256, sbyte>, Pairs256<Byte256, sbyte>, Vector256<int>, sbyte, int>(geometry, rows, together),
            (DType.Int16, RegisterWidth.Bits512) => Gather<Short512, Pairs512<Short512, short>, Pairs512<Short512, short>, Vector512<int>, short, int>(geometry, rows, together),
            (DType.Int16, _) => Gather<Short256, Pairs256<Short256, short>, Pairs256<Short256, short>, Vector256<int>, short, int>(geometry, rows, together),
            _ => (object)new InverseKernel<int>(geometry.Map, Widened<int>(rows), false),
        });
    }

    private object Gather<TLanes, TProducts, TSpikes, TVector, TWeight, TSum>(GatherGeometry geometry, Tensor rows, int together)
        where TLanes : struct, IRowLanes<TVector, TWeight, TSum>
        where TProducts : struct, IProductLanes<TVector, TWeight, TSum>
        where TSpikes : struct, IProductLanes<TVector, TWeight, TSum>
        where TVector : struct
        where TWeight : unmanaged
        where TSum : unmanaged
    {
        var plain = new GatherKernel<TLanes, TVector, TWeight, TSum>(geometry, Pack<TWeight>(rows, geometry.Rows, geometry.CellTargets, TLanes.Width));
        if (geometry is SiteGeometry { Groups: 1 } sites) return new SiteConvKernel<TLanes, TProducts, TSpikes, TVector, TWeight, TSum>(sites, Pack<TWeight>(rows, geometry.Rows, geometry.CellTargets, TLanes.Width), plain);
        if (together == 1) return plain;
        var map = (ConvMap)geometry.Map;
        var spread = Tensor.Vector(NarrowConvKernel<TLanes, TVector, TWeight, TSum>.Spread(map, together, rows.Span<TWeight>()));
        var window = NarrowConvKernel<TLanes, TVector, TWeight, TSum>.WindowOf(map, together);
        var wide = Pack<TWeight>(spread, map.Y.Kernel * window * map.Channels, together * map.OutChannels, TLanes.Width);
        return new NarrowConvKernel<TLanes, TVector, TWeight, TSum>(map, together, wide, plain);
    }

    private PackedRows<TWeight> Pack<TWeight>(Tensor weights, int rows, int columns, int register) where TWeight : unmanaged
    {
        var key = (weights, columns, register);
        if (packed.TryGetValue(key, out var known)) return (PackedRows<TWeight>)known;
        var fresh = new PackedRows<TWeight>(weights.Span<TWeight>(), rows, columns, register);
        packed.Add(key, fresh);
        return fresh;
    }
}
