using NeuroChip.HwModels;
using NeuroChip.Runtime.Reports;

namespace NeuroChip.Runtime.Energy;

/// <summary>
/// Prices with a cost table of a chip model: power times time for boards, chips and cores in use, and energy times count for each action the table names.
/// A boundary of "chip" leaves boards out, one of "core" leaves chips and routers out too.
/// </summary>
/// <param name="chip">The chip model.</param>
/// <param name="table">Name of one of its cost tables; null for the default one.</param>
public sealed class TableCostModel(ManyCoreChip chip, string? table = null) : ICostModel
{
    /// <summary>Name of the entry for energy that no layer causes.</summary>
    public const string Shared = "(chips and boards)";

    /// <inheritdoc/>
    public ReportEnergy Price(RunReport run)
    {
        var costs = chip.EnergyTable(table);
        var ledger = new EnergyLedger();
        PriceTime(run, costs, ledger);
        PriceActions(run, costs, ledger);
        return ledger.Close(run, table ?? chip.DefaultEnergy, costs.Title, chip.Boundary);
    }

    private void PriceTime(RunReport run, ActionCosts costs, EnergyLedger ledger)
    {
        var seconds = run.Timing.Seconds;
        // A board is on as a whole: with its boundary, all of its chips idle along.
        var board = chip.Boundary == Boundary.Board;
        var chips = board ? ChipsOfBoardsInUse(run) : run.Chip.ChipsInUse;
        if (board) ledger.AddPower("boards, idle", costs.BoardStatic, Shared, run.Chip.BoardsInUse, seconds);
        if (chip.Boundary != Boundary.Core) ledger.AddPower("chips, idle", costs.ChipStatic, Shared, chips, seconds);
        foreach (var layer in run.Layers) ledger.AddPower("cores in use", costs.CoreActive, layer.Name, layer.Cores, seconds);
    }

    private int ChipsOfBoardsInUse(RunReport run)
    {
        var boards = run.Cores.Select(c => chip.Machine.BoardOf(c.X, c.Y)).ToHashSet();
        var chips = chip.Machine.Chips.Count(c => boards.Contains(chip.Machine.BoardOf(c.X, c.Y)));
        // A run may be priced on a chip model with fewer or other boards than it was mapped to.
        return Math.Max(chips, run.Chip.ChipsInUse);
    }

    private void PriceActions(RunReport run, ActionCosts costs, EnergyLedger ledger)
    {
        var timed = costs.CoreActive is not null;
        foreach (var layer in run.Layers)
        {
            ledger.AddEvents("neuron updates", costs.NeuronUpdate, layer.Name, layer.Counts.NeuronUpdates, timed);
            ledger.AddEvents("spikes sent", costs.SpikeSent, layer.Name, layer.Counts.Emissions, timed);
            if (chip.Boundary == Boundary.Core) continue;
            var bits = layer.Counts.PayloadPackets > 0 ? chip.Noc.PayloadPacket.Bits : chip.Noc.Packet.Bits;
            ledger.AddBits("routers", costs.PacketBit, layer.Name, bits * layer.Counts.RouterVisits);
        }

        foreach (var projection in run.Projections)
        {
            ledger.AddEvents("synaptic events", costs.SynapticEvent, projection.Target, projection.SynapticEvents, timed);
            ledger.AddEvents("multiply-accumulates", costs.Mac, projection.Target, projection.Macs, timed);
        }

        foreach (var core in run.Cores)
        {
            ledger.AddEvents("targets over sites", costs.SiteOffset, core.Layer, core.Counts.SiteOffsets, timed);
            ledger.AddEvents("lookups of sites", costs.SiteProbe, core.Layer, core.Counts.SiteProbes, timed);
        }

        foreach (var core in run.Cores) ledger.AddEvents("words moved by DMA", costs.DmaWord, core.Layer, core.Counts.DmaWords, timed);
    }
}
