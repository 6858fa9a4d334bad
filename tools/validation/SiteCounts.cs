using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Validation;

/// <summary>
/// Pairs of the stem convolutions of E-3DSNN. Its published power script (bollossom/E-3DSNN, commit dbe5d173) puts 9,830 random points into a grid of 64^3 and prints FLOPs of three
/// 3^3 submanifold convolutions, which follow from pairs: the four networks give 19,030, 18,874, 18,637 and 19,044 a convolution. The script keeps points that fall into one voxel, so they count again here.
/// </summary>
internal static class SiteCounts
{
    private const int Points = 9830, Extent = 64, Seeds = 40;

    private static readonly double[] Published = [19_030, 18_874, 18_637, 19_044];

    public static IEnumerable<ValidationRow> Rows()
    {
        double repeated = 0, distinct = 0;
        var cells = Math.Pow(Extent, 3);
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var random = new Random(seed);
            var points = Enumerable.Range(0, Points).Select(_ => (random.Next(Extent), random.Next(Extent), random.Next(Extent))).ToArray();
            repeated += PairsOf(points) / (double)Seeds;
            distinct += Rulebook([.. Distinct(random)]).Pairs / (double)Seeds;
        }

        yield return new($"pairs of a 3^3 submanifold convolution, {Points} points at random in 64^3, repeated ones kept, mean of {Seeds} clouds", "E-3DSNN power script, mean of four", "C", Math.Round(repeated, 1), Published.Average(), 0.02);

        // A voxel has 27 neighbours but for the borders; on each axis (3 * 64 - 2) / 64 of them exist on average.
        var neighbours = Math.Pow(((3.0 * Extent) - 2) / Extent, 3) - 1;
        yield return new($"the same, {Points} different voxels", "expectation, closed form", "M", Math.Round(distinct, 1), Math.Round(Points * (1 + (neighbours * (Points - 1) / (cells - 1))), 1), 0.01);
    }

    /// <summary>
    /// Pairs the script counts: a point is found once for each place looked at, as the table of a library keeps one of those in a voxel.
    /// </summary>
    private static long PairsOf((int Z, int Y, int X)[] points)
    {
        var sites = Sites([.. points.Distinct().SelectMany(p => new[] { p.Z, p.Y, p.X })]);
        long pairs = 0, reads = 0;
        foreach (var (z, y, x) in points)
        {
            for (var tap = 0; tap < 27; tap++)
            {
                var (nz, ny, nx) = (z + (tap / 9) - 1, y + (tap / 3 % 3) - 1, x + (tap % 3) - 1);
                if (Math.Min(nz, Math.Min(ny, nx)) < 0 || Math.Max(nz, Math.Max(ny, nx)) >= Extent) continue;
                if (sites.Find((((nz * (long)Extent) + ny) * Extent) + nx, ref reads) >= 0) pairs++;
            }
        }

        return pairs;
    }

    private static IEnumerable<int> Distinct(Random random)
    {
        var taken = new HashSet<int>();
        while (taken.Count < Points) taken.Add(random.Next(Extent * Extent * Extent));
        return taken.SelectMany(v => new[] { v / (Extent * Extent), v / Extent % Extent, v % Extent });
    }

    private static ActiveSites Sites(int[] coordinates) => ActiveSites.Of(new SiteTable(new(0), "random", [Extent, Extent, Extent], Points, "coors"), coordinates);

    private static SiteRulebook Rulebook(int[] coordinates)
    {
        var axis = new Window(Extent, Extent, 3, 1, 1);
        var sites = Sites(coordinates);
        return new(new(axis, axis, axis), SiteDirection.Forward, sites, sites);
    }
}
