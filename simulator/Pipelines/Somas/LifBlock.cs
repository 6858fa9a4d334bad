using NeuroChip.HwModels.Pipelines;
using NeuroChip.Ir.Pipelines;

namespace NeuroChip.Simulator.Pipelines.Somas;

/// <summary>
/// leaky_integrate_fire with everything it has, neuron by neuron: leak (not in the first step) and cut to the grid; then, outside the refractory period, bias,
/// decaying input current and what arrived; a spike above the threshold; the reverse reset below the reverse one.
/// </summary>
internal sealed class LifBlock : SomaBlock
{
    private readonly Neuron[] neurons;

    public LifBlock(PipelineLayout layout, int core, int first, int count, SomaUnit unit, DendriteUnit? visited)
        : base(layout, core, first, count, unit, visited)
    {
        var (potential, threshold, reverse) = (Column(NeuronParameter.Potential, 0), Column(NeuronParameter.Threshold, 0), Column(NeuronParameter.ReverseThreshold, 0));
        var (reset, reverseReset, leak) = (Column(NeuronParameter.Reset, 0), Column(NeuronParameter.ReverseReset, 0), Column(NeuronParameter.LeakDecay, 1));
        var (decay, bias, forced) = (Column(NeuronParameter.InputDecay, 0), Column(NeuronParameter.Bias, 0), Column(NeuronParameter.ForceUpdate, 0));
        var (mode, reverseMode) = (Column(NeuronParameter.ResetMode, (int)ResetMode.Hard), Column(NeuronParameter.ReverseResetMode, (int)ResetMode.None));
        var refractory = Column(NeuronParameter.RefractoryDelay, 0);
        neurons = new Neuron[count];
        for (var i = 0; i < count; i++)
        {
            neurons[i] = new()
            {
                Potential = potential[i],
                Threshold = threshold[i],
                ReverseThreshold = reverse[i],
                Reset = reset[i],
                ReverseReset = reverseReset[i],
                LeakDecay = leak[i],
                InputDecay = decay[i],
                Bias = bias[i],
                RefractoryDelay = (int)refractory[i],
                IsForced = forced[i] != 0,
                Mode = (ResetMode)mode[i],
                ReverseMode = (ResetMode)reverseMode[i],
            };
        }
    }

    public override void Visit(int step, double[] sums, CoreVisit visit)
    {
        (Updated, Fired) = (0, 0);
        for (var i = 0; i < neurons.Length; i++)
        {
            ref var input = ref sums[Slots[i]];
            var state = neurons[i].Update(step, input);
            input = SynapseRows.Nothing;
            visit.Pending += Latency[(int)state];
            if (state != SomaState.Idle) Updated++;
            if (state != SomaState.Fired) continue;
            Fired++;
            visit.Fire(First + i);
        }
    }

    private struct Neuron
    {
        public double Potential, Threshold, ReverseThreshold, Reset, ReverseReset, LeakDecay, InputDecay, Bias;
        public int RefractoryDelay;
        public bool IsForced;
        public ResetMode Mode, ReverseMode;
        private double current;
        private int refractory;

        public SomaState Update(int step, double input)
        {
            var arrived = input != 0 || !double.IsNegative(input);
            var state = Potential != 0 || arrived || Bias != 0 || IsForced ? SomaState.Updated : SomaState.Idle;
            if (step > 1)
            {
                current *= InputDecay;
                Potential *= LeakDecay;
            }

            Potential = LifState.Cut(Potential);
            if (refractory == 0)
            {
                Potential += Bias;
                current += input;
                Potential += current;
                if (Potential > Threshold)
                {
                    Potential = Mode switch { ResetMode.Hard => Reset, ResetMode.Soft => Potential - Threshold, _ => Potential };
                    refractory = RefractoryDelay;
                    state = SomaState.Fired;
                }

                if (Potential < ReverseThreshold)
                    Potential = ReverseMode switch { ResetMode.Hard => ReverseReset, ResetMode.Soft => Potential - ReverseThreshold, ResetMode.Saturate => ReverseThreshold, _ => Potential };
            }

            if (refractory > 0) refractory--;
            return state;
        }
    }
}

/// <summary>What a visit was to a neuron.</summary>
internal enum SomaState
{
    Idle,
    Updated,
    Fired,
}
