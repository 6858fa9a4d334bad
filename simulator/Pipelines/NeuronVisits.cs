using NeuroChip.Simulator.Engines;
using NeuroChip.Simulator.Pipelines.Somas;

namespace NeuroChip.Simulator.Pipelines;

/// <summary>The first half of a step: cores visit their neurons and count the messages that the spikes become. A piece is some consecutive cores.</summary>
internal sealed class NeuronVisits : IPieces
{
    private const int PiecesPerThread = 4;

    private readonly StepActivity activity;
    private readonly SomaBlock[][] blocks;
    private readonly SpikeDelivery delivery;
    private readonly (int First, int End, Traffic Traffic, TrafficCounter Counter, CoreVisit Visit)[] pieces;
    private int step;
    private double[] sums = [];

    public NeuronVisits(StepActivity activity, SomaBlock[][] blocks, SpikeDelivery delivery, int threads)
    {
        (this.activity, this.blocks, this.delivery) = (activity, blocks, delivery);
        var layout = activity.Layout;
        pieces = new (int, int, Traffic, TrafficCounter, CoreVisit)[threads == 1 ? 1 : Math.Min(layout.Cores.Length, threads * PiecesPerThread)];
        var core = 0;
        for (var p = 0; p < pieces.Length; p++)
        {
            // Cores until the piece's share of all neurons is reached.
            var (first, end) = (core, (long)layout.Neuron.Length * (p + 1) / pieces.Length);
            while (core < layout.Cores.Length && (p == pieces.Length - 1 || layout.Cores[core].End <= end)) core++;
            pieces[p] = (first, core, pieces.Length == 1 ? activity.Traffic : new(layout), new(layout, activity.FanOut), new(activity));
        }
    }

    public void Run(WorkerTeam team, int now)
    {
        (step, sums) = (now, delivery.Due(now));
        team.Run(this, pieces.Length);
        if (pieces.Length == 1) return;
        activity.Traffic.Clear();
        foreach (var piece in pieces) activity.Traffic.Add(piece.Traffic);
    }

    void IPieces.Run(int piece)
    {
        var (first, end, traffic, counter, visit) = pieces[piece];
        traffic.Clear();
        for (var core = first; core < end; core++)
        {
            visit.Start(core);
            foreach (var block in blocks[core]) block.Visit(step, sums, visit);
            visit.End();
            counter.Count(core, activity.Fired.AsSpan(activity.Layout.Cores[core].First, activity.FiredCount[core]), traffic);
        }
    }
}
