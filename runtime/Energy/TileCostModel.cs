using NeuroChip.HwModels;
using NeuroChip.HwModels.Tiles;
using NeuroChip.Ir;
using NeuroChip.Runtime.Reports;

namespace NeuroChip.Runtime.Energy;

/// <summary>Prices the actions of a chip of tiles with one of its cost tables: energy per action and per bit moved, and the power of
/// the idle chip and its memories for as long as the run takes.</summary>
/// <param name="chip">The chip model.</param>
/// <param name="table">Name of one of its cost tables; null for the default one.</param>
public sealed class TileCostModel(TileChip chip, string? table = null) : ICostModel
{
    /// <summary>Name of the entry for energy that no layer causes.</summary>
    public const string Shared = "(chip)";

    /// <summary>Name of the entry for building tables of active sites, which layers share.</summary>
    public const string Tables = "(tables of active sites)";

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The run was not counted on tiles.</exception>
    public ReportEnergy Price(RunReport run)
    {
        if (run.Tiles is not { } tiles) throw new ArgumentException("the run was not counted on tiles", nameof(run));
        var costs = chip.EnergyTable(table);
        var ledger = new EnergyLedger();
        ledger.AddPower("chip, powered on", costs.Static, Shared, 1, run.Timing.Seconds);
        if (costs.MemoryLeakage is { } leakage) ledger.AddWatts("on-chip memory, powered on", leakage, Shared, leakage.WattsPerBit * OnMemory(run), run.Timing.Seconds);
        if (run.Sites is { } sites) Price(Tables, sites.TableBuild, costs, ledger);
        foreach (var layer in tiles.Layers) Price(layer.Name, layer.Counts, costs, ledger);
        return ledger.Close(run, table ?? chip.DefaultEnergy, costs.Title, chip.Boundary);
    }

    /// <summary>Bits of memory that are powered on: that of the address units only where they are used.</summary>
    private long OnMemory(RunReport run) => chip.OnChipMemory.Count + (run.Sites is null ? 0 : chip.TableMemory.Count);

    private static void Price(string layer, TileActivity did, TileCosts costs, EnergyLedger ledger)
    {
        void Events(string component, Quantity? price, long count) => ledger.AddEvents(component, price, layer, count, paidByTime: false);
        void Bits(string component, Quantity? price, long bits) => ledger.AddBits(component, price, layer, new Bits(bits), tell: true);
        Events("additions", costs.Addition, did.Additions);
        Events("multiply-accumulates", costs.Mac, did.Macs);
        Events("membership tests", costs.Probe, did.Probes);
        Events("lookups of sites", costs.SiteProbe, did.SiteProbes);
        Bits("tables of sites, read", costs.SiteTableRead, did.TableBitsRead);
        Bits("tables of sites, written", costs.SiteTableWrite, did.TableBitsWritten);
        Events("neuron updates", costs.NeuronUpdate, did.NeuronUpdates);
        Bits("weight memory, read", costs.WeightRead, did.WeightBitsRead);
        Bits("weight memory, written", costs.WeightWrite, did.WeightBitsWritten);
        Bits("event memory, read", costs.EventRead, did.EventBitsRead);
        Bits("event memory, written", costs.EventWrite, did.EventBitsWritten);
        Bits("accumulators, read", costs.AccumulatorRead, did.AccumulatorBitsRead);
        Bits("accumulators, written", costs.AccumulatorWrite, did.AccumulatorBitsWritten);
        Bits("membranes, read", costs.MembraneRead, did.MembraneBitsRead);
        Bits("membranes, written", costs.MembraneWrite, did.MembraneBitsWritten);
        Bits("global buffer", costs.GlobalBufferBit, did.GlobalBufferBits);
        Bits("mesh", costs.NocBitHop, did.NocBitHops);
        Bits("DRAM", costs.DramBit, did.DramBits());
    }
}
