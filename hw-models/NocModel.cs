using NeuroChip.HwModels.Fields;

namespace NeuroChip.HwModels;

/// <summary>Routers, links and packets.</summary>
public sealed record NocModel
{
    /// <summary>Multicast entries of a router that applications can use.</summary>
    public required Quantity RouterEntries { get; init; }

    /// <summary>Whether a packet that matches no entry goes on straight.</summary>
    public required bool DefaultRouting { get; init; }

    /// <summary>Bits of a routing key.</summary>
    public required Quantity KeyBits { get; init; }

    /// <summary>Clock of the routers.</summary>
    public required Quantity RouterClock { get; init; }

    /// <summary>Router cycles from entering a router to leaving it, without waiting.</summary>
    public required Quantity HopLatency { get; init; }

    /// <summary>Router cycles between two packets of one router: 1 / throughput.</summary>
    public required Quantity RouterInterval { get; init; }

    /// <summary>Router cycles a blocked packet waits before it is dropped.</summary>
    public required Quantity RouterWait { get; init; }

    /// <summary>Bits of a packet without payload.</summary>
    public required Quantity Packet { get; init; }

    /// <summary>Bits of a packet with payload.</summary>
    public required Quantity PayloadPacket { get; init; }

    /// <summary>Bits of the payload.</summary>
    public required Quantity Payload { get; init; }

    /// <summary>Time a packet without payload occupies a link between chips.</summary>
    public required Quantity LinkTime { get; init; }

    /// <summary>Time a packet with payload occupies a link between chips.</summary>
    public required Quantity PayloadLinkTime { get; init; }

    internal static NocModel Map(ChipFields f, NocModel? n) => new()
    {
        RouterEntries = f.Quantity("router_entries", Dimension.CountOf("entries", "entry"), n?.RouterEntries, "Multicast entries of a router that applications can use."),
        DefaultRouting = f.Flag("default_routing", n?.DefaultRouting, "Whether a packet that matches no entry leaves opposite to where it came in."),
        KeyBits = f.Quantity("key", Dimension.Memory, n?.KeyBits, "Routing key of a packet."),
        RouterClock = f.Quantity("router_clock", Dimension.Frequency, n?.RouterClock, "Clock of the routers."),
        HopLatency = f.Quantity("hop_latency", Dimension.Cycles, n?.HopLatency, "Router cycles from entering a router to leaving it, without waiting."),
        RouterInterval = f.Quantity("router_interval", Dimension.Cycles, n?.RouterInterval, "Router cycles between two packets of one router."),
        RouterWait = f.Quantity("router_wait", Dimension.Cycles, n?.RouterWait, "Router cycles a blocked packet waits before it is dropped."),
        Packet = f.Quantity("packet", Dimension.Memory, n?.Packet, "Packet without payload."),
        PayloadPacket = f.Quantity("payload_packet", Dimension.Memory, n?.PayloadPacket, "Packet with payload."),
        Payload = f.Quantity("payload", Dimension.Memory, n?.Payload, "Payload of a packet."),
        LinkTime = f.Quantity("link_time", Dimension.Time, n?.LinkTime, "Time a packet without payload occupies a link between chips."),
        PayloadLinkTime = f.Quantity("payload_link_time", Dimension.Time, n?.PayloadLinkTime, "Time a packet with payload occupies a link between chips."),
    };
}
