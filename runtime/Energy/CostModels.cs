using NeuroChip.HwModels;
using NeuroChip.Runtime.Reports;

namespace NeuroChip.Runtime.Energy;

/// <summary>The cost model of each family of chips. The only place that knows them all.</summary>
public static class CostModels
{
    /// <summary>A run with the price of its counts, and of those of vanilla addressing beside them; NC6034 if the chip is of another family than the one the run was counted on.</summary>
    /// <param name="run">What is priced.</param>
    /// <param name="chip">Whose prices.</param>
    /// <param name="table">Name of one of its cost tables; null for the default one.</param>
    public static RunReport Price(RunReport run, ChipModel chip, string? table = null)
    {
        var model = For(run, chip, table);
        var energy = model.Price(run);
        if (run.Sites is not { } sites) return run with { Energy = energy };
        var vanilla = model.Price(sites.Vanilla.Of(run));
        static double Of(ReportEnergy price, string layer) => price.ByLayer.Where(l => l.Name == layer).Sum(l => l.Joules);
        return run with
        {
            Energy = energy,
            Sites = sites with
            {
                Layers = [.. sites.Layers.Select(l => l with { Joules = Of(energy, l.Name), VanillaJoules = Of(vanilla, l.Name) })],
                Total = sites.Total with { Joules = energy.Joules, VanillaJoules = vanilla.Joules },
            },
        };
    }

    /// <summary>The model that prices a run; NC6034 if the chip is of another family than the one the run was counted on.</summary>
    /// <param name="run">What is priced.</param>
    /// <param name="chip">Whose prices.</param>
    /// <param name="table">Name of one of its cost tables; null for the default one.</param>
    public static ICostModel For(RunReport run, ChipModel chip, string? table = null) =>
        run.Tiles is null ? new TableCostModel(chip.As<ManyCoreChip>(), table) : new TileCostModel(chip.As<TileChip>(), table);
}
