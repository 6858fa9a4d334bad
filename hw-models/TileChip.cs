using System.Collections.Immutable;
using NeuroChip.HwModels.Fields;
using NeuroChip.HwModels.Tiles;
using NeuroChip.Ir;

namespace NeuroChip.HwModels;

/// <summary>A tile of a chip: its kind and its node of the mesh.</summary>
/// <param name="Kind">Name of its kind.</param>
/// <param name="X">Column of the mesh.</param>
/// <param name="Y">Row of the mesh.</param>
public readonly record struct TileSite(string Kind, int X, int Y);

/// <summary>
/// A chip of tiles that are each made for some kind of layer (analog first layer, sparse additions, attention), joined by a mesh, with a shared
/// buffer and a DRAM channel. A step takes as long as it takes: there is no tick.
/// </summary>
public sealed record TileChip : ChipModel
{
    /// <inheritdoc/>
    public override ChipFamily Family => ChipFamily.Tiles;

    /// <summary>Clock of tiles, mesh and global buffer.</summary>
    public required Quantity Clock { get; init; }

    /// <summary>What joins the tiles.</summary>
    public required MeshModel Mesh { get; init; }

    /// <summary>Kinds of tiles by name.</summary>
    public required ImmutableSortedDictionary<string, TileKind> Tiles { get; init; }

    /// <summary>On-chip memory that all tiles share.</summary>
    public required GlobalBufferModel GlobalBuffer { get; init; }

    /// <summary>Memory outside the chip.</summary>
    public required DramModel Dram { get; init; }

    /// <summary>Cost tables by name.</summary>
    public required ImmutableSortedDictionary<string, TileCosts> EnergyTables { get; init; }

    /// <summary>The default cost table.</summary>
    public TileCosts Energy => EnergyTables[DefaultEnergy];

    /// <inheritdoc/>
    public override ImmutableArray<string> CostTables => [.. EnergyTables.Keys];

    /// <summary>Number of tiles.</summary>
    public long TileCount => Tiles.Values.Sum(t => (long)t.Count.Count);

    /// <summary>Memory of all address units; on only in runs of networks that look up sites.</summary>
    public Bits TableMemory => Tiles.Values.Aggregate(new Bits(0), (sum, t) => sum + ((t.AddressUnit?.TableMemory.Bits ?? new Bits(0)) * t.Count.Count));

    /// <summary>All memory on the chip but <see cref="TableMemory"/>: that of the tiles and the global buffer.</summary>
    public Bits OnChipMemory => Tiles.Values.Aggregate(GlobalBuffer.Size.Bits, (sum, t) => sum + (t.Memory * t.Count.Count));

    /// <summary>Bits the DRAM channel moves in a cycle.</summary>
    public double DramBitsPerCycle => Dram.Bandwidth.BitsPerSecond / Clock.Hertz;

    /// <summary>
    /// All tiles, numbered: kinds in the order of their names, laid out row by row, every other row backwards, so that neighbours in number are
    /// neighbours on the mesh. Global buffer and DRAM channel are at node (0,0).
    /// </summary>
    public ImmutableArray<TileSite> Sites()
    {
        var sites = ImmutableArray.CreateBuilder<TileSite>((int)TileCount);
        var width = Mesh.Width.Count;
        foreach (var (name, kind) in Tiles)
        {
            for (var i = 0; i < kind.Count.Count; i++)
            {
                var (y, x) = Math.DivRem(sites.Count, width);
                sites.Add(new TileSite(name, y % 2 == 0 ? x : width - 1 - x, y));
            }
        }

        return sites.MoveToImmutable();
    }

    /// <summary>Power of the chip when it does nothing, in watts; null where the table has no price for it.</summary>
    /// <param name="costs">One of its cost tables.</param>
    public double? IdleWatts(TileCosts costs) => costs.Static is null && costs.MemoryLeakage is null
        ? null
        : (costs.Static?.Watts ?? 0) + ((costs.MemoryLeakage?.WattsPerBit ?? 0) * OnChipMemory.Count);

    /// <summary>A cost table by name; NC6016 if there is none of that name.</summary>
    /// <param name="name">Name of the table; null for the default one.</param>
    public TileCosts EnergyTable(string? name) => Table(EnergyTables, name);

    /// <inheritdoc/>
    public bool Equals(TileChip? other) => base.Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => base.GetHashCode();

    internal override void Walk(ChipFields f) => Map(f, this);

    internal static TileChip Map(ChipFields f, TileChip? c)
    {
        f.Family(ChipFamily.Tiles);
        return new()
        {
            Name = CommonFields.Name(f, c),
            Title = CommonFields.Title(f, c),
            Boundary = CommonFields.Boundary(f, c),
            Clock = f.Quantity("clock", Dimension.Frequency, c?.Clock, "Clock of tiles, mesh and global buffer."),
            Mesh = f.Section("mesh", c?.Mesh, MeshModel.Map, "The mesh that joins the tiles."),
            Tiles = f.Sections("tiles", c?.Tiles, TileKind.Map, "Kinds of tiles by name: how many, what they do, what fits."),
            GlobalBuffer = f.Section("global_buffer", c?.GlobalBuffer, GlobalBufferModel.Map, "On-chip memory that all tiles share."),
            Dram = f.Section("dram", c?.Dram, DramModel.Map, "Memory outside the chip."),
            Arithmetic = CommonFields.Arithmetic(f, c),
            DefaultEnergy = CommonFields.DefaultEnergy(f, c),
            EnergyTables = f.Sections("energy", c?.EnergyTables, TileCosts.Map, CommonFields.EnergyMeaning),
            Reference = CommonFields.Reference(f, c),
            Sources = CommonFields.Sources(f, c),
            NotModelled = CommonFields.NotModelled(f, c),
        };
    }
}
