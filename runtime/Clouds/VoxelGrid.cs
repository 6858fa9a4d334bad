using System.Collections.Immutable;
using System.Globalization;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Runtime.Clouds;

/// <summary>Which axis of space comes first in the coordinates of voxels.</summary>
public enum AxisOrder
{
    /// <summary>x, y, z: Pointcept and the classification and segmentation networks of E-3DSNN.</summary>
    Xyz,

    /// <summary>z, y, x: OpenPCDet and its detection networks.</summary>
    Zyx,
}

/// <summary>What a voxel takes over of its points.</summary>
public enum VoxelFeature
{
    /// <summary>The columns of the first point in the order of the file.</summary>
    First,

    /// <summary>The mean of the columns over its points.</summary>
    Mean,
}

/// <summary>A box in space, in the unit of positions; the lower bounds belong to it, the upper do not.</summary>
/// <param name="Min">Lower bounds of x, y, z.</param>
/// <param name="Max">Upper bounds of x, y, z.</param>
public sealed record CloudRange(ImmutableArray<float> Min, ImmutableArray<float> Max);

/// <summary>How points become voxels. Arithmetic is float32, as in the frameworks: index = floor((position - origin) / cell).</summary>
public sealed record VoxelGrid
{
    /// <summary>Most cells along an axis: 2^21, so that three indices fit one 64-bit key. A float32 position tells 2^24 cells apart.</summary>
    public const int MaxCells = 1 << 21;

    /// <summary>Size of a cell along x, y, z, in the unit of positions.</summary>
    public required ImmutableArray<float> Cell { get; init; }

    /// <summary>The box that is looked at; its lower corner is the origin. Null: all points, the origin is 0 and the least index along each axis is taken off (GridSample of Pointcept).</summary>
    public CloudRange? Range { get; init; }

    /// <summary>What a voxel takes over of its points.</summary>
    public VoxelFeature Feature { get; init; } = VoxelFeature.Mean;

    /// <summary>Of a mean: how many points of a voxel count, the first ones in the order of the file; null for all of them.</summary>
    public int? MaxPoints { get; init; }

    /// <summary>The columns that become features, in this order; empty for all of the cloud.</summary>
    public ImmutableArray<string> Columns { get; init; } = [];

    /// <summary>Order of the coordinates.</summary>
    public AxisOrder Order { get; init; }

    /// <summary>Extents of the spatial shape in <see cref="Order"/>. Null: the cells of the range, or without one the greatest index + 1 over all clouds.</summary>
    public ImmutableArray<int>? Shape { get; init; }

    /// <summary>Cells added behind the extents that range or points give, in <see cref="Order"/>; not to a given shape.</summary>
    public ImmutableArray<int> Padding { get; init; } = [0, 0, 0];

    /// <summary>Whether a cloud is centred and scaled to radius 1 before (<see cref="PointCloud.Normalised"/>).</summary>
    public bool Normalise { get; init; }

    /// <summary>Whether points that are not finite are dropped and counted; else they are an error (NC5063).</summary>
    public bool SkipNonFinite { get; init; }

    /// <summary>
    /// Classification by E-3DSNN on ModelNet40: normalised, cells of 0.01, one point per voxel (theirs is drawn at random, this is the first), shape = greatest index + 96.
    /// Source: bollossom/E-3DSNN, classify_seg/configs/modelnet40/cls-E3DSNN-v1m1-0-T.py and pointcept/models/sparse_unet/E_3DSNN.py. (Its segmentation network,
    /// pointcept/models/E_3DSNN/E_3DSNN_v1m1_base.py, has shape = greatest index + 1.)
    /// </summary>
    public static VoxelGrid E3dsnnCls { get; } = new() { Cell = [0.01f, 0.01f, 0.01f], Normalise = true, Feature = VoxelFeature.First, Padding = [95, 95, 95] };

    /// <summary>
    /// Detection by OpenPCDet on KITTI: cells of 0.05 x 0.05 x 0.1 m, mean of at most 5 points, shape in z, y, x = cells of the range + [1, 0, 0]. Its cap of 40,000 voxels is not applied.
    /// Source: open-mmlab/OpenPCDet, tools/cfgs/dataset_configs/kitti_dataset.yaml, pcdet/models/backbones_3d/vfe/mean_vfe.py and spconv_backbone.py.
    /// </summary>
    public static VoxelGrid OpenPcdet { get; } = new()
    {
        Cell = [0.05f, 0.05f, 0.1f],
        Range = new([0, -40, -3], [70.4f, 40, 1]),
        MaxPoints = 5,
        Order = AxisOrder.Zyx,
        Padding = [1, 0, 0],
    };

    /// <summary>Presets by the name they have on the command line.</summary>
    public static ImmutableSortedDictionary<string, VoxelGrid> Presets { get; } =
        new Dictionary<string, VoxelGrid> { ["e3dsnn-cls"] = E3dsnnCls, ["openpcdet"] = OpenPcdet }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>Numbers along x, y, z brought into <see cref="Order"/>, or back.</summary>
    public ImmutableArray<T> InOrder<T>(ImmutableArray<T> axes) => Order == AxisOrder.Xyz ? axes : [axes[2], axes[1], axes[0]];

    /// <summary>Cells along x, y, z in which indices are taken: those of range or shape, whichever is less; null without either.</summary>
    internal ImmutableArray<int>? Cells
    {
        get
        {
            var shape = Shape is { } given ? InOrder(given) : (ImmutableArray<int>?)null;
            if (Range is not { } range) return shape;
            var cells = Enumerable.Range(0, 3).Select(a => (int)Math.Round(((double)range.Max[a] - range.Min[a]) / Cell[a]));
            return [.. shape is { } s ? cells.Zip(s, Math.Min) : cells];
        }
    }

    /// <summary>All that is wrong with the numbers (NC5067); throws if anything is.</summary>
    public void Require()
    {
        var bag = new DiagnosticBag();
        void Check(bool good, string what, string need)
        {
            if (!good) bag.Add(Diagnostic.Error("NC5067", $"{what}: {need}"));
        }

        Check(Cell.Length == 3 && Cell.All(c => c > 0 && float.IsFinite(c)), $"cell size [{Text(Cell)}]", "three positive numbers are needed, for x, y, z");
        Check(MaxPoints is null or > 0, $"at most {MaxPoints} points of a voxel", "at least 1 is needed");
        Check(Shape is not { } s || (s.Length == 3 && s.All(e => e is > 0 and <= MaxCells)), $"spatial shape [{string.Join(", ", Shape ?? [])}]", $"three extents from 1 to {MaxCells} are needed");
        Check(Padding.Length == 3 && Padding.All(e => e is >= 0 and <= MaxCells), $"padding [{string.Join(", ", Padding)}]", $"three numbers of cells from 0 to {MaxCells} are needed");
        if (Range is { } range)
        {
            Check(range.Min.Length == 3 && range.Max.Length == 3 && range.Min.Zip(range.Max).All(b => float.IsFinite(b.First) && float.IsFinite(b.Second) && b.First < b.Second),
                $"range from [{Text(range.Min)}] to [{Text(range.Max)}]", "three lower bounds and three greater upper bounds are needed, for x, y, z");
            bag.ThrowIfErrors();
            for (var axis = 0; axis < 3; axis++)
            {
                var cells = ((double)range.Max[axis] - range.Min[axis]) / Cell[axis];
                Check(cells is >= 0.5 and <= MaxCells, $"the range along {"xyz"[axis]} is {cells.ToString("0.##", CultureInfo.InvariantCulture)} cells", $"1 to {MaxCells} are possible");
            }
        }

        bag.ThrowIfErrors();
    }

    private static string Text(ImmutableArray<float> values) => string.Join(", ", values.Select(v => v.ToString(CultureInfo.InvariantCulture)));
}
