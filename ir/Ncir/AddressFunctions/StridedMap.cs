using System.Collections.Immutable;

namespace NeuroChip.Ir.Ncir.AddressFunctions;

/// <summary>An index that runs from 0 to <paramref name="Extent"/> - 1, and what a step of it adds to the three addresses.</summary>
/// <param name="Extent">Values of the index, at least 1.</param>
/// <param name="Source">Added to the source address, 0 if the index does not occur in it.</param>
/// <param name="Target">Added to the target address.</param>
/// <param name="Row">Added to the row.</param>
public readonly record struct StridedAxis(int Extent, int Source, int Target, int Row);

/// <summary>
/// A sum over indices, as in an einsum: for every combination i of the axes' indices there is one synapse
/// <c>source = SourceOrigin + sum i*Source, target = TargetOrigin + sum i*Target, row = RowOrigin + sum i*Row</c>.
/// All contractions of attention are of this form, heads and transposes included: K^T V of one head has the axes n, i and j, its sources are at (n, i),
/// its rows (the values V) at (n, j) and its targets at (i, j); a mask has one axis for the tokens and one for the channels, the row being without the tokens.
/// </summary>
/// <param name="Sources">Addresses of the source; those that no combination reaches have no targets.</param>
/// <param name="Targets">Addresses of the target.</param>
/// <param name="Rows">Rows there are.</param>
/// <param name="SourceOrigin">Source address where all indices are 0.</param>
/// <param name="TargetOrigin">Target address where all indices are 0.</param>
/// <param name="RowOrigin">Row where all indices are 0.</param>
/// <param name="Axes">The indices. Each occurs in the source or in the target address, and from either address the indices in it can be told (see <see cref="Fault"/>).</param>
public sealed record StridedMap(int Sources, int Targets, int Rows, int SourceOrigin, int TargetOrigin, int RowOrigin, ImmutableArray<StridedAxis> Axes) : AddressFunction
{
    private readonly Lazy<Order> fromSource = new(() => new(
        [.. Axes.Where(a => a is { Extent: > 1, Source: not 0 }).OrderByDescending(a => a.Source)], [.. Axes.Where(a => a is { Extent: > 1, Source: 0 }).OrderByDescending(a => a.Target)]));

    private readonly Lazy<Order> fromTarget = new(() => new(
        [.. Axes.Where(a => a is { Extent: > 1, Target: not 0 }).OrderByDescending(a => a.Target)], [.. Axes.Where(a => a is { Extent: > 1, Target: 0 }).OrderByDescending(a => a.Source)]));

    /// <inheritdoc/>
    public override string Keyword => "strided";

    /// <inheritdoc/>
    public override int SourceSize => Sources;

    /// <inheritdoc/>
    public override int TargetSize => Targets;

    /// <inheritdoc/>
    public override int RowCount => Rows;

    /// <inheritdoc/>
    public override int Bound => Axes.Where(a => a.Source == 0).Aggregate(1, (product, a) => product * a.Extent);

    /// <inheritdoc/>
    public override long Total => Axes.Aggregate(1L, (product, a) => product * a.Extent);

    /// <summary>Synapses of each target that has any.</summary>
    public int FanIn => Axes.Where(a => a.Target == 0).Aggregate(1, (product, a) => product * a.Extent);

    /// <inheritdoc/>
    public override int Count(int source) => TrySource(source, out _, out _) ? Bound : 0;

    /// <inheritdoc/>
    public override void Enumerate(int source, List<Synapse> into)
    {
        if (!TrySource(source, out var target, out var row)) return;
        var free = fromSource.Value.Free;
        Span<int> index = stackalloc int[free.Length];
        index.Clear();
        while (true)
        {
            into.Add(new(target, row));
            var d = free.Length - 1;
            for (; d >= 0; d--)
            {
                (target, row) = (target + free[d].Target, row + free[d].Row);
                if (++index[d] < free[d].Extent) break;
                (target, row, index[d]) = (target - (free[d].Target * free[d].Extent), row - (free[d].Row * free[d].Extent), 0);
            }

            if (d < 0) return;
        }
    }

    /// <inheritdoc/>
    public override void Invert(int target, List<Afferent> into)
    {
        var (rest, source, row) = (target - TargetOrigin, SourceOrigin, RowOrigin);
        foreach (var axis in fromTarget.Value.Fixed)
        {
            var i = rest < 0 ? axis.Extent : rest / axis.Target;
            if (i >= axis.Extent) return;
            (rest, source, row) = (rest - (i * axis.Target), source + (i * axis.Source), row + (i * axis.Row));
        }

        if (rest != 0) return;
        var free = fromTarget.Value.Free;
        Span<int> index = stackalloc int[free.Length];
        index.Clear();
        while (true)
        {
            into.Add(new(source, row));
            var d = free.Length - 1;
            for (; d >= 0; d--)
            {
                (source, row) = (source + free[d].Source, row + free[d].Row);
                if (++index[d] < free[d].Extent) break;
                (source, row, index[d]) = (source - (free[d].Source * free[d].Extent), row - (free[d].Row * free[d].Extent), 0);
            }

            if (d < 0) return;
        }
    }

    /// <inheritdoc/>
    public override int[] Encode() =>
        [Sources, Targets, Rows, SourceOrigin, TargetOrigin, RowOrigin, .. Axes.SelectMany(a => new[] { a.Extent, a.Source, a.Target, a.Row })];

    /// <summary>Names of the words of <see cref="Encode"/>; an axis is four of the last: extent, source, target and row.</summary>
    public static ImmutableArray<AddressField> Fields { get; } =
        [new("sources"), new("targets"), new("rows"), new("from"), new("to"), new("row"), new("axes", AddressFieldKind.Rest)];

    /// <summary>Reads back <see cref="Encode"/>.</summary>
    public static AddressFunction Decode(int[] words)
    {
        if (words.Length % 4 != 2) throw new ArgumentException($"{words.Length - 6} numbers describe axes; four each are needed");
        var axes = Enumerable.Range(0, (words.Length - 6) / 4).Select(i => new StridedAxis(words[6 + (4 * i)], words[7 + (4 * i)], words[8 + (4 * i)], words[9 + (4 * i)]));
        return new StridedMap(words[0], words[1], words[2], words[3], words[4], words[5], [.. axes]);
    }

    /// <summary>
    /// What is wrong with the map in itself, or null: extents below 1, negative strides, addresses out of range, an index in neither address, or
    /// strides that overlap, so that an address would not tell its indices (sorted, each stride must exceed what all smaller ones reach together).
    /// </summary>
    public string? Fault()
    {
        if (Sources < 1 || Targets < 1 || Rows < 1) return $"{Sources} sources, {Targets} targets and {Rows} rows; all are at least 1";
        if (Axes.Length > 16) return $"{Axes.Length} axes; at most 16";
        foreach (var (i, axis) in Axes.Index())
        {
            if (axis.Extent < 1 || axis.Source < 0 || axis.Target < 0 || axis.Row < 0) return $"axis {i} is {axis.Extent}, {axis.Source}, {axis.Target}, {axis.Row}; extents are at least 1, strides at least 0";
            if (axis is { Extent: > 1, Source: 0, Target: 0 }) return $"axis {i} occurs neither in the source nor in the target";
        }

        return Range("source", SourceOrigin, Sources, a => a.Source) ?? Range("target", TargetOrigin, Targets, a => a.Target) ?? Range("row", RowOrigin, Rows, a => a.Row)
            ?? Overlap("source", a => a.Source) ?? Overlap("target", a => a.Target);
    }

    private string? Range(string what, int origin, int size, Func<StridedAxis, int> stride)
    {
        var last = Axes.Aggregate((Int128)origin, (sum, a) => sum + ((Int128)(a.Extent - 1) * stride(a)));
        return origin < 0 || last >= size ? $"{what} addresses run from {origin} to {last}; there are {size}" : null;
    }

    private string? Overlap(string what, Func<StridedAxis, int> stride)
    {
        var reach = 0L;
        foreach (var axis in Axes.Where(a => a.Extent > 1 && stride(a) != 0).OrderBy(stride))
        {
            if (stride(axis) <= reach) return $"the {what} strides overlap at {stride(axis)}: smaller ones reach {reach}";
            reach += (long)(axis.Extent - 1) * stride(axis);
        }

        return null;
    }

    /// <summary>Target and row of the first synapse of a source; false if it has none.</summary>
    private bool TrySource(int source, out int target, out int row)
    {
        (target, row) = (TargetOrigin, RowOrigin);
        var rest = source - SourceOrigin;
        foreach (var axis in fromSource.Value.Fixed)
        {
            var i = rest < 0 ? axis.Extent : rest / axis.Source;
            if (i >= axis.Extent) return false;
            (rest, target, row) = (rest - (i * axis.Source), target + (i * axis.Target), row + (i * axis.Row));
        }

        return rest == 0;
    }

    /// <summary>Axes that an address fixes, the greatest stride first, and those it leaves free, in the order in which the other address ascends.</summary>
    private sealed record Order(StridedAxis[] Fixed, StridedAxis[] Free);
}
