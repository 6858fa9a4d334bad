using NeuroChip.HwModels;
using NeuroChip.HwModels.Tiles;

namespace NeuroChip.Compiler.Tests.Targets;

/// <summary>Chips of tiles for tests, made from one file by turning its sizes.</summary>
internal static class TileChips
{
    /// <summary>An encoder, a linear, an attention and a residual tile with round numbers.</summary>
    public static TileChip Tiny { get; } = ChipModelReader.Load<TileChip>(Path.Combine(Root(), "tests", "golden", "chips", "tiny-tiles.yaml"));

    /// <summary>The chip with one kind changed.</summary>
    public static TileChip With(this TileChip chip, string kind, Func<TileKind, TileKind> change) => chip with { Tiles = chip.Tiles.SetItem(kind, change(chip.Tiles[kind])) };

    /// <summary>The chip with so many tiles of a kind, on a mesh with room for them.</summary>
    public static TileChip WithTiles(this TileChip chip, string kind, int count)
    {
        var more = chip.With(kind, k => k with { Count = k.Count.With(count) });
        return more with { Mesh = more.Mesh with { Height = more.Mesh.Height.With((more.TileCount + 1) / 2) } };
    }

    /// <summary>The chip with so much weight memory in a kind of tile.</summary>
    public static TileChip WithWeights(this TileChip chip, string kind, decimal kibibytes) => chip.With(kind, k => k with { WeightMemory = k.WeightMemory!.With(kibibytes) });

    /// <summary>The chip with so much table memory in the address units of a kind of tile.</summary>
    public static TileChip WithTables(this TileChip chip, string kind, decimal kibibytes) =>
        chip.With(kind, k => k with { AddressUnit = k.AddressUnit! with { TableMemory = k.AddressUnit.TableMemory.With(kibibytes) } });

    /// <summary>A chip with tiles of each kind that fits the random modules of the test kit in any of their precisions: everything on linear tiles of many kinds of work.</summary>
    public static TileChip Roomy { get; } = Tiny.WithTiles("linear", 6).WithTiles("attention", 3).With("linear", k => k with { Does = TileWork.Analog | TileWork.Sparse | TileWork.Attention, MacLanes = k.Lanes, ProbeLanes = k.Lanes }) with
    {
        Arithmetic = Tiny.Arithmetic with { Precisions = ["float32", .. Enumerable.Range(2, 15).Select(b => $"int{b}")], Accumulator = Tiny.Arithmetic.Accumulator.With(32) },
    };

    /// <summary>Folder of the repository.</summary>
    public static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "NeuroChip.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
