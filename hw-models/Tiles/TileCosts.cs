using NeuroChip.HwModels.Fields;

namespace NeuroChip.HwModels.Tiles;

/// <summary>
/// A cost table of a tile chip: what the actions a run counts, and time itself, cost in energy. What a table does not name is not priced by it.
/// A chip may have several, from different publications or technologies; they are never mixed.
/// </summary>
public sealed record TileCosts
{
    /// <summary>What the table is, for reports.</summary>
    public required string Title { get; init; }

    /// <summary>The chip powered on, beyond what memory_leakage prices, for as long as the run takes.</summary>
    public Quantity? Static { get; init; }

    /// <summary>On-chip memory powered on, for as long as the run takes: a chip with more memory leaks more.</summary>
    public Quantity? MemoryLeakage { get; init; }

    /// <summary>An addition to an accumulator.</summary>
    public Quantity? Addition { get; init; }

    /// <summary>A multiply-accumulate.</summary>
    public Quantity? Mac { get; init; }

    /// <summary>A membership test.</summary>
    public Quantity? Probe { get; init; }

    /// <summary>A lookup of a site: address arithmetic, hash and comparison; the table is paid for by its bits.</summary>
    public Quantity? SiteProbe { get; init; }

    /// <summary>A bit read from the table memory of an address unit.</summary>
    public Quantity? SiteTableRead { get; init; }

    /// <summary>A bit written to the table memory of an address unit.</summary>
    public Quantity? SiteTableWrite { get; init; }

    /// <summary>A neuron update.</summary>
    public Quantity? NeuronUpdate { get; init; }

    /// <summary>A bit read from weight memory.</summary>
    public Quantity? WeightRead { get; init; }

    /// <summary>A bit written to weight memory.</summary>
    public Quantity? WeightWrite { get; init; }

    /// <summary>A bit read from event memory.</summary>
    public Quantity? EventRead { get; init; }

    /// <summary>A bit written to event memory.</summary>
    public Quantity? EventWrite { get; init; }

    /// <summary>A bit read from accumulator memory.</summary>
    public Quantity? AccumulatorRead { get; init; }

    /// <summary>A bit written to accumulator memory.</summary>
    public Quantity? AccumulatorWrite { get; init; }

    /// <summary>A bit read from membrane memory.</summary>
    public Quantity? MembraneRead { get; init; }

    /// <summary>A bit written to membrane memory.</summary>
    public Quantity? MembraneWrite { get; init; }

    /// <summary>A bit read from or written to the global buffer.</summary>
    public Quantity? GlobalBufferBit { get; init; }

    /// <summary>A bit moved over one link of the mesh and through the router at its end.</summary>
    public Quantity? NocBitHop { get; init; }

    /// <summary>A bit read from or written to DRAM.</summary>
    public Quantity? DramBit { get; init; }

    internal static TileCosts Map(ChipFields f, TileCosts? c) => new()
    {
        Title = f.Text("title", c?.Title, "What the table is, for reports."),
        Static = f.OptionalQuantity("static", Dimension.Power, c?.Static, "The chip powered on, beyond what memory_leakage prices, for as long as the run takes."),
        MemoryLeakage = f.OptionalQuantity("memory_leakage", Dimension.PowerPerMemory, c?.MemoryLeakage, "On-chip memory powered on, for as long as the run takes."),
        Addition = f.OptionalQuantity("addition", Dimension.Energy, c?.Addition, "An addition to an accumulator."),
        Mac = f.OptionalQuantity("mac", Dimension.Energy, c?.Mac, "A multiply-accumulate."),
        Probe = f.OptionalQuantity("probe", Dimension.Energy, c?.Probe, "A membership test."),
        SiteProbe = f.OptionalQuantity("site_probe", Dimension.Energy, c?.SiteProbe, "A lookup of a site: address arithmetic, hash and comparison."),
        SiteTableRead = f.OptionalQuantity("site_table_read", Dimension.EnergyPerBit, c?.SiteTableRead, "A bit read from the table memory of an address unit."),
        SiteTableWrite = f.OptionalQuantity("site_table_write", Dimension.EnergyPerBit, c?.SiteTableWrite, "A bit written to the table memory of an address unit."),
        NeuronUpdate = f.OptionalQuantity("neuron_update", Dimension.Energy, c?.NeuronUpdate, "A neuron update."),
        WeightRead = f.OptionalQuantity("weight_read", Dimension.EnergyPerBit, c?.WeightRead, "A bit read from weight memory."),
        WeightWrite = f.OptionalQuantity("weight_write", Dimension.EnergyPerBit, c?.WeightWrite, "A bit written to weight memory."),
        EventRead = f.OptionalQuantity("event_read", Dimension.EnergyPerBit, c?.EventRead, "A bit read from event memory."),
        EventWrite = f.OptionalQuantity("event_write", Dimension.EnergyPerBit, c?.EventWrite, "A bit written to event memory."),
        AccumulatorRead = f.OptionalQuantity("accumulator_read", Dimension.EnergyPerBit, c?.AccumulatorRead, "A bit read from accumulator memory."),
        AccumulatorWrite = f.OptionalQuantity("accumulator_write", Dimension.EnergyPerBit, c?.AccumulatorWrite, "A bit written to accumulator memory."),
        MembraneRead = f.OptionalQuantity("membrane_read", Dimension.EnergyPerBit, c?.MembraneRead, "A bit read from membrane memory."),
        MembraneWrite = f.OptionalQuantity("membrane_write", Dimension.EnergyPerBit, c?.MembraneWrite, "A bit written to membrane memory."),
        GlobalBufferBit = f.OptionalQuantity("global_buffer_bit", Dimension.EnergyPerBit, c?.GlobalBufferBit, "A bit read from or written to the global buffer."),
        NocBitHop = f.OptionalQuantity("noc_bit_hop", Dimension.EnergyPerBit, c?.NocBitHop, "A bit moved over one link of the mesh and through the router at its end."),
        DramBit = f.OptionalQuantity("dram_bit", Dimension.EnergyPerBit, c?.DramBit, "A bit read from or written to DRAM."),
    };
}
