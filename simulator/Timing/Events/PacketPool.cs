namespace NeuroChip.Simulator.Timing.Events;

/// <summary>The packets of a tick, as numbers from 0; the arrays only grow.</summary>
internal sealed class PacketPool
{
    private Packet[] packets = new Packet[256];

    /// <summary>Packets so far.</summary>
    public int Count { get; private set; }

    /// <summary>A packet of the i-th event that a core sends in this tick.</summary>
    public int Add(int sender, int address, int digits, bool payload, long now, int path)
    {
        if (Count == packets.Length) Array.Resize(ref packets, 2 * Count);
        packets[Count] = new() { Sender = sender, Address = address, Digits = digits, Payload = payload ? 1 : 0, Sent = now, Path = path };
        return Count++;
    }

    /// <summary>Core that sent it.</summary>
    public int Sender(int packet) => packets[packet].Sender;

    /// <summary>Neuron that sent it, in its population.</summary>
    public int Address(int packet) => packets[packet].Address;

    /// <summary>Additions per synapse in a projection that adds digit by digit.</summary>
    public int Digits(int packet) => packets[packet].Digits;

    /// <summary>1 for a packet with a payload word, else 0.</summary>
    public int Payload(int packet) => packets[packet].Payload;

    /// <summary>When it was sent.</summary>
    public long Sent(int packet) => packets[packet].Sent;

    /// <summary>What it last waited for, in the log of paths.</summary>
    public int PathOf(int packet) => packets[packet].Path;

    /// <summary>Sets <see cref="PathOf"/>.</summary>
    public void SetPath(int packet, int path) => packets[packet].Path = path;

    /// <summary>Forgets all packets.</summary>
    public void Clear() => Count = 0;

    private struct Packet
    {
        public int Sender;
        public int Address;
        public int Digits;
        public int Payload;
        public long Sent;
        public int Path;
    }
}
