using FsCheck.Fluent;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;

namespace NeuroChip.Ir.Tests.Images;

public sealed class ChipImageFuzzTests
{
    [Fact]
    public void Every_flipped_bit_is_refused()
    {
        var bytes = ImageSamples.Bytes(ImageSamples.Tiny());
        for (var at = 0; at < bytes.Length; at++)
        {
            bytes[at] ^= (byte)(1 << (at % 8));
            var found = Assert.Throws<DiagnosticException>(() => ImageSamples.Read(bytes)).Diagnostics;
            Assert.All(found, d => Assert.StartsWith("NC4", d.Code));
            bytes[at] ^= (byte)(1 << (at % 8));
        }
    }

    [Fact]
    public void Every_prefix_is_refused()
    {
        var bytes = ImageSamples.Bytes(ImageSamples.Tiny());
        for (var length = 0; length < bytes.Length; length += 7)
            Assert.Throws<DiagnosticException>(() => ImageSamples.Read(bytes[..length]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Changed_bytes_behind_right_checksums_are_refused_or_still_a_sound_image(bool atSites)
    {
        var before = ImageSamples.Bytes(atSites ? ImageSamples.AtSites() : ImageSamples.Everything());
        var random = new Random(4);
        var refused = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = before.ToArray();
            for (var change = random.Next(1, 4); change > 0; change--)
                bytes[random.Next(bytes.Length)] = (byte)(random.Next(3) switch { 0 => 0xFF, 1 => random.Next(256), _ => random.Next(4) });
            if (!ReadOrRefuse(ImageSealer.Seal(bytes))) refused++;
        }

        Assert.InRange(refused, 1000, 19_999);
    }

    [Fact]
    public void Any_bytes_after_the_magic_are_refused()
    {
        var sound = ImageSamples.Bytes(ImageSamples.Tiny());
        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll((byte[] tail) => !ReadOrRefuse([.. sound[..12], .. tail])));
    }

    /// <summary>True for an image that was read; anything but an image or coded errors fails the test.</summary>
    private static bool ReadOrRefuse(byte[] bytes)
    {
        try
        {
            var image = ImageSamples.Read(bytes);
            Assert.Empty(ChipImageVerifier.Verify(image, "again"));
            return true;
        }
        catch (DiagnosticException e)
        {
            Assert.All(e.Diagnostics, d => Assert.StartsWith("NC4", d.Code));
            return false;
        }
    }
}
