using System.Collections.Immutable;
using NeuroChip.Runtime;
using NeuroChip.Simulator.Noc;

namespace NeuroChip.Simulator.Observers;

/// <summary>Packets on the links between routers, by tick.</summary>
internal sealed class LinkTraffic
{
    private readonly LinkId[] links;
    private readonly int[][] treeLinks;
    private readonly long[] packets;
    private readonly long[] payloads;
    private readonly long[][] perTick;

    /// <summary>No packets yet.</summary>
    /// <param name="trees">Per core of the image, where its packets go.</param>
    /// <param name="ticks">Ticks of a sample.</param>
    public LinkTraffic(ImmutableArray<MulticastTree> trees, int ticks)
    {
        var index = new Dictionary<LinkId, int>();
        int IndexOf(LinkId link)
        {
            if (!index.TryGetValue(link, out var known)) index.Add(link, known = index.Count);
            return known;
        }

        treeLinks = [.. trees.Select(t => t.Links.Select(IndexOf).ToArray())];
        links = [.. index.OrderBy(l => l.Value).Select(l => l.Key)];
        packets = new long[links.Length];
        payloads = new long[links.Length];
        perTick = [.. Enumerable.Range(0, ticks).Select(_ => new long[links.Length])];
    }

    /// <summary>Packets of a core go their way.</summary>
    public void Send(int core, long spikes, bool payload, int tick)
    {
        foreach (var link in treeLinks[core])
        {
            packets[link] += spikes;
            if (payload) payloads[link] += spikes;
            perTick[tick][link] += spikes;
        }
    }

    public void Clear()
    {
        Array.Clear(packets);
        Array.Clear(payloads);
        foreach (var tick in perTick) Array.Clear(tick);
    }

    /// <summary>Links that carried something, in their order.</summary>
    public ImmutableArray<LinkActivity> Finish() =>
    [
        .. from index in Enumerable.Range(0, links.Length)
           where packets[index] > 0
           let peak = perTick.Max(tick => tick[index])
           orderby links[index]
           select new LinkActivity(links[index], packets[index], payloads[index], peak),
    ];
}
