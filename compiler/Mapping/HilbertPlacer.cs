using System.Collections.Immutable;
using System.Numerics;

namespace NeuroChip.Compiler.Mapping;

/// <summary>
/// Fills chips along a Hilbert curve with the slices in their order: neighbours in the network become neighbours on the machine.
/// Boards are filled one after the other, so that no more are switched on than the network needs.
/// </summary>
public sealed class HilbertPlacer : IPlacer
{
    /// <inheritdoc/>
    public string Name => "hilbert";

    /// <inheritdoc/>
    public Placement? Place(PlacementProblem problem, int seed)
    {
        var chips = Order(problem.Machine);
        var chipOf = new int[problem.Traffic.Count];
        var cores = new int[chips.Length];
        var bytes = new long[chips.Length];
        bool Put(int slice, int at)
        {
            if (cores[at] == problem.Machine.CoresPerChip || bytes[at] + problem.SharedBytes[slice] > problem.SharedBytesPerChip) return false;
            cores[at]++;
            bytes[at] += problem.SharedBytes[slice];
            chipOf[slice] = chips[at];
            return true;
        }

        var next = 0;
        var late = new List<int>();
        for (var slice = 0; slice < chipOf.Length; slice++)
        {
            while (next < chips.Length && !Put(slice, next)) next++;
            if (next == chips.Length) late.Add(slice);
        }
        // What is left at the end of the curve goes where earlier chips kept a core free, the greatest first.
        foreach (var slice in late.OrderByDescending(s => problem.SharedBytes[s]).ThenBy(s => s))
        {
            var at = 0;
            while (at < chips.Length && !Put(slice, at)) at++;
            if (at == chips.Length) return null;
        }
        return Cores(chipOf, problem.Machine);
    }

    /// <summary>Numbers the cores of each chip in the order of slices.</summary>
    internal static Placement Cores(int[] chipOf, Machine machine)
    {
        var used = new int[machine.Chips.Length];
        var coreOf = new int[chipOf.Length];
        for (var slice = 0; slice < coreOf.Length; slice++) coreOf[slice] = ++used[chipOf[slice]];
        return new([.. chipOf], [.. coreOf]);
    }

    /// <summary>Chips along the curve of the smallest square of side 2^k that holds the machine, board by board in the order in which it meets them.</summary>
    internal static int[] Order(Machine machine)
    {
        var side = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(machine.Width, machine.Height));
        var order = new List<int>(machine.Chips.Length);
        for (var d = 0; d < side * side; d++)
        {
            var (x, y) = Point(side, d);
            var chip = x < machine.Width && y < machine.Height ? machine.ChipAt(x, y) : -1;
            if (chip >= 0) order.Add(chip);
        }
        return [.. order.GroupBy(chip => machine.Boards[chip]).SelectMany(board => board)];
    }

    private static (int X, int Y) Point(int side, int distance)
    {
        var (x, y) = (0, 0);
        for (var s = 1; s < side; s *= 2, distance /= 4)
        {
            var rx = 1 & (distance / 2);
            var ry = 1 & (distance ^ rx);
            if (ry == 0)
            {
                if (rx == 1) (x, y) = (s - 1 - x, s - 1 - y);
                (x, y) = (y, x);
            }
            x += s * rx;
            y += s * ry;
        }
        return (x, y);
    }
}
