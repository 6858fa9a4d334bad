using System.Numerics;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Ir.Ncir.Sites;

/// <summary>
/// The sites of one table in one sample, and the lookup a chip would build of them: direct, or a hash table of <see cref="SiteTable.HashSlots"/> slots filled in ascending
/// site number, first slot <c>key * 0x9E3779B97F4A7C15 &gt;&gt; (64 - bits)</c>, then the next ones (Fibonacci hashing with linear probing; Knuth, TAOCP vol. 3, 6.4). Immutable.
/// </summary>
public sealed class ActiveSites
{
    private readonly long[] keys; // and one behind them that no key reaches
    private readonly int[] numbers; // by slot or voxel: site number + 1, 0 where there is none
    private readonly int[] found = []; // by site: slots read until it is found in a hash table
    private readonly ulong[] taken = []; // a bit per slot of a hash table
    private readonly int shift;

    private ActiveSites(SiteTable table, long[] keys, int[] order)
    {
        Table = table;
        this.keys = [.. keys, long.MaxValue];
        Order = order;
        if (Count > table.Capacity) throw new DiagnosticException(Overflow(table, Count));
        if (table.Lookup == SiteLookup.Direct)
        {
            numbers = new int[table.Volume];
            for (var s = 0; s < Count; s++) numbers[keys[s]] = s + 1;
            return;
        }

        numbers = new int[table.HashSlots];
        found = new int[Count];
        taken = new ulong[(table.HashSlots + 63) / 64];
        shift = 64 - BitOperations.Log2((uint)table.HashSlots);
        for (var s = 0; s < Count; s++)
        {
            var slot = SlotOf(keys[s]);
            var reads = 1;
            for (; numbers[slot] != 0; slot = (slot + 1) & (numbers.Length - 1)) reads++;
            numbers[slot] = s + 1;
            taken[slot >> 6] |= 1UL << slot;
            found[s] = reads;
            InsertReads += reads;
        }
    }

    /// <summary>The table they fill.</summary>
    public SiteTable Table { get; }

    /// <summary>Sites there are.</summary>
    public int Count => keys.Length - 1;

    /// <summary>Linear index into the grid by site number, ascending.</summary>
    public ReadOnlySpan<long> Keys => keys.AsSpan(0, Count);

    /// <summary><see cref="Keys"/> and one behind them that is greater than any: searches stop at it.</summary>
    internal long[] BoundedKeys => keys;

    /// <summary>By site number, the row of the coordinates it was made from; ascending from 0 where the sites were not fed in.</summary>
    public ReadOnlyMemory<int> Order { get; }

    /// <summary>Slots read to build the lookup (0 for a direct table, which is only written).</summary>
    public long InsertReads { get; }

    /// <summary>Sites at coordinates (rows of three numbers in the order of the grid's axes).</summary>
    /// <exception cref="DiagnosticException">NC5080 to NC5083: none, some outside the grid, some twice, or more than there is room for.</exception>
    public static ActiveSites Of(SiteTable table, ReadOnlySpan<int> coordinates)
    {
        var count = coordinates.Length / 3;
        if (count == 0) throw new DiagnosticException(Empty(table));
        var (keys, order) = (new long[count], new int[count]);
        var (outside, first) = (0, -1);
        for (var r = 0; r < count; r++)
        {
            var (z, y, x) = (coordinates[3 * r], coordinates[(3 * r) + 1], coordinates[(3 * r) + 2]);
            if ((uint)z >= (uint)table.Extent[0] || (uint)y >= (uint)table.Extent[1] || (uint)x >= (uint)table.Extent[2])
            {
                if (outside++ == 0) first = r;
            }

            keys[r] = ((((long)z * table.Extent[1]) + y) * table.Extent[2]) + x;
            order[r] = r;
        }

        if (outside > 0) throw new DiagnosticException(Outside(table, coordinates.Slice(3 * first, 3), first, outside, count));
        KeySort.Sort(ref keys, ref order, table.Volume);
        for (var s = 1; s < count; s++)
            if (keys[s] == keys[s - 1]) throw new DiagnosticException(Twice(table, coordinates.Slice(3 * order[s], 3), Math.Min(order[s], order[s - 1]), Math.Max(order[s], order[s - 1])));
        return new(table, keys, order);
    }

    /// <summary>The sites that a window reaches from these (<see cref="SiteTable.Reach"/>).</summary>
    /// <exception cref="DiagnosticException">NC5080 or NC5083: none, or more than there is room for.</exception>
    public ActiveSites Reached(SiteTable table)
    {
        var reached = ReachedKeys(table.Reach!.Window);
        return reached.Length == 0 ? throw new DiagnosticException(Empty(table)) : new(table, reached, [.. Enumerable.Range(0, reached.Length)]);
    }

    /// <summary>Linear indices, ascending, of the output sites a window reaches from these.</summary>
    public long[] ReachedKeys(SiteWindow window)
    {
        var (zs, ys, xs) = (new AxisSteps(window.Z, SiteDirection.Forward), new AxisSteps(window.Y, SiteDirection.Forward), new AxisSteps(window.X, SiteDirection.Forward));
        var reached = new List<long>(Count);
        var last = -1L;
        for (var s = 0; s < Count; s++)
        {
            var (z, y, x) = Place(s);
            foreach (var (_, oz) in zs.From(z))
            {
                foreach (var (_, oy) in ys.From(y))
                {
                    var row = (((long)oz * window.Y.Output) + oy) * window.X.Output;
                    foreach (var (_, ox) in xs.From(x))
                    {
                        if (row + ox == last) continue; // Neighbours mostly reach the same.
                        reached.Add(last = row + ox);
                    }
                }
            }
        }

        var sorted = reached.ToArray();
        int[] none = [];
        KeySort.Sort(ref sorted, ref none, (long)window.Z.Output * window.Y.Output * window.X.Output);
        var count = 0;
        for (var i = 0; i < sorted.Length; i++)
            if (i == 0 || sorted[i] != sorted[i - 1]) sorted[count++] = sorted[i];
        return sorted[..count];
    }

    /// <summary>Coordinates of a site.</summary>
    public (int Z, int Y, int X) Place(int site)
    {
        var (rest, x) = Math.DivRem(keys[site], Table.Extent[2]);
        var (z, y) = Math.DivRem(rest, Table.Extent[1]);
        return ((int)z, (int)y, (int)x);
    }

    /// <summary>Number of the site at a linear index, or -1. <paramref name="reads"/> grows by the slots that were read.</summary>
    public int Find(long key, ref long reads)
    {
        reads++;
        if (Table.Lookup == SiteLookup.Direct) return numbers[key] - 1;
        for (var slot = SlotOf(key); ; slot = (slot + 1) & (numbers.Length - 1))
        {
            var number = numbers[slot] - 1;
            if (number < 0 || keys[number] == key) return number;
            reads++;
        }
    }

    /// <summary>Slots that <see cref="Find"/> reads for a key whose site's number (-1 for none) is known.</summary>
    internal int ReadsOf(long key, int number)
    {
        if (taken.Length == 0) return 1;
        if (number >= 0) return found[number];
        // Up to the next slot that is free.
        var slot = SlotOf(key);
        var run = BitOperations.TrailingZeroCount(~(taken[slot >> 6] >> slot));
        if ((slot & 63) + run < Math.Min(64, numbers.Length)) return run + 1;
        while (numbers[(slot + run) & (numbers.Length - 1)] != 0) run++;
        return run + 1;
    }

    /// <summary>Coordinates of all sites in the order of <see cref="Order"/>: [count * 3].</summary>
    public int[] Coordinates()
    {
        var coordinates = new int[3 * Count];
        for (var s = 0; s < Count; s++) (coordinates[3 * Order.Span[s]], coordinates[(3 * Order.Span[s]) + 1], coordinates[(3 * Order.Span[s]) + 2]) = Place(s);
        return coordinates;
    }

    private int SlotOf(long key) => shift == 64 ? 0 : (int)(((ulong)key * 0x9E3779B97F4A7C15UL) >> shift);

    private static Diagnostic Empty(SiteTable table) => Diagnostic.Error("NC5080", $"'{table.Name}' has no active site", null,
        table.Reach is null ? "the cloud has no voxel: check its range and grid size" : "no window of the convolution reaches a voxel of its grid; the cloud lies outside what the convolution sees");

    private static Diagnostic Outside(SiteTable table, ReadOnlySpan<int> at, int row, int outside, int count) => Diagnostic.Error("NC5081",
        $"{outside} of {count} voxels lie outside the grid {string.Join(" x ", table.Extent)} of '{table.Name}'; the first is row {row}, ({at[0]}, {at[1]}, {at[2]})", new Place(table.Input),
        "coordinates are (batch, then the three axes in the order of the model's spatial shape), counted from 0",
        "voxelise with the grid and range of the model, or compile for a larger grid");

    private static Diagnostic Twice(SiteTable table, ReadOnlySpan<int> at, int first, int second) => Diagnostic.Error("NC5082",
        $"voxel ({at[0]}, {at[1]}, {at[2]}) of '{table.Name}' is given twice, in rows {first} and {second}", new Place(table.Input), "give every voxel once; `neurochip voxelise` does");

    private static Diagnostic Overflow(SiteTable table, int count) => Diagnostic.Error("NC5083",
        $"'{table.Name}' has {count} active sites in this sample; the image was planned for {table.Capacity}", null,
        "compile again with this cloud in the calibration set (--calibrate), with a greater --site-margin, or with a fixed plan (--sites)");
}
