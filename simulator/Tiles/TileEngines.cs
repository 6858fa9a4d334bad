using NeuroChip.HwModels;
using NeuroChip.HwModels.Tiles;

namespace NeuroChip.Simulator.Tiles;

/// <summary>The engine behind each <see cref="TileEngine"/> of a chip file: a new one is one file in this folder and one line here.</summary>
public static class TileEngines
{
    /// <summary>The engine of a kind of tile.</summary>
    /// <param name="chip">The chip it is on.</param>
    /// <param name="kind">The kind of tile.</param>
    public static ITileEngine Of(TileChip chip, TileKind kind) => kind.Engine switch
    {
        TileEngine.EventDriven => new EventDriven(
            kind.Lanes.CountOrNone(), kind.MacLanes.CountOrNone(), kind.ProbeLanes.CountOrNone(), kind.EventCycles.CyclesOrNone().Count, kind.NeuronLanes.CountOrNone(), kind.NeuronCycles.CyclesOrNone().Count, AddressUnit.Of(kind)),
        TileEngine.DenseArray => new DenseArray(kind.Rows.CountOrNone(), kind.Columns.CountOrNone(), kind.TrafficRatio?.Number),
        TileEngine.ProductSparse => new ProductSparse(Shape(chip, kind)),
        _ => throw new ArgumentException($"no engine for {kind.Engine}", nameof(kind)),
    };

    private static ProductSparseShape Shape(TileChip chip, TileKind kind) => new(
        kind.Rows!.Count,
        kind.Columns!.Count,
        kind.Lanes!.Count,
        kind.PopcountLanes!.Count,
        AtLeastOne(kind.NeuronLanes),
        (int)kind.NeuronCycles.CyclesOrNone().Count,
        AtLeastOne(kind.MacLanes),
        AtLeastOne(kind.ExponentLanes),
        AtLeastOne(kind.DivideLanes),
        Math.Max(1, (int)Math.Round(chip.DramBitsPerCycle)),
        WeightBits(chip));

    /// <summary>What a unit is not stated for is done one at a time.</summary>
    private static int AtLeastOne(Quantity? lanes) => Math.Max(1, lanes.CountOrNone());

    private static int WeightBits(TileChip chip) => chip.Arithmetic.Find(chip.Arithmetic.DefaultPrecision) is { } arithmetic ? arithmetic.WeightBits : 32;
}
