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
/// <para>Traffic is stated there as a multiple of that of their own machine (5.47 for Eyeriss, "derived from papers"); <see cref="TrafficRatio"/> does the same. It
/// includes the layers whose cycles are not counted.</para>
/// </summary>
/// <param name="rows">Rows: output channels at a time.</param>
/// <param name="columns">Columns: inputs at a time.</param>
/// <param name="trafficRatio">DRAM traffic as a multiple of that of a tile of 256 rows, 16 columns, 128 lanes; null if not known.</param>
public sealed class DenseArray(int rows, int columns, decimal? trafficRatio = null) : ITileEngine
{
    private static readonly ProductSparseShape Reference = new(256, 16, 128, 8, 32, 2, 32, 8, 1, 1024, 8);

    /// <summary>Output channels at a time.</summary>
    public int Rows { get; } = rows;

    /// <summary>Inputs at a time.</summary>
    public int Columns { get; } = columns;

    /// <summary>DRAM traffic as a multiple of that of a tile of 256 rows, 16 columns, 128 lanes; null if not known.</summary>
    public decimal? TrafficRatio { get; } = trafficRatio;

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
        var traffic = BlockTraffic.Of(Reference, work, before?.Cycles.OutputKept ?? false);
        return new LayerCycles(cycles, cycles, [new UnitCycles("array", cycles)])
        {
            DramRead = Times(traffic.Read),
            DramWritten = Times(traffic.Written),
            OutputKept = traffic.OutputKept,
            Macs = work.Kind is LayerKind.Conv or LayerKind.Linear ? work.Rows * work.Inputs * work.Outputs : 0,
        };
    }

    private Bits Times(long bits) => new((long)Math.Round(bits * (TrafficRatio ?? 0)));
}
