using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Compiler.Mapping;

/// <summary>
/// Multicast trees after Navaridas et al. (2014), neighbour exploring routing: targets from near to far, each joined to the nearest
/// chip of the tree by a path that takes its longest dimension first. Paths that meet the tree join it there, so there are no cycles. Where a
/// chip or link on the path is absent, the shortest way over live links from the whole tree is taken instead.
/// </summary>
public sealed class NearestNeighbourRouter : IRouter
{
    [ThreadStatic]
    private static Scratch? scratch;

    /// <inheritdoc/>
    public string Name => "ner";

    /// <inheritdoc/>
    public RoutingTree Route(RoutingProblem problem, int slice, int seed)
    {
        var listeners = problem.Traffic.TargetsOf(slice);
        if (listeners.IsEmpty) return new(slice, []);
        var machine = problem.Machine;
        var tree = scratch = scratch is { } s && s.Fits(machine) ? s : new(machine);
        tree.Start(problem.Placement.ChipOf[slice]);

        var root = tree.Nodes[0];
        var targets = new SortedSet<(int Hops, int Chip)>();
        foreach (var listener in listeners) targets.Add((machine.Hops(root, problem.Placement.ChipOf[listener]), problem.Placement.ChipOf[listener]));
        foreach (var (_, chip) in targets)
            if (!tree.Contains(chip) && !tree.Straight(chip, longestFirst: true) && !tree.Straight(chip, longestFirst: false)) tree.Search(chip);

        foreach (var listener in listeners) tree.Deliver(problem.Placement.ChipOf[listener], problem.Placement.CoreOf[listener]);
        return new(slice, tree.Finish());
    }

    /// <summary>A growing tree, and the arrays it needs; one per thread.</summary>
    private sealed class Scratch(Machine machine)
    {
        private const int Outside = -2;
        private readonly int[] arrivedBy = Filled(machine.Chips.Length);
        private readonly uint[] route = new uint[machine.Chips.Length];
        private readonly int[] searched = Filled(machine.Chips.Length);
        private readonly List<(int From, int Link)> path = [];

        public List<int> Nodes { get; } = [];

        public bool Fits(Machine other) => ReferenceEquals(machine, other);

        public void Start(int root)
        {
            foreach (var node in Nodes) (arrivedBy[node], route[node]) = (Outside, 0);
            Nodes.Clear();
            Nodes.Add(root);
            arrivedBy[root] = -1;
        }

        public bool Contains(int chip) => arrivedBy[chip] != Outside;

        public void Deliver(int chip, int core) => route[chip] |= 1u << (HexLink.FirstCoreBit + core);

        public ImmutableArray<TreeNode> Finish() => [.. Nodes.Select(n => new TreeNode(n, arrivedBy[n], route[n]))];

        /// <summary>Joins a chip by a path of straight lines from the nearest chip of the tree; false if something on it is absent.</summary>
        public bool Straight(int target, bool longestFirst)
        {
            var nearest = Nodes[0];
            foreach (var node in Nodes)
                if (machine.Hops(node, target) < machine.Hops(nearest, target)) nearest = node;
            path.Clear();
            var at = nearest;
            foreach (var (dx, dy, count) in Legs(machine.Displacement(nearest, target), longestFirst))
                for (var k = 0; k < count; k++)
                {
                    var link = HexLink.Of(dx, dy);
                    var next = machine.Neighbour(at, link);
                    if (next < 0) return false;
                    path.Add((at, link));
                    // What lies before a chip that is in the tree already is not needed.
                    if (Contains(next)) path.Clear();
                    at = next;
                }
            Join();
            return true;
        }

        /// <summary>Joins a chip by a shortest way over live links from any chip of the tree.</summary>
        public void Search(int target)
        {
            var queue = new Queue<int>(Nodes);
            var seen = new List<int>();
            while (queue.TryDequeue(out var at) && searched[target] == Outside)
                for (var link = 0; link < HexLink.Count; link++)
                {
                    var next = machine.Neighbour(at, link);
                    if (next < 0 || Contains(next) || searched[next] != Outside) continue;
                    searched[next] = link + (at * HexLink.Count);
                    seen.Add(next);
                    queue.Enqueue(next);
                }
            var found = searched[target] != Outside;
            path.Clear();
            for (var at = target; found && !Contains(at);)
            {
                var (from, link) = (searched[at] / HexLink.Count, searched[at] % HexLink.Count);
                path.Add((from, link));
                at = from;
            }
            foreach (var chip in seen) searched[chip] = Outside;
            if (!found)
            {
                var (from, to) = (machine.Chips[Nodes[0]], machine.Chips[target]);
                throw new DiagnosticException(MappingErrors.Unreachable(from.X, from.Y, to.X, to.Y));
            }
            path.Reverse();
            Join();
        }

        private void Join()
        {
            foreach (var (from, link) in path)
            {
                route[from] |= 1u << link;
                var next = machine.Neighbour(from, link);
                arrivedBy[next] = link;
                Nodes.Add(next);
            }
        }

        /// <summary>Straight legs of a displacement: the diagonal part and the rest, the longer first if asked for.</summary>
        private IEnumerable<(int Dx, int Dy, int Count)> Legs((int Dx, int Dy) way, bool longestFirst)
        {
            var (sx, sy) = (Math.Sign(way.Dx), Math.Sign(way.Dy));
            var diagonal = machine.Diagonals && sx == sy ? Math.Min(Math.Abs(way.Dx), Math.Abs(way.Dy)) : 0;
            (int Dx, int Dy, int Count)[] legs = [(sx, 0, Math.Abs(way.Dx) - diagonal), (0, sy, Math.Abs(way.Dy) - diagonal), (sx, sy, diagonal)];
            var ordered = legs.Where(l => l.Count > 0);
            return longestFirst ? ordered.OrderByDescending(l => l.Count) : ordered.OrderBy(l => l.Count);
        }

        private static int[] Filled(int length)
        {
            var array = new int[length];
            Array.Fill(array, Outside);
            return array;
        }
    }
}
