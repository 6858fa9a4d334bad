using NeuroChip.HwModels.Fields;

namespace NeuroChip.HwModels;

/// <summary>
/// A cost table: what the actions a run counts, and time itself, cost in energy. What a table does not name
/// is not priced by it. A chip may have several, from different publications; they differ in boundary and are never mixed.
/// </summary>
public sealed record ActionCosts
{
    /// <summary>What the table is, for reports.</summary>
    public required string Title { get; init; }

    /// <summary>A board powered on, beyond its chips.</summary>
    public Quantity? BoardStatic { get; init; }

    /// <summary>A chip powered on, all cores idle.</summary>
    public Quantity? ChipStatic { get; init; }

    /// <summary>A core in use, beyond its share of the idle chip; for as long as the application runs.</summary>
    public Quantity? CoreActive { get; init; }

    /// <summary>A bit of a packet through a router.</summary>
    public Quantity? PacketBit { get; init; }

    /// <summary>A neuron update.</summary>
    public Quantity? NeuronUpdate { get; init; }

    /// <summary>A synaptic event.</summary>
    public Quantity? SynapticEvent { get; init; }

    /// <summary>A multiply-accumulate.</summary>
    public Quantity? Mac { get; init; }

    /// <summary>The index of a target over sites.</summary>
    public Quantity? SiteOffset { get; init; }

    /// <summary>A lookup of a site.</summary>
    public Quantity? SiteProbe { get; init; }

    /// <summary>A spike sent.</summary>
    public Quantity? SpikeSent { get; init; }

    /// <summary>A word moved by DMA.</summary>
    public Quantity? DmaWord { get; init; }

    internal static ActionCosts Map(ChipFields f, ActionCosts? c) => new()
    {
        Title = f.Text("title", c?.Title, "What the table is, for reports."),
        BoardStatic = f.OptionalQuantity("board_static", Dimension.Power, c?.BoardStatic, "A board powered on, beyond its chips."),
        ChipStatic = f.OptionalQuantity("chip_static", Dimension.Power, c?.ChipStatic, "A chip powered on, all cores idle."),
        CoreActive = f.OptionalQuantity("core_active", Dimension.Power, c?.CoreActive, "A core in use, beyond its share of the idle chip, for as long as the application runs."),
        PacketBit = f.OptionalQuantity("packet_bit", Dimension.EnergyPerBit, c?.PacketBit, "A bit of a packet through a router."),
        NeuronUpdate = f.OptionalQuantity("neuron_update", Dimension.Energy, c?.NeuronUpdate, "A neuron update."),
        SynapticEvent = f.OptionalQuantity("synaptic_event", Dimension.Energy, c?.SynapticEvent, "A synaptic event."),
        Mac = f.OptionalQuantity("mac", Dimension.Energy, c?.Mac, "A multiply-accumulate."),
        SiteOffset = f.OptionalQuantity("site_offset", Dimension.Energy, c?.SiteOffset, "The index of a target over sites."),
        SiteProbe = f.OptionalQuantity("site_probe", Dimension.Energy, c?.SiteProbe, "A lookup of a site in software."),
        SpikeSent = f.OptionalQuantity("spike_sent", Dimension.Energy, c?.SpikeSent, "A spike sent."),
        DmaWord = f.OptionalQuantity("dma_word", Dimension.Energy, c?.DmaWord, "A word moved by DMA."),
    };
}
