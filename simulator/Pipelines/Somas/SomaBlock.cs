using NeuroChip.HwModels.Pipelines;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Pipelines;

namespace NeuroChip.Simulator.Pipelines.Somas;

/// <summary>Consecutive neurons of a core on one soma unit.</summary>
internal abstract class SomaBlock
{
    private readonly int[] slots;

    protected SomaBlock(PipelineLayout layout, int core, int first, int count, SomaUnit unit, DendriteUnit? visited)
    {
        (Layout, Core, First, Count, Unit, Visited) = (layout, core, first, count, unit, visited);
        slots = layout.Slot[first..(first + count)];
        FirstSlot = slots[0];
        for (var i = 0; i < count && IsContiguous; i++) IsContiguous = slots[i] == FirstSlot + i;
        var dendrite = visited?.Update.Latency ?? 0;
        var updated = unit.Access.Latency + unit.Update.Latency;
        Latency = [dendrite + unit.Access.Latency, dendrite + updated, dendrite + (updated + unit.SpikeOut.Latency)];
    }

    protected PipelineLayout Layout { get; }

    /// <summary>Index of its core among those in use.</summary>
    public int Core { get; }

    public int First { get; }

    public int Count { get; }

    public SomaUnit Unit { get; }

    /// <summary>The dendrite unit that works whenever a neuron is visited; null where dendrites work per message.</summary>
    public DendriteUnit? Visited { get; }

    /// <summary>Neurons updated in the last visit; those that fired are among them.</summary>
    public int Updated { get; protected set; }

    /// <summary>Neurons that fired in the last visit.</summary>
    public int Fired { get; protected set; }

    /// <summary>Whether slots follow each other as positions do.</summary>
    protected bool IsContiguous { get; } = true;

    protected int FirstSlot { get; }

    protected ReadOnlySpan<int> Slots => slots;

    /// <summary>Seconds for a neuron: visited only, updated too, fired too. Added up in SANA-FE's order, whose rounding decides ties in its schedule.</summary>
    protected double[] Latency { get; }

    /// <summary>Visits its neurons in step <paramref name="step"/> (from 1), takes what arrived out of <paramref name="sums"/>.</summary>
    public abstract void Visit(int step, double[] sums, CoreVisit visit);

    /// <summary>Values of a parameter by position in the block.</summary>
    protected double[] Column(NeuronParameter parameter, double otherwise)
    {
        var values = new double[Count];
        for (var i = 0; i < Count; i++)
        {
            var group = Layout.Network.Groups[Layout.Group[First + i]];
            values[i] = group.Parameters.Of(parameter, Layout.Neuron[First + i] - group.First, otherwise);
        }

        return values;
    }

    protected string NameOf(int index)
    {
        var group = Layout.Network.Groups[Layout.Group[First + index]];
        return $"{group.Name}.{Layout.Neuron[First + index] - group.First}";
    }
}

/// <summary>A core on its way through its neurons: what fired, and how long it works between messages.</summary>
internal sealed class CoreVisit(StepActivity activity)
{
    private double pending;
    private double messageOut;
    private double busy;
    private int sending;
    private int next;
    private int first;
    private int core;

    /// <summary>Seconds since the last message; a block keeps it in a register while it runs.</summary>
    public double Pending
    {
        get => pending;
        set => pending = value;
    }

    public void Start(int index)
    {
        core = index;
        first = next = activity.Layout.Cores[index].First;
        (pending, busy, sending) = (0, 0, 0);
        messageOut = activity.Layout.TypeOfCore[index].MessageOut.Latency;
    }

    /// <summary>A neuron fired; <see cref="Pending"/> includes its own latency, and starts anew if messages are sent.</summary>
    public void Fire(int position)
    {
        var delay = pending + messageOut;
        activity.Fired[next] = position;
        activity.Delay[next++] = delay;
        if (!activity.FanOut.Sends(position)) return;
        busy += delay;
        sending++;
        pending = 0;
    }

    public void End()
    {
        activity.FiredCount[core] = next - first;
        activity.Rest[core] = pending;
        activity.Busy[core] = busy + pending;
        activity.Sending[core] = sending;
    }
}
