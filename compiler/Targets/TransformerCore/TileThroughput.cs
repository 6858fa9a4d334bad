using NeuroChip.HwModels;
using NeuroChip.HwModels.Tiles;

namespace NeuroChip.Compiler.Targets.TransformerCore;

/// <summary>
/// Cycles that one tile would take for a layer, in closed form from expected events: units of a tile work side by side, so the busiest decides.
/// Good enough to balance and to choose by; the simulator times what really happens.
/// </summary>
internal static class TileThroughput
{
    /// <summary>Cycles in a step.</summary>
    public static double Cycles(TileLayer layer, TileKind kind)
    {
        var neurons = PerLane((double)layer.Population.Size * Math.Max(1, kind.NeuronCycles.CyclesOrNone().Count), kind.NeuronLanes);
        if (kind.Engine == TileEngine.DenseArray)
            return Math.Max(layer.Slots / Math.Max(1, (double)kind.Rows.CountOrNone() * kind.Columns.CountOrNone()), kind.NeuronLanes is null ? 0 : neurons);
        // Lanes stand side by side over output channels: a row shorter than the lanes leaves some idle.
        var lanes = Math.Max(1, Math.Min(kind.Lanes.CountOrNone(), layer.Channels));
        var adding = Math.Max(layer.Additions / lanes, layer.Events * kind.EventCycles.CyclesOrNone().Count);
        if (kind.AddressUnit is { } unit)
            adding = Math.Max(adding, (unit.ReuseSite ? layer.SharedLookups : layer.Lookups) * unit.ProbeCycles.Cycles.Count / unit.Lanes.Count);
        return Math.Max(Math.Max(adding, neurons), Math.Max(PerLane(layer.Macs, kind.MacLanes), PerLane(layer.Probes, kind.ProbeLanes)));
    }

    private static double PerLane(double work, Quantity? lanes) => work / Math.Max(1, lanes.CountOrNone());
}
