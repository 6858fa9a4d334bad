using System.Collections.Immutable;

namespace NeuroChip.Runtime.Reports;

/// <summary>What happened on a chip of tiles. Cycles are those of the tiles' clock.</summary>
/// <param name="Policy">"spatial": all layers resident at once, a pipeline over steps; "time-multiplexed": phases one after the other in each step.</param>
/// <param name="Phases">Phases of a step.</param>
/// <param name="ClockHertz">The clock.</param>
/// <param name="LatencyCycles">From the first input to the last output of an inference.</param>
/// <param name="FirstOutputCycles">From the first input to the end of the first step.</param>
/// <param name="IntervalCycles">Between two inferences that follow each other as closely as possible.</param>
/// <param name="Bottleneck">What sets the interval.</param>
/// <param name="TotalCycles">All samples, one after the other.</param>
/// <param name="DramBusyCycles">Cycles in which the DRAM channel moved something.</param>
/// <param name="BufferBusyCycles">Cycles in which the port of the global buffer moved something.</param>
/// <param name="LinkBusyCycles">Cycles in which the busiest link of the mesh moved something.</param>
/// <param name="Parameters">Stored weights and biases of the layers, each tensor once.</param>
/// <param name="Kinds">Kinds of tiles.</param>
/// <param name="Tiles">All tiles, by number.</param>
/// <param name="Layers">Stages of the schedule, in its order.</param>
public sealed record ReportTiles(
    string Policy,
    int Phases,
    double ClockHertz,
    long LatencyCycles,
    long FirstOutputCycles,
    long IntervalCycles,
    string Bottleneck,
    long TotalCycles,
    long DramBusyCycles,
    long BufferBusyCycles,
    long LinkBusyCycles,
    long Parameters,
    ImmutableArray<ReportTileKind> Kinds,
    ImmutableArray<ReportTile> Tiles,
    ImmutableArray<ReportTileLayer> Layers)
{
    /// <summary>Inferences a second if they follow each other as closely as possible.</summary>
    public double InferencesPerSecond() => IntervalCycles > 0 ? ClockHertz / IntervalCycles : 0;
}

/// <summary>A kind of tile.</summary>
/// <param name="Name">Its name in the chip model.</param>
/// <param name="Tiles">Tiles of it.</param>
/// <param name="InUse">Tiles of it that compute something.</param>
/// <param name="Layers">Layers computed on it.</param>
/// <param name="Utilisation">Computing cycles per cycle, mean over its tiles.</param>
/// <param name="MaxUtilisation">The same of the tile with most.</param>
public sealed record ReportTileKind(string Name, int Tiles, int InUse, int Layers, double Utilisation, double MaxUtilisation);

/// <summary>A tile.</summary>
/// <param name="X">Column of the mesh.</param>
/// <param name="Y">Row of the mesh.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="BusyCycles">Cycles in which it computed.</param>
/// <param name="Utilisation">The same per cycle.</param>
public sealed record ReportTile(int X, int Y, string Kind, long BusyCycles, double Utilisation);

/// <summary>Cycles by unit.</summary>
/// <param name="Unit">events, adders, macs, probes, neurons, array: of the tiles; noc, buffer, dram: shared.</param>
/// <param name="Cycles">Cycles over all samples.</param>
public sealed record ReportUnit(string Unit, long Cycles);

/// <summary>A layer on tiles: a population with all projections into it.</summary>
/// <param name="Name">The population.</param>
/// <param name="Form">The form that was costed: the compiler's choice where there was one, else the kind of its greatest projection.</param>
/// <param name="Kind">Kind of tile.</param>
/// <param name="Tiles">Numbers of its tiles.</param>
/// <param name="Phase">Phase of a step.</param>
/// <param name="WeightBits">Bits of its weights.</param>
/// <param name="Streamed">Whether they come from DRAM in each step.</param>
/// <param name="MembraneHome">Where state is kept from step to step: none, tile, membrane-tiles, global-buffer, dram.</param>
/// <param name="InputRate">Payloads other than 0 per source neuron and step, over the projections with operations.</param>
/// <param name="DenseSlots">Multiplications of a machine that skips nothing, over steps and samples.</param>
/// <param name="Counts">What was done for it, over all samples.</param>
/// <param name="Cycles">Cycles from its beginning to its end, summed over steps and samples.</param>
/// <param name="TileCycles">Of these, cycles in which its tiles computed.</param>
/// <param name="Bound">What took most of <paramref name="Cycles"/>.</param>
/// <param name="Units">Busy cycles of each unit; they overlap.</param>
/// <param name="Decisive"><paramref name="Cycles"/> by what decided them.</param>
public sealed record ReportTileLayer(
    string Name,
    string Form,
    string Kind,
    ImmutableArray<int> Tiles,
    int Phase,
    long WeightBits,
    bool Streamed,
    string MembraneHome,
    double InputRate,
    long DenseSlots,
    TileActivity Counts,
    long Cycles,
    long TileCycles,
    string Bound,
    ImmutableArray<ReportUnit> Units,
    ImmutableArray<ReportUnit> Decisive);

/// <summary>
/// Energy by the formula of the spiking-transformer papers: <see cref="MacPicojoules"/> per multiply-accumulate of the layer that reads the input, and
/// <see cref="AcPicojoules"/> per synaptic operation, where synaptic operations are firing rate x dense multiplications. Memory, membranes, shortcuts and data movement cost
/// nothing in it. Everything is per inference.
/// </summary>
/// <param name="MacPicojoules">Price of a multiply-accumulate.</param>
/// <param name="AcPicojoules">Price of an addition.</param>
/// <param name="Source">Where formula and prices come from.</param>
/// <param name="FirstLayerMacs">Multiply-accumulates of the layers that read real-valued inputs; once where the input is the same in every step.</param>
/// <param name="SynapticOperations">Firing rate x dense multiplications, of spikes.</param>
/// <param name="OtherMacs">The same of real values that are not inputs: the formula has no place for them.</param>
/// <param name="Joules">The formula.</param>
/// <param name="OtherMacJoules">What <paramref name="OtherMacs"/> would cost at the price of a multiply-accumulate; not in <paramref name="Joules"/>.</param>
/// <param name="DenseSlotsPerStep">Dense multiplications of a step, of the form that was costed.</param>
/// <param name="Layers">By target population.</param>
public sealed record ReportPaper(
    double MacPicojoules,
    double AcPicojoules,
    string Source,
    double FirstLayerMacs,
    double SynapticOperations,
    double OtherMacs,
    double Joules,
    double OtherMacJoules,
    long DenseSlotsPerStep,
    ImmutableArray<ReportPaperLayer> Layers);

/// <summary>A layer in <see cref="ReportPaper"/>; per inference.</summary>
/// <param name="Name">The population.</param>
/// <param name="DenseSlotsPerStep">Dense multiplications of a step.</param>
/// <param name="FirstLayerMacs">See <see cref="ReportPaper.FirstLayerMacs"/>.</param>
/// <param name="SynapticOperations">See <see cref="ReportPaper.SynapticOperations"/>.</param>
/// <param name="OtherMacs">See <see cref="ReportPaper.OtherMacs"/>.</param>
/// <param name="Joules">The formula.</param>
public sealed record ReportPaperLayer(string Name, long DenseSlotsPerStep, double FirstLayerMacs, double SynapticOperations, double OtherMacs, double Joules);
