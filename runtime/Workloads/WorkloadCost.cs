using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.HwModels.Tiles;
using NeuroChip.Ir;
using NeuroChip.Runtime.Reports;

namespace NeuroChip.Runtime.Workloads;

/// <summary>
/// Prices the counts of a workload with a cost table of its chip: power times time, and energy times count for DRAM bits, additions, multiply-accumulates and neuron
/// updates where the table has them. With the table of a published comparison (power on chip, energy of a DRAM bit) that is its formula.
/// </summary>
public static class WorkloadCost
{
    /// <summary>The energy of the layers.</summary>
    /// <param name="chip">The chip.</param>
    /// <param name="table">Name of a cost table; null for the default one.</param>
    /// <param name="layers">Counts by layer.</param>
    /// <param name="samples">Samples they are for.</param>
    public static ReportEnergy Price(TileChip chip, string? table, ImmutableArray<WorkloadReportLayer> layers, int samples)
    {
        var costs = chip.EnergyTable(table);
        var entries = new List<(string Component, string Layer, Picojoules Energy)>();
        var prices = new List<ReportPrice>();
        var missing = new List<string>();

        void Component(string name, Quantity? price, Func<WorkloadReportLayer, double> amount, Func<Quantity, double> picojoules)
        {
            if (layers.Sum(amount) == 0) return;
            if (price is null)
            {
                missing.Add(name);
                return;
            }

            foreach (var layer in layers) entries.Add((name, layer.Name, new Picojoules(picojoules(price) * amount(layer))));
            prices.Add(new ReportPrice(name, price.ToString(), price.Provenance.Grade.Meaning(), price.Provenance.Source));
        }

        Component("powered on", costs.Static, l => l.Cycles / chip.Clock.Hertz, q => Picojoules.FromWattSeconds(q.Watts, 1).Value);
        var paidByTime = costs.Static is not null;
        Component("DRAM", costs.DramBit, l => l.DramReadBits + (double)l.DramWrittenBits, q => q.PicojoulesPerBit);
        Component("additions", costs.Addition, l => l.Additions, q => q.Picojoules.Value);
        Component("multiply-accumulates", costs.Mac, l => l.Macs, q => q.Picojoules.Value);
        Component("neuron updates", costs.NeuronUpdate, l => l.NeuronUpdates, q => q.Picojoules.Value);

        var joules = entries.Aggregate(new Picojoules(0), (sum, e) => sum + e.Energy).Joules;
        var seconds = layers.Sum(l => l.Cycles) / chip.Clock.Hertz;
        return new ReportEnergy(
            table ?? chip.DefaultEnergy,
            costs.Title,
            chip.Boundary.ToString().ToLowerInvariant(),
            joules,
            joules / samples,
            seconds > 0 ? joules / seconds : 0,
            By(entries, e => e.Component),
            By(entries, e => e.Layer),
            [.. prices],
            NotPriced(missing, paidByTime));
    }

    private static ImmutableArray<string> NotPriced(List<string> missing, bool paidByTime)
    {
        var outside = missing.Where(m => m == "DRAM" || !paidByTime).ToArray();
        var inside = missing.Except(outside).ToArray();
        return
        [
            .. inside.Length > 0 ? [$"no price of their own, the power of the chip includes them: {string.Join(", ", inside)}"] : (string[])[],
            .. outside.Length > 0 ? [$"happened, but this table has no price for them: {string.Join(", ", outside)}"] : (string[])[],
        ];
    }

    private static ImmutableArray<ReportEnergyShare> By(List<(string Component, string Layer, Picojoules Energy)> entries, Func<(string Component, string Layer, Picojoules Energy), string> key) =>
        [.. entries.GroupBy(key).Select(g => new ReportEnergyShare(g.Key, g.Aggregate(new Picojoules(0), (sum, e) => sum + e.Energy).Joules))];
}
