using System.Collections.Immutable;
using NeuroChip.Ir.Images;

namespace NeuroChip.Compiler.Mapping;

/// <summary>
/// Where everything of a module goes on a chip: slices, cores, keys, trees, tables. Index of <see cref="Slices"/>, <see cref="Placement"/>,
/// <see cref="Keys"/> and <see cref="Trees"/> is the same: ordered by (population, first address).
/// </summary>
/// <param name="Module">Name of the module.</param>
/// <param name="Chip">Name of the chip model.</param>
/// <param name="Seed">Seed of placer and router.</param>
/// <param name="Placer">Name of the placer.</param>
/// <param name="Router">Name of the router.</param>
/// <param name="Slices">Neurons of each core, and their memory.</param>
/// <param name="Machine">The chips that <see cref="Placement"/> and <see cref="Trees"/> number.</param>
/// <param name="Placement">Chip and core of each slice.</param>
/// <param name="Keys">Multicast keys of each slice.</param>
/// <param name="Trees">The way of each slice's packets.</param>
/// <param name="Tables">Routing tables, ordered by (X, Y).</param>
public sealed record ChipMapping(
    string Module,
    string Chip,
    int Seed,
    string Placer,
    string Router,
    ImmutableArray<Slice> Slices,
    Machine Machine,
    Placement Placement,
    ImmutableArray<KeyBlock> Keys,
    ImmutableArray<RoutingTree> Trees,
    ImmutableArray<ImageRouter> Tables)
{
    /// <summary>Coordinates of a slice's chip.</summary>
    public (int X, int Y) ChipOf(int slice) => Machine.Chips[Placement.ChipOf[slice]];

    /// <summary>Chips that hold a slice.</summary>
    public int ChipsUsed => Placement.ChipOf.Distinct().Count();
}
