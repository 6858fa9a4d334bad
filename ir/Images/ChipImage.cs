using System.Collections.Immutable;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Ir.Images;

/// <summary>Neurons <paramref name="First"/> to <paramref name="First"/> + <paramref name="Count"/> - 1 of a population, on one core.</summary>
/// <param name="Population">The population.</param>
/// <param name="First">First address.</param>
/// <param name="Count">Number of addresses, at least 1.</param>
/// <param name="Key">Multicast key of the first neuron; neuron i of the slice sends key <c>Key + i</c>.</param>
/// <param name="Mask">Mask that covers exactly the slice's block of keys.</param>
public sealed record CoreSlice(PopulationId Population, int First, int Count, uint Key, uint Mask);

/// <summary>Bytes of a memory that one purpose takes.</summary>
/// <param name="Memory">Memory of the chip model, e.g. "DTCM" or "SDRAM".</param>
/// <param name="Purpose">What for, e.g. "neuron state", "delay ring", "synaptic rows".</param>
/// <param name="Bytes">How many.</param>
public sealed record MemoryUse(string Memory, string Purpose, long Bytes);

/// <summary>One core that is used.</summary>
/// <param name="X">Chip column.</param>
/// <param name="Y">Chip row.</param>
/// <param name="Core">Core number on the chip (1-based: core 0 is the monitor).</param>
/// <param name="Slice">Neurons it computes.</param>
/// <param name="Memory">Memory it needs, by purpose.</param>
public sealed record ImageCore(int X, int Y, int Core, CoreSlice Slice, ImmutableArray<MemoryUse> Memory);

/// <summary>A ternary entry of a multicast router: a packet with <c>key &amp; Mask == Key</c> goes out on <paramref name="Route"/>.</summary>
/// <param name="Key">Key under the mask.</param>
/// <param name="Mask">Bits compared.</param>
/// <param name="Route">Bits 0-5: links E, NE, N, W, SW, S; bit 6+c: core c of this chip.</param>
public readonly record struct RoutingEntry(uint Key, uint Mask, uint Route);

/// <summary>The routing table of one chip; the entry with the lowest index that matches wins; without one the packet leaves opposite to where it came in.</summary>
public sealed record ImageRouter(int X, int Y, ImmutableArray<RoutingEntry> Entries);

/// <summary>
/// What the chip loads, complete: the layers as address-function descriptors and neuron parameters, the slices of them on each core,
/// routing tables, the I/O map, and the chip model it was compiled for. A file that stands alone (docs/image-format.md).
/// </summary>
/// <param name="Name">Name of the model.</param>
/// <param name="ChipYaml">The chip model in its resolved text form.</param>
/// <param name="Arithmetic">In which numbers.</param>
/// <param name="Steps">Logical steps of one sample.</param>
/// <param name="TicksPerStep">Ticks per step.</param>
/// <param name="Populations">Layers; the index is the id.</param>
/// <param name="Projections">Synapses between layers; equal weight tensors are one object and stored once.</param>
/// <param name="Readouts">Model outputs.</param>
/// <param name="Cores">Cores in use, ordered by (population, first address).</param>
/// <param name="Routers">Routing tables of the chips that need one, ordered by (X, Y).</param>
public sealed record ChipImage(
    string Name,
    string ChipYaml,
    Arithmetic Arithmetic,
    int Steps,
    int TicksPerStep,
    ImmutableArray<Population> Populations,
    ImmutableArray<Projection> Projections,
    ImmutableArray<Readout> Readouts,
    ImmutableArray<ImageCore> Cores,
    ImmutableArray<ImageRouter> Routers)
{
    /// <summary>What the compiler chose where it had a choice; for reports.</summary>
    public ImmutableArray<Decision> Decisions { get; init; } = [];

    /// <summary>Tables of active sites, each after the one it is made from; empty for networks on dense tensors.</summary>
    public ImmutableArray<SiteTable> Sites { get; init; } = [];

    /// <summary>What is computed on which tiles and when, for chips made of tiles; null for chips of cores that each hold their neurons.</summary>
    public TileSchedule? Schedule { get; init; }
}
