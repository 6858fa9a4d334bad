using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Passes;

/// <summary>
/// How far accumulators really swing on the calibration samples, in units of the model. Bounds from weights alone assume that every source fires at once and cost three or
/// more bits of an accumulator of 16.
/// </summary>
internal static class QuantiseReach
{
    /// <summary>Synaptic events after which no further sample is looked at; some seconds.</summary>
    private const long EventBudget = 200_000_000;

    /// <summary>Per address, the greatest magnitude that a port's accumulator had, bias included; null without samples.</summary>
    /// <param name="module">The float32 module.</param>
    /// <param name="samples">Recorded runs of it.</param>
    /// <param name="population">Target.</param>
    /// <param name="port">Port.</param>
    /// <param name="incoming">Projections into the port.</param>
    public static double[]? Of(Module module, QuantiseSamples samples, Population population, int port, IReadOnlyList<Projection> incoming)
    {
        if (samples.Runs.Count == 0) return null;
        var reach = new double[population.Size];
        var bias = population.Bias[port]?.ToFloats() ?? [0f];
        var sums = new double[population.Size];
        var greatest = new double[population.Size];
        var synapses = new List<Synapse>();
        var events = 0L;
        foreach (var (run, sites) in samples.Runs.Zip(samples.Sites))
        {
            for (var step = 0; step < module.Steps; step++)
            {
                for (var a = 0; a < sums.Length; a++) sums[a] = bias[a % bias.Length];
                foreach (var projection in incoming)
                {
                    if (step < projection.Delay) continue;
                    var map = sites.Bind(projection.Map);
                    var size = module[projection.Source].Size;
                    var emissions = run.Emissions[projection.Source.Index].Array<float>().AsSpan((step - projection.Delay) * size, size);
                    var weights = projection.RowsFrom is { } from
                        ? run.Emissions[from.Index].Array<float>().AsSpan(step * module[from].Size, module[from].Size)
                        : projection.Rows.Span<float>();
                    var isMaximum = projection.Reduction == Reduction.Max;
                    if (isMaximum) Array.Clear(greatest);
                    for (var source = 0; source < size; source++)
                    {
                        if (emissions[source] == 0) continue;
                        synapses.Clear();
                        map.Enumerate(source, synapses);
                        events += synapses.Count;
                        foreach (var (target, row) in synapses)
                        {
                            var contribution = (double)emissions[source] * weights[row];
                            if (isMaximum) greatest[target] = Math.Max(greatest[target], Math.Abs(contribution));
                            else sums[target] += contribution;
                        }
                    }

                    for (var a = 0; isMaximum && a < sums.Length; a++) sums[a] += greatest[a];
                }

                for (var a = 0; a < sums.Length; a++) reach[a] = Math.Max(reach[a], Math.Abs(sums[a]));
            }

            if (events > EventBudget) break;
        }

        return reach;
    }
}
