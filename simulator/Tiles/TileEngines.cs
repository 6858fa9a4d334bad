using NeuroChip.HwModels;
using NeuroChip.HwModels.Tiles;

namespace NeuroChip.Simulator.Tiles;

/// <summary>The engine of a kind of tile. The only place that knows them all.</summary>
public static class TileEngines
{
    /// <summary>Makes it.</summary>
    public static ITileEngine Of(TileKind kind) => kind.Engine switch
    {
        TileEngine.EventDriven => new EventDriven(
            kind.Lanes.CountOrNone(), kind.MacLanes.CountOrNone(), kind.ProbeLanes.CountOrNone(), kind.EventCycles.CyclesOrNone().Count, kind.NeuronLanes.CountOrNone(), kind.NeuronCycles.CyclesOrNone().Count),
        TileEngine.DenseArray => new DenseArray(kind.Rows.CountOrNone(), kind.Columns.CountOrNone()),
        _ => throw new ArgumentException($"no engine for {kind.Engine}", nameof(kind)),
    };
}
