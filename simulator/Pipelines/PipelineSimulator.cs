using System.Collections.Immutable;
using NeuroChip.HwModels.Pipelines;
using NeuroChip.Ir.Pipelines;
using NeuroChip.Simulator.Engines;
using NeuroChip.Simulator.Pipelines.Somas;
using NeuroChip.Simulator.Pipelines.Timing;

namespace NeuroChip.Simulator.Pipelines;

/// <summary>
/// Runs a network on a chip of pipelines, step by step: every core visits its neurons, spikes become messages and add their weights, the step is timed and priced. What
/// cores do is independent of each other within either half of a step, so pieces of it run on any thread with the same result.
/// </summary>
public sealed class PipelineSimulator
{
    private readonly PipelineChip chip;
    private readonly PipelineNetwork network;

    /// <summary>A network on a chip.</summary>
    public PipelineSimulator(PipelineChip chip, PipelineNetwork network) => (this.chip, this.network) = (chip, network);

    /// <summary>Runs it from its initial state.</summary>
    public PipelineRun Run(PipelineRunOptions options) => Prepare(options).Run();

    /// <summary>Lays the network out and makes everything that a run needs; the run itself then takes as long as its steps do.</summary>
    public PreparedPipelineRun Prepare(PipelineRunOptions options) => new(chip, network, options);
}

/// <summary>A run that is ready to start.</summary>
public sealed class PreparedPipelineRun
{
    private readonly PipelineRunOptions options;
    private readonly PipelineLayout layout;
    private readonly StepActivity activity;
    private readonly SomaBlock[][] blocks;
    private readonly EnergyPrices prices;
    private readonly IPipelineTiming timing;
    private readonly SpikeLog? log;

    internal PreparedPipelineRun(PipelineChip chip, PipelineNetwork network, PipelineRunOptions options)
    {
        this.options = options;
        layout = new(chip, network);
        var fanOut = new FanOut(layout);
        activity = new(layout, fanOut);
        blocks = SomaBlocks.Of(layout);
        prices = new(layout, blocks);
        timing = PipelineTimings.Make(options.Timing, layout, fanOut);
        log = options.KeepSpikes ? new(layout) : null;
    }

    /// <summary>Runs it; once.</summary>
    public PipelineRun Run()
    {
        using var team = new WorkerTeam(options.Threads);
        var delivery = new SpikeDelivery(layout, activity, options.Threads);
        var visits = new NeuronVisits(activity, blocks, delivery, options.Threads);
        var steps = ImmutableArray.CreateBuilder<PipelineTotals>();
        var totals = default(PipelineTotals);
        for (var step = 1; step <= options.Steps; step++)
        {
            visits.Run(team, step);
            log?.Add(step, activity);
            delivery.Run(team, step);
            var now = Totals(timing.Time(activity) + layout.SyncLatency);
            totals += now;
            if (options.KeepSteps) steps.Add(now);
        }

        return new(totals, steps.ToImmutable(), log?.Spikes ?? []);
    }

    private PipelineTotals Totals(double seconds)
    {
        var (fired, updated) = (0L, 0L);
        foreach (var ofCore in blocks)
        {
            foreach (var block in ofCore)
            {
                fired += block.Fired;
                updated += block.Updated;
            }
        }

        var traffic = activity.Traffic;
        return new(fired, updated, traffic.Out.Sum(), traffic.Hops.Sum(), traffic.Synapses.Sum(), seconds, prices.Of(traffic));
    }
}
