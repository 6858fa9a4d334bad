using NeuroChip.HwModels.Fields;

namespace NeuroChip.HwModels;

/// <summary>What a core does within a tick.</summary>
[Flags]
public enum CoreAction
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Taking a spike from the queue and finding its synapses.</summary>
    Decode = 1,

    /// <summary>Bringing rows of synapses from the memory of the chip.</summary>
    Fetch = 2,

    /// <summary>Synaptic events and multiply-accumulates.</summary>
    Add = 4,

    /// <summary>Updating neurons and sending their packets.</summary>
    Update = 8,
}

/// <summary>What happens to a packet that finds the queue of its core full.</summary>
public enum FullQueue
{
    /// <summary>It is lost.</summary>
    Drop,

    /// <summary>It waits in the router.</summary>
    Wait,
}

/// <summary>What event timing needs beyond costs: what works beside what, and how much can wait where.</summary>
public sealed record PipelineModel
{
    /// <summary>Actions with a unit of their own, beside everything else; the others share the processor.</summary>
    public required CoreAction Overlap { get; init; }

    /// <summary>Whether arriving spikes interrupt the update of neurons; else they wait until its end. Means nothing where updates have a unit of their own.</summary>
    public required bool SpikesFirst { get; init; }

    /// <summary>What happens when the queue of spikes is full.</summary>
    public required FullQueue FullQueue { get; init; }

    /// <summary>Rows a core holds at once: one is added while the others are on their way.</summary>
    public required Quantity RowBuffers { get; init; }

    /// <summary>Packets of a core that wait for the network before it must wait itself.</summary>
    public required Quantity SendQueue { get; init; }

    /// <summary>Packets a router holds of each link that leads to it.</summary>
    public required Quantity LinkBuffer { get; init; }

    /// <summary>Rate between a core and the router of its chip, each way.</summary>
    public required Quantity CoreLink { get; init; }

    /// <summary>Time a packet without payload occupies a link between boards; null where it is that of any link.</summary>
    public Quantity? BoardLinkTime { get; init; }

    /// <summary>Time a packet with payload occupies a link between boards; null where it is that of any link.</summary>
    public Quantity? PayloadBoardLinkTime { get; init; }

    internal static PipelineModel Map(ChipFields f, PipelineModel? p) => new()
    {
        Overlap = f.Choices("overlap", p?.Overlap, "Actions of a core, of decode, fetch, add, update, with a unit of their own beside everything else; the others share the processor."),
        SpikesFirst = f.Flag("spikes_first", p?.SpikesFirst, "Whether arriving spikes interrupt the update of neurons; else they wait until its end."),
        FullQueue = f.Choice("full_queue", p?.FullQueue, "What a packet does that finds the queue of spikes full: drop or wait in the router."),
        RowBuffers = f.Quantity("row_buffers", Dimension.CountOf("rows", "row"), p?.RowBuffers, "Rows of synapses a core holds at once: one is added while the others are on their way."),
        SendQueue = f.Quantity("send_queue", Dimension.CountOf("packets", "packet"), p?.SendQueue, "Packets of a core that wait for the network before it must wait itself."),
        LinkBuffer = f.Quantity("link_buffer", Dimension.CountOf("packets", "packet"), p?.LinkBuffer, "Packets a router holds of each link that leads to it."),
        CoreLink = f.Quantity("core_link", Dimension.Bandwidth, p?.CoreLink, "Rate between a core and the router of its chip, each way."),
        BoardLinkTime = f.OptionalQuantity("board_link_time", Dimension.Time, p?.BoardLinkTime, "Time a packet without payload occupies a link between boards, where it differs."),
        PayloadBoardLinkTime = f.OptionalQuantity("payload_board_link_time", Dimension.Time, p?.PayloadBoardLinkTime, "Time a packet with payload occupies a link between boards, where it differs."),
    };
}
