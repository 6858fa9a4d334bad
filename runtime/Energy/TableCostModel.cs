using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.Ir;
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
        var ledger = new Ledger();
        PriceTime(run, costs, ledger);
        PriceActions(run, costs, ledger);
        var joules = ledger.Entries.Aggregate(new Picojoules(0), (sum, e) => sum + e.Energy).Joules;
        return new ReportEnergy(
            table ?? chip.DefaultEnergy,
            costs.Title,
            chip.Boundary.ToString().ToLowerInvariant(),
            joules,
            joules / run.Samples,
            run.Timing.Seconds > 0 ? joules / run.Timing.Seconds : 0,
            ledger.By(e => e.Component),
            ledger.By(e => e.Layer),
            [.. ledger.Prices],
            ledger.NotPriced);
    }

    private void PriceTime(RunReport run, ActionCosts costs, Ledger ledger)
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

    private void PriceActions(RunReport run, ActionCosts costs, Ledger ledger)
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

        foreach (var core in run.Cores) ledger.AddEvents("words moved by DMA", costs.DmaWord, core.Layer, core.Counts.DmaWords, timed);
    }

    private readonly record struct Entry(string Component, string Layer, Picojoules Energy);

    private sealed class Ledger
    {
        private readonly HashSet<string> seen = [];
        private readonly SortedSet<string> included = new(StringComparer.Ordinal);
        private readonly SortedSet<string> missing = new(StringComparer.Ordinal);

        public List<Entry> Entries { get; } = [];

        public List<ReportPrice> Prices { get; } = [];

        public ImmutableArray<string> NotPriced =>
        [
            .. included.Count > 0 ? [$"no price of their own, the power of cores in use includes them: {string.Join(", ", included)}"] : (string[])[],
            .. missing.Count > 0 ? [$"happened, but this table has no price for them: {string.Join(", ", missing)}"] : (string[])[],
        ];

        public void AddPower(string component, Quantity? price, string layer, int count, double seconds)
        {
            if (price is null || count == 0) return;
            Entries.Add(new Entry(component, layer, Picojoules.FromWattSeconds(price.Watts * count, seconds)));
            Note(component, price);
        }

        public void AddEvents(string component, Quantity? price, string layer, long count, bool paidByTime)
        {
            if (count == 0) return;
            if (price is null)
            {
                (paidByTime ? included : missing).Add(component);
                return;
            }

            Entries.Add(new Entry(component, layer, price.Picojoules * count));
            Note(component, price);
        }

        public void AddBits(string component, Quantity? price, string layer, Bits bits)
        {
            if (price is null || bits.Count == 0) return;
            Entries.Add(new Entry(component, layer, new Picojoules(price.PicojoulesPerBit) * bits.Count));
            Note(component, price);
        }

        public ImmutableArray<ReportEnergyShare> By(Func<Entry, string> key) =>
            [.. Entries.GroupBy(key).Select(g => new ReportEnergyShare(g.Key, g.Aggregate(new Picojoules(0), (sum, e) => sum + e.Energy).Joules))];

        private void Note(string component, Quantity price)
        {
            if (seen.Add(component))
                Prices.Add(new ReportPrice(component, price.ToString(), price.Provenance.Grade.Meaning(), price.Provenance.Source));
        }
    }
}
