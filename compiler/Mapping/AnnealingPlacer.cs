namespace NeuroChip.Compiler.Mapping;

/// <summary>
/// Simulated annealing from the Hilbert placement: slices move to free cores or change places, so that the sum over connections of expected
/// packets times hops falls. The cost is kept as an integer and updated by differences; the number of moves is fixed by the size of the
/// network, so the result depends on the seed only, never on the clock. Boards that the start leaves empty stay empty.
/// </summary>
public sealed class AnnealingPlacer : IPlacer
{
    /// <summary>Connections looked at in all: bounds the work, about half a second; more for large networks.</summary>
    private const long Budget = 40_000_000, BudgetPerSlice = 20_000, MostBudget = 400_000_000;

    /// <inheritdoc/>
    public string Name => "annealing";

    /// <inheritdoc/>
    public Placement? Place(PlacementProblem problem, int seed)
    {
        if (new HilbertPlacer().Place(problem, seed) is not { } start) return null;
        if (problem.Traffic.Count < 2 || problem.Traffic.Targets.IsEmpty) return start;
        var state = new Annealing(problem, start, seed);
        return state.Run() ? HilbertPlacer.Cores(state.ChipOf, problem.Machine) : start;
    }

    /// <summary>Expected packets times hops of a placement, each connection by itself.</summary>
    public static long Cost(PlacementProblem problem, Placement placement)
    {
        long cost = 0;
        for (var s = 0; s < problem.Traffic.Count; s++)
            foreach (var t in problem.Traffic.TargetsOf(s))
                cost += problem.Traffic.Packets[s] * problem.Machine.Hops(placement.ChipOf[s], placement.ChipOf[t]);
        return cost;
    }

    private sealed class Annealing
    {
        private readonly Machine machine;
        private readonly PlacementProblem problem;
        private readonly int[] offsets;
        private readonly int[] others;
        private readonly long[] weights;
        private readonly List<int>[] onChip;
        private readonly long[] bytes;
        private readonly bool[] open;
        private readonly int widest;
        private readonly int[] placeOf;
        private RandomSequence random;

        public Annealing(PlacementProblem problem, Placement start, int seed)
        {
            (this.problem, machine, random) = (problem, problem.Machine, new(seed));
            ChipOf = [.. start.ChipOf];
            placeOf = [.. ChipOf.Select(c => machine.Distances.PlaceOf[c])];
            onChip = [.. machine.Chips.Select(_ => new List<int>(machine.CoresPerChip))];
            bytes = new long[onChip.Length];
            for (var s = 0; s < ChipOf.Length; s++)
            {
                onChip[ChipOf[s]].Add(s);
                bytes[ChipOf[s]] += problem.SharedBytes[s];
            }
            // A board is on as a whole, and a network may need few of many: only boards in use are open, and the window is no wider than they are.
            var boards = ChipOf.Select(c => machine.Boards[c]).ToHashSet();
            open = [.. machine.Boards.Select(boards.Contains)];
            widest = Math.Min(Math.Max(machine.Width, machine.Height) / 2, ((int)Math.Ceiling(Math.Sqrt(open.Count(o => o))) + 1) / 2);
            // Each connection is seen from both its ends.
            var traffic = problem.Traffic;
            offsets = new int[traffic.Count + 1];
            for (var s = 0; s < traffic.Count; s++)
                foreach (var t in traffic.TargetsOf(s))
                    if (s != t)
                    {
                        offsets[s + 1]++;
                        offsets[t + 1]++;
                    }
            for (var s = 0; s < traffic.Count; s++) offsets[s + 1] += offsets[s];
            others = new int[offsets[^1]];
            weights = new long[offsets[^1]];
            var next = offsets.AsSpan(0, traffic.Count).ToArray();
            for (var s = 0; s < traffic.Count; s++)
                foreach (var t in traffic.TargetsOf(s))
                    if (s != t)
                    {
                        (others[next[s]], weights[next[s]++]) = (t, traffic.Packets[s]);
                        (others[next[t]], weights[next[t]++]) = (s, traffic.Packets[s]);
                    }
        }

        public int[] ChipOf { get; }

        /// <summary>Anneals; false if it ended no better than it began.</summary>
        public bool Run()
        {
            if (others.Length == 0) return false;
            var work = Math.Clamp(BudgetPerSlice * ChipOf.Length, Budget, MostBudget);
            var moves = Math.Min(work / Math.Max(1, 2L * others.Length / ChipOf.Length), 2000L * ChipOf.Length);
            long sum = 0;
            var reach = widest;

            double scale = 0;
            for (var k = 0; k < 256; k++)
                if (Propose(reach) is { } sample) scale += Math.Abs((double)Difference(sample));
            // The start is good already: begin at a fraction of the typical difference, end where only improvements pass.
            var temperature = Math.Max(1, 0.2 * scale / 256);
            var cooling = Math.Pow(1e-3, 1024.0 / Math.Max(1024, moves));

            for (long m = 0; m < moves; m++)
            {
                if (m % 1024 == 1023) temperature *= cooling;
                var window = Math.Max(1, (int)(reach * (moves - m) / moves));
                if (Propose(window) is not { } move) continue;
                var difference = Difference(move);
                if (difference > 0 && random.Unit() >= Math.Exp(-difference / temperature)) continue;
                Apply(move);
                sum += difference;
            }
            // At the last temperatures only improvements pass, so the end is the best or next to it.
            return sum < 0;
        }

        private readonly record struct Move(int Slice, int Other, int To);

        private Move? Propose(int window)
        {
            var slice = random.Below(ChipOf.Length);
            var around = ChipOf[slice];
            var reach = window;
            var degree = offsets[slice + 1] - offsets[slice];
            // Half of the moves go next to a slice it talks with.
            if (degree > 0 && (random.Next() & 1) == 0)
            {
                around = ChipOf[others[offsets[slice] + random.Below(degree)]];
                reach = 1;
            }
            var (x, y) = machine.Chips[around];
            var to = machine.ChipAt(x + random.Below((2 * reach) + 1) - reach, y + random.Below((2 * reach) + 1) - reach);
            if (to < 0 || to == ChipOf[slice] || !open[to]) return null;
            var slot = random.Below(machine.CoresPerChip);
            var other = slot < onChip[to].Count ? onChip[to][slot] : -1;
            var gain = problem.SharedBytes[slice] - (other < 0 ? 0 : problem.SharedBytes[other]);
            if (other < 0 && onChip[to].Count == machine.CoresPerChip) return null;
            return bytes[to] + gain > problem.SharedBytesPerChip || bytes[ChipOf[slice]] - gain > problem.SharedBytesPerChip ? null : new(slice, other, to);
        }

        private long Difference(Move move)
        {
            var from = ChipOf[move.Slice];
            var difference = Difference(move.Slice, move.Other, from, move.To);
            return move.Other < 0 ? difference : difference + Difference(move.Other, move.Slice, move.To, from);
        }

        /// <summary>Change of cost if a slice moves; the connection to the one it changes places with stays as long as it is.</summary>
        private long Difference(int slice, int partner, int from, int to)
        {
            var (table, middle, places) = machine.Distances;
            var (after, before) = (middle - places[to], middle - places[from]);
            var sliceAt = placeOf;
            long difference = 0;
            for (var k = offsets[slice]; k < offsets[slice + 1]; k++)
            {
                var other = others[k];
                if (other == partner) continue;
                var at = sliceAt[other];
                difference += weights[k] * (table[at + after] - table[at + before]);
            }
            return difference;
        }

        private void Apply(Move move)
        {
            var from = ChipOf[move.Slice];
            onChip[from].Remove(move.Slice);
            bytes[from] -= problem.SharedBytes[move.Slice];
            if (move.Other >= 0)
            {
                onChip[move.To].Remove(move.Other);
                bytes[move.To] -= problem.SharedBytes[move.Other];
                onChip[from].Add(move.Other);
                bytes[from] += problem.SharedBytes[move.Other];
                ChipOf[move.Other] = from;
                placeOf[move.Other] = machine.Distances.PlaceOf[from];
            }
            onChip[move.To].Add(move.Slice);
            bytes[move.To] += problem.SharedBytes[move.Slice];
            ChipOf[move.Slice] = move.To;
            placeOf[move.Slice] = machine.Distances.PlaceOf[move.To];
        }
    }
}
