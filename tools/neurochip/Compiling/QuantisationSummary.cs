using NeuroChip.Compiler.Passes;
using NeuroChip.Runtime.Reports;

namespace NeuroChip.Cli.Compiling;

/// <summary>What the compiler found out about its integers, in the form the report of a run has.</summary>
internal static class QuantisationSummary
{
    public static ReportQuantisation? Of(QuantisationReport? report) => report is null ? null : new ReportQuantisation(
        report.Samples,
        report.LeastAgreement,
        report.SameClass,
        report.FloatAccuracy,
        report.QuantisedAccuracy,
        [.. report.Populations.Where(p => p.Agreement is not null).Select(p => new ReportAgreement(p.Name, p.Agreement!.Value))]);
}
