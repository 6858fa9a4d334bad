namespace NeuroChip.Ir.Ncir.Sites;

/// <summary>Which way a window is walked from a source site to its targets.</summary>
public enum SiteDirection
{
    /// <summary>Sources are the inputs of the window, targets its outputs: convolution.</summary>
    Forward,

    /// <summary>Sources are the outputs, targets the inputs: the pairs of a convolution with their roles swapped.</summary>
    Inverse,
}

/// <summary>
/// All pairs (source site, tap, target site) of a window between two sets of sites: what an address unit finds when it probes the target table
/// once for every source site and tap. Kept by source, by target and, once asked for, by tap. Immutable.
/// </summary>
public sealed class SiteRulebook
{
    private readonly int[] sourceStart;
    private readonly int[] targetStart;
    private readonly (int Site, int Tap)[] bySource;
    private readonly (int Site, int Tap)[] byTarget;
    private readonly int[] probes;
    private readonly int[] reads;
    private readonly Lazy<(int[] Starts, (int Source, int Target)[] Pairs)> byTap;

    /// <summary>
    /// Finds the pairs. Through one tap, higher sites lead to higher targets: so instead of a lookup per tap there is one walk through the target's keys per tap, all of them
    /// side by side. What the lookups of an address unit would read is counted along.
    /// </summary>
    public SiteRulebook(SiteWindow window, SiteDirection direction, ActiveSites from, ActiveSites to)
    {
        sourceStart = new int[from.Count + 1];
        targetStart = new int[to.Count + 1];
        (probes, reads) = (new int[from.Count], new int[from.Count]);
        var (zs, ys, xs) = (new AxisSteps(window.Z, direction), new AxisSteps(window.Y, direction), new AxisSteps(window.X, direction));
        var (height, width) = direction == SiteDirection.Forward ? (window.Y.Output, window.X.Output) : (window.Y.Input, window.X.Input);
        var (keys, walks) = (to.BoundedKeys, new int[window.Taps]);
        var (pairs, count) = (new (int Site, int Tap)[(from.Count * 4) + window.Taps + 1], 0);
        for (var s = 0; s < from.Count; s++)
        {
            var (z, y, x) = from.Place(s);
            var columns = xs.From(x);
            if (pairs.Length - count <= window.Taps) Array.Resize(ref pairs, (2 * pairs.Length) + window.Taps);
            var (probed, read) = (0, 0);
            foreach (var (kz, tz) in zs.From(z))
            {
                foreach (var (ky, ty) in ys.From(y))
                {
                    var (row, taps) = ((((long)tz * height) + ty) * width, ((kz * window.Y.Kernel) + ky) * window.X.Kernel);
                    foreach (var (kx, tx) in columns)
                    {
                        var (key, tap) = (row + tx, taps + kx);
                        var at = walks[tap];
                        while (keys[at] < key) at++;
                        walks[tap] = at;
                        var target = keys[at] == key ? at : -1;
                        read += to.ReadsOf(key, target);
                        pairs[count] = (at, tap); // Kept if it is one: there is nothing a branch could be predicted from.
                        count += target < 0 ? 0 : 1;
                    }

                    probed += columns.Length;
                }
            }

            sourceStart[s + 1] = count;
            (probes[s], reads[s]) = (probed, read);
        }

        bySource = pairs[..count];
        byTap = new(() => ByTap(window.Taps));
        foreach (var (target, _) in bySource) targetStart[target + 1]++;
        for (var t = 0; t < to.Count; t++) targetStart[t + 1] += targetStart[t];
        byTarget = new (int, int)[count];
        var next = targetStart.AsSpan(0, to.Count).ToArray();
        for (var s = 0; s < from.Count; s++)
            for (var p = sourceStart[s]; p < sourceStart[s + 1]; p++) byTarget[next[bySource[p].Site]++] = (s, bySource[p].Tap);
    }

    /// <summary>Source sites.</summary>
    public int Sources => sourceStart.Length - 1;

    /// <summary>Target sites.</summary>
    public int Targets => targetStart.Length - 1;

    /// <summary>Pairs in all.</summary>
    public int Pairs => bySource.Length;

    /// <summary>Target sites and taps of a source site, ascending.</summary>
    public ReadOnlySpan<(int Site, int Tap)> TargetsOf(int source) => bySource.AsSpan(sourceStart[source]..sourceStart[source + 1]);

    /// <summary>Source sites and taps of a target site, ascending.</summary>
    public ReadOnlySpan<(int Site, int Tap)> SourcesOf(int target) => byTarget.AsSpan(targetStart[target]..targetStart[target + 1]);

    /// <summary>Source and target sites of a tap, both ascending. For several threads at once, as everything here.</summary>
    public ReadOnlySpan<(int Source, int Target)> Through(int tap) => byTap.Value.Pairs.AsSpan(byTap.Value.Starts[tap]..byTap.Value.Starts[tap + 1]);

    /// <summary>Taps of a source site whose target lies inside the grid: probes of the target table. What an addressing without that table would add to.</summary>
    public int Probes(int source) => probes[source];

    /// <summary>Slots that these probes read; more than the probes where keys collide.</summary>
    public int Reads(int source) => reads[source];

    private (int[] Starts, (int Source, int Target)[] Pairs) ByTap(int taps)
    {
        var starts = new int[taps + 1];
        foreach (var (_, tap) in bySource) starts[tap + 1]++;
        for (var tap = 0; tap < taps; tap++) starts[tap + 1] += starts[tap];
        var (next, pairs) = (starts.AsSpan(0, taps).ToArray(), new (int, int)[Pairs]);
        for (var source = 0; source < Sources; source++)
            foreach (var (target, tap) in TargetsOf(source)) pairs[next[tap]++] = (source, target);
        return (starts, pairs);
    }
}
