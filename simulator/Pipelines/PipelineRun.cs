using System.Collections.Immutable;

namespace NeuroChip.Simulator.Pipelines;

/// <summary>What a step, or a run, came to.</summary>
/// <param name="Fired">Neurons that fired.</param>
/// <param name="Updated">Neurons updated, those that fired among them.</param>
/// <param name="Packets">Messages: one per spike and core that has targets of it.</param>
/// <param name="Hops">Hops of all messages.</param>
/// <param name="Spikes">Synaptic events.</param>
/// <param name="Seconds">Time on the chip.</param>
/// <param name="Energy">Energy.</param>
public readonly record struct PipelineTotals(long Fired, long Updated, long Packets, long Hops, long Spikes, double Seconds, PipelineEnergy Energy)
{
    /// <summary>The sum of two.</summary>
    public static PipelineTotals operator +(PipelineTotals a, PipelineTotals b) => new(
        a.Fired + b.Fired, a.Updated + b.Updated, a.Packets + b.Packets, a.Hops + b.Hops, a.Spikes + b.Spikes, a.Seconds + b.Seconds, a.Energy + b.Energy);
}

/// <summary>Energy by kind of unit, in joules.</summary>
/// <param name="Synapse">Synapse units.</param>
/// <param name="Dendrite">Dendrite units.</param>
/// <param name="Soma">Soma units.</param>
/// <param name="Network">Messages in and out, and hops.</param>
public readonly record struct PipelineEnergy(double Synapse, double Dendrite, double Soma, double Network)
{
    /// <summary>All of it.</summary>
    public double Total => Synapse + Dendrite + Soma + Network;

    /// <summary>The sum of two.</summary>
    public static PipelineEnergy operator +(PipelineEnergy a, PipelineEnergy b) => new(a.Synapse + b.Synapse, a.Dendrite + b.Dendrite, a.Soma + b.Soma, a.Network + b.Network);
}

/// <summary>A neuron that fired.</summary>
/// <param name="Step">Step, from 1.</param>
/// <param name="Neuron">Id of the neuron.</param>
public readonly record struct PipelineSpike(int Step, int Neuron);

/// <summary>What to run.</summary>
/// <param name="Steps">Number of steps.</param>
/// <param name="Timing">One of <see cref="Timing.PipelineTimings.Names"/>.</param>
/// <param name="Threads">Threads; no result depends on them.</param>
/// <param name="KeepSteps">Keep the totals of every step.</param>
/// <param name="KeepSpikes">Keep the spikes of the neurons that ask for it: those with <see cref="Ir.Pipelines.NeuronParameter.LogSpikes"/>.</param>
public sealed record PipelineRunOptions(int Steps, string Timing = "detailed", int Threads = 1, bool KeepSteps = false, bool KeepSpikes = false);

/// <summary>The results of a run.</summary>
/// <param name="Totals">Sums over all steps.</param>
/// <param name="Steps">Totals of each step, if they were asked for.</param>
/// <param name="Spikes">Spikes by step, then by the name of the group and the number in it, if they were asked for.</param>
public sealed record PipelineRun(PipelineTotals Totals, ImmutableArray<PipelineTotals> Steps, ImmutableArray<PipelineSpike> Spikes);
