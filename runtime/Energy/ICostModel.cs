using NeuroChip.Runtime.Reports;

namespace NeuroChip.Runtime.Energy;

/// <summary>
/// Prices what happened, after it happened. It sees nothing but the counts of a report, so that a saved report can be priced again for another technology
/// without running anything.
/// </summary>
public interface ICostModel
{
    /// <summary>The energy of the counts of <paramref name="run"/>; what <c>run.Energy</c> held before plays no role.</summary>
    ReportEnergy Price(RunReport run);
}
