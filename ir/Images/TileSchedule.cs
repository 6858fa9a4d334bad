using System.Collections.Immutable;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Ir.Images;

/// <summary>Where the membrane (residual) state of a layer is kept between steps.</summary>
public enum MembraneHome
{
    /// <summary>There is none: nothing is remembered from one step to the next.</summary>
    None,

    /// <summary>In the memory of the tiles that compute the layer.</summary>
    Tile,

    /// <summary>In the buffer all tiles share.</summary>
    GlobalBuffer,

    /// <summary>Outside the chip.</summary>
    Dram,

    /// <summary>In tiles that compute nothing and only hold membranes for others.</summary>
    MembraneTiles,
}

/// <summary>One layer on the tiles: a population with all projections into it.</summary>
/// <param name="Population">The layer.</param>
/// <param name="TileKind">Kind of tile, by its name in the chip model.</param>
/// <param name="Tiles">Tiles that share the layer's targets, by their number on the chip (index of <c>TileChip.Sites</c>), ascending.</param>
/// <param name="Phase">Stages of one phase are resident together and work as a pipeline; phases run one after the other within a step.</param>
/// <param name="WeightBits">Bits of the weights of all projections into the layer.</param>
/// <param name="Streamed">Whether the weights come from DRAM in each step instead of staying in the tiles.</param>
/// <param name="MembraneBits">Bits of state kept between steps: membranes, emissions that arrive a step or more later, and the real-valued sums that a later layer reads (the residual stream).</param>
/// <param name="MembraneHome">Where they are kept.</param>
/// <param name="InputBits">Bits of the input buffers it needs at once (spike bitmaps or payloads).</param>
/// <param name="OutputBits">Bits of its emissions in a step.</param>
public sealed record TileStage(
    PopulationId Population,
    string TileKind,
    ImmutableArray<int> Tiles,
    int Phase,
    long WeightBits,
    bool Streamed,
    long MembraneBits,
    MembraneHome MembraneHome,
    long InputBits,
    long OutputBits)
{
    /// <summary>Parts along output channels; there are <c>Tiles.Length / ChannelParts</c> parts along positions. A tile holds the weights of its channels.</summary>
    public int ChannelParts { get; init; } = 1;

    /// <summary>Parts along positions; each holds the weights of its channels again.</summary>
    public int PositionParts => Tiles.Length / ChannelParts;

    /// <summary>Bits of weights on each of the tiles, for a layer of so many channels: those of the largest part.</summary>
    public long WeightBitsPerTile(int channels) => channels < 1 ? WeightBits : (long)(((Int128)WeightBits * ((channels + ChannelParts - 1) / ChannelParts) + channels - 1) / channels);
}

/// <summary>What a chip made of tiles computes where and when.</summary>
/// <param name="Policy">"spatial" where everything is resident at once, "time-multiplexed" where tiles are used by several phases.</param>
/// <param name="Stages">Layers in the order of a step; populations that are inputs have none.</param>
public sealed record TileSchedule(string Policy, ImmutableArray<TileStage> Stages)
{
    /// <summary>Phases of a step.</summary>
    public int Phases => Stages.IsEmpty ? 0 : Stages.Max(s => s.Phase) + 1;
}
