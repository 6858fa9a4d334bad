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
/// once for every source site and tap. Kept by source and by target. Immutable.
/// </summary>
public sealed class SiteRulebook
{
    private readonly int[] sourceStart;
    private readonly int[] targetStart;
    private readonly (int Site, int Tap)[] bySource;
    private readonly (int Site, int Tap)[] byTarget;
    private readonly int[] probes;
    private readonly int[] reads;

    /// <summary>Builds the pairs by probing <paramref name="to"/>.</summary>
    public SiteRulebook(SiteWindow window, SiteDirection direction, ActiveSites from, ActiveSites to)
    {
        sourceStart = new int[from.Count + 1];
        targetStart = new int[to.Count + 1];
        (probes, reads) = (new int[from.Count], new int[from.Count]);
        var pairs = new List<(int Site, int Tap)>(from.Count * 4);
        var (taps, places) = (new int[window.Taps], new long[window.Taps]);
        for (var s = 0; s < from.Count; s++)
        {
            var count = Candidates(window, direction, from.Place(s), taps, places);
            long read = 0;
            for (var i = 0; i < count; i++)
            {
                if (to.Find(places[i], ref read) is not (>= 0 and var target)) continue;
                pairs.Add((target, taps[i]));
                targetStart[target + 1]++;
            }

            sourceStart[s + 1] = pairs.Count;
            (probes[s], reads[s]) = (count, (int)read);
        }

        bySource = [.. pairs];
        for (var t = 0; t < to.Count; t++) targetStart[t + 1] += targetStart[t];
        byTarget = new (int, int)[bySource.Length];
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

    /// <summary>Taps of a source site whose target lies inside the grid: probes of the target table. What an addressing without that table would add to.</summary>
    public int Probes(int source) => probes[source];

    /// <summary>Slots that these probes read; more than the probes where keys collide.</summary>
    public int Reads(int source) => reads[source];

    /// <summary>
    /// What a site reaches if no table is asked: writes taps and linear indices of targets inside the target grid, ascending in the latter, and returns their number.
    /// Both arrays have room for all taps.
    /// </summary>
    public static int Candidates(SiteWindow w, SiteDirection direction, (int Z, int Y, int X) at, int[] taps, long[] places)
    {
        var count = 0;
        // Convolution: the higher the tap, the lower the output. The inverse: the higher the tap, the higher the input.
        if (direction == SiteDirection.Inverse)
        {
            for (var kz = 0; kz < w.Z.Kernel; kz++)
            {
                var z = w.Z.InputOf(at.Z, kz);
                if ((uint)z >= (uint)w.Z.Input) continue;
                for (var ky = 0; ky < w.Y.Kernel; ky++)
                {
                    var y = w.Y.InputOf(at.Y, ky);
                    if ((uint)y >= (uint)w.Y.Input) continue;
                    for (var kx = 0; kx < w.X.Kernel; kx++)
                    {
                        var x = w.X.InputOf(at.X, kx);
                        if ((uint)x >= (uint)w.X.Input) continue;
                        (taps[count], places[count]) = ((((kz * w.Y.Kernel) + ky) * w.X.Kernel) + kx, ((((long)z * w.Y.Input) + y) * w.X.Input) + x);
                        count++;
                    }
                }
            }

            return count;
        }

        for (var kz = w.Z.Kernel - 1; kz >= 0; kz--)
        {
            var z = w.Z.OutputOf(at.Z, kz);
            if (z < 0) continue;
            for (var ky = w.Y.Kernel - 1; ky >= 0; ky--)
            {
                var y = w.Y.OutputOf(at.Y, ky);
                if (y < 0) continue;
                for (var kx = w.X.Kernel - 1; kx >= 0; kx--)
                {
                    var x = w.X.OutputOf(at.X, kx);
                    if (x < 0) continue;
                    (taps[count], places[count]) = ((((kz * w.Y.Kernel) + ky) * w.X.Kernel) + kx, ((((long)z * w.Y.Output) + y) * w.X.Output) + x);
                    count++;
                }
            }
        }

        return count;
    }
}
