using NeuroChip.Compiler.SanaFe;
using NeuroChip.HwModels.Pipelines;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Simulator.Pipelines;

namespace NeuroChip.Validation;

/// <summary>Totals that SANA-FE (commit 8951ab07) prints for networks and architectures of ours, run by us without the noise file one of their units names, and what our simulator gives.</summary>
internal static class PipelineChips
{
    private static readonly (string Arch, string Network, int Steps, long Fired, long Updated, long Messages, long SynapticEvents, double Joules, double Simple, double Detailed)[] Printed =
    [
        ("mesh", "chain", 50, 18, 140, 16, 32, 1.375200e-08, 1.024840e-04, 1.043240e-04),
        ("mesh", "forms", 100, 431, 2048, 415, 1378, 2.867200e-07, 2.187660e-04, 2.290840e-04),
        ("mesh", "inputs", 100, 80, 80, 28, 56, 1.730400e-08, 2.066000e-04, 2.070050e-04),
        ("waiting", "chain", 50, 18, 140, 16, 32, 1.390200e-08, 1.025520e-04, 1.044080e-04),
        ("waiting", "forms", 100, 431, 2048, 415, 1378, 2.899200e-07, 2.194380e-04, 2.298510e-04),
    ];

    public static IEnumerable<ValidationRow> Rows(string root)
    {
        foreach (var (arch, snn, steps, fired, updated, messages, events, joules, simple, detailed) in Printed)
        {
            var folder = Path.Combine(root, "tests", "golden", "sanafe");
            var warnings = new DiagnosticBag();
            var chip = PipelineChipReader.Load(Path.Combine(folder, $"{arch}.arch.yaml"), warnings);
            var network = SanaFeNetworkReader.Load(Path.Combine(folder, $"{snn}.snn.yaml"), chip, warnings);
            PipelineRun Run(string timing) => new PipelineSimulator(chip, network).Prepare(new(steps, timing, 1, false, false)).Run();
            var run = Run("simple");
            ValidationRow Row(string what, double ours, double theirs, double allowed) => new($"{snn} on {arch}, {steps} steps, {what}", "SANA-FE, run by us", "S", ours, theirs, allowed);
            yield return Row("neurons fired", run.Totals.Fired, fired, 0);
            yield return Row("neurons updated", run.Totals.Updated, updated, 0);
            yield return Row("messages", run.Totals.Packets, messages, 0);
            yield return Row("synaptic events", run.Totals.Spikes, events, 0);
            // They print seven digits.
            yield return Row("energy, J", run.Totals.Energy.Total, joules, 1e-6);
            yield return Row("time *simple*, s", run.Totals.Seconds, simple, 1e-6);
            yield return Row("time *detailed*, s", Run("detailed").Totals.Seconds, detailed, 1e-6);
        }
    }
}
