namespace NeuroChip.HwModels;

/// <summary>
/// What was done, counted in integers: by a core, a layer, a router or a whole run. Simulators add them up, cost models price them
/// afterwards. Sums do not depend on order, so neither do reports.
/// </summary>
public readonly record struct ActionCounts
{
    /// <summary>Ticks that passed.</summary>
    public long Ticks { get; init; }

    /// <summary>Neuron updates.</summary>
    public long NeuronUpdates { get; init; }

    /// <summary>Synaptic events: additions of a weight into an accumulator.</summary>
    public long SynapticEvents { get; init; }

    /// <summary>Multiply-accumulates of analog projections.</summary>
    public long Macs { get; init; }

    /// <summary>Spikes that neurons emitted.</summary>
    public long SpikesSent { get; init; }

    /// <summary>Spikes that arrived at cores; one spike to three cores counts three.</summary>
    public long SpikesReceived { get; init; }

    /// <summary>Packets without payload that entered the network.</summary>
    public long Packets { get; init; }

    /// <summary>Packets with payload that entered the network.</summary>
    public long PayloadPackets { get; init; }

    /// <summary>Routers passed, summed over packets and branches.</summary>
    public long RouterHops { get; init; }

    /// <summary>Links between chips passed, summed over packets and branches.</summary>
    public long LinkHops { get; init; }

    /// <summary>Bits through routers: router hops times bits of the packet.</summary>
    public long RouterBits { get; init; }

    /// <summary>DMA transfers.</summary>
    public long DmaTransfers { get; init; }

    /// <summary>Words moved by DMA.</summary>
    public long DmaWords { get; init; }

    /// <summary>Core cycles spent computing.</summary>
    public long BusyCycles { get; init; }

    /// <summary>Sum of two counts.</summary>
    public static ActionCounts operator +(ActionCounts a, ActionCounts b) => new()
    {
        Ticks = a.Ticks + b.Ticks,
        NeuronUpdates = a.NeuronUpdates + b.NeuronUpdates,
        SynapticEvents = a.SynapticEvents + b.SynapticEvents,
        Macs = a.Macs + b.Macs,
        SpikesSent = a.SpikesSent + b.SpikesSent,
        SpikesReceived = a.SpikesReceived + b.SpikesReceived,
        Packets = a.Packets + b.Packets,
        PayloadPackets = a.PayloadPackets + b.PayloadPackets,
        RouterHops = a.RouterHops + b.RouterHops,
        LinkHops = a.LinkHops + b.LinkHops,
        RouterBits = a.RouterBits + b.RouterBits,
        DmaTransfers = a.DmaTransfers + b.DmaTransfers,
        DmaWords = a.DmaWords + b.DmaWords,
        BusyCycles = a.BusyCycles + b.BusyCycles,
    };
}
