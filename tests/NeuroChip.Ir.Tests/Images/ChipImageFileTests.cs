using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Tests.Images;

public sealed class ChipImageFileTests
{
    [Fact]
    public void What_is_read_is_written_to_the_same_bytes_and_text()
    {
        foreach (var image in new[] { ImageSamples.Tiny(), ImageSamples.Everything(), ImageSamples.AtSites() })
        {
            var bytes = ImageSamples.Bytes(image);
            var read = ImageSamples.Read(bytes);
            Assert.Equal(bytes, ImageSamples.Bytes(read));
            Assert.Equal(ImageSamples.Text(image), ImageSamples.Text(read));
        }
    }

    [Fact]
    public void Equal_weights_are_stored_once_and_read_as_one_object()
    {
        var image = ImageSamples.Everything();
        Assert.NotSame(image.Projections[0].Rows, image.Projections[1].Rows);
        var read = ImageSamples.Read(ImageSamples.Bytes(image));
        Assert.Same(read.Projections[0].Rows, read.Projections[1].Rows);
        Assert.Same(read.Projections[0].Rows.Array<float>(), read.Projections[2].Rows.Array<float>());
        Assert.Equal([36], read.Projections[2].Rows.Shape.ToArray());
        var without = image with { Projections = image.Projections.RemoveAt(1) };
        var weights = (byte[] bytes) => ImageSealer.Sections(bytes).Single(s => s.Name == "weights").Length;
        Assert.Equal(weights(ImageSamples.Bytes(without)), weights(ImageSamples.Bytes(image)));
    }

    [Fact]
    public void Sections_and_weights_start_at_multiples_of_64()
    {
        var bytes = ImageSamples.Bytes(ImageSamples.Tiny());
        Assert.All(ImageSealer.Sections(bytes), s => Assert.Equal(0, s.Offset % 64));

        // The first block is the bias of 'fc', the second the descriptor, the third the weights: 1, -2, 3, 4.
        var weights = ImageSealer.Sections(bytes).Single(s => s.Name == "weights").Offset;
        Assert.Equal([1, 0xFE, 3, 4], bytes.AsSpan(weights + 128, 4).ToArray());
    }

    [Fact]
    public void A_stream_that_cannot_seek_is_read_and_written()
    {
        var bytes = ImageSamples.Bytes(ImageSamples.Tiny());
        var through = new MemoryStream();
        using (var zip = new System.IO.Compression.DeflateStream(through, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true)) ChipImageWriter.Write(ImageSamples.Tiny(), zip);
        through.Position = 0;
        using var unzip = new System.IO.Compression.DeflateStream(through, System.IO.Compression.CompressionMode.Decompress);
        Assert.Equal(bytes, ImageSamples.Bytes(ChipImageReader.Read(unzip, "zipped")));
    }

    [Fact]
    public void Weights_larger_than_a_chunk_survive()
    {
        var tiny = ImageSamples.Tiny();
        var wide = Tensor.Of<sbyte>([100_000, 3], [.. Enumerable.Range(0, 300_000).Select(i => (sbyte)(i * 7))]);
        var input = tiny.Populations[0] with { Layout = new([1, 100_000], false) };
        var image = tiny with
        {
            Populations = tiny.Populations.SetItem(0, input),
            Projections = [tiny.Projections[0] with { Map = new NeuroChip.Ir.Ncir.AddressFunctions.DenseMap(100_000, 3), Rows = wide }],
            Cores = [],
        };
        var read = ImageSamples.Read(ImageSamples.Bytes(image));
        Assert.Equal(wide.Array<sbyte>(), read.Projections[0].Rows.Array<sbyte>());
    }

    [Fact]
    public void Saving_replaces_a_file_whole_and_leaves_nothing_else()
    {
        var folder = Directory.CreateTempSubdirectory("ncimg");
        try
        {
            var path = Path.Combine(folder.FullName, "net.ncimg");
            File.WriteAllText(path, "an older file");
            ChipImageWriter.Save(ImageSamples.Tiny(), path);
            Assert.Equal(ImageSamples.Bytes(ImageSamples.Tiny()), File.ReadAllBytes(path));
            Assert.Equal(ImageSamples.Text(ImageSamples.Tiny()), ImageSamples.Text(ChipImageReader.Load(path)));
            Assert.Equal([path], Directory.GetFiles(folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_failed_save_leaves_the_older_file_and_nothing_else()
    {
        var folder = Directory.CreateTempSubdirectory("ncimg");
        try
        {
            var path = Path.Combine(folder.FullName, "net.ncimg");
            File.WriteAllText(path, "an older file");
            var broken = ImageSamples.Tiny() with { Steps = 0 };
            Assert.Throws<InvalidOperationException>(() => ChipImageWriter.Save(broken, path));
            Assert.Equal("an older file", File.ReadAllText(path));
            Assert.Equal([path], Directory.GetFiles(folder.FullName));

            var missing = Path.Combine(folder.FullName, "no", "net.ncimg");
            var error = Assert.Throws<DiagnosticException>(() => ChipImageWriter.Save(ImageSamples.Tiny(), missing));
            Assert.Equal("NC4008", Assert.Single(error.Diagnostics).Code);
            Assert.Equal([path], Directory.GetFiles(folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_missing_file_is_a_coded_error()
    {
        var error = Assert.Throws<DiagnosticException>(() => ChipImageReader.Load("no/such.ncimg"));
        Assert.Equal("NC4007", Assert.Single(error.Diagnostics).Code);
    }
}
