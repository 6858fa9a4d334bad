using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.Ir.Images;
using NeuroChip.Runtime;
using NeuroChip.Simulator.Noc;

namespace NeuroChip.Simulator.Timing.Events;

/// <summary>
/// The routers that packets of an image pass, their buffers and outputs, and every multicast tree over them, as numbers. Buffers are the ends of links (router * 6 + direction of travel),
/// then the send queues of cores; outputs are the links that leave (router * 6 + link), then the ways into cores.
/// </summary>
internal sealed class NetworkPlan
{
    /// <summary>Links of a router.</summary>
    public const int Links = 6;

    /// <summary>Most inputs of a router: its links and as many cores as an entry of a routing table can name.</summary>
    public const int Inputs = 32;

    private readonly Dictionary<(int X, int Y), int> routerAt = [];
    private readonly List<(int X, int Y)> places = [];

    public NetworkPlan(ChipImage image, ManyCoreChip chip, ImmutableArray<MulticastTree> trees)
    {
        foreach (var core in image.Cores) RouterAt(core.X, core.Y);
        foreach (var branch in trees.SelectMany(t => t.Branches)) RouterAt(branch.X, branch.Y);
        (Routers, Cores) = (places.Count, image.Cores.Length);
        RouterOfCore = [.. image.Cores.Select(c => routerAt[(c.X, c.Y)])];
        var buffers = (Routers * Links) + Cores;
        (InputOf, BufferOf, Behind) = (new int[buffers], new int[Routers * Inputs], new int[Routers * Links]);
        Array.Fill(Behind, -1);
        Upstream = new int[buffers];
        Array.Fill(Upstream, -1);
        var times = new long[2 * buffers];
        var clock = chip.Core.Clock.Hertz;
        var pipeline = chip.Pipeline!;
        for (var router = 0; router < Routers; router++)
        {
            var (x, y) = places[router];
            for (var link = 0; link < Links; link++)
            {
                var output = (router * Links) + link;
                InputOf[output] = link;
                BufferOf[(router * Inputs) + link] = output;
                if (chip.Machine.Neighbour(x, y, link) is not { } next || !routerAt.TryGetValue((next.X, next.Y), out var there)) continue;
                Behind[output] = (there * Links) + link;
                Upstream[(there * Links) + link] = output;
                var between = chip.Machine.BoardOf(x, y) != chip.Machine.BoardOf(next.X, next.Y);
                times[2 * output] = EventTime.Of((between ? pipeline.BoardLinkTime : null)?.Seconds ?? chip.Noc.LinkTime.Seconds, clock);
                times[(2 * output) + 1] = EventTime.Of((between ? pipeline.PayloadBoardLinkTime : null)?.Seconds ?? chip.Noc.PayloadLinkTime.Seconds, clock);
            }
        }

        var onChip = new int[Routers];
        for (var core = 0; core < Cores; core++)
        {
            var (buffer, router) = (SendQueue(core), RouterOfCore[core]);
            InputOf[buffer] = Links + onChip[router]++;
            BufferOf[(router * Inputs) + InputOf[buffer]] = buffer;
            times[2 * buffer] = EventTime.Of(chip.Noc.Packet.Bits.Count / pipeline.CoreLink.BitsPerSecond, clock);
            times[(2 * buffer) + 1] = EventTime.Of(chip.Noc.PayloadPacket.Bits.Count / pipeline.CoreLink.BitsPerSecond, clock);
        }

        Times = times;
        var (router0, first, outputs, next0, leaves) = (new List<int>(), new List<int>(), new List<int>(), new List<int>(), new List<int>());
        Roots = new int[trees.Length];
        foreach (var (sender, tree) in trees.Index())
        {
            var root = Roots[sender] = router0.Count;
            foreach (var branch in tree.Branches)
            {
                var router = RouterAt(branch.X, branch.Y);
                router0.Add(router);
                first.Add(outputs.Count);
                var child = root + branch.FirstChild;
                for (var link = 0; link < Links; link++)
                {
                    if ((branch.Links >> link & 1) == 0) continue;
                    outputs.Add((router * Links) + link);
                    next0.Add(child++);
                }

                foreach (var core in branch.Cores)
                {
                    outputs.Add(IntoCore(core));
                    next0.Add(-1);
                }
            }
        }

        first.Add(outputs.Count);
        leaves.AddRange(Enumerable.Repeat(0, outputs.Count));
        // Children come after their parents.
        for (var branch = router0.Count - 1; branch >= 0; branch--)
            for (var i = first[branch]; i < first[branch + 1]; i++)
                leaves[i] = next0[i] < 0 ? 1 : Enumerable.Range(first[next0[i]], first[next0[i] + 1] - first[next0[i]]).Sum(j => leaves[j]);
        (FirstOutput, Outputs, NextBranch, LeavesBehind) = ([.. first], [.. outputs], [.. next0], [.. leaves]);
    }

    /// <summary>Routers that packets pass.</summary>
    public int Routers { get; }

    /// <summary>Cores of the image.</summary>
    public int Cores { get; }

    /// <summary>Buffers, and as many outputs.</summary>
    public int Buffers => InputOf.Length;

    /// <summary>Router of each core.</summary>
    public int[] RouterOfCore { get; }

    /// <summary>Which input of its router a buffer is.</summary>
    public int[] InputOf { get; }

    /// <summary>Buffer by router * <see cref="Inputs"/> + input.</summary>
    public int[] BufferOf { get; }

    /// <summary>Buffer at the other end of each link, -1 where no packet goes.</summary>
    public int[] Behind { get; }

    /// <summary>Output that feeds a buffer; -1 for send queues.</summary>
    public int[] Upstream { get; }

    /// <summary>Time of a packet on an output, at 2 * output, and of one with payload, at 2 * output + 1; that of a send queue is that of the way into its core.</summary>
    public long[] Times { get; }

    /// <summary>Branch at which the packets of a core begin.</summary>
    public int[] Roots { get; }

    /// <summary>Where the outputs of a branch begin in <see cref="Outputs"/>.</summary>
    public int[] FirstOutput { get; }

    /// <summary>Outputs by which packets leave a branch.</summary>
    public int[] Outputs { get; }

    /// <summary>Branch behind each of <see cref="Outputs"/>, -1 behind a way into a core.</summary>
    public int[] NextBranch { get; }

    /// <summary>Cores reached by way of each of <see cref="Outputs"/>.</summary>
    public int[] LeavesBehind { get; }

    /// <summary>Number of the send queue of a core among the buffers.</summary>
    public int SendQueue(int core) => (Routers * Links) + core;

    /// <summary>Number of the way into a core among the outputs.</summary>
    public int IntoCore(int core) => (Routers * Links) + core;

    /// <summary>Router of a buffer or output.</summary>
    public int RouterOf(int at) => at < Routers * Links ? at / Links : RouterOfCore[at - (Routers * Links)];

    /// <summary>The link an output is; null for a way into a core.</summary>
    public LinkId? LinkOf(int output) => output < Routers * Links ? new(places[output / Links].X, places[output / Links].Y, output % Links) : null;

    private int RouterAt(int x, int y)
    {
        if (routerAt.TryGetValue((x, y), out var router)) return router;
        routerAt.Add((x, y), places.Count);
        places.Add((x, y));
        return places.Count - 1;
    }
}
