using NeuroChip.Simulator.Engines;

namespace NeuroChip.Simulator.Pipelines;

/// <summary>
/// The second half of a step: spikes add their weights to the accumulators of later steps. A piece is a range of addresses of one group, to which it adds
/// all spikes in the order of their positions: whoever does it, every accumulator gets the same sum to the last bit, in the order in which SANA-FE adds it up.
/// </summary>
internal sealed class SpikeDelivery : IPieces
{
    private const int PiecesPerThread = 2;

    private readonly StepActivity activity;
    private readonly double[][] sums;
    private readonly Feed[] feeds;
    private readonly (int Feed, int From, int To)[] pieces;
    private int step;

    public SpikeDelivery(PipelineLayout layout, StepActivity activity, int threads)
    {
        this.activity = activity;
        var network = layout.Network;
        sums = new double[1 + network.Connections.Select(c => c.Delay).DefaultIfEmpty().Max()][];
        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] = new double[network.NeuronCount];
            Array.Fill(sums[i], SynapseRows.Nothing);
        }

        var rows = network.Connections.Select(c => SynapseRows.Of(c, network.Groups[c.Target].First)).ToArray();
        feeds = [.. rows.GroupBy(r => r.Target).OrderBy(g => g.Key).Select(g => new Feed(layout, g.Key, [.. g]))];
        List<(int, int, int)> cut = [];
        for (var f = 0; f < feeds.Length; f++)
        {
            var count = network.Groups[feeds[f].Target].Count;
            var parts = threads == 1 ? 1 : Math.Min(count, threads * PiecesPerThread);
            for (var p = 0; p < parts; p++) cut.Add((f, (int)((long)count * p / parts), (int)((long)count * (p + 1) / parts)));
        }

        pieces = [.. cut];
    }

    /// <summary>What is due in a step, by slot. It is taken out by those who read it.</summary>
    public double[] Due(int now) => sums[now % sums.Length];

    public void Run(WorkerTeam team, int now)
    {
        step = now;
        team.Run(this, pieces.Length);
    }

    void IPieces.Run(int piece)
    {
        var (index, from, to) = pieces[piece];
        var feed = feeds[index];
        var layout = activity.Layout;
        foreach (var core in feed.Cores)
        {
            var first = layout.Cores[core].First;
            foreach (var position in activity.Fired.AsSpan(first, activity.FiredCount[core]))
            {
                var group = layout.Group[position];
                var address = layout.Slot[position] - layout.Network.Groups[group].First;
                foreach (var rows in feed.From[group]) rows.Add(address, sums[(step + 1 + rows.Delay) % sums.Length], from, to);
            }
        }
    }

    /// <summary>What leads to one group.</summary>
    private sealed class Feed
    {
        public Feed(PipelineLayout layout, int target, SynapseRows[] rows)
        {
            Target = target;
            From = new SynapseRows[layout.Network.Groups.Length][];
            for (var g = 0; g < From.Length; g++) From[g] = [.. rows.Where(r => r.Source == g)];
            Cores = [.. Enumerable.Range(0, layout.Cores.Length).Where(c => layout.Group.AsSpan(layout.Cores[c].First, layout.Cores[c].Count).ToArray().Any(g => From[g].Length > 0))];
        }

        public int Target { get; }

        /// <summary>Connections by group of sources.</summary>
        public SynapseRows[][] From { get; }

        /// <summary>Cores that hold sources.</summary>
        public int[] Cores { get; }
    }
}
