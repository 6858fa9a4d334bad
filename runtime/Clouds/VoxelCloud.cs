using System.Collections.Immutable;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Runtime.Clouds;

/// <summary>What became of the points of a cloud. <see cref="Points"/> = <see cref="NonFinite"/> + <see cref="OutOfRange"/> + <see cref="Placed"/>.</summary>
/// <param name="Points">Points of the cloud.</param>
/// <param name="NonFinite">Dropped, because a position or a feature was NaN or infinite.</param>
/// <param name="OutOfRange">Dropped, because they lie outside the range or the spatial shape.</param>
/// <param name="Voxels">Voxels that hold at least one point.</param>
public sealed record VoxelCounts(int Points, int NonFinite, int OutOfRange, int Voxels)
{
    /// <summary>Points that lie in a voxel.</summary>
    public int Placed => Points - NonFinite - OutOfRange;
}

/// <summary>The voxels of one cloud, in the order of their first points.</summary>
/// <param name="Name">The cloud's name.</param>
/// <param name="Coordinates">int32 [N,3], in the order of axes of the grid.</param>
/// <param name="Features">float32 [N,C].</param>
/// <param name="Counts">What became of the points.</param>
/// <param name="Elapsed">Wall time of voxelising on the host, reading the file not included.</param>
public sealed record VoxelCloud(string Name, Tensor Coordinates, Tensor Features, VoxelCounts Counts, TimeSpan Elapsed);

/// <summary>The voxels of several clouds, one sample each.</summary>
/// <param name="Clouds">The clouds, in the order of their batch indices.</param>
/// <param name="Columns">Names of the features.</param>
/// <param name="Extent">Spatial shape of all of them, in the order of axes of the grid.</param>
public sealed record VoxelBatch(ImmutableArray<VoxelCloud> Clouds, ImmutableArray<string> Columns, ImmutableArray<int> Extent)
{
    /// <summary>Name of the array of coordinates in a file.</summary>
    public const string CoordinatesName = "coors";

    /// <summary>Name of the array of the spatial shape in a file.</summary>
    public const string ShapeName = "spatial_shape";

    /// <summary>
    /// The arrays of a file: features float32 [N,C] under <paramref name="features"/>, <c>coors</c> int32 [N,4] (batch index, then coordinates), <c>spatial_shape</c> int64 [3].
    /// </summary>
    public ImmutableSortedDictionary<string, Tensor> Arrays(string features)
    {
        var count = Clouds.Sum(c => c.Counts.Voxels);
        var coordinates = new int[count * 4];
        var values = new float[count * Columns.Length];
        var voxel = 0;
        for (var batch = 0; batch < Clouds.Length; batch++)
        {
            var cloud = Clouds[batch];
            cloud.Features.Span<float>().CopyTo(values.AsSpan(voxel * Columns.Length));
            var from = cloud.Coordinates.Span<int>();
            for (var v = 0; v < cloud.Counts.Voxels; v++, voxel++)
            {
                coordinates[voxel * 4] = batch;
                from.Slice(v * 3, 3).CopyTo(coordinates.AsSpan((voxel * 4) + 1));
            }
        }

        return ImmutableSortedDictionary.Create<string, Tensor>(StringComparer.Ordinal)
            .Add(features, Tensor.Of([count, Columns.Length], values))
            .Add(CoordinatesName, Tensor.Of([count, 4], coordinates))
            .Add(ShapeName, Tensor.Vector(Extent.Select(e => (long)e).ToArray()));
    }
}
