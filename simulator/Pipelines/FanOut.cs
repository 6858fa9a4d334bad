using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Simulator.Pipelines;

/// <summary>
/// To which cores a spike goes, and how many synapses it has there. Neurons that share this share a class: all of a group under a dense connection, all
/// channels of a pixel under a convolution, each for itself with explicit synapses. An entry is a receiver with its number of synapses; entries of one class ascend,
/// and those of the same core are one message.
/// </summary>
internal sealed class FanOut
{
    private readonly int[] offsets;

    public FanOut(PipelineLayout layout)
    {
        var network = layout.Network;
        var classes = new int[network.Groups.Length + 1];
        var width = new int[network.Groups.Length];
        for (var g = 0; g < network.Groups.Length; g++)
        {
            var group = network.Groups[g];
            var maps = network.Connections.Where(c => c.Source == g).Select(c => c.Map).ToArray();
            width[g] = maps.All(m => m is DenseMap) ? Math.Max(1, group.Count)
                : maps.All(m => m is DenseMap || (m is ConvMap conv && conv.Channels == group.Channels)) ? group.Channels
                : 1;
            classes[g + 1] = classes[g] + ((group.Count + width[g] - 1) / width[g]);
        }

        ClassOf = new int[network.NeuronCount];
        for (var position = 0; position < ClassOf.Length; position++)
        {
            var g = layout.Group[position];
            ClassOf[position] = classes[g] + ((layout.Slot[position] - network.Groups[g].First) / width[g]);
        }

        offsets = new int[classes[^1] + 1];
        var tally = new ReceiverTally(layout);
        for (var pass = 0; pass < 2; pass++)
        {
            for (var g = 0; g < network.Groups.Length; g++)
            {
                for (var c = classes[g]; c < classes[g + 1]; c++)
                {
                    tally.Count(g, (c - classes[g]) * width[g]);
                    if (pass == 0) offsets[c + 1] = checked(offsets[c] + tally.Seen);
                    else tally.Write(Entries.AsSpan(offsets[c]));
                    tally.Clear();
                }
            }

            if (pass == 0) Entries = new FanOutEntry[offsets[^1]];
        }
    }

    /// <summary>Class of each position.</summary>
    public int[] ClassOf { get; }

    /// <summary>Entries of all classes, one class after the other.</summary>
    public FanOutEntry[] Entries { get; private set; } = [];

    /// <summary>First entry of a class; the next class's is the end.</summary>
    public ReadOnlySpan<int> Offsets => offsets;

    /// <summary>Whether a spike at a position leads anywhere.</summary>
    public bool Sends(int position) => offsets[ClassOf[position]] < offsets[ClassOf[position] + 1];
}

/// <summary>Synapses of a source at a receiver.</summary>
internal readonly struct FanOutEntry(int receiver, int synapses, bool continues)
{
    private const uint Continues = 0x8000_0000;

    private readonly uint receiver = (uint)receiver | (continues ? Continues : 0);

    public int Receiver => (int)(receiver & ~Continues);

    public int Synapses { get; } = synapses;

    /// <summary>It belongs to the message of the entry before: that receiver is of the same core.</summary>
    public bool IsSameMessage => (receiver & Continues) != 0;
}

/// <summary>Counts the synapses of one source by receiver.</summary>
internal sealed class ReceiverTally
{
    private readonly PipelineLayout layout;
    private readonly (AddressFunction Map, int TargetSlot)[][] outgoing;
    private readonly int[] counts;
    private readonly List<int> seen = [];
    private readonly List<Synapse> row = [];
    private int last = -1;
    private bool ascends = true;

    public ReceiverTally(PipelineLayout layout)
    {
        this.layout = layout;
        counts = new int[layout.Receivers.Length];
        outgoing = new (AddressFunction, int)[layout.Network.Groups.Length][];
        for (var g = 0; g < outgoing.Length; g++)
            outgoing[g] = [.. layout.Network.Connections.Where(c => c.Source == g).Select(c => (c.Map, layout.Network.Groups[c.Target].First))];
    }

    public int Seen => seen.Count;

    public void Count(int group, int address)
    {
        foreach (var (map, slot) in outgoing[group])
        {
            if (map is CsrMap csr)
            {
                foreach (var target in csr.TargetOf.AsSpan(csr.Offsets[address], csr.Offsets[address + 1] - csr.Offsets[address])) Add(slot + target);
                continue;
            }

            row.Clear();
            map.Enumerate(address, row);
            foreach (var synapse in row) Add(slot + synapse.Target);
        }
    }

    public void Write(Span<FanOutEntry> entries)
    {
        if (!ascends) seen.Sort();
        var before = -1;
        for (var i = 0; i < seen.Count; i++)
        {
            var core = layout.Receivers[seen[i]].Core;
            entries[i] = new(seen[i], counts[seen[i]], core == before);
            before = core;
        }
    }

    public void Clear()
    {
        foreach (var receiver in seen) counts[receiver] = 0;
        seen.Clear();
        (last, ascends) = (-1, true);
    }

    private void Add(int slot)
    {
        var receiver = layout.ReceiverOfSlot[slot];
        if (counts[receiver]++ > 0) return;
        seen.Add(receiver);
        ascends &= receiver > last;
        last = receiver;
    }
}
