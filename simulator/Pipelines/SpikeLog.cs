using System.Collections.Immutable;
using NeuroChip.Ir.Pipelines;

namespace NeuroChip.Simulator.Pipelines;

/// <summary>Keeps the spikes of neurons that ask for it, in SANA-FE's order: by step, then by the name of the group as text, then by number.</summary>
internal sealed class SpikeLog
{
    private readonly int[] rank;
    private readonly int[] neuronOfRank;
    private readonly ImmutableArray<PipelineSpike>.Builder spikes = ImmutableArray.CreateBuilder<PipelineSpike>();
    private readonly List<int> now = [];

    public SpikeLog(PipelineLayout layout)
    {
        var network = layout.Network;
        var rankOfNeuron = new int[network.NeuronCount];
        neuronOfRank = new int[network.NeuronCount];
        var next = 0;
        foreach (var group in network.Groups.OrderBy(g => g.Name, StringComparer.Ordinal))
        {
            for (var n = 0; n < group.Count; n++, next++)
            {
                neuronOfRank[next] = group.First + n;
                rankOfNeuron[group.First + n] = group.Parameters.Of(NeuronParameter.LogSpikes, n, 0) != 0 ? next : -1;
            }
        }

        rank = [.. layout.Neuron.Select(n => rankOfNeuron[n])];
    }

    public ImmutableArray<PipelineSpike> Spikes => spikes.ToImmutable();

    public void Add(int step, StepActivity activity)
    {
        now.Clear();
        for (var core = 0; core < activity.FiredCount.Length; core++)
        {
            foreach (var position in activity.Fired.AsSpan(activity.Layout.Cores[core].First, activity.FiredCount[core]))
                if (rank[position] >= 0) now.Add(rank[position]);
        }

        now.Sort();
        foreach (var r in now) spikes.Add(new(step, neuronOfRank[r]));
    }
}
