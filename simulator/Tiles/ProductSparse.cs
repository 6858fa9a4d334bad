using NeuroChip.Ir;

namespace NeuroChip.Simulator.Tiles;

/// <summary>
/// A tile that adds rows of weights for spikes and reuses results between rows of spikes (<see cref="ProductSparsity"/>); the machine of Wei et al.,
/// "Prosperity", HPCA 2025. The closed forms are those of the simulator published with the article (repository dubcyfor3/Prosperity, commit 6ee1c6f, the functions
/// for layers on the GPU path, which gave the published figures, and those for LIF, attention and LayerNorm). Of a layer with M rows, K inputs, N outputs and
/// g = ceil(N / lanes), with the sums over tiles of rows x columns:
/// <code>
/// adding    = g * (spikes left after product sparsity + 1 per row equal to an earlier one)
/// searching = g * (rows of 2 spikes or more + M / popcount lanes)
/// traffic   = weights * ceil(M / rows) + g * M * K / taps                        bits
/// total     = max(adding, searching) + first tile / memory bits + max(0, rest of traffic / memory bits - max(adding, searching))
/// </code>
/// Neurons: <c>steps * neuron cycles * ceil(neurons / lanes)</c>, of which only the last tile's share is added behind a layer, because earlier
/// tiles' neurons are updated while later tiles are added up. What a layer of neurons gives stays on the tile if it fits into one tile of the spike matrix.
/// <see cref="ProductSparseAttention"/> has the rules of attention. Pooling takes no time: it happens on the way to memory.
/// </summary>
/// <param name="shape">Units of the tile.</param>
public sealed class ProductSparse(ProductSparseShape shape) : ITileEngine
{
    private readonly ProductSparseAttention attention = new(shape);

    /// <summary>Units of the tile.</summary>
    public ProductSparseShape Shape => shape;

    /// <inheritdoc/>
    public string Name => "product-sparse";

    /// <inheritdoc/>
    public bool NeedsSpikes => true;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A convolution, linear layer or attention without <see cref="LayerWork.Spikes"/>.</exception>
    public LayerCycles Time(LayerWork work, (LayerWork Work, LayerCycles Cycles)? before)
    {
        var inputKept = before?.Cycles.OutputKept ?? false;
        return work.Kind switch
        {
            LayerKind.Conv or LayerKind.Linear => Layer(work, inputKept),
            LayerKind.Attention => attention.Time(work, inputKept),
            LayerKind.Neurons => Neurons(work, before),
            LayerKind.Normalise => Normalise(work, inputKept),
            _ => new LayerCycles(new(0), new(0), []) { OutputKept = inputKept },
        };
    }

    private LayerCycles Layer(LayerWork work, bool inputKept)
    {
        if (work.Spikes is not [var spikes]) throw new ArgumentException($"'{work.Name}' comes without the spikes that product sparsity is about", nameof(work));
        var traffic = BlockTraffic.Of(shape, work, inputKept);
        var product = SpikeProduct.OfLayer(shape, spikes, work.Outputs, traffic.Read, inputKept);
        var total = new Cycles(product.Total);
        return new LayerCycles(total, total, [new("adders", new(product.Adding)), new("search", new(product.Searching))])
        {
            DramRead = new(traffic.Read),
            Waiting = new(product.Loading),
            Additions = product.Product.Remaining / CeilingDivision.Of(work.Outputs, shape.Lanes) * work.Outputs,
            Product = product.Product,
        };
    }

    private LayerCycles Neurons(LayerWork work, (LayerWork Work, LayerCycles Cycles)? before)
    {
        var neurons = work.NeuronUpdates / work.Steps;
        var rounds = CeilingDivision.Of(neurons, shape.NeuronLanes);
        var busy = rounds * work.Steps * shape.NeuronCycles;
        var traffic = BlockTraffic.Of(shape, work, false);
        var waiting = Math.Max(0, (traffic.Written / shape.MemoryBits) - busy);
        var alone = busy + waiting;
        var lastTile = (long)shape.Rows * shape.Lanes / work.Steps;
        var lastTileCycles = Math.Min(busy, CeilingDivision.Of(lastTile, shape.NeuronLanes) * work.Steps * shape.NeuronCycles);
        var added = before switch
        {
            { Work.Kind: LayerKind.Conv or LayerKind.Linear or LayerKind.Normalise } => lastTileCycles,
            { Work.Kind: LayerKind.Attention, Cycles.Alone.Count: var longer } => longer + lastTileCycles >= alone ? lastTileCycles : alone - longer,
            _ => alone,
        };
        return new LayerCycles(new(alone), new(added), [new("neurons", new(busy))])
        {
            DramWritten = new(traffic.Written),
            Waiting = new(waiting),
            OutputKept = traffic.OutputKept,
        };
    }

    /// <summary>
    /// LayerNorm: sum, difference and variance in the adders for every tile of rows; squares and divisions of the last tile only, since those of earlier
    /// ones run beside the additions. Values go through memory once.
    /// </summary>
    private LayerCycles Normalise(LayerWork work, bool inputKept)
    {
        long adding = 0;
        for (long row = 0; row < work.Rows; row += shape.Rows) adding += 3 * (Math.Min(shape.Rows, work.Rows - row) * work.Outputs / shape.Lanes);
        var multiplying = shape.Rows * work.Outputs / shape.MacLanes;
        var dividing = 2L * (shape.Rows / shape.DivideLanes);
        var total = new Cycles(adding + multiplying + dividing);
        var traffic = BlockTraffic.Of(shape, work, inputKept);
        return new LayerCycles(total, total, [new("adders", new(adding)), new("multipliers", new(multiplying)), new("dividers", new(dividing))])
        {
            DramRead = new(traffic.Read),
            DramWritten = new(traffic.Written),
            OutputKept = traffic.OutputKept,
        };
    }
}
