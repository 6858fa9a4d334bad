using System.Runtime.CompilerServices;

namespace NeuroChip.Simulator.Pipelines.Timing;

/// <summary>
/// The messages of each core in the order in which it sends them, made one by one from the spikes of a step: they are never stored. Where a core works on
/// after its last message, one without a destination stands for that.
/// </summary>
internal sealed class MessageSource
{
    /// <summary>Destination of a message that stands for work only.</summary>
    public const int Nowhere = -1;

    private readonly PipelineLayout layout;
    private readonly FanOut fanOut;
    private readonly int[] coreOfReceiver;
    private readonly double[][] processing;
    private readonly Cursor[] cursors;
    private StepActivity activity = null!;

    public MessageSource(PipelineLayout layout, FanOut fanOut)
    {
        (this.layout, this.fanOut) = (layout, fanOut);
        coreOfReceiver = [.. layout.Receivers.Select(r => r.Core)];
        processing = new double[layout.Receivers.Length][];
        var most = new int[processing.Length];
        foreach (var entry in fanOut.Entries) most[entry.Receiver] = Math.Max(most[entry.Receiver], entry.Synapses);
        for (var r = 0; r < processing.Length; r++) processing[r] = Sums(layout.TypeOfCore[layout.Receivers[r].Core].MessageIn.Latency, layout.Receivers[r].Latency, most[r]);
        cursors = new Cursor[layout.Cores.Length];
    }

    public void Start(StepActivity step)
    {
        activity = step;
        for (var core = 0; core < cursors.Length; core++)
        {
            ref var cursor = ref cursors[core];
            cursor = default;
            cursor.Spike = layout.Cores[core].First - 1;
            cursor.LastSpike = cursor.Spike + step.FiredCount[core];
            cursor.MessageOut = layout.TypeOfCore[core].MessageOut.Latency;
        }
    }

    /// <summary>The next message of a core: seconds after the one before, destination, and seconds to work it off there; false if there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Next(int core, out double delay, out int target, out double work)
    {
        ref var cursor = ref cursors[core];
        delay = cursor.MessageOut;
        while (cursor.Entry == cursor.LastEntry)
        {
            if (cursor.Spike == cursor.LastSpike)
            {
                (delay, target, work) = (activity.Rest[core], Nowhere, 0);
                var isWork = delay != 0 && !cursor.HasEnded;
                cursor.HasEnded = true;
                return isWork;
            }

            var c = fanOut.ClassOf[activity.Fired[++cursor.Spike]];
            (cursor.Entry, cursor.LastEntry) = (fanOut.Offsets[c], fanOut.Offsets[c + 1]);
            delay = activity.Delay[cursor.Spike];
        }

        var entries = fanOut.Entries;
        var entry = entries[cursor.Entry++];
        work = processing[entry.Receiver][entry.Synapses];
        target = coreOfReceiver[entry.Receiver];
        for (; cursor.Entry < cursor.LastEntry && entries[cursor.Entry].IsSameMessage; cursor.Entry++)
            work += entries[cursor.Entry].Synapses * layout.Receivers[entries[cursor.Entry].Receiver].Latency;
        return true;
    }

    /// <summary>Receiving, then one synapse after the other: added up in SANA-FE's order, whose rounding decides ties in its schedule.</summary>
    private static double[] Sums(double start, double each, int most)
    {
        var sums = new double[most + 1];
        sums[0] = start;
        for (var n = 1; n <= most; n++) sums[n] = sums[n - 1] + each;
        return sums;
    }

    private struct Cursor
    {
        public int Spike, LastSpike, Entry, LastEntry;
        public bool HasEnded;
        public double MessageOut;
    }
}
