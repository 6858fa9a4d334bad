using System.Collections.Immutable;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.TestKit;

/// <summary>Random voxel grids, windows over them and clouds in them.</summary>
public sealed class SiteGenerator(Random random)
{
    private readonly MapGenerator maps = new(random);

    /// <summary>A grid of up to <paramref name="most"/> voxels along each axis, not always three-dimensional.</summary>
    public ImmutableArray<int> Extent(int most) => [.. Enumerable.Range(0, 3).Select(_ => random.Next(5) == 0 ? 1 : random.Next(1, most + 1))];

    /// <summary>A window over a grid: kernels of 1 to 4, any stride, padding and dilation that leave an output.</summary>
    public SiteWindow Window(ImmutableArray<int> extent) => new(maps.Window(extent[0]), maps.Window(extent[1]), maps.Window(extent[2]));

    /// <summary>A window that keeps the grid, with stride 1: kernels of 1 to 4, centred or not.</summary>
    public SiteWindow Same(ImmutableArray<int> extent)
    {
        return new(Axis(extent[0]), Axis(extent[1]), Axis(extent[2]));

        Ir.Ncir.AddressFunctions.Window Axis(int size)
        {
            var (kernel, dilation) = (random.Next(1, 5), random.Next(1, 3));
            return new(size, size, kernel, 1, random.Next(3) == 0 ? random.Next(-1, 3) : kernel / 2 * dilation, dilation);
        }
    }

    /// <summary>Distinct voxels in any order, [count * 3].</summary>
    public int[] Cloud(ImmutableArray<int> extent, int count) =>
    [
        .. Enumerable.Range(0, extent[0] * extent[1] * extent[2]).OrderBy(_ => random.Next()).Take(count)
            .SelectMany(key => new[] { key / (extent[1] * extent[2]), key / extent[2] % extent[1], key % extent[2] }),
    ];
}
