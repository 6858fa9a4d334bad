using System.Collections.Immutable;
using NeuroChip.HwModels.Pipelines;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Pipelines;

namespace NeuroChip.Simulator.Pipelines.Somas;

/// <summary>
/// What an input unit of a core sends. It is one per unit, not per neuron, as in SANA-FE: neurons that share a unit share its train of spikes (that of the neuron mapped
/// last) and take its values in turn.
/// </summary>
/// <param name="seed">Number of the unit among all input units of the chip, from 1: the seed that SANA-FE gives it.</param>
internal sealed class InputSource(uint seed)
{
    private MersenneTwister? random;
    private int next;

    public ImmutableArray<bool> Train { get; set; } = [];

    public double Rate { get; set; }

    public double Poisson { get; set; }

    public bool Fires(int step)
    {
        var fires = next < Train.Length && Train[next++];
        if (Poisson > 0) fires |= Poisson > (random ??= new(seed)).NextDouble();
        return fires || (Rate > 0 && step % (long)(1.0 / Rate) == 0);
    }
}

/// <summary>input: sends given spikes. Such a neuron is never updated unless it fires, and takes no input.</summary>
internal sealed class InputBlock : SomaBlock
{
    private readonly InputSource source;

    public InputBlock(PipelineLayout layout, int core, int first, int count, SomaUnit unit, DendriteUnit? visited, InputSource source)
        : base(layout, core, first, count, unit, visited)
    {
        this.source = source;
        for (var i = 0; i < count; i++)
        {
            var group = layout.Network.Groups[layout.Group[first + i]];
            var number = layout.Neuron[first + i] - group.First;
            if (group.SpikeTrains.TryGetValue(number, out var train)) source.Train = train;
            source.Poisson = group.Parameters.Of(NeuronParameter.Poisson, number, source.Poisson);
            source.Rate = group.Parameters.Of(NeuronParameter.Rate, number, source.Rate);
        }
    }

    public override void Visit(int step, double[] sums, CoreVisit visit)
    {
        Fired = 0;
        for (var i = 0; i < Count; i++)
        {
            ref var sum = ref sums[Slots[i]];
            if (sum != 0) throw new DiagnosticException(Diagnostic.Error("NC5120", $"'{NameOf(i)}' is on an input unit and receives a current of {sum} in step {step}", null, "map it to another soma unit, or leave out the edges that lead to it"));
            sum = SynapseRows.Nothing;
            var fires = source.Fires(step);
            visit.Pending += Latency[(int)(fires ? SomaState.Fired : SomaState.Idle)];
            if (!fires) continue;
            Fired++;
            visit.Fire(First + i);
        }

        Updated = Fired;
    }
}
