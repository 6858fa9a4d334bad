using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Ir.Images;

/// <summary>
/// Whether the numbers of an address function make one: an address function trusts its fields, so a file's must be looked at before any of it is used.
/// </summary>
internal static class ImageBounds
{
    /// <summary>The product of extents, none negative; <see cref="long.MaxValue"/> where it does not fit, -1 where one is negative.</summary>
    public static long Product(params ReadOnlySpan<int> extents)
    {
        long product = 1;
        foreach (var extent in extents)
        {
            if (extent < 0) return -1;
            product = (long)Int128.Min((Int128)product * extent, long.MaxValue);
        }

        return product;
    }

    /// <summary>What is wrong with an address function in itself, or null.</summary>
    public static string? Fault(AddressFunction map) => map switch
    {
        DenseMap m => Least1(m.Sources, m.Targets) ?? Fits(m.Sources, m.Targets),
        ConvMap m => Convolution(m.Y, m.X, m.Channels, m.OutChannels, m.Groups),
        TransposedConvMap m => Convolution(m.Y, m.X, m.Channels, m.OutChannels, m.Groups),
        PoolMap m => Axis(m.Y) ?? Axis(m.X) ?? Least1(m.Channels) ?? Fits(m.Y.Input, m.X.Input, m.Channels) ?? Fits(m.Y.Output, m.X.Output, m.Channels),
        IdentityMap m => Least1(m.Size, m.Rows) ?? Period(m.Rows, m.Size),
        PermutationMap m => Least1(m.TargetOf.Length, m.Targets, m.Rows) ?? Period(m.Rows, m.Targets) ?? Permutation(m),
        CsrMap m => Least1(m.Offsets.Length - 1, m.Targets) ?? Csr(m),
        StridedMap m => m.Fault(),
        SiteMap m => SiteRules.Map(m),
        _ => null,
    };

    private static string? Least1(params ReadOnlySpan<int> values)
    {
        foreach (var value in values)
            if (value < 1) return $"one of its extents is {value}; at least 1 is needed";
        return null;
    }

    private static string? Fits(params ReadOnlySpan<int> extents) =>
        Product(extents) > int.MaxValue ? $"its extents {string.Join(" x ", extents.ToArray())} exceed {int.MaxValue}" : null;

    private static string? Period(int rows, int size) => size % rows != 0 ? $"its {rows} weights do not divide {size} targets" : null;

    private static string? Axis(Window w)
    {
        if (Least1(w.Input, w.Output, w.Kernel, w.Stride, w.Dilation) is { } fault) return fault;
        var furthest = ((long)w.Output * w.Stride) + Math.Abs((long)w.Pad) + ((long)w.Kernel * w.Dilation) + w.Input;
        return furthest > int.MaxValue ? $"a window reaches as far as {furthest}; at most {int.MaxValue} is possible" : null;
    }

    private static string? Convolution(Window y, Window x, int channels, int outChannels, int groups)
    {
        if ((Axis(y) ?? Axis(x) ?? Least1(channels, outChannels, groups)) is { } fault) return fault;
        if (channels % groups != 0 || outChannels % groups != 0) return $"{groups} groups do not divide {channels} and {outChannels} channels";
        return Fits(y.Input, x.Input, Math.Max(channels, outChannels)) ?? Fits(y.Output, x.Output, Math.Max(channels, outChannels)) ?? Fits(y.Kernel, x.Kernel, channels, outChannels / groups);
    }

    private static string? Permutation(PermutationMap map)
    {
        var sources = 0;
        foreach (var target in map.TargetOf)
        {
            if (target < -1 || target >= map.Targets) return $"target {target} does not exist; there are {map.Targets}";
            if (target >= 0) sources++;
        }

        // A set of the targets that occur, not a table of all that could: the number of targets is only a claim so far.
        var distinct = map.TargetOf.Where(t => t >= 0).ToHashSet().Count;
        return distinct != sources ? $"{sources} sources share {distinct} targets; each target may have one" : null;
    }

    private static string? Csr(CsrMap map)
    {
        if (map.Offsets[0] != 0 || map.Offsets[^1] != map.TargetOf.Length) return $"its offsets run from {map.Offsets[0]} to {map.Offsets[^1]}; 0 to {map.TargetOf.Length} was expected";
        for (var a = 0; a + 1 < map.Offsets.Length; a++)
            if (map.Offsets[a] > map.Offsets[a + 1]) return $"offset {a + 1} is {map.Offsets[a + 1]}, less than the one before, {map.Offsets[a]}";
        for (var a = 0; a + 1 < map.Offsets.Length; a++)
        {
            for (var k = map.Offsets[a]; k < map.Offsets[a + 1]; k++)
            {
                var target = map.TargetOf[k];
                if (target < 0 || target >= map.Targets) return $"target {target} does not exist; there are {map.Targets}";
                if (k > map.Offsets[a] && target <= map.TargetOf[k - 1]) return $"the targets of source {a} do not ascend at {target}";
            }
        }

        return null;
    }
}
