using NeuroChip.Runtime.Workloads;

namespace NeuroChip.Simulator.Tiles;

/// <summary>
/// Bits between DRAM and a machine that goes through a layer in blocks of rows x columns of spikes times lanes outputs and keeps one block. They follow from
/// extents alone. The rules are those of the simulator published with Prosperity (<see cref="ProductSparse"/>).
/// </summary>
/// <param name="Read">Bits read.</param>
/// <param name="Written">Bits written.</param>
/// <param name="OutputKept">Whether what comes out stays in the machine for the next layer.</param>
internal readonly record struct BlockTraffic(long Read, long Written, bool OutputKept)
{
    /// <summary>All bits.</summary>
    public long Total => Read + Written;

    /// <summary>The traffic of a layer.</summary>
    /// <param name="shape">The machine.</param>
    /// <param name="work">The layer; its spikes are not looked at.</param>
    /// <param name="inputKept">Whether its input is in the machine already. Weighted layers are taken to read it all the same, as published.</param>
    public static BlockTraffic Of(ProductSparseShape shape, LayerWork work, bool inputKept)
    {
        switch (work.Kind)
        {
            case LayerKind.Conv or LayerKind.Linear:
                var groups = CeilingDivision.Of(work.Outputs, shape.Lanes);
                var weights = work.Inputs * work.Outputs * shape.WeightBits * CeilingDivision.Of(work.Rows, shape.Rows);
                return new(weights + (work.Rows * work.Inputs * groups / work.Taps), 0, false);
            case LayerKind.Attention:
                return OfAttention(shape, work, work.Attention!, inputKept);
            case LayerKind.Neurons:
                var kept = work.OutputBits.Count < shape.SpikeBuffer;
                return new(0, kept ? 0 : work.OutputBits.Count, kept);
            case LayerKind.Normalise:
                var values = work.Rows * work.Outputs * shape.WeightBits;
                return new(values, values, inputKept);
            default:
                return new(0, 0, inputKept);
        }
    }

    /// <summary>
    /// Bits read for a product inside attention, M x K spikes times K x N results of another layer. Here a whole operand is kept where it fits.
    /// </summary>
    public static long OfOperands(ProductSparseShape shape, long m, long k, long n, bool inputKept, bool weightsKept)
    {
        var inputs = inputKept ? 0 : m * k * (m * k <= shape.SpikeBuffer ? 1 : CeilingDivision.Of(n, shape.Lanes));
        var held = k * n * shape.WeightBits <= shape.WeightBuffer || k <= shape.Columns;
        return inputs + (weightsKept ? 0 : k * n * shape.WeightBits * (held ? 1 : CeilingDivision.Of(m, shape.Rows)));
    }

    /// <summary>Whether the product in the middle of two (smaller extent squared) stays in the weight buffer.</summary>
    public static bool MiddleKept(ProductSparseShape shape, AttentionWork attention)
    {
        long side = Math.Min(attention.Length, attention.HeadWidth);
        return side * side * shape.WeightBits < shape.WeightBuffer;
    }

    private static BlockTraffic OfAttention(ProductSparseShape shape, LayerWork work, AttentionWork attention, bool inputKept)
    {
        var elements = work.Rows * attention.Heads * attention.HeadWidth;
        switch (attention.Form)
        {
            case AttentionForm.Mask:
                var kept = elements < shape.SpikeBuffer;
                return new(inputKept ? 0 : 3 * elements, kept ? 0 : elements, kept);
            case AttentionForm.Softmax:
                return new(elements * (shape.WeightBits + 1 + 1), 0, false);
            default:
                var (longer, shorter) = ((long)Math.Max(attention.Length, attention.HeadWidth), (long)Math.Min(attention.Length, attention.HeadWidth));
                var middleKept = MiddleKept(shape, attention);
                var blocks = work.Rows / attention.Length * attention.Heads;
                var read = OfOperands(shape, shorter, longer, shorter, inputKept, inputKept) + OfOperands(shape, longer, shorter, shorter, inputKept, middleKept);
                return new(blocks * read, middleKept ? 0 : blocks * longer * shorter, false);
        }
    }
}
