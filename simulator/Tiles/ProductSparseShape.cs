namespace NeuroChip.Simulator.Tiles;

/// <summary>The units of a product-sparse tile; a cycle is one of its clock.</summary>
/// <param name="Rows">M: rows of a tile of the spike matrix.</param>
/// <param name="Columns">K: columns of a tile, at most <see cref="ProductSparsity.MaximumColumns"/>.</param>
/// <param name="Lanes">N: adders, one per output.</param>
/// <param name="PopcountLanes">Rows whose spikes are counted in a cycle.</param>
/// <param name="NeuronLanes">Neurons updated side by side.</param>
/// <param name="NeuronCycles">Cycles of such an update.</param>
/// <param name="MacLanes">Multipliers, for what is no addition (softmax, LayerNorm).</param>
/// <param name="ExponentLanes">Exponentials a cycle.</param>
/// <param name="DivideLanes">Divisions a cycle.</param>
/// <param name="MemoryBits">Bits that come from or go to DRAM in a cycle.</param>
/// <param name="WeightBits">Bits of a weight, and of a result kept as one.</param>
public sealed record ProductSparseShape(
    int Rows, int Columns, int Lanes, int PopcountLanes, int NeuronLanes, int NeuronCycles, int MacLanes, int ExponentLanes, int DivideLanes, int MemoryBits, int WeightBits)
{
    /// <summary>Bits of spikes that stay on the tile from one layer to the next: one tile of the spike matrix.</summary>
    public long SpikeBuffer => (long)Rows * Columns;

    /// <summary>Bits of weights that stay on the tile: those of one tile.</summary>
    public long WeightBuffer => (long)Columns * Lanes * WeightBits;
}
