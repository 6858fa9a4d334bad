using System.Collections.Immutable;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Runtime.Clouds;

/// <summary>How files that are not points are made points.</summary>
/// <param name="MeshPoints">Points sampled on the surface of a mesh; ModelNet40 is commonly used with 10,000 a shape.</param>
/// <param name="Seed">Seed of the sampling. Every mesh is sampled with it anew: its points do not depend on which files come before.</param>
public sealed record CloudReadOptions(int MeshPoints = 10_000, long Seed = 1);

/// <summary>A kind of file that holds a cloud.</summary>
/// <param name="Extension">By which it is known, in lower case with the dot.</param>
/// <param name="Title">What it is.</param>
/// <param name="Read">Makes a cloud of the bytes of a file; the path names the cloud and the place of errors.</param>
public sealed record CloudFormat(string Extension, string Title, Func<byte[], string, CloudReadOptions, PointCloud> Read);

/// <summary>Reads point clouds. The one table of kinds of files.</summary>
public static class CloudFiles
{
    /// <summary>All kinds; a new one is a file in this folder and a line here.</summary>
    public static ImmutableArray<CloudFormat> Formats { get; } =
    [
        new(".npy", "NumPy array of rows x, y, z and attributes", ArrayCloud.Read),
        new(".npz", "NumPy arrays by name: positions and attributes", ArrayCloud.Read),
        new(".ply", "PLY, ASCII or binary little-endian", PlyCloud.Read),
        new(".bin", "KITTI scan: rows of x, y, z, intensity in float32", KittiCloud.Read),
        new(".off", "OFF mesh, sampled on its surface", OffMesh.Read),
    ];

    /// <summary>
    /// The clouds of <paramref name="paths"/>, one per file, in the order given; a folder stands for the files of a known kind in it, in ascending order of name.
    /// All paths that are no clouds are told at once (NC5001, NC5060) before the first is read; then errors of a file stop at that file (NC5061, NC5062).
    /// </summary>
    public static IEnumerable<PointCloud> Read(IEnumerable<string> paths, CloudReadOptions options)
    {
        var bag = new DiagnosticBag();
        var files = paths.SelectMany(path => FilesOf(path, bag)).ToArray();
        bag.ThrowIfErrors();
        return files.Select(file => Of(file)!.Read(Bytes(file), file, options));
    }

    private static IEnumerable<string> FilesOf(string path, DiagnosticBag bag)
    {
        if (!Directory.Exists(path))
        {
            if (!File.Exists(path)) bag.Add(Missing(path, "there is no such file"));
            else if (Of(path) is null) bag.Add(Unknown(path, $"'{Path.GetExtension(path)}' is not the extension of a kind of point cloud that can be read"));
            return [path];
        }

        string[] files = [.. Directory.GetFiles(path).Where(f => Of(f) is not null).Order(StringComparer.Ordinal)];
        if (files.Length == 0) bag.Add(Unknown(path, "the folder holds no file of a kind of point cloud that can be read"));
        return files;
    }

    private static CloudFormat? Of(string path) => Formats.FirstOrDefault(f => f.Extension == Path.GetExtension(path).ToLowerInvariant());

    private static byte[] Bytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(Missing(path, e.Message));
        }
    }

    private static Diagnostic Missing(string path, string why) => Diagnostic.Error("NC5001", $"'{path}' cannot be read: {why}", new Place(path));

    private static Diagnostic Unknown(string path, string what) =>
        Diagnostic.Error("NC5060", what, new Place(path), "these can: " + string.Join("; ", Formats.Select(f => $"{f.Extension} ({f.Title})")));

    internal static DiagnosticException Damaged(Place place, string what, params ReadOnlySpan<string> notes) =>
        new(Diagnostic.Error("NC5061", what, place, notes));
}
