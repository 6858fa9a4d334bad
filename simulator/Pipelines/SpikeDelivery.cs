using System.Runtime.CompilerServices;
using NeuroChip.Simulator.Engines;

namespace NeuroChip.Simulator.Pipelines;

/// <summary>
/// The second half of a step: spikes add their weights to the accumulators of later steps. A piece is a range of addresses of one group, to which it adds
/// all spikes in the order of their positions: whoever does it, every accumulator gets the same sum to the last bit, in the order in which SANA-FE adds it up.
/// </summary>
internal sealed class SpikeDelivery : IPieces
{
    private const int PiecesPerThread = 4;

    /// <summary>A range more costs a search per spike.</summary>
    private const int MostRangesPerThread = 2;

    /// <summary>Spikes ahead of which synapses are brought near.</summary>
    private const int Ahead = 2;

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
            var share = (double)feeds[f].SynapseCount / Math.Max(1, network.SynapseCount);
            var parts = threads == 1 ? 1 : Math.Min(count, Math.Clamp((int)Math.Round(threads * PiecesPerThread * share), 1, threads * MostRangesPerThread));
            // Uncut groups that cannot be dealt out evenly: the last one is shared by all threads.
            if (parts == 1 && f == feeds.Length - 1 && cut.Count % threads != threads - 1) parts = Math.Min(count, threads);
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void IPieces.Run(int piece)
    {
        var (index, from, to) = pieces[piece];
        var feed = feeds[index];
        var layout = activity.Layout;
        foreach (var core in feed.Cores)
        {
            var first = layout.Cores[core].First;
            var fired = activity.Fired.AsSpan(first, activity.FiredCount[core]);
            for (var i = 0; i < fired.Length; i++)
            {
                if (i + Ahead < fired.Length) feed.Fetch(layout, fired[i + Ahead]);
                var group = layout.Group[fired[i]];
                var address = layout.Slot[fired[i]] - layout.FirstSlot[group];
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
            SynapseCount = rows.Sum(r => r.Count);
            From = new SynapseRows[layout.Network.Groups.Length][];
            for (var g = 0; g < From.Length; g++) From[g] = [.. rows.Where(r => r.Source == g)];
            Cores = [.. Enumerable.Range(0, layout.Cores.Length).Where(c => layout.Group.AsSpan(layout.Cores[c].First, layout.Cores[c].Count).ToArray().Any(g => From[g].Length > 0))];
        }

        public int Target { get; }

        public long SynapseCount { get; }

        /// <summary>Connections by group of sources.</summary>
        public SynapseRows[][] From { get; }

        /// <summary>Cores that hold sources.</summary>
        public int[] Cores { get; }

        /// <summary>Has the synapses of a spike that comes next brought near.</summary>
        public void Fetch(PipelineLayout layout, int position)
        {
            var group = layout.Group[position];
            foreach (var rows in From[group]) rows.Fetch(layout.Slot[position] - layout.FirstSlot[group]);
        }
    }
}
