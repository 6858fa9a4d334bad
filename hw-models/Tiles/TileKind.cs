using NeuroChip.HwModels.Fields;
using NeuroChip.Ir;

namespace NeuroChip.HwModels.Tiles;

/// <summary>The kinds of layers a tile can do.</summary>
[Flags]
public enum TileWork
{
    /// <summary>None: a tile that only holds membranes for others.</summary>
    None = 0,

    /// <summary>Real-valued inputs times weights: multiply-accumulates, e.g. the first layer of a direct-coded network.</summary>
    Analog = 1,

    /// <summary>Spikes times static weights: sparse additions.</summary>
    Sparse = 2,

    /// <summary>Spikes times rows that are other spikes or accumulators: membership tests and sparse additions.</summary>
    Attention = 4,
}

/// <summary>How a tile goes through its work.</summary>
public enum TileEngine
{
    /// <summary>Spike by spike: each event is decoded and its row of weights is added, lanes side by side over the outputs.</summary>
    EventDriven,

    /// <summary>A rows x columns array that computes every position whether it spikes or not.</summary>
    DenseArray,

    /// <summary>Tiles of M rows x K columns of the spike matrix, in which a row that contains another row's spikes begins from that row's result.</summary>
    ProductSparse,
}

/// <summary>
/// Tiles of one kind: how many, what they do and how, how many of each unit they have and what fits. What a kind does not have is left out of the
/// file and is null here.
/// </summary>
public sealed record TileKind
{
    /// <summary>Tiles of this kind on the chip.</summary>
    public required Quantity Count { get; init; }

    /// <summary>Kinds of layers it does. A tile that does none holds membranes for others.</summary>
    public required TileWork Does { get; init; }

    /// <summary>How it goes through its work.</summary>
    public required TileEngine Engine { get; init; }

    /// <summary>Adders, side by side over output channels.</summary>
    public Quantity? Lanes { get; init; }

    /// <summary>Multipliers with adder.</summary>
    public Quantity? MacLanes { get; init; }

    /// <summary>Exponentials in a cycle, for layers with a softmax.</summary>
    public Quantity? ExponentLanes { get; init; }

    /// <summary>Divisions in a cycle, for layers with a softmax or a normalisation.</summary>
    public Quantity? DivideLanes { get; init; }

    /// <summary>Membership tests in a cycle (event-driven attention).</summary>
    public Quantity? ProbeLanes { get; init; }

    /// <summary>Rows of spikes counted in a cycle, to find which contain which (product-sparse).</summary>
    public Quantity? PopcountLanes { get; init; }

    /// <summary>Cycles to take an event from the queue and decode it, hidden unless an event needs fewer cycles than that; 0 if left out.</summary>
    public Quantity? EventCycles { get; init; }

    /// <summary>Neuron units, each of which updates one neuron at a time.</summary>
    public Quantity? NeuronLanes { get; init; }

    /// <summary>Cycles a neuron unit takes for an update.</summary>
    public Quantity? NeuronCycles { get; init; }

    /// <summary>Rows of the array: output channels at a time (dense); rows M of a tile of the spike matrix (product-sparse).</summary>
    public Quantity? Rows { get; init; }

    /// <summary>Columns of the array: inputs at a time (dense); columns K of a tile of the spike matrix (product-sparse).</summary>
    public Quantity? Columns { get; init; }

    /// <summary>
    /// Bits from and to DRAM, as a multiple of those of a product-sparse tile of 256 rows, 16 columns and 128 lanes on the same layers: how published comparisons
    /// state the traffic of designs they have no model of (dense). Null if the traffic is not known.
    /// </summary>
    public Quantity? TrafficRatio { get; init; }

    /// <summary>Memory for weights, in each tile.</summary>
    public Quantity? WeightMemory { get; init; }

    /// <summary>Whether the weight memory is two halves: one is used while the other is filled.</summary>
    public required bool DoubleBuffered { get; init; }

    /// <summary>Memory for waiting events or spike bitmaps, in each tile.</summary>
    public Quantity? EventMemory { get; init; }

    /// <summary>Memory for accumulators of the current step, in each tile.</summary>
    public Quantity? AccumulatorMemory { get; init; }

    /// <summary>Memory for membranes, kept from step to step, in each tile.</summary>
    public Quantity? MembraneMemory { get; init; }

    /// <summary>Finds the targets of events at sites of a sparse grid; null for a tile that cannot.</summary>
    public AddressUnitModel? AddressUnit { get; init; }

    /// <summary>
    /// Weight memory that a layer can fill while the next one's weights arrive: half of it where it is two halves, all of it otherwise. Weights that stay
    /// for good can take all of it.
    /// </summary>
    public Bits WeightsAtATime => DoubleBuffered ? new Bits(WeightMemory.BitsOrNone().Count / 2) : WeightMemory.BitsOrNone();

    /// <summary>All memory of one tile but that of its <see cref="AddressUnit"/>, which is switched off where no network asks for it.</summary>
    public Bits Memory => WeightMemory.BitsOrNone() + EventMemory.BitsOrNone() + AccumulatorMemory.BitsOrNone() + MembraneMemory.BitsOrNone();

    /// <summary>Whether it does all of this work.</summary>
    public bool Can(TileWork work) => (Does & work) == work;

    internal static TileKind Map(ChipFields f, TileKind? t) => new()
    {
        Count = f.Quantity("count", Dimension.CountOf("tiles", "tile"), t?.Count, "Tiles of this kind on the chip."),
        Does = f.Choices("does", t?.Does, "Kinds of layers it does, of analog, sparse, attention; none for a tile that holds membranes for others."),
        Engine = f.Choice("engine", t?.Engine, "How it goes through its work."),
        Lanes = f.OptionalQuantity("lanes", Dimension.CountOf("lanes", "lane"), t?.Lanes, "Adders, side by side over output channels."),
        MacLanes = f.OptionalQuantity("mac_lanes", Dimension.CountOf("lanes", "lane"), t?.MacLanes, "Multipliers with adder."),
        ExponentLanes = f.OptionalQuantity("exponent_lanes", Dimension.CountOf("lanes", "lane"), t?.ExponentLanes, "Exponentials in a cycle, for layers with a softmax."),
        DivideLanes = f.OptionalQuantity("divide_lanes", Dimension.CountOf("lanes", "lane"), t?.DivideLanes, "Divisions in a cycle, for layers with a softmax or a normalisation."),
        ProbeLanes = f.OptionalQuantity("probe_lanes", Dimension.CountOf("lanes", "lane"), t?.ProbeLanes, "Membership tests in a cycle, for attention."),
        PopcountLanes = f.OptionalQuantity("popcount_lanes", Dimension.CountOf("lanes", "lane"), t?.PopcountLanes, "Rows of spikes counted in a cycle by a product-sparse engine."),
        EventCycles = f.OptionalQuantity("event_cycles", Dimension.Cycles, t?.EventCycles, "Cycles to take an event from the queue and decode it."),
        NeuronLanes = f.OptionalQuantity("neuron_lanes", Dimension.CountOf("lanes", "lane"), t?.NeuronLanes, "Neuron units, each of which updates one neuron at a time."),
        NeuronCycles = f.OptionalQuantity("neuron_cycles", Dimension.Cycles, t?.NeuronCycles, "Cycles a neuron unit takes for an update."),
        Rows = f.OptionalQuantity("rows", Dimension.CountOf("rows", "row"), t?.Rows, "Rows of a dense array (output channels at a time), or of a tile of the spike matrix."),
        Columns = f.OptionalQuantity("columns", Dimension.CountOf("columns", "column"), t?.Columns, "Columns of a dense array (inputs at a time), or of a tile of the spike matrix."),
        TrafficRatio = f.OptionalQuantity("traffic_ratio", Dimension.Ratio, t?.TrafficRatio, "Bits from and to DRAM of a dense array, as a multiple of those of a product-sparse tile of 256 rows, 16 columns and 128 lanes on the same layers."),
        WeightMemory = f.OptionalQuantity("weight_memory", Dimension.Memory, t?.WeightMemory, "Memory for weights, in each tile."),
        DoubleBuffered = f.Flag("double_buffered", t?.DoubleBuffered, "Whether one half of the weight memory is filled while the other is used."),
        EventMemory = f.OptionalQuantity("event_memory", Dimension.Memory, t?.EventMemory, "Memory for waiting events or spike bitmaps, in each tile."),
        AccumulatorMemory = f.OptionalQuantity("accumulator_memory", Dimension.Memory, t?.AccumulatorMemory, "Memory for accumulators of the current step, in each tile."),
        MembraneMemory = f.OptionalQuantity("membrane_memory", Dimension.Memory, t?.MembraneMemory, "Memory for membranes, kept from step to step, in each tile."),
        AddressUnit = f.OptionalSection("address_unit", t?.AddressUnit, AddressUnitModel.Map, "Finds the targets of events at sites of a sparse grid; a tile without one does no layers over sites."),
    };
}
