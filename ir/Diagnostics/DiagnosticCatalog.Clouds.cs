namespace NeuroChip.Ir.Diagnostics;

public static partial class DiagnosticCatalog
{
    /// <summary>NC506x: point clouds and their voxels.</summary>
    private static DiagnosticEntry[] Clouds =>
    [
        new("NC5060", "not a kind of point cloud that can be read",
            "The kind of a point cloud is told by the extension of its file, and this one is not known; or a folder holds no file of a known kind.",
            "Use one of the kinds listed; others can be saved from NumPy: numpy.save('cloud.npy', points)."),
        new("NC5061", "point cloud file damaged or of another form",
            "The file does not hold what its extension promises: it is cut off, its header contradicts its data, or it is of a form that is not read (big-endian PLY, OFF with colours per vertex).",
            "Write the file again in a form that is read; docs/howto/point-clouds.md describes them."),
        new("NC5062", "arrays are no point cloud",
            "The arrays of a .npy or .npz file have no positions of shape [P,3] or more columns, or attributes with another number of rows.",
            "Save positions as [P,3] under points or xyz, and attributes with one row per point."),
        new("NC5063", "points are not finite",
            "A position, or an attribute that becomes a feature, is NaN or infinite. Such a point lies in no voxel, and no chip can represent it.",
            "Remove such points from the file, or drop and count them with --skip-nan."),
        new("NC5064", "empty cloud",
            "A cloud has no point, or none that is left after points that are not finite or out of range were dropped.",
            "Leave the file out, or correct the range: it is in the unit of the points."),
        new("NC5065", "points out of range",
            "Some points lie outside the range or the spatial shape of the grid. They are dropped and counted.",
            "Nothing, if the range is that of training (a sensor sees further than a network looks); else widen --range or --shape."),
        new("NC5066", "columns do not fit",
            "A column that was asked for as a feature is not in the cloud, or the clouds of one file of voxels have different columns.",
            "Choose among the columns listed, with --features a,b,c."),
        new("NC5067", "grid cannot be",
            "The numbers of a grid contradict each other or are none: a cell of no size, a range that is empty or smaller than a cell, a shape or padding that is not whole and positive, or a grid with more cells along an axis than can be addressed.",
            "The message shows the numbers and the limit. Cell size, range and shape are those the network was trained with."),
    ];
}
