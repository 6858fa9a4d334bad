using System.Text;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime.Arrays;
using NeuroChip.Runtime.Clouds;

namespace NeuroChip.Runtime.Tests.Clouds;

/// <summary>A folder of files of clouds that is gone after the test.</summary>
public abstract class CloudFolder : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("neurochip-").FullName;

    protected string Folder => folder;

    public void Dispose()
    {
        Directory.Delete(folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected string Save(string name, string text) => Save(name, Encoding.ASCII.GetBytes(text));

    protected string Save(string name, byte[] content)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    protected string Save(string name, params (string Key, Tensor Array)[] arrays)
    {
        using var stream = new MemoryStream();
        ArrayFile.Write(stream, arrays.ToDictionary(a => a.Key, a => a.Array));
        return Save(name, stream.ToArray());
    }

    internal static PointCloud Read(string path, CloudReadOptions? options = null) => Assert.Single(CloudFiles.Read([path], options ?? new CloudReadOptions()));

    internal static float[] Column(PointCloud cloud, string name) => cloud.Columns.Single(c => c.Name == name).Values;

    internal static string Names(PointCloud cloud) => string.Join(' ', cloud.Columns.Select(c => c.Name));
}
