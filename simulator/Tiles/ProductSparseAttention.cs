using NeuroChip.Ir;
using NeuroChip.Runtime.Workloads;

namespace NeuroChip.Simulator.Tiles;

/// <summary>
/// Attention on a product-sparse tile, by the rules of the simulator published with Prosperity (see <see cref="ProductSparse"/>); steps, samples and heads
/// run one after the other, since they share nothing.
/// <para><see cref="AttentionForm.Products"/>: two products of a spike matrix with a matrix of results, the one with the smaller middle first
/// (length L, head width d): K^T times V, then Q times that, if L > d; else K times Q^T, then V^T times that. Operands are moved as if they were weights.</para>
/// <para><see cref="AttentionForm.Mask"/>: <c>2 * ops / lanes</c> with ops = steps * heads * d * L: the column sum and the mask, with the neurons between
/// them where they take longer than the sum.</para>
/// <para><see cref="AttentionForm.Softmax"/>: K times Q^T and V^T times the scores, or exponentials, sums, reciprocals and products of the softmax,
/// whichever takes longer; Q has 8 bits.</para>
/// </summary>
internal sealed class ProductSparseAttention(ProductSparseShape shape)
{
    public LayerCycles Time(LayerWork work, bool inputKept)
    {
        var attention = work.Attention ?? throw new ArgumentException($"'{work.Name}' is attention without extents", nameof(work));
        if (attention.Form == AttentionForm.Mask) return Mask(work, attention, inputKept);
        if (work.Spikes.Length != 3) throw new ArgumentException($"'{work.Name}' comes without the spikes of Q, K and V", nameof(work));
        return attention.Form == AttentionForm.Products ? Products(work, attention, inputKept) : Softmax(work, attention);
    }

    private LayerCycles Products(LayerWork work, AttentionWork attention, bool inputKept)
    {
        var shorter = Math.Min(attention.Length, attention.HeadWidth);
        var middleKept = BlockTraffic.MiddleKept(shape, attention);
        var traffic = BlockTraffic.Of(shape, work, inputKept);
        var sum = new Sum();
        foreach (var (rows, columns) in Blocks(work, attention))
        {
            var k = Part(work, 1, rows, columns);
            var first = attention.KeysAndValuesFirst ? k.Transposed() : k;
            var second = attention.KeysAndValuesFirst ? Part(work, 0, rows, columns) : Part(work, 2, rows, columns).Transposed();
            sum.Add(SpikeProduct.OfOperands(shape, first, shorter, inputKept, inputKept));
            sum.Add(SpikeProduct.OfOperands(shape, second, shorter, inputKept, middleKept));
        }

        return new LayerCycles(new(sum.Total), new(sum.Total), [new("adders", new(sum.Adding)), new("search", new(sum.Searching))])
        {
            DramRead = new(traffic.Read),
            DramWritten = new(traffic.Written),
            Waiting = new(sum.Loading),
            Additions = sum.Product.Remaining / CeilingDivision.Of(shorter, shape.Lanes) * shorter,
            Product = sum.Product,
        };
    }

    private LayerCycles Mask(LayerWork work, AttentionWork attention, bool inputKept)
    {
        var channels = (long)attention.Heads * attention.HeadWidth;
        var elements = work.Rows * channels;
        var batch = work.Rows / attention.Length / work.Steps;
        var pass = elements / shape.Lanes;
        var neuronRounds = CeilingDivision.Of(channels * batch, shape.NeuronLanes) * work.Steps * shape.NeuronCycles;
        var neuronSpikes = channels * batch * work.Steps;
        var neurons = neuronRounds + (neuronSpikes < shape.SpikeBuffer ? 0 : Math.Max(0, (neuronSpikes / shape.MemoryBits) - neuronRounds));
        var computing = Math.Max(pass, neurons) + pass;
        var traffic = BlockTraffic.Of(shape, work, inputKept);
        var first = inputKept ? 0 : 3L * attention.Length * attention.HeadWidth;
        var loading = (first / shape.MemoryBits) + Math.Max(0, ((traffic.Total - first) / shape.MemoryBits) - computing);
        return new LayerCycles(new(computing + loading), new(computing + loading), [new("adders", new(2 * pass)), new("neurons", new(neurons))])
        {
            DramRead = new(traffic.Read),
            DramWritten = new(traffic.Written),
            Waiting = new(loading),
            Additions = elements,
            OutputKept = traffic.OutputKept,
        };
    }

    private LayerCycles Softmax(LayerWork work, AttentionWork attention)
    {
        var scores = (long)attention.Length * attention.Length;
        var normalising = (scores / shape.ExponentLanes) + (attention.Length / shape.DivideLanes) + (scores / shape.MacLanes);
        var sums = scores / shape.Lanes;
        var sum = new Sum();
        long total = 0, softmax = 0;
        foreach (var (rows, columns) in Blocks(work, attention))
        {
            var keys = SpikeProduct.OfOperands(shape, Part(work, 1, rows, columns), attention.Length, true, true);
            var values = SpikeProduct.OfOperands(shape, Part(work, 2, rows, columns).Transposed(), attention.Length, true, true);
            sum.Add(keys);
            sum.Add(values);
            softmax += normalising;
            total += Math.Max(keys.Total + values.Total + sums, normalising);
        }

        return new LayerCycles(new(total), new(total), [new("adders", new(sum.Adding)), new("search", new(sum.Searching)), new("softmax", new(softmax))])
        {
            DramRead = new(BlockTraffic.Of(shape, work, false).Read),
            Additions = sum.Product.Remaining / CeilingDivision.Of(attention.Length, shape.Lanes) * attention.Length,
            Product = sum.Product,
        };
    }

    /// <summary>The rows and columns of every step, sample and head in Q, K and V.</summary>
    private static IEnumerable<(int Row, int Column)> Blocks(LayerWork work, AttentionWork attention)
    {
        for (var row = 0; row < work.Rows; row += attention.Length)
            for (var head = 0; head < attention.Heads; head++) yield return (row, head * attention.HeadWidth);
    }

    private static SpikeMatrix Part(LayerWork work, int operand, int row, int column) =>
        work.Spikes[operand].Part(row, work.Attention!.Length, column, work.Attention.HeadWidth);

    private sealed class Sum
    {
        public long Total { get; private set; }

        public long Adding { get; private set; }

        public long Searching { get; private set; }

        public long Loading { get; private set; }

        public ProductCounts Product { get; private set; }

        public void Add(in SpikeProduct product)
        {
            Total += product.Total;
            Adding += product.Adding;
            Searching += product.Searching;
            Loading += product.Loading;
            Product += product.Product;
        }
    }
}
