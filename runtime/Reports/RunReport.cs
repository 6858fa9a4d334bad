using System.Collections.Immutable;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Runtime.Reports;

/// <summary>
/// Everything a report says about a run, and the form of <c>report.json</c> (docs/report.md). It holds integer counts, the chip model and
/// what was derived from both; nothing that depends on the machine the simulator ran on or on the time of day.
/// </summary>
/// <param name="Format">Always <see cref="FormatName"/>.</param>
/// <param name="Version">Version of the form, <see cref="CurrentVersion"/> when written by this build.</param>
/// <param name="Model">What ran.</param>
/// <param name="Chip">On what.</param>
/// <param name="Samples">Inferences run.</param>
/// <param name="Accuracy">Present if labels were given.</param>
/// <param name="Quantisation">How faithful the integers are to float32; present if the model was compiled in the same command, with samples to tell.</param>
/// <param name="Timing">When things happened.</param>
/// <param name="Layers">Populations of the image, in its order.</param>
/// <param name="Projections">Projections of the image, in its order.</param>
/// <param name="Cores">Cores in use, in the image's order; none on a chip of tiles.</param>
/// <param name="Links">Links that carried packets.</param>
/// <param name="Routers">Routing tables.</param>
/// <param name="Energy">The price of the counts under one cost table.</param>
/// <param name="NeuroBench">Metrics as the NeuroBench project defines them.</param>
/// <param name="NotModelled">What the numbers leave out.</param>
public sealed record RunReport(
    string Format,
    int Version,
    ReportModel Model,
    ReportChip Chip,
    int Samples,
    ReportAccuracy? Accuracy,
    ReportQuantisation? Quantisation,
    ReportTiming Timing,
    ImmutableArray<ReportLayer> Layers,
    ImmutableArray<ReportProjection> Projections,
    ImmutableArray<ReportCore> Cores,
    ImmutableArray<ReportLink> Links,
    ImmutableArray<ReportRouter> Routers,
    ReportEnergy? Energy,
    ReportNeuroBench NeuroBench,
    ImmutableArray<string> NotModelled)
{
    /// <summary>Value of <see cref="Format"/>.</summary>
    public const string FormatName = "neurochip-run";

    /// <summary>The version this build writes and reads.</summary>
    public const int CurrentVersion = 2;

    /// <summary>What happened on a chip of tiles; null for a chip of cores.</summary>
    public ReportTiles? Tiles { get; init; }

    /// <summary>What active sites took, and vanilla addressing beside it; null where nothing is looked up.</summary>
    public ReportSites? Sites { get; init; }

    /// <summary>What single spikes did on their way; null without event timing.</summary>
    public ReportEvents? Events { get; init; }

    /// <summary>What the compiler chose where it had a choice, with the cost of the other ways.</summary>
    public ImmutableArray<Decision> Decisions { get; init; } = [];

    /// <summary>The energy by the formula of the spiking-transformer papers, which counts operations only.</summary>
    public ReportPaper? Paper { get; init; }
}

/// <summary>What ran.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Steps">Time steps of an inference.</param>
/// <param name="TicksPerStep">Ticks of the chip per step.</param>
/// <param name="Arithmetic">"float32", or e.g. "int8, 32-bit accumulators".</param>
/// <param name="Device">What computed it.</param>
public sealed record ReportModel(string Name, int Steps, int TicksPerStep, string Arithmetic, string Device);

/// <summary>On what it ran.</summary>
/// <param name="Name">Name of the chip model.</param>
/// <param name="Title">The chip in one line.</param>
/// <param name="Boundary">What the energy is the energy of: "core", "chip" or "board".</param>
/// <param name="Width">Columns of chips.</param>
/// <param name="Height">Rows of chips.</param>
/// <param name="ChipsInUse">Chips with at least one core in use.</param>
/// <param name="BoardsInUse">Boards with at least one chip in use.</param>
/// <param name="CoresPerChip">Cores of a chip that can hold neurons.</param>
/// <param name="ChipsPresent">Chips of the whole machine.</param>
/// <param name="Yaml">The complete chip model, so that the run can be priced again from this file alone.</param>
public sealed record ReportChip(
    string Name, string Title, string Boundary, int Width, int Height, int ChipsInUse, int BoardsInUse, int CoresPerChip, int ChipsPresent, string Yaml);

/// <summary>How many samples were put into the right class.</summary>
/// <param name="Labels">Array of the input file that held the classes.</param>
/// <param name="Correct">Right ones.</param>
/// <param name="Samples">Judged ones.</param>
/// <param name="Fraction">Right per judged.</param>
public sealed record ReportAccuracy(string Labels, int Correct, int Samples, double Fraction);

/// <summary>How faithful the integers of the image are to float32, on calibration samples.</summary>
/// <param name="Samples">Samples that were run in both.</param>
/// <param name="LeastAgreement">Part of the emissions that are equal, in the layer with least.</param>
/// <param name="SameClass">Part of the samples both put into one class.</param>
/// <param name="FloatAccuracy">Accuracy in float32, with labels.</param>
/// <param name="QuantisedAccuracy">Accuracy in integers, with labels.</param>
/// <param name="Layers">Per spiking layer, the part of the emissions that are equal.</param>
public sealed record ReportQuantisation(
    int Samples, double? LeastAgreement, double? SameClass, double? FloatAccuracy, double? QuantisedAccuracy, ImmutableArray<ReportAgreement> Layers);

/// <summary>Agreement of one layer.</summary>
/// <param name="Name">The layer.</param>
/// <param name="Agreement">Part of its emissions that equal those of float32.</param>
public sealed record ReportAgreement(string Name, double Agreement);

/// <summary>When things happened.</summary>
/// <param name="Ticks">Ticks of all samples, one after the other.</param>
/// <param name="TickSeconds">Real-time length of a tick; 0 on a chip of tiles, where only the order of ticks means something.</param>
/// <param name="CyclesPerTick">Core cycles a tick has; 0 on a chip of tiles.</param>
/// <param name="TimeScaleFactor">How much slower than real time ticks must run so that no core overruns.</param>
/// <param name="Seconds">Time of all samples, slowed down by the factor.</param>
/// <param name="LatencyTicks">Ticks from the first input to the last output of an inference.</param>
/// <param name="FirstOutputTicks">Ticks from the first input to the first step of the outputs.</param>
/// <param name="LatencySeconds">Latency of an inference, slowed down by the factor.</param>
/// <param name="OverrunTicks">Ticks of cores that needed more cycles than a tick has.</param>
/// <param name="BottleneckCore">Index of the core with the greatest peak; -1 if there are no cores.</param>
/// <param name="MeanUtilisation">Busy cycles per cycle, mean over cores in use.</param>
/// <param name="MaxUtilisation">The same of the core with most.</param>
/// <param name="SlowestCoreCyclesPerTick">Per tick of an inference, cycles of the core that needed most, the maximum over samples.</param>
public sealed record ReportTiming(
    long Ticks,
    double TickSeconds,
    long CyclesPerTick,
    double TimeScaleFactor,
    double Seconds,
    long LatencyTicks,
    long FirstOutputTicks,
    double LatencySeconds,
    long OverrunTicks,
    int BottleneckCore,
    double MeanUtilisation,
    double MaxUtilisation,
    ImmutableArray<long> SlowestCoreCyclesPerTick);

/// <summary>One population.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Neuron">Neuron model.</param>
/// <param name="Domain">What it emits: "binary", "count", "signed" or "real".</param>
/// <param name="Shape">Framework shape without time.</param>
/// <param name="Neurons">Number of neurons.</param>
/// <param name="Cores">Cores it is spread over.</param>
/// <param name="Input">Whether it is an input of the model.</param>
/// <param name="Counts">What its neurons did over all samples.</param>
/// <param name="EmissionsPerStep">Emissions other than 0 in each step, over all samples.</param>
/// <param name="SpikeRate">Emissions other than 0 per neuron and step.</param>
public sealed record ReportLayer(
    string Name,
    string Neuron,
    string Domain,
    ImmutableArray<int> Shape,
    int Neurons,
    int Cores,
    bool Input,
    ReportLayerCounts Counts,
    ImmutableArray<long> EmissionsPerStep,
    double SpikeRate);

/// <summary>What the neurons of a population did.</summary>
/// <param name="NeuronUpdates">Neuron steps.</param>
/// <param name="Emissions">Emissions other than 0.</param>
/// <param name="Packets">Packets sent.</param>
/// <param name="PayloadPackets">How many carry a payload word: all or none.</param>
/// <param name="RouterVisits">Routers passed, branches counted each.</param>
/// <param name="LinkCrossings">Links between chips passed, branches counted each.</param>
public sealed record ReportLayerCounts(long NeuronUpdates, long Emissions, long Packets, long PayloadPackets, long RouterVisits, long LinkCrossings);

/// <summary>One projection.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Source">Population of the events.</param>
/// <param name="Target">Population of the accumulators.</param>
/// <param name="Kind">"sparse" (additions) or "analog" (multiply-accumulates).</param>
/// <param name="Map">Address function.</param>
/// <param name="Weights">Stored weights.</param>
/// <param name="ZeroWeights">How many of them are 0.</param>
/// <param name="Synapses">Synapses.</param>
/// <param name="Events">Emissions that entered it.</param>
/// <param name="SynapticEvents">Additions (effective ACs).</param>
/// <param name="Macs">Multiply-accumulates (effective MACs).</param>
/// <param name="DenseOperations">Synapses times steps times samples.</param>
public sealed record ReportProjection(
    string Name,
    string Source,
    string Target,
    string Kind,
    string Map,
    long Weights,
    long ZeroWeights,
    long Synapses,
    long Events,
    long SynapticEvents,
    long Macs,
    long DenseOperations)
{
    /// <summary>Rows that are payloads and were looked at to see whether they are 0; 0 where rows are stored weights.</summary>
    public long Probes { get; init; }

    /// <summary>Multiplications of a machine that skips nothing and multiplies the padding too, over steps and samples: the operations papers count.</summary>
    public long DenseSlots { get; init; }
}

/// <summary>One core.</summary>
/// <param name="X">Chip column.</param>
/// <param name="Y">Chip row.</param>
/// <param name="Core">Core number on the chip.</param>
/// <param name="Layer">Population it computes.</param>
/// <param name="First">First neuron.</param>
/// <param name="Count">Number of neurons.</param>
/// <param name="Memory">Memory it takes, with limits.</param>
/// <param name="Counts">What it did over all samples.</param>
/// <param name="BusyCycles">Cycles computing.</param>
/// <param name="WaitingCycles">Cycles waiting for rows or packets.</param>
/// <param name="IdleCycles">Cycles asleep until the next tick.</param>
/// <param name="PeakCyclesPerTick">Cycles of the tick that needed most.</param>
/// <param name="OverrunTicks">Ticks that were too short.</param>
public sealed record ReportCore(
    int X,
    int Y,
    int Core,
    string Layer,
    int First,
    int Count,
    ImmutableArray<ReportMemory> Memory,
    CoreActivity Counts,
    long BusyCycles,
    long WaitingCycles,
    long IdleCycles,
    long PeakCyclesPerTick,
    long OverrunTicks)
{
    /// <summary>Name for people, e.g. <c>(0,1)/3</c>.</summary>
    public string Place() => $"({X},{Y})/{Core}";

    /// <summary>Busy cycles per cycle.</summary>
    public double Utilisation() => BusyCycles + WaitingCycles + IdleCycles is var all and > 0 ? (double)BusyCycles / all : 0;
}

/// <summary>Memory of a core for one purpose, or (with purpose "total") its sum beside the limit.</summary>
/// <param name="Memory">Which memory.</param>
/// <param name="Purpose">What for.</param>
/// <param name="Bytes">Bytes used.</param>
/// <param name="Limit">Bytes there are; null where the limit is not the core's alone.</param>
public sealed record ReportMemory(string Memory, string Purpose, long Bytes, long? Limit);

/// <summary>One directed link between chips.</summary>
/// <param name="X">Column of the chip it leaves.</param>
/// <param name="Y">Row of the chip it leaves.</param>
/// <param name="Direction">E, NE, N, W, SW or S.</param>
/// <param name="Packets">Packets over all samples.</param>
/// <param name="PayloadPackets">How many carry a payload word.</param>
/// <param name="PeakPacketsPerTick">Packets in the tick with most.</param>
/// <param name="PeakLoad">Time these packets occupy the link, per tick; more than 1 does not fit.</param>
public sealed record ReportLink(int X, int Y, string Direction, long Packets, long PayloadPackets, long PeakPacketsPerTick, double PeakLoad);

/// <summary>The routing table of one chip.</summary>
/// <param name="X">Chip column.</param>
/// <param name="Y">Chip row.</param>
/// <param name="Entries">Entries used.</param>
/// <param name="Limit">Entries there are.</param>
public sealed record ReportRouter(int X, int Y, int Entries, int Limit);

/// <summary>The price of the counts.</summary>
/// <param name="Table">Name of the cost table.</param>
/// <param name="Title">What the table is.</param>
/// <param name="Boundary">What it is the energy of: "core", "chip" or "board".</param>
/// <param name="Joules">Energy of all samples.</param>
/// <param name="JoulesPerInference">Energy of one sample, the mean.</param>
/// <param name="Watts">Energy per time.</param>
/// <param name="ByComponent">Split by what takes it; the sum is the whole.</param>
/// <param name="ByLayer">Split by layer, with one entry for what no layer causes; the sum is the whole.</param>
/// <param name="Prices">The prices used, each with source and grade.</param>
/// <param name="NotPriced">Actions that happened and that the table has no own price for.</param>
public sealed record ReportEnergy(
    string Table,
    string Title,
    string Boundary,
    double Joules,
    double JoulesPerInference,
    double Watts,
    ImmutableArray<ReportEnergyShare> ByComponent,
    ImmutableArray<ReportEnergyShare> ByLayer,
    ImmutableArray<ReportPrice> Prices,
    ImmutableArray<string> NotPriced);

/// <summary>A share of the energy.</summary>
/// <param name="Name">Component or layer.</param>
/// <param name="Joules">Energy of all samples.</param>
public sealed record ReportEnergyShare(string Name, double Joules);

/// <summary>A price of the cost table.</summary>
/// <param name="Name">What is priced.</param>
/// <param name="Value">Number and unit.</param>
/// <param name="Grade">Evidence grade in words.</param>
/// <param name="Source">Where it comes from.</param>
public sealed record ReportPrice(string Name, string Value, string Grade, string Source);

/// <summary>NeuroBench metrics; operations are per inference.</summary>
/// <param name="FootprintBytes">Weights, biases and neuron state, zeros included.</param>
/// <param name="ConnectionSparsity">Zero weights per weight.</param>
/// <param name="ActivationSparsity">Emissions that are 0 per neuron and step, over the spiking layers.</param>
/// <param name="DenseOperations">Synaptic operations of a machine that skips nothing.</param>
/// <param name="EffectiveMacs">Multiply-accumulates that are needed.</param>
/// <param name="EffectiveAcs">Additions that are needed.</param>
/// <param name="MembraneUpdates">Neuron steps.</param>
public sealed record ReportNeuroBench(
    long FootprintBytes,
    double ConnectionSparsity,
    double ActivationSparsity,
    double DenseOperations,
    double EffectiveMacs,
    double EffectiveAcs,
    double MembraneUpdates);
