using System.Collections.Immutable;
using NeuroChip.Ir;

namespace NeuroChip.Simulator.Tiles;

/// <summary>Cycles in which one unit of a tile works on a layer. Units work side by side, so they do not sum to the layer's cycles.</summary>
/// <param name="Unit">Name of the unit: adders, macs, probes, neurons, memory...</param>
/// <param name="Busy">Cycles it is busy.</param>
public readonly record struct UnitCycles(string Unit, Cycles Busy);

/// <summary>What product sparsity found in the spike matrix of a layer; sums over its tiles.</summary>
/// <param name="Elements">Bits of the matrix.</param>
/// <param name="Ones">Bits that are set: Ones / Elements is the bit density.</param>
/// <param name="Remaining">Bits left to add after every row reuses its largest subset: Remaining / Elements is the product density.</param>
/// <param name="ExactMatches">Rows (within a tile) equal to an earlier one: nothing is left to add, a result is copied.</param>
/// <param name="Searched">Rows (within a tile) of two bits or more: those for which a subset is looked up.</param>
public readonly record struct ProductCounts(long Elements, long Ones, long Remaining, long ExactMatches, long Searched)
{
    /// <summary>Counts of two matrices.</summary>
    public static ProductCounts operator +(ProductCounts a, ProductCounts b) =>
        new(a.Elements + b.Elements, a.Ones + b.Ones, a.Remaining + b.Remaining, a.ExactMatches + b.ExactMatches, a.Searched + b.Searched);

    /// <summary>Every count <paramref name="n"/> times.</summary>
    public static ProductCounts operator *(ProductCounts a, long n) => new(a.Elements * n, a.Ones * n, a.Remaining * n, a.ExactMatches * n, a.Searched * n);
}

/// <summary>How long a tile takes for one layer.</summary>
/// <param name="Alone">Cycles if nothing else ran before or beside it.</param>
/// <param name="Added">Cycles by which it makes the sequence longer; less than <paramref name="Alone"/> where part of it runs beside the layer before.</param>
/// <param name="Units">Busy cycles of each unit.</param>
public sealed record LayerCycles(Cycles Alone, Cycles Added, ImmutableArray<UnitCycles> Units)
{
    /// <summary>Bits the engine itself reads from DRAM (0 where the caller decides what is streamed).</summary>
    public Bits DramRead { get; init; }

    /// <summary>Bits the engine itself writes to DRAM.</summary>
    public Bits DramWritten { get; init; }

    /// <summary>Cycles of <see cref="Alone"/> in which nothing is computed because data is on its way.</summary>
    public Cycles Waiting { get; init; }

    /// <summary>Whether the outputs stay in the tile's own buffer, so that the next layer need not load them.</summary>
    public bool OutputKept { get; init; }

    /// <summary>Additions the tile makes: fewer than <see cref="LayerWork.Additions"/> where results are reused.</summary>
    public long Additions { get; init; }

    /// <summary>Multiply-accumulates the tile makes, for elements that are 0 too if it does not skip them.</summary>
    public long Macs { get; init; }

    /// <summary>What product sparsity found; null for an engine that does not look for it.</summary>
    public ProductCounts? Product { get; init; }
}
