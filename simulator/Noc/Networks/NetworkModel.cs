namespace NeuroChip.Simulator.Noc.Networks;

/// <summary>A network of input-queued routers with virtual channels and credits.</summary>
/// <param name="Shape">Routers and links.</param>
/// <param name="VirtualChannels">Virtual channels of an input port, 1 to 16; an even number on a torus.</param>
/// <param name="Buffer">Flits a virtual channel holds, at least 1.</param>
/// <param name="RouterDelay">Cycles from arriving in a buffer to entering the link, without waiting, at least 1: allocation of a channel, of the switch, and the switch itself take one each.</param>
/// <param name="LinkDelay">Cycles on a link, 0 where the router delay holds them; credits take as long on the way back.</param>
/// <param name="PacketFlits">Flits of a packet, at least 1: a link takes one in a cycle.</param>
public sealed record NetworkModel(NetworkShape Shape, int VirtualChannels = 4, int Buffer = 8, int RouterDelay = 3, int LinkDelay = 1, int PacketFlits = 1)
{
    /// <summary>
    /// Cycles of a packet from its making to the arrival of its last flit, over so many links and with nobody else there: the routers, the links, a cycle in the network
    /// interface, and one each on the links between the nodes and their routers.
    /// </summary>
    public int UnloadedLatency(int links) => (links * (RouterDelay + LinkDelay)) + RouterDelay + 3 + (PacketFlits - 1);
}
