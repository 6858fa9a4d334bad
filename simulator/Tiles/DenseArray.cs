using NeuroChip.Ir;

namespace NeuroChip.Simulator.Tiles;

/// <summary>
/// An array of multipliers that computes every element, spike or not: <see cref="Rows"/> output channels x <see cref="Columns"/> inputs at a time.
/// <code>
/// convolution, linear:  ceil(N / rows) * floor(M * K / columns)
/// neurons:              floor(floor(steps / rows) * neurons / columns)
/// everything else:      not counted
/// </code>
/// With 12 x 14 at 500 MHz this is how the authors of Prosperity model Eyeriss (Wei et al., HPCA 2025, simulator of the article, function for convolutional, linear and
/// LIF layers): weight stationary, time steps of a neuron side by side in the rows, no time for memory. Attention and LayerNorm are left out of their main comparison
/// and here.
/// </summary>
/// <param name="rows">Rows: output channels at a time.</param>
/// <param name="columns">Columns: inputs at a time.</param>
public sealed class DenseArray(int rows, int columns) : ITileEngine
{
    /// <summary>Output channels at a time.</summary>
    public int Rows { get; } = rows;

    /// <summary>Inputs at a time.</summary>
    public int Columns { get; } = columns;

    /// <inheritdoc/>
    public string Name => "dense-array";

    /// <inheritdoc/>
    public bool NeedsSpikes => false;

    /// <inheritdoc/>
    public LayerCycles Time(LayerWork work, (LayerWork Work, LayerCycles Cycles)? before)
    {
        var cycles = new Cycles(work.Kind switch
        {
            LayerKind.Conv or LayerKind.Linear => CeilingDivision.Of(work.Outputs, Rows) * (work.Rows * work.Inputs / Columns),
            LayerKind.Neurons => work.Steps / Rows * (work.NeuronUpdates / work.Steps) / Columns,
            _ => 0,
        });
        return new LayerCycles(cycles, cycles, [new UnitCycles("array", cycles)]);
    }
}
