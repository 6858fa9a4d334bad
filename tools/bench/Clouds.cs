using System.Collections.Immutable;

namespace NeuroChip.Bench;

/// <summary>Voxels to measure with, seeded: as many as wanted, each once, [count * 3], in the order in which they were found.</summary>
internal static class Clouds
{
    /// <summary>Anywhere in the grid.</summary>
    public static int[] Random(ImmutableArray<int> extent, int count)
    {
        var random = new Random(1);
        return Distinct(count, () => (random.Next(extent[0]), random.Next(extent[1]), random.Next(extent[2])));
    }

    /// <summary>
    /// What a scanner with 64 beams, turning 1.7 m above uneven ground among walls, hits within 40 m in ten turns, 0.5 m further each: voxels of 0.1 m, the first axis up, the scanner in the
    /// middle of the others at first. Beams go from 24.8 degrees down to 2 degrees up (those of an HDL-64E); distances have 2 cm of noise.
    /// </summary>
    public static int[] Scanned(ImmutableArray<int> extent, int count)
    {
        const double height = 1.7, voxel = 0.1;
        var random = new Random(1);
        var walls = Enumerable.Range(0, 40).Select(_ => (From: random.NextDouble() * Math.Tau, Width: 0.05 + (random.NextDouble() * 0.3), At: 4 + (random.NextDouble() * 34))).ToArray();
        return Distinct(count, () =>
        {
            while (true)
            {
                var (azimuth, elevation) = (random.NextDouble() * Math.Tau, (2 - (random.Next(64) * 26.8 / 63)) * Math.PI / 180);
                var ground = (height + (0.1 * Math.Sin(7 * azimuth))) / Math.Max(-Math.Tan(elevation), 1e-9);
                var distance = walls.Where(w => (azimuth - w.From + Math.Tau) % Math.Tau < w.Width).Select(w => w.At).Append(ground).Min() + ((random.NextDouble() - 0.5) * 0.04);
                var up = height + 0.5 + (distance * Math.Tan(elevation));
                var (y, x) = (distance * Math.Sin(azimuth), (distance * Math.Cos(azimuth)) + (0.5 * random.Next(10)));
                var at = ((int)(up / voxel), (int)(y / voxel) + (extent[1] / 2), (int)(x / voxel) + (extent[2] / 2));
                if ((uint)at.Item1 < extent[0] && (uint)at.Item2 < extent[1] && (uint)at.Item3 < extent[2]) return at;
            }
        });
    }

    private static int[] Distinct(int count, Func<(int Z, int Y, int X)> next)
    {
        var (seen, voxels) = (new HashSet<(int, int, int)>(), new List<int>());
        while (seen.Count < count)
        {
            var (z, y, x) = next();
            if (seen.Add((z, y, x))) voxels.AddRange([z, y, x]);
        }

        return [.. voxels];
    }
}
