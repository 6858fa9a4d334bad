using System.Numerics;
using NeuroChip.HwModels;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;
using NeuroChip.Simulator.Noc;

namespace NeuroChip.Simulator.Tiles;

/// <summary>Where the emissions of a population wait for a stage that reads them.</summary>
internal enum EmissionHome
{
    /// <summary>Nowhere: they go straight from tile to tile.</summary>
    Direct,

    /// <summary>In the global buffer: the reader works in another phase.</summary>
    Buffer,

    /// <summary>In DRAM: an input of the model, or no room in the global buffer.</summary>
    Dram,
}

/// <summary>
/// What moves from one population to a stage in a step. Spikes go as a bitmap behind one header, or as one packet of header, address and payload per event, whichever is
/// shorter in that step; real payloads and inputs of the model go as they are stored, all of them.
/// </summary>
internal sealed class StageInflow
{
    private readonly Population source;
    private readonly int delay;
    private readonly long payloadBits;
    private readonly long header;
    private readonly long address;
    private readonly TileRoute route;
    private readonly TileRoute? store;
    private readonly int copies;

    /// <summary>The way of a population's emissions to a stage.</summary>
    /// <param name="chip">The chip.</param>
    /// <param name="mesh">Its mesh.</param>
    /// <param name="source">Population that emits.</param>
    /// <param name="payloadBits">Bits of one payload.</param>
    /// <param name="from">Its stage; null for an input.</param>
    /// <param name="to">Stage that reads.</param>
    /// <param name="home">Where emissions wait.</param>
    /// <param name="parts">Parts they are cut into for the tiles of the stage; 1 where every tile needs all of them.</param>
    /// <param name="delay">Steps between emission and arrival.</param>
    public StageInflow(TileChip chip, TileMesh mesh, Population source, long payloadBits, TileStage? from, TileStage to, EmissionHome home, int parts, int delay)
    {
        (this.source, this.payloadBits, this.delay, Home) = (source, payloadBits, delay, home);
        header = chip.Mesh.PacketHeader.Bits.Count;
        address = BitOperations.Log2((uint)Math.Max(1, source.Size - 1)) + 1;
        copies = to.Tiles.Length / parts;
        if (from is null || home != EmissionHome.Direct)
        {
            route = mesh.FromMemory(to.Tiles, parts);
            store = from is null ? null : mesh.ToMemory(from.Tiles);
        }
        else
        {
            route = mesh.Between(from.Tiles, to.Tiles, parts);
        }
    }

    /// <summary>Where emissions wait.</summary>
    public EmissionHome Home { get; }

    /// <summary>The population.</summary>
    public Population Source => source;

    /// <summary>Copies that are kept on the tiles of the stage together.</summary>
    public int Copies => copies;

    /// <summary>Bits of a payload.</summary>
    public long PayloadBits => payloadBits;

    /// <summary>Links of the longest way.</summary>
    public int Hops => Math.Max(route.Hops, store?.Hops ?? 0);

    /// <summary>Bits of the emissions as they are stored, whatever they are; those of neurons that exist in the sample.</summary>
    private long StoredBits(Observers.StepCounts counts) => counts.Present(source.Id.Index, source.Size) * payloadBits;

    /// <summary>Payloads that arrive in a step.</summary>
    public long Arriving(Observers.StepCounts counts, int step) => counts.Emissions(source.Id.Index, step - delay);

    /// <summary>Bits that move when <paramref name="events"/> arrive in a sample, headers included.</summary>
    public long Bits(Observers.StepCounts counts, long events)
    {
        var stored = header + StoredBits(counts);
        if (source.Domain == SpikeDomain.Real || source.Neuron is SourceNeuron) return stored;
        return Math.Min(stored, events * (header + address + (source.Domain == SpikeDomain.Binary ? 0 : payloadBits)));
    }

    /// <summary>Bits over the busiest link.</summary>
    public long BusiestLink(long bits) => route.BusiestLink(bits) + (store?.BusiestLink(bits) ?? 0);

    /// <summary>Bits times links.</summary>
    public long BitHops(long bits) => route.BitHops(bits) + (store?.BitHops(bits) ?? 0);

    /// <summary>Adds what passes over each link.</summary>
    public void Load(Span<long> load, long bits)
    {
        route.Load(load, bits);
        store?.Load(load, bits);
    }
}
