namespace NeuroChip.Simulator.Tiles;

/// <summary>Cycles and traffic of one product of a spike matrix with a weight matrix on a product-sparse tile.</summary>
/// <param name="Adding">Cycles of the adders.</param>
/// <param name="Searching">Cycles of the unit that finds which row contains which.</param>
/// <param name="Loading">Cycles in which both wait for memory.</param>
/// <param name="Read">Bits read from DRAM.</param>
/// <param name="Product">What was found, counted once for every group of outputs that repeats it.</param>
internal readonly record struct SpikeProduct(long Adding, long Searching, long Loading, long Read, ProductCounts Product)
{
    /// <summary>Cycles of adders and search, which overlap from tile to tile.</summary>
    public long Computing => Math.Max(Adding, Searching);

    /// <summary>All cycles.</summary>
    public long Total => Computing + Loading;

    /// <summary>A layer with stored weights.</summary>
    /// <param name="shape">The tile.</param>
    /// <param name="spikes">Spike matrix, M x K.</param>
    /// <param name="outputs">N.</param>
    /// <param name="read">Bits it reads from DRAM.</param>
    /// <param name="inputKept">Whether the inputs are on the tile when the layer begins, so that no first tile has to be loaded.</param>
    public static SpikeProduct OfLayer(ProductSparseShape shape, SpikeMatrix spikes, long outputs, long read, bool inputKept)
    {
        long m = spikes.Rows, k = spikes.Columns;
        var groups = CeilingDivision.Of(outputs, shape.Lanes);
        var product = ProductSparsity.Count(spikes, shape.Rows, shape.Columns) * groups;
        var first = FirstTile(shape, m, k, outputs, inputKept, weightsKept: false);
        return Of(shape, product, m / shape.PopcountLanes * groups, read, first);
    }

    /// <summary>
    /// A product inside attention, whose second operand is the result of another layer. Here the tile is taken to hold a whole operand where it
    /// fits the buffer, and rows are counted anew for every tile.
    /// </summary>
    public static SpikeProduct OfOperands(ProductSparseShape shape, SpikeMatrix spikes, long outputs, bool inputKept, bool weightsKept)
    {
        long m = spikes.Rows, k = spikes.Columns;
        var groups = CeilingDivision.Of(outputs, shape.Lanes);
        var product = ProductSparsity.Count(spikes, shape.Rows, shape.Columns) * groups;
        long popcounts = 0;
        for (long row = 0; row < m; row += shape.Rows) popcounts += Math.Min(shape.Rows, m - row) / shape.PopcountLanes;
        var read = BlockTraffic.OfOperands(shape, m, k, outputs, inputKept, weightsKept);
        var first = FirstTile(shape, m, k, outputs, inputKept, weightsKept);
        return Of(shape, product, popcounts * CeilingDivision.Of(k, shape.Columns) * groups, read, first);
    }

    private static SpikeProduct Of(ProductSparseShape shape, ProductCounts product, long popcounts, long read, long first)
    {
        var adding = product.Remaining + product.ExactMatches;
        var searching = product.Searched + popcounts;
        var loading = (first / shape.MemoryBits) + Math.Max(0, ((read - first) / shape.MemoryBits) - Math.Max(adding, searching));
        return new SpikeProduct(adding, searching, loading, read, product);
    }

    private static long FirstTile(ProductSparseShape shape, long m, long k, long outputs, bool inputKept, bool weightsKept) =>
        (weightsKept ? 0 : Math.Min(shape.Columns, k) * Math.Min(shape.Lanes, outputs) * shape.WeightBits)
        + (inputKept ? 0 : Math.Min(shape.Columns, k) * Math.Min(shape.Rows, m));
}
