using System.Buffers.Binary;
using NeuroChip.Ir.Tensors;
using NeuroChip.Runtime.Arrays;
using NeuroChip.Runtime.Clouds;

namespace NeuroChip.Runtime.Tests.Clouds;

/// <summary>Do clouds come out of their files as they were put in?</summary>
public sealed class CloudFileTests : CloudFolder
{
    [Fact]
    public void KittiRowsBecomeColumns()
    {
        var bytes = new byte[2 * 16];
        float[] values = [1, 2, 3, 0.25f, -4, -5, -6, 1];
        for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * 4), values[i]);
        var cloud = Read(Save("0.bin", bytes));
        Assert.Equal("x y z intensity", Names(cloud));
        Assert.Equal([1f, -4], Column(cloud, "x"));
        Assert.Equal([3f, -6], Column(cloud, "z"));
        Assert.Equal([0.25f, 1], Column(cloud, "intensity"));
    }

    [Fact]
    public void ALoneArrayHasColumnsByNumber()
    {
        using var stream = new MemoryStream();
        NpyFormat.Write(stream, Tensor.Of([2, 5], [0.0, 1, 2, 3, 4, 10, 11, 12, 13, 14]));
        var cloud = Read(Save("a.npy", stream.ToArray()));
        Assert.Equal("x y z c3 c4", Names(cloud));
        Assert.Equal([1f, 11], Column(cloud, "y"));
        Assert.Equal([4f, 14], Column(cloud, "c4"));
    }

    [Fact]
    public void NamedArraysBecomeColumnsOfTheirNames()
    {
        var cloud = Read(Save("a.npz",
            ("xyz", Tensor.Of([2, 3], [0f, 1, 2, 10, 11, 12])),
            ("normals", Tensor.Of([2, 3], [0f, 0, 1, 1, 0, 0])),
            ("features", Tensor.Of([2, 2], [5f, 6, 7, 8])),
            ("intensity", Tensor.Vector<byte>(9, 255))));
        Assert.Equal("x y z features0 features1 intensity nx ny nz", Names(cloud));
        Assert.Equal([6f, 8], Column(cloud, "features1"));
        Assert.Equal([9f, 255], Column(cloud, "intensity"));
        Assert.Equal([1f, 0], Column(cloud, "nz"));
    }

    private const string PlyBody = "element camera 2\nproperty float fov\nproperty list uchar int tags\nelement vertex 3\nproperty double intensity\nproperty float x\nproperty float y\nproperty list uchar short seen\nproperty float z\nproperty uchar red\nelement face 1\nproperty list uchar int vertex_indices\nend_header\n";

    private string Ascii() => Save("ascii.ply", "ply\r\nformat ascii 1.0\ncomment made by hand\n" + PlyBody
        + "90 0\n60 2 7 8\n0.5 1 2 1 -3 3 255\n0.25 4 5 0 6 0\n1 -7.5 8 2 1 2 9e1 128\n3 0 1 2\n");

    private string Binary()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(System.Text.Encoding.ASCII.GetBytes("ply\nformat binary_little_endian 1.0\n" + PlyBody));
        void Camera(float fov, params int[] tags)
        {
            writer.Write(fov);
            writer.Write((byte)tags.Length);
            foreach (var tag in tags) writer.Write(tag);
        }

        void Vertex(double intensity, float x, float y, float z, byte red, params short[] seen)
        {
            writer.Write(intensity);
            writer.Write(x);
            writer.Write(y);
            writer.Write((byte)seen.Length);
            foreach (var s in seen) writer.Write(s);
            writer.Write(z);
            writer.Write(red);
        }

        Camera(90);
        Camera(60, 7, 8);
        Vertex(0.5, 1, 2, 3, 255, -3);
        Vertex(0.25, 4, 5, 6, 0);
        Vertex(1, -7.5f, 8, 90, 128, 1, 2);
        return Save("binary.ply", stream.ToArray());
    }

    [Fact]
    public void AsciiAndBinaryPlyAgree()
    {
        var (ascii, binary) = (Read(Ascii()), Read(Binary()));
        Assert.Equal("x y z intensity red", Names(ascii));
        Assert.Equal([1f, 4, -7.5f], Column(ascii, "x"));
        Assert.Equal([3f, 6, 90], Column(ascii, "z"));
        Assert.Equal([255f, 0, 128], Column(ascii, "red"));
        Assert.Equal(Names(ascii), Names(binary));
        Assert.All(ascii.Columns.Zip(binary.Columns), c => Assert.Equal(c.First.Values, c.Second.Values));
    }

    [Fact]
    public void NumbersThatAreNoneAreReadAsC_WritesThem()
    {
        var cloud = Read(Save("a.ply", "ply\nformat ascii 1.0\nelement vertex 2\nproperty float x\nproperty float y\nproperty float z\nend_header\nnan -nan inf\n-inf 1e-3 +inf\n"));
        Assert.Equal([float.NaN, float.NegativeInfinity], Column(cloud, "x"));
        Assert.Equal([float.NaN, 1e-3f], Column(cloud, "y"));
        Assert.Equal([float.PositiveInfinity, float.PositiveInfinity], Column(cloud, "z"));
    }

    [Fact]
    public void AFolderIsItsCloudsInOrderOfName()
    {
        foreach (var name in (string[])["10.bin", "02.bin", "01.BIN"]) Save(name, new byte[16]);
        Save("readme.txt", "no cloud");
        Assert.Equal(["01.BIN", "02.bin", "10.bin"], CloudFiles.Read([Folder], new CloudReadOptions()).Select(c => Path.GetFileName(c.Name)));
    }

    [Fact]
    public void EveryKindOfFileIsInTheDocumentation()
    {
        var page = File.ReadAllText(Path.Combine(Golden.Root, "docs", "howto", "point-clouds.md"));
        Assert.All(CloudFiles.Formats, f => Assert.Contains($"`{f.Extension}`", page));
        Assert.All(VoxelGrid.Presets.Keys, p => Assert.Contains($"`{p}`", page));
    }

    [Theory]
    [InlineData(".ply")]
    [InlineData(".off")]
    [InlineData(".npz")]
    [InlineData(".npy")]
    [InlineData(".bin")]
    public void DamagedFilesAreErrorsNeverFaults(string extension)
    {
        using var npy = new MemoryStream();
        NpyFormat.Write(npy, Tensor.Of([2, 5], new float[10]));
        var good = extension switch
        {
            ".ply" => File.ReadAllBytes(Binary()),
            ".off" => System.Text.Encoding.ASCII.GetBytes(MeshTests.Cube),
            ".npz" => File.ReadAllBytes(Save("good.npz", ("xyz", Tensor.Of([2, 3], new float[6])))),
            ".npy" => npy.ToArray(),
            _ => new byte[64],
        };
        var random = new Random(5);
        for (var i = 0; i < 400; i++)
        {
            var bytes = good[..random.Next(1, good.Length + 1)];
            for (var flips = random.Next(4); flips > 0; flips--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                Read(Save("bad" + extension, bytes), new CloudReadOptions(MeshPoints: 10));
            }
            catch (Ir.Diagnostics.DiagnosticException e)
            {
                Assert.All(e.Diagnostics, d => Assert.Matches("NC50(02|03|61|62)", d.Code));
            }
        }
    }
}
