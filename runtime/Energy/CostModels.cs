using NeuroChip.HwModels;
using NeuroChip.Runtime.Reports;

namespace NeuroChip.Runtime.Energy;

/// <summary>The cost model of each family of chips. The only place that knows them all.</summary>
public static class CostModels
{
    /// <summary>The model that prices a run; NC6034 if the chip is of another family than the one the run was counted on.</summary>
    /// <param name="run">What is priced.</param>
    /// <param name="chip">Whose prices.</param>
    /// <param name="table">Name of one of its cost tables; null for the default one.</param>
    public static ICostModel For(RunReport run, ChipModel chip, string? table = null) =>
        run.Tiles is null ? new TableCostModel(chip.As<ManyCoreChip>(), table) : new TileCostModel(chip.As<TileChip>(), table);
}
