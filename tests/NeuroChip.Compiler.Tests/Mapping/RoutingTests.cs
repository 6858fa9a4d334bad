using FsCheck;
using FsCheck.Fluent;
using NeuroChip.Compiler.Mapping;
using NeuroChip.Ir.Images;

namespace NeuroChip.Compiler.Tests.Mapping;

public sealed class RoutingTests
{
    [Fact]
    public void HopsOnTheTorusAreShortestPaths()
    {
        foreach (var machine in new[] { new Machine(5, 4, true, true, 4), new Machine(4, 6, false, true, 4), new Machine(5, 5, false, false, 4), new Machine(4, 4, true, true, 4, diagonals: false) })
            for (var from = 0; from < machine.Chips.Length; from++)
            {
                var distance = Distances(machine, from);
                for (var to = 0; to < machine.Chips.Length; to++) Assert.Equal(distance[to], machine.Hops(from, to));
            }
    }

    [Fact]
    public void TheCurveVisitsEveryChipOnceAndStepsToNeighbours()
    {
        var order = HilbertPlacer.Order(new Machine(8, 8, false, false, 16));
        Assert.Equal(64, order.Distinct().Count());
        var machine = new Machine(8, 8, false, false, 16);
        for (var k = 1; k < order.Length; k++) Assert.InRange(machine.Hops(order[k - 1], order[k]), 1, 2);
    }

    /// <summary>Machines with chips and links missing at random, slices that talk at random: trees come to every listener once, over live links.</summary>
    [Fact]
    public void TreesReachAllTheirTargets()
    {
        var property = Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
        {
            var random = new RandomSequence(seed);
            var (width, height) = (2 + random.Below(7), 2 + random.Below(7));
            var wrap = random.Below(2) == 0;
            var broken = new HashSet<(int, int, int)>();
            for (var k = random.Below(12); k > 0; k--) broken.Add((random.Below(width), random.Below(height), random.Below(6)));
            var absent = new HashSet<(int, int)>();
            for (var k = random.Below(4); k > 0; k--) absent.Add((random.Below(width), random.Below(height)));
            var machine = new Machine(width, height, wrap, wrap, 3, (x, y) => !absent.Contains((x, y)), (x, y, link) => !broken.Contains((x, y, link)));
            if (machine.Chips.Length < 2) return true;
            // Slices only on chips from which and to which all others can be reached.
            var all = Enumerable.Range(0, machine.Chips.Length).ToArray();
            var whole = all.Where(c => Distances(machine, c).All(d => d < int.MaxValue)).ToArray();
            if (whole.Length != all.Length) return true;

            var count = Math.Min(20, machine.Chips.Length * 3);
            var places = Enumerable.Range(0, machine.Chips.Length * 3).OrderBy(_ => random.Next()).Take(count).ToArray();
            var placement = new Placement([.. places.Select(p => p / 3)], [.. places.Select(p => (p % 3) + 1)]);
            var targets = Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, count).Where(_ => random.Below(3) == 0).ToArray()).ToArray();
            var traffic = new TrafficGraph([0, .. targets.Select((_, s) => targets.Take(s + 1).Sum(t => t.Length))], [.. targets.SelectMany(t => t)], [.. targets.Select(_ => 1L)]);
            var problem = new RoutingProblem(machine, traffic, placement);
            return Enumerable.Range(0, count).All(s => Delivers(machine, new NearestNeighbourRouter().Route(problem, s, 1), placement, s, targets[s]));
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), property);
    }

    /// <summary>Tables made from random routes send every key where it went before, at any limit that can be met.</summary>
    [Fact]
    public void ShorterTablesDoTheSame()
    {
        var property = Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
        {
            var routes = RandomRoutes(seed);
            var full = RoutingTables.Minimise([.. routes], int.MaxValue);
            var merged = PrefixAggregation.Merge(routes);
            var covered = OrderedCovering.Minimise(merged, 0);
            return Same(routes, full) && Same(routes, covered) && covered.Count <= full.Count && full.Count <= routes.Count(r => !r.Default);
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), property);
    }

    [Fact]
    public void CoveringStopsAtTheLimit()
    {
        // Odd keys one way, even keys the other: neighbours never merge, one bit tells them apart.
        var routes = Enumerable.Range(0, 256).Select(k => new KeyRoute(new((uint)k << 8, 0xffffff00), k % 2 == 0 ? 1u : 2u, false)).ToList();
        Assert.Equal(256, PrefixAggregation.Merge(routes).Count);
        Assert.Equal(2, OrderedCovering.Minimise(routes, 0).Count);
        var stopped = RoutingTables.Minimise(routes, 200);
        Assert.InRange(stopped.Count, 2, 200);
        Assert.True(Same(routes, stopped));
    }

    [Fact]
    public void KeysThatGoByDefaultMatchNothing()
    {
        // Three of four blocks go one way, the fourth straight on without an entry: it must not be swallowed.
        var routes = Enumerable.Range(0, 4).Select(k => new KeyRoute(new((uint)k << 8, 0xffffff00), k == 2 ? 8u : 1u, k == 2)).ToList();
        var table = OrderedCovering.Minimise(routes, 0);
        Assert.True(Same(routes, table));
        Assert.Equal(2, table.Count);
    }

    private static List<KeyRoute> RandomRoutes(int seed)
    {
        var random = new RandomSequence(seed);
        var routes = new List<KeyRoute>();
        var (ways, key) = (1 + random.Below(5), 0u);
        for (var k = random.Below(60); k >= 0; k--)
        {
            var bits = random.Below(5);
            var block = 1u << bits;
            key = (key + block - 1) & ~(block - 1);
            var way = random.Below(ways);
            routes.Add(new(new(key, ~(block - 1)), 1u << way, way == 0 && random.Below(2) == 0));
            key += block * (uint)(1 + random.Below(3));
        }
        return routes;
    }

    private static bool Same(IReadOnlyList<KeyRoute> routes, IReadOnlyList<RoutingEntry> table)
    {
        foreach (var route in routes)
            for (var key = route.Block.Key; key <= route.Block.Last; key++)
            {
                uint? way = null;
                foreach (var entry in table)
                    if ((key & entry.Mask) == entry.Key)
                    {
                        way = entry.Route;
                        break;
                    }
                if (way is null ? !route.Default : way != route.Route) return false;
            }
        return true;
    }

    private static bool Delivers(Machine machine, RoutingTree tree, Placement placement, int slice, int[] targets)
    {
        if (targets.Length == 0) return tree.Nodes.IsEmpty;
        var nodes = tree.Nodes.ToDictionary(n => n.Chip); // throws where a chip is in the tree twice
        var delivered = new HashSet<(int, int)>();
        var open = new Stack<int>([placement.ChipOf[slice]]);
        var steps = 0;
        while (open.TryPop(out var chip))
        {
            if (++steps > machine.Chips.Length) return false;
            var node = nodes[chip];
            for (var link = 0; link < 6; link++)
                if ((node.Route >> link & 1) != 0)
                {
                    var next = machine.Neighbour(chip, link);
                    if (next < 0 || nodes[next].ArrivedBy != link) return false;
                    open.Push(next);
                }
            for (var core = 1; core <= machine.CoresPerChip; core++)
                if ((node.Route >> (6 + core) & 1) != 0) delivered.Add((chip, core));
        }
        return steps == tree.Nodes.Length && delivered.SetEquals(targets.Select(t => (placement.ChipOf[t], placement.CoreOf[t])));
    }

    private static int[] Distances(Machine machine, int from)
    {
        var distance = Enumerable.Repeat(int.MaxValue, machine.Chips.Length).ToArray();
        distance[from] = 0;
        var queue = new Queue<int>([from]);
        while (queue.TryDequeue(out var at))
            for (var link = 0; link < 6; link++)
                if (machine.Neighbour(at, link) is >= 0 and var next && distance[next] == int.MaxValue)
                {
                    distance[next] = distance[at] + 1;
                    queue.Enqueue(next);
                }
        return distance;
    }
}
