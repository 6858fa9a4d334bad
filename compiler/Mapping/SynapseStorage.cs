using NeuroChip.HwModels;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Compiler.Mapping;

/// <summary>What the synapses of one projection take on a core.</summary>
/// <param name="DescriptorBytes">Integers that describe the address function, in data memory.</param>
/// <param name="SharedBytes">Weights that all events share (kernel taps) and address tables: in data memory if they fit, else in shared memory.</param>
/// <param name="RowBytes">Synaptic rows, always in shared memory.</param>
/// <param name="TransferBytes">Largest piece that one DMA transfer brings if the weights are in shared memory.</param>
internal readonly record struct SynapseBytes(long DescriptorBytes, long SharedBytes, long RowBytes, long TransferBytes);

/// <summary>
/// Sizes of synapses on a core. Two forms: address functions with shared weights (windows, identity) are kept as a descriptor plus the
/// taps that the core's target channels use, never expanded; explicit synapses (dense, CSR) are rows in the chip's row format, one
/// per source, all of a projection with the stride of the longest.
/// </summary>
internal sealed class SynapseStorage(Module module, SynapseModel format)
{
    private const int WordBytes = 4;

    /// <summary>Descriptor beside the function's own integers: kind, port, delay, source key, source mask, address and length of the weights, row stride.</summary>
    private const int DescriptorWords = 8;

    /// <summary>Bits a shared weight is stored in: the next power of two, so that none crosses a word.</summary>
    private int WeightBits => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)module.Arithmetic.WeightBits);

    /// <summary>Sizes for every slice (first, count) of the projection's target population, which cover it in order.</summary>
    public SynapseBytes[] Sizes(Projection projection, IReadOnlyList<(int First, int Count)> slices)
    {
        var result = new SynapseBytes[slices.Count];
        switch (projection.Map)
        {
            case var map when projection.RowsFrom is not null:
                // No weights: the rows are payloads, which wait in rings of their own (PayloadRings).
                Array.Fill(result, new((DescriptorWords + map.Encode().Length) * WordBytes, 0, 0, 0));
                break;
            case StridedMap strided:
                for (var s = 0; s < result.Length; s++) result[s] = Shared(Math.Min(strided.RowCount, (long)strided.FanIn * slices[s].Count), 1, strided.Encode().Length);
                break;
            case DenseMap dense:
                for (var s = 0; s < result.Length; s++) result[s] = Rows(dense.Sources, slices[s].Count);
                break;
            case ConvMap conv:
                Taps(conv.Y.Kernel * conv.X.Kernel, conv.GroupInputs, conv.OutChannels, conv.GroupOutputs);
                break;
            case TransposedConvMap deconv:
                Taps(deconv.Y.Kernel * deconv.X.Kernel, deconv.GroupInputs, deconv.OutChannels, deconv.GroupOutputs);
                break;
            case SiteConvMap sites:
                Taps(sites.Window.Taps, sites.GroupInputs, sites.OutChannels, sites.GroupOutputs, sites.Encode().Length);
                break;
            case ScatterMap scatter:
                Array.Fill(result, Shared(1, 1, scatter.Encode().Length));
                break;
            case PoolMap pool:
                // One weight in all, or one per target pixel of the slice.
                for (var s = 0; s < result.Length; s++)
                {
                    var (first, count) = slices[s];
                    result[s] = Shared(pool.RowPerPixel ? ((first + count - 1) / pool.Channels) - (first / pool.Channels) + 1 : 1, 1, 14);
                }
                break;
            case IdentityMap identity:
                for (var s = 0; s < result.Length; s++) result[s] = Shared(Math.Min(identity.Rows, slices[s].Count), 1, 2);
                break;
            case PermutationMap permutation:
                Permuted(permutation);
                break;
            default:
                Explicit(projection.Map);
                break;
        }
        return result;

        // Kernel taps: of each tap, the weights from all inputs of a group to the output channels that the slice holds; one transfer brings
        // what one event adds through one tap.
        void Taps(int taps, int groupInputs, int outChannels, int groupOutputs, int functionWords = 15)
        {
            for (var s = 0; s < result.Length; s++)
            {
                var channels = Math.Min(slices[s].Count, outChannels);
                result[s] = Shared((long)taps * groupInputs * channels, Math.Min(channels, groupOutputs), functionWords);
            }
        }

        // A permutation needs a table from source to target: a word for each source from the first to the last that the slice hears.
        void Permuted(PermutationMap map)
        {
            var (low, high) = (new int[result.Length], new int[result.Length]);
            Array.Fill(low, int.MaxValue);
            Array.Fill(high, -1);
            for (var a = 0; a < map.TargetOf.Length; a++)
            {
                if (map.TargetOf[a] < 0) continue;
                var s = IndexOf(slices, map.TargetOf[a]);
                (low[s], high[s]) = (Math.Min(low[s], a), Math.Max(high[s], a));
            }
            for (var s = 0; s < result.Length; s++)
            {
                var span = high[s] < 0 ? 0 : high[s] - low[s] + 1;
                var weights = Shared(Math.Min(map.Rows, slices[s].Count), 1, 2);
                result[s] = weights with { SharedBytes = weights.SharedBytes + ((long)span * WordBytes) };
            }
        }

        // Any other function is expanded: rows from the first to the last source that reaches the slice.
        void Explicit(AddressFunction map)
        {
            var (low, high, longest) = (new int[result.Length], new int[result.Length], new int[result.Length]);
            Array.Fill(low, -1);
            var row = new List<Synapse>();
            for (var a = 0; a < map.SourceSize; a++)
            {
                row.Clear();
                map.Enumerate(a, row);
                for (var k = 0; k < row.Count;)
                {
                    var s = IndexOf(slices, row[k].Target);
                    var start = k;
                    var end = slices[s].First + slices[s].Count;
                    while (k < row.Count && row[k].Target < end) k++;
                    if (low[s] < 0) low[s] = a;
                    high[s] = a;
                    longest[s] = Math.Max(longest[s], k - start);
                }
            }
            for (var s = 0; s < result.Length; s++) result[s] = low[s] < 0 ? default : Rows(high[s] - low[s] + 1, longest[s]);
        }
    }

    private SynapseBytes Rows(int sources, int longest)
    {
        var row = ((long)format.RowHeader.Count + ((long)longest * format.WordsPerSynapse(module.Arithmetic.WeightBits))) * format.Word.Bits.Bytes;
        return new(DescriptorWords * WordBytes, 0, sources * row, row);
    }

    private SynapseBytes Shared(long weights, long perTransfer, int functionWords) =>
        new((DescriptorWords + functionWords) * WordBytes, RoundUp(weights), 0, RoundUp(perTransfer));

    private long RoundUp(long weights) => (((weights * WeightBits) + 31) / 32) * WordBytes;

    private static int IndexOf(IReadOnlyList<(int First, int Count)> slices, int target)
    {
        var (low, high) = (0, slices.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (slices[middle].First <= target) low = middle;
            else high = middle - 1;
        }
        return low;
    }
}
