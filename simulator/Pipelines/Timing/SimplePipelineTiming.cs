namespace NeuroChip.Simulator.Pipelines.Timing;

/// <summary>
/// SANA-FE's <c>simple</c> model: the slowest core decides, and a core takes the longer of the time to visit its neurons and send, and the time to work off
/// what it received. Hops take no time.
/// </summary>
internal sealed class SimplePipelineTiming(PipelineLayout layout) : IPipelineTiming
{
    private readonly double[] receiving = new double[layout.Cores.Length];

    public double Time(StepActivity activity)
    {
        var traffic = activity.Traffic;
        for (var core = 0; core < receiving.Length; core++) receiving[core] = traffic.In[core] * layout.TypeOfCore[core].MessageIn.Latency;
        for (var r = 0; r < layout.Receivers.Length; r++) receiving[layout.Receivers[r].Core] += traffic.Synapses[r] * layout.Receivers[r].Latency;
        var longest = 0.0;
        for (var core = 0; core < receiving.Length; core++) longest = Math.Max(longest, Math.Max(receiving[core], Sending(activity, core)));
        return longest;
    }

    /// <summary>Seconds that a core takes to visit its neurons and to send.</summary>
    private static double Sending(StepActivity activity, int core)
    {
        var layout = activity.Layout;
        var (first, messageOut) = (layout.Cores[core].First, layout.TypeOfCore[core].MessageOut.Latency);
        var (seconds, spikes) = (activity.Rest[core], 0);
        for (var i = first; i < first + activity.FiredCount[core]; i++)
        {
            if (!activity.FanOut.Sends(activity.Fired[i])) continue;
            seconds += activity.Delay[i];
            spikes++;
        }

        // Each spike's delay holds the sending of its first message.
        return seconds + ((activity.Traffic.Out[core] - spikes) * messageOut);
    }
}
