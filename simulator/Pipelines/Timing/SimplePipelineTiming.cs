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
        for (var core = 0; core < receiving.Length; core++)
        {
            var sending = activity.Busy[core] + ((traffic.Out[core] - activity.Sending[core]) * layout.TypeOfCore[core].MessageOut.Latency);
            longest = Math.Max(longest, Math.Max(receiving[core], sending));
        }

        return longest;
    }
}
