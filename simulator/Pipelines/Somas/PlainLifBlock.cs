using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using NeuroChip.HwModels.Pipelines;
using NeuroChip.Ir.Pipelines;

namespace NeuroChip.Simulator.Pipelines.Somas;

/// <summary>
/// leaky_integrate_fire where nothing but the potential is kept from step to step (no decaying input current, no refractory period, no reverse reset), four
/// neurons at a time. Computes what <see cref="LifBlock"/> computes.
/// </summary>
internal sealed class PlainLifBlock : SomaBlock
{
    private const int Width = 4;

    private readonly double[] potential;
    private readonly Parameter threshold;
    private readonly Parameter reset;
    private readonly Parameter leak;
    private readonly Parameter bias;
    private readonly ResetMode mode;
    private readonly bool isForced;

    public PlainLifBlock(PipelineLayout layout, int core, int first, int count, SomaUnit unit, DendriteUnit? visited, ResetMode mode, bool isForced)
        : base(layout, core, first, count, unit, visited)
    {
        (this.mode, this.isForced) = (mode, isForced);
        potential = Column(NeuronParameter.Potential, 0);
        threshold = new(Column(NeuronParameter.Threshold, 0));
        reset = new(Column(NeuronParameter.Reset, 0));
        leak = new(Column(NeuronParameter.LeakDecay, 1));
        bias = new(Column(NeuronParameter.Bias, 0));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Visit(int step, double[] sums, CoreVisit visit)
    {
        var leaks = step > 1;
        var nothing = Vector256.Create(SynapseRows.Nothing);
        var (accessed, updated, fired) = (Latency[0], Latency[1], Latency[2]);
        var (pending, updates, fires) = (visit.Pending, 0, 0);
        ref var v0 = ref MemoryMarshal.GetArrayDataReference(potential);
        ref var s0 = ref MemoryMarshal.GetArrayDataReference(sums);
        var slots = Slots;
        var whole = Count & -Width;
        for (var i = 0; i < Count; i += Width)
        {
            var lanes = i < whole ? Width : Count - i;
            Vector256<double> v, input;
            if (lanes == Width)
            {
                v = Vector256.LoadUnsafe(ref v0, (nuint)i);
                if (IsContiguous)
                {
                    ref var slot = ref Unsafe.Add(ref s0, FirstSlot + i);
                    input = Vector256.LoadUnsafe(ref slot);
                    nothing.StoreUnsafe(ref slot);
                }
                else
                {
                    input = Vector256.Create(Take(ref s0, slots[i]), Take(ref s0, slots[i + 1]), Take(ref s0, slots[i + 2]), Take(ref s0, slots[i + 3]));
                }
            }
            else
            {
                (v, input) = (default, nothing);
                for (var k = 0; k < lanes; k++)
                {
                    v = v.WithElement(k, potential[i + k]);
                    input = input.WithElement(k, Take(ref s0, slots[i + k]));
                }
            }

            var b = bias.At(i);
            var idle = Vector256.Equals(v, default) & Vector256.Equals(b, default) & Vector256.Equals(input.AsInt64(), nothing.AsInt64()).AsDouble();
            if (leaks) v *= leak.At(i);
            v = LifState.Cut(v) + b + input;
            var level = threshold.At(i);
            var fire = Vector256.GreaterThan(v, level);
            var mask = (1u << lanes) - 1;
            var fireBits = Vector256.ExtractMostSignificantBits(fire) & mask;
            var updateBits = isForced ? mask : (~Vector256.ExtractMostSignificantBits(idle) | fireBits) & mask;
            if (fireBits != 0 && mode is ResetMode.Hard or ResetMode.Soft)
                v = Vector256.ConditionalSelect(fire, mode == ResetMode.Hard ? reset.At(i) : v - level, v);
            if (lanes == Width) v.StoreUnsafe(ref v0, (nuint)i);
            else
            {
                for (var k = 0; k < lanes; k++) potential[i + k] = v.GetElement(k);
            }

            updates += BitOperations.PopCount(updateBits);
            fires += BitOperations.PopCount(fireBits);
            if (fireBits == 0)
            {
                for (var k = 0; k < lanes; k++) pending += (updateBits >> k & 1) != 0 ? updated : accessed;
                continue;
            }

            for (var k = 0; k < lanes; k++)
            {
                if ((fireBits >> k & 1) == 0)
                {
                    pending += (updateBits >> k & 1) != 0 ? updated : accessed;
                    continue;
                }

                visit.Pending = pending + fired;
                visit.Fire(First + i + k);
                pending = visit.Pending;
            }
        }

        visit.Pending = pending;
        (Updated, Fired) = (updates, fires);
    }

    private static double Take(ref double sums, int slot)
    {
        ref var sum = ref Unsafe.Add(ref sums, slot);
        var value = sum;
        sum = SynapseRows.Nothing;
        return value;
    }

    /// <summary>A parameter of the block: one value for all neurons, or one each.</summary>
    private readonly struct Parameter
    {
        private readonly double[] values;
        private readonly int stride;

        /// <param name="each">Value of each neuron.</param>
        public Parameter(double[] each)
        {
            stride = each.AsSpan().ContainsAnyExcept(each[0]) ? 1 : 0;
            values = new double[stride == 0 ? Width : (each.Length + Width - 1) & -Width];
            if (stride == 0) Array.Fill(values, each[0]);
            else each.CopyTo(values, 0);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<double> At(int index) => Vector256.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(values), (nuint)(index * stride));
    }
}
