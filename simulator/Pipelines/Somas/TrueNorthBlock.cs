using NeuroChip.HwModels.Pipelines;
using NeuroChip.Ir.Pipelines;

namespace NeuroChip.Simulator.Pipelines.Somas;

/// <summary>truenorth: an additive leak (towards zero or not), bias, what arrived; a spike from the threshold on, else the reverse reset down from the reverse one.</summary>
internal sealed class TrueNorthBlock : SomaBlock
{
    private readonly double[] potential, leak, bias, threshold, reverseThreshold, reset, reverseReset, mode, reverseMode, towardsZero, forced;

    public TrueNorthBlock(PipelineLayout layout, int core, int first, int count, SomaUnit unit, DendriteUnit? visited)
        : base(layout, core, first, count, unit, visited)
    {
        potential = new double[count];
        (leak, bias, towardsZero, forced) = (Column(NeuronParameter.Leak, 0), Column(NeuronParameter.Bias, 0), Column(NeuronParameter.LeakTowardsZero, 1), Column(NeuronParameter.ForceUpdate, 0));
        (threshold, reset, mode) = (Column(NeuronParameter.Threshold, 0), Column(NeuronParameter.Reset, 0), Column(NeuronParameter.ResetMode, (int)ResetMode.Hard));
        (reverseThreshold, reverseReset) = (Column(NeuronParameter.ReverseThreshold, 0), Column(NeuronParameter.ReverseReset, 0));
        reverseMode = Column(NeuronParameter.ReverseResetMode, (int)ResetMode.None);
    }

    public override void Visit(int step, double[] sums, CoreVisit visit)
    {
        (Updated, Fired) = (0, 0);
        for (var i = 0; i < Count; i++)
        {
            ref var sum = ref sums[Slots[i]];
            var state = Update(i, sum);
            sum = SynapseRows.Nothing;
            visit.Pending += Latency[(int)state];
            if (state != SomaState.Idle) Updated++;
            if (state != SomaState.Fired) continue;
            Fired++;
            visit.Fire(First + i);
        }
    }

    private SomaState Update(int i, double input)
    {
        var v = potential[i];
        var arrived = input != 0 || !double.IsNegative(input);
        var state = v != 0 || arrived || bias[i] != 0 || forced[i] != 0 ? SomaState.Updated : SomaState.Idle;
        if (towardsZero[i] == 0) v += leak[i];
        else if (v > 0) v -= leak[i];
        else if (v < 0) v += leak[i];
        v += bias[i];
        v += input;
        if (v >= threshold[i])
        {
            v = (ResetMode)mode[i] switch { ResetMode.Hard => reset[i], ResetMode.Soft => v - threshold[i], ResetMode.Saturate => threshold[i], _ => v };
            state = SomaState.Fired;
        }
        else if (v <= reverseThreshold[i])
        {
            v = (ResetMode)reverseMode[i] switch { ResetMode.Hard => reverseReset[i], ResetMode.Soft => v + reverseThreshold[i], ResetMode.Saturate => reverseThreshold[i], _ => v };
        }

        potential[i] = v;
        return state;
    }
}
