using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Ir.Ncir;

/// <summary>Checks that an address function is one: sizes, groups, targets in range and in order.</summary>
internal static class MapVerifier
{
    public static bool Verify(Projection projection, Verifier.Findings findings)
    {
        var problem = projection.Map switch
        {
            DenseMap map => map.Sources < 1 || map.Targets < 1 || (long)map.Sources * map.Targets > int.MaxValue ? $"{map.Sources} x {map.Targets} synapses are not 1 to {int.MaxValue}" : null,
            ConvMap map => Windows(map.Y, map.X) ?? Channels(map.Channels, map.OutChannels, map.Groups) ?? Sizes(map.Y, map.X, map.Channels, map.OutChannels, map.Groups),
            TransposedConvMap map => Windows(map.Y, map.X) ?? Channels(map.Channels, map.OutChannels, map.Groups) ?? Sizes(map.Y, map.X, map.Channels, map.OutChannels, map.Groups),
            PoolMap map => Windows(map.Y, map.X) ?? (map.Channels < 1 ? $"{map.Channels} channels" : Sizes(map.Y, map.X, map.Channels, map.Channels, map.Channels)),
            IdentityMap map => map.Size < 1 || map.Rows < 1 ? $"size {map.Size} and {map.Rows} rows; both are at least 1" : null,
            PermutationMap map => Permutation(map),
            CsrMap map => Csr(map),
            StridedMap map => map.Fault(),
            SiteMap map => SiteRules.Map(map),
            _ => null,
        };
        if (problem is not null) findings.Error("NC3205", projection, $"the map '{projection.Map.Keyword}' of projection '{projection.Name}' is not well formed: {problem}");
        return problem is null;
    }

    private static string? Windows(Window y, Window x)
    {
        foreach (var (name, axis) in new[] { ("y", y), ("x", x) })
        {
            if (axis.Input < 1 || axis.Output < 1 || axis.Kernel < 1 || axis.Stride < 1 || axis.Dilation < 1)
                return $"axis {name} has in={axis.Input} out={axis.Output} kernel={axis.Kernel} stride={axis.Stride} dilation={axis.Dilation}; all are at least 1";
        }

        return null;
    }

    private static string? Channels(int channels, int outChannels, int groups) =>
        channels < 1 || outChannels < 1 || groups < 1 || channels % groups != 0 || outChannels % groups != 0
            ? $"{groups} groups do not divide {channels} and {outChannels} channels"
            : null;

    private static string? Sizes(Window y, Window x, int channels, int outChannels, int groups)
    {
        var most = new[]
        {
            (long)y.Input * x.Input * Math.Max(channels, outChannels),
            (long)y.Output * x.Output * Math.Max(channels, outChannels),
            (long)y.Kernel * x.Kernel * channels * (outChannels / groups),
        }.Max();
        return most > int.MaxValue ? $"{most} addresses or weights; at most {int.MaxValue}" : null;
    }

    private static string? Permutation(PermutationMap map)
    {
        if (map.TargetOf.IsEmpty || map.Targets < 1 || map.Rows < 1) return $"{map.TargetOf.Length} sources, {map.Targets} targets and {map.Rows} rows; all are at least 1";
        var taken = new HashSet<int>(); // not an array: the number of targets may be nonsense
        foreach (var (source, target) in map.TargetOf.Index())
        {
            if (target < -1 || target >= map.Targets) return $"the target of {source} is {target}; targets are -1 (none) to {map.Targets - 1}";
            if (target >= 0 && !taken.Add(target)) return $"target {target} has two sources, the second is {source}";
        }

        return null;
    }

    private static string? Csr(CsrMap map)
    {
        var offsets = map.Offsets;
        if (offsets.Length < 2 || map.Targets < 1) return $"{offsets.Length - 1} sources and {map.Targets} targets; both are at least 1";
        if (offsets[0] != 0 || offsets[^1] != map.TargetOf.Length) return $"offsets run from {offsets[0]} to {offsets[^1]}, not from 0 to the {map.TargetOf.Length} synapses";
        for (var a = 0; a + 1 < offsets.Length; a++)
        {
            if (offsets[a] > offsets[a + 1] || offsets[a + 1] > map.TargetOf.Length) return $"offset {a + 1} is {offsets[a + 1]} after {offsets[a]}; offsets ascend to {map.TargetOf.Length}";
            for (var k = offsets[a]; k < offsets[a + 1]; k++)
            {
                var target = map.TargetOf[k];
                if (target < 0 || target >= map.Targets) return $"synapse {k} goes to {target}; targets are 0 to {map.Targets - 1}";
                if (k > offsets[a] && map.TargetOf[k - 1] >= target) return $"the targets of source {a} do not ascend: {map.TargetOf[k - 1]}, {target}";
            }
        }

        return null;
    }
}
