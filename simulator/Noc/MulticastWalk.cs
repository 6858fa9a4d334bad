using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Runtime;

namespace NeuroChip.Simulator.Noc;

/// <summary>
/// Follows packets through the routing tables of an image, as routers do: the first entry that matches decides; without one a packet
/// goes on straight, and one that has just been sent is lost. It knows nothing of the router that made the tables.
/// </summary>
public sealed class MulticastWalk
{
    private const int LinkBits = 6;

    private readonly ChipImage image;
    private readonly MachineModel machine;
    private readonly bool defaultRouting;
    private readonly Dictionary<(int X, int Y), ImmutableArray<RoutingEntry>> tables;
    private readonly Dictionary<(int X, int Y, int Core), int> cores = [];
    private readonly List<Diagnostic> findings = [];

    private MulticastWalk(ChipImage image, ManyCoreChip chip)
    {
        this.image = image;
        machine = chip.Machine;
        defaultRouting = chip.Noc.DefaultRouting;
        tables = image.Routers.ToDictionary(r => (r.X, r.Y), r => r.Entries);
        for (var i = 0; i < image.Cores.Length; i++) cores.Add((image.Cores[i].X, image.Cores[i].Y, image.Cores[i].Core), i);
    }

    /// <summary>
    /// The tree of each core of the image; an empty one where nothing listens to any of its neurons. Loops, packets that are lost and
    /// packets delivered twice are reported together (NC5031 to NC5033).
    /// </summary>
    public static ImmutableArray<MulticastTree> Trees(ChipImage image, ManyCoreChip chip)
    {
        var walk = new MulticastWalk(image, chip);
        var outgoing = image.Projections.ToLookup(p => p.Source);
        ImmutableArray<MulticastTree> trees =
        [
            .. image.Cores.Select(core => IsHeard(core.Slice) ? walk.From(core) : new MulticastTree(0, [], [], 0)),
        ];
        return walk.findings.Count == 0 ? trees : throw new DiagnosticException([.. walk.findings]);

        // A strided projection may pass over every neuron of a slice.
        bool IsHeard(CoreSlice slice) => outgoing[slice.Population].Any(p => Enumerable.Range(slice.First, slice.Count).Any(a => p.Map.Count(a) > 0));
    }

    /// <summary>Packets of <paramref name="sender"/> do not come to a core of the image that has targets of its neurons.</summary>
    internal static Diagnostic NotReached(ChipImage image, ImageCore sender, ImageCore deaf) => Diagnostic.Error(
        "NC5034",
        $"core {deaf.Core} of chip ({deaf.X},{deaf.Y}) listens to '{image.Populations[sender.Slice.Population.Index].Name}' but gets none of its packets",
        null,
        SentBy(sender));

    private MulticastTree From(ImageCore sender)
    {
        var key = sender.Slice.Key;
        var links = ImmutableArray.CreateBuilder<LinkId>();
        var branches = ImmutableArray.CreateBuilder<MulticastBranch>();
        var here = new List<int>();
        var delivered = new SortedSet<int>();
        var passed = new HashSet<(int X, int Y, int Link)>();
        var open = new Queue<(int X, int Y, int Link, int Hops)>();
        open.Enqueue((sender.X, sender.Y, -1, 0));
        passed.Add((sender.X, sender.Y, -1));
        var (routers, longest) = (0, 0);
        while (open.TryDequeue(out var at))
        {
            routers++;
            longest = Math.Max(longest, at.Hops);
            if (Route(at.X, at.Y, at.Link, key) is not { } route)
            {
                Found("NC5031", $"a packet of '{NameOf(sender)}' is lost at chip ({at.X},{at.Y}): no entry matches key 0x{key:x8}, and it has just been sent", sender);
                continue;
            }

            var (leaves, firstChild) = (0u, routers + open.Count);
            here.Clear();
            for (var link = 0; link < LinkBits; link++)
            {
                if ((route >> link & 1) == 0) continue;
                if (machine.Neighbour(at.X, at.Y, link) is not { } next)
                {
                    Found("NC5031", $"a packet of '{NameOf(sender)}' is lost at chip ({at.X},{at.Y}): link {MachineModel.LinkNames[link]} leads nowhere", sender);
                }
                else if (!passed.Add((next.X, next.Y, link)))
                {
                    Found("NC5032", $"a packet of '{NameOf(sender)}' runs in a circle through chip ({next.X},{next.Y})", sender);
                }
                else
                {
                    links.Add(new(at.X, at.Y, link));
                    leaves |= 1u << link;
                    open.Enqueue((next.X, next.Y, link, at.Hops + 1));
                }
            }

            for (var core = 0; core < 32 - LinkBits; core++)
            {
                if ((route >> (LinkBits + core) & 1) == 0) continue;
                if (!cores.TryGetValue((at.X, at.Y, core), out var index))
                    Found("NC5031", $"a packet of '{NameOf(sender)}' is delivered to core {core} of chip ({at.X},{at.Y}), which holds nothing", sender);
                else if (!delivered.Add(index))
                    Found("NC5033", $"core {core} of chip ({at.X},{at.Y}) gets every packet of '{NameOf(sender)}' twice", sender);
                else
                    here.Add(index);
            }

            branches.Add(new(at.X, at.Y, at.Link, leaves, firstChild, [.. here]));
        }

        return new(routers, links.ToImmutable(), [.. delivered], longest) { Branches = branches.ToImmutable() };
    }

    private uint? Route(int x, int y, int link, uint key)
    {
        if (tables.TryGetValue((x, y), out var entries))
        {
            foreach (var entry in entries)
                if ((key & entry.Mask) == entry.Key) return entry.Route;
        }

        return link >= 0 && defaultRouting ? 1u << link : null;
    }

    private string NameOf(ImageCore core) => image.Populations[core.Slice.Population.Index].Name;

    private void Found(string code, string message, ImageCore sender)
    {
        if (!findings.Exists(f => f.Message == message)) findings.Add(Diagnostic.Error(code, message, null, SentBy(sender)));
    }

    private static string SentBy(ImageCore sender) =>
        $"sent by core {sender.Core} of chip ({sender.X},{sender.Y}), neurons {sender.Slice.First} to {sender.Slice.First + sender.Slice.Count - 1}";
}
