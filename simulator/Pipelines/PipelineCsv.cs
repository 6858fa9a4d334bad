using System.Globalization;
using NeuroChip.Ir.Pipelines;

namespace NeuroChip.Simulator.Pipelines;

/// <summary>Tables of a run with SANA-FE's columns and number format, so that its users' scripts go on working.</summary>
public static class PipelineCsv
{
    /// <summary>The totals of each step (its perf.csv).</summary>
    public static void WriteSteps(TextWriter writer, PipelineRun run)
    {
        writer.Write("timestep,fired,updated,packets,hops,spikes,sim_time,synapse_energy,dendrite_energy,soma_energy,network_energy,total_energy\n");
        for (var i = 0; i < run.Steps.Length; i++)
        {
            var s = run.Steps[i];
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"{i + 1},{s.Fired},{s.Updated},{s.Packets},{s.Hops},{s.Spikes},"));
            writer.Write($"{Number(s.Seconds)},{Number(s.Energy.Synapse)},{Number(s.Energy.Dendrite)},{Number(s.Energy.Soma)},{Number(s.Energy.Network)},{Number(s.Energy.Total)}\n");
        }
    }

    /// <summary>The spikes (its spikes.csv).</summary>
    public static void WriteSpikes(TextWriter writer, PipelineRun run, PipelineNetwork network)
    {
        writer.Write("neuron,timestep\n");
        var groupOf = new NeuronGroup[network.NeuronCount];
        foreach (var group in network.Groups) groupOf.AsSpan(group.First, group.Count).Fill(group);
        foreach (var spike in run.Spikes)
        {
            var group = groupOf[spike.Neuron];
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"{group.Name}.{spike.Neuron - group.First},{spike.Step}\n"));
        }
    }

    /// <summary>Six digits after the point and an exponent of two, as C++ streams write.</summary>
    private static string Number(double value)
    {
        var text = value.ToString("e6", CultureInfo.InvariantCulture);
        return text.Length > 4 && text[^3] == '0' ? text.Remove(text.Length - 3, 1) : text;
    }
}
