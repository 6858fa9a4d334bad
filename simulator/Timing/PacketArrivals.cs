using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.Ir.Images;
using NeuroChip.Runtime;
using NeuroChip.Simulator.Noc;

namespace NeuroChip.Simulator.Timing;

/// <summary>
/// When the packets of a tick arrive, in closed form: senders update their neurons evenly over the time they take for it, interrupted by what arrives meanwhile; on the way a packet takes
/// what every part takes, and at each link the mean wait of a queue with random arrivals and equal service (M/D/1; Pollaczek and Khinchine, in Kleinrock, Queueing Systems 1, 1975, 5.6),
/// <c>load * time / (2 (1 - load))</c>, with the load over the time in which its senders update. Near load 1 that time is too short for the mean to be reached; what piles up then is that of
/// a random walk, <c>time * sqrt(2 packets / pi)</c>, and beyond load 1 what does not fit is added.
/// </summary>
internal sealed class PacketArrivals
{
    /// <summary>Times the ends of updates are followed from core to core: through so many layers that work in one tick.</summary>
    private const int Rounds = 16;

    private readonly ImmutableArray<MulticastTree> trees;
    private readonly double hop;
    private readonly double coreLink;
    private readonly double payloadCoreLink;
    private readonly double[] linkTime; // by link
    private readonly double[] payloadLinkTime;
    private readonly int[][] linkOf; // by core, by branch: the link into it
    private readonly bool[] payload; // by core
    private readonly bool spikesFirst;
    private readonly double[] packets; // by link, in the tick
    private readonly double[] busy;
    private readonly double[] window;
    private readonly double[] wait;
    private readonly double[][] transit; // by core, by core of its tree
    private readonly double[] first; // by core
    private readonly double[] last;
    private readonly double[] starts; // by core: when its first neuron that fires has sent, and its last
    private readonly double[] ends;
    private double[] arrival = [];

    public PacketArrivals(ChipImage image, ManyCoreChip chip, ImmutableArray<MulticastTree> trees)
    {
        this.trees = trees;
        var clock = chip.Core.Clock.Hertz;
        hop = chip.Noc.HopLatency.Cycles.Count / chip.Noc.RouterClock.Hertz * clock;
        var pipeline = chip.Pipeline;
        spikesFirst = pipeline is null || (pipeline.SpikesFirst && !pipeline.Overlap.HasFlag(CoreAction.Update));
        coreLink = pipeline is null ? 0 : chip.Noc.Packet.Bits.Count / pipeline.CoreLink.BitsPerSecond * clock;
        payloadCoreLink = pipeline is null ? 0 : chip.Noc.PayloadPacket.Bits.Count / pipeline.CoreLink.BitsPerSecond * clock;
        var index = new Dictionary<LinkId, int>();
        linkOf = [.. trees.Select(LinksOf)];
        linkTime = new double[index.Count];
        payloadLinkTime = new double[index.Count];
        foreach (var (link, i) in index)
        {
            var next = chip.Machine.Neighbour(link.X, link.Y, link.Direction)!.Value;
            var between = chip.Machine.BoardOf(link.X, link.Y) != chip.Machine.BoardOf(next.X, next.Y);
            linkTime[i] = ((between ? pipeline?.BoardLinkTime : null) ?? chip.Noc.LinkTime).Seconds * clock;
            payloadLinkTime[i] = ((between ? pipeline?.PayloadBoardLinkTime : null) ?? chip.Noc.PayloadLinkTime).Seconds * clock;
        }

        payload = [.. image.Cores.Select(c => image.Populations[c.Slice.Population.Index].Domain != Ir.Ncir.SpikeDomain.Binary)];
        (packets, busy, window, wait) = (new double[index.Count], new double[index.Count], new double[index.Count], new double[index.Count]);
        transit = [.. trees.Select(t => new double[t.Cores.Length])];
        (first, last, starts, ends) = (new double[trees.Length], new double[trees.Length], new double[trees.Length], new double[trees.Length]);

        int[] LinksOf(MulticastTree tree)
        {
            var into = new int[tree.Branches.Length];
            foreach (var (b, branch) in tree.Branches.Index())
            {
                var child = branch.FirstChild;
                for (var link = 0; link < 6; link++)
                {
                    if ((branch.Links >> link & 1) == 0) continue;
                    var id = new LinkId(branch.X, branch.Y, link);
                    if (!index.TryGetValue(id, out var i)) index.Add(id, i = index.Count);
                    into[child++] = i;
                }
            }

            return into;
        }
    }

    /// <summary>Core cycle of the tick before which a core has not got its first packet; 0 if it gets none.</summary>
    public double First(int core) => first[core];

    /// <summary>Core cycle of the tick in which it has got its last one; 0 if it gets none.</summary>
    public double Last(int core) => last[core];

    /// <summary>Takes a tick.</summary>
    /// <param name="before">Core cycles before the first neuron is updated.</param>
    /// <param name="own">Per core, cycles it works apart from what arrives: <paramref name="before"/>, neurons and packets sent.</param>
    /// <param name="synapses">Per core, cycles on what arrives.</param>
    /// <param name="sent">Per core, packets sent; 0 where nobody listens.</param>
    public void Take(long before, ReadOnlySpan<long> own, ReadOnlySpan<long> synapses, ReadOnlySpan<long> sent)
    {
        Loads(before, own, sent);
        for (var core = 0; core < trees.Length; core++)
        {
            if (sent[core] > 0) Transits(core);
            (starts[core], ends[core]) = (FirstSent(core, own, sent), own[core]);
        }

        for (var round = 0; round < Rounds; round++)
        {
            Array.Clear(last);
            Array.Fill(first, double.PositiveInfinity);
            for (var core = 0; core < trees.Length; core++)
            {
                if (sent[core] == 0) continue;
                foreach (var (i, receiver) in trees[core].Cores.Index())
                {
                    first[receiver] = Math.Min(first[receiver], starts[core] + transit[core][i]);
                    last[receiver] = Math.Max(last[receiver], ends[core] + transit[core][i]);
                }
            }

            var changed = false;
            for (var core = 0; core < trees.Length && spikesFirst; core++)
            {
                if (double.IsInfinity(first[core]) || sent[core] == 0) continue;
                var start = Reached(FirstSent(core, own, sent), synapses[core], first[core], last[core]);
                var end = Reached(own[core], synapses[core], first[core], last[core]);
                changed |= Math.Abs(start - starts[core]) >= 1 || Math.Abs(end - ends[core]) >= 1;
                (starts[core], ends[core]) = (start, end);
            }

            if (!changed) break;
        }

        for (var core = 0; core < trees.Length; core++)
            if (double.IsInfinity(first[core])) first[core] = 0;

        // Those that fire lie evenly among the neurons.
        double FirstSent(int core, ReadOnlySpan<long> own, ReadOnlySpan<long> sent) => before + ((double)(own[core] - before) / Math.Max(1, sent[core]));
    }

    /// <summary>
    /// When a core has done so much of its own work if spikes that keep it busy for <paramref name="synapses"/> cycles arrive evenly from <paramref name="first"/> to <paramref name="last"/> and go
    /// first: until then it has done that and what has arrived.
    /// </summary>
    private static double Reached(double own, double synapses, double first, double last)
    {
        if (own <= first) return own;
        if (own + synapses >= last) return own + synapses;
        return first + ((own - first) * (last - first) / (last - first - synapses));
    }

    /// <summary>Loads of all links and the wait there.</summary>
    private void Loads(long before, ReadOnlySpan<long> own, ReadOnlySpan<long> sent)
    {
        Array.Clear(packets);
        Array.Clear(busy);
        Array.Clear(window);
        for (var core = 0; core < trees.Length; core++)
        {
            if (sent[core] == 0) continue;
            var times = payload[core] ? payloadLinkTime : linkTime;
            foreach (var link in linkOf[core].AsSpan(1))
            {
                packets[link] += sent[core];
                busy[link] += sent[core] * times[link];
                window[link] = Math.Max(window[link], own[core] - before);
            }
        }

        for (var link = 0; link < packets.Length; link++)
        {
            wait[link] = 0;
            if (packets[link] <= 1) continue;
            var (time, load) = (busy[link] / packets[link], busy[link] / window[link]);
            var walk = time * Math.Sqrt(2 * packets[link] / Math.PI);
            wait[link] = Math.Min((packets[link] - 1) * time, Math.Max(0, busy[link] - window[link]) + (load < 1 ? Math.Min(walk, load * time / (2 * (1 - load))) : walk));
        }
    }

    /// <summary>Cycles from a core to each core that it reaches.</summary>
    private void Transits(int core)
    {
        var tree = trees[core];
        if (arrival.Length < tree.Branches.Length) arrival = new double[tree.Branches.Length];
        var times = payload[core] ? payloadLinkTime : linkTime;
        var ends = payload[core] ? payloadCoreLink : coreLink;
        arrival[0] = ends + hop;
        foreach (var (b, branch) in tree.Branches.Index())
        {
            var child = branch.FirstChild;
            for (var left = branch.Links; left != 0; left &= left - 1)
            {
                var link = linkOf[core][child];
                arrival[child++] = arrival[b] + wait[link] + times[link] + hop;
            }

            foreach (var receiver in branch.Cores) transit[core][tree.Cores.AsSpan().BinarySearch(receiver)] = arrival[b] + ends;
        }
    }
}
