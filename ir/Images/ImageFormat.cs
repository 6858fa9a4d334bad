using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Images;

/// <summary>The fixed numbers of the <c>.ncimg</c> format (docs/image-format.md).</summary>
public static class ImageFormat
{
    /// <summary>Version this build writes, and the only one it reads.</summary>
    public const int Version = 3;

    /// <summary>Extension of image files.</summary>
    public const string Extension = ".ncimg";

    /// <summary>Bytes of the header, and of one entry of the section table.</summary>
    internal const int HeaderBytes = 64;

    /// <summary>Sections, and the blocks of weights in theirs, start at multiples of this, so that a block can be read or mapped as it is.</summary>
    internal const int Alignment = 64;

    /// <summary>Where the SHA-256 of header and section table stands in the header.</summary>
    internal const int DigestOffset = 32;

    /// <summary>Bytes of a SHA-256.</summary>
    internal const int DigestBytes = 32;

    /// <summary>Bytes of a section's name, ASCII, filled up with zeros.</summary>
    internal const int NameBytes = 16;

    /// <summary>
    /// First bytes of every image. A first byte above 127 and the line end make a file that passed through a text conversion
    /// fail here, with a message that says so, and not in a checksum.
    /// </summary>
    internal static ReadOnlySpan<byte> Magic => [0x89, (byte)'N', (byte)'C', (byte)'I', (byte)'M', (byte)'G', 0x0D, 0x0A];

    /// <summary>The sections, in the order of the file. The weights come last: all that describes them is known when they are read.</summary>
    internal static IReadOnlyList<string> Sections { get; } =
        ["model", "chip", "tensors", "sites", "populations", "projections", "readouts", "cores", "routers", "decisions", "schedule", "weights"];

    /// <summary>Index of the section of weights in <see cref="Sections"/>.</summary>
    internal static int Weights => Sections.Count - 1;

    /// <summary><paramref name="offset"/> rounded up to the next multiple of <see cref="Alignment"/>.</summary>
    internal static long Align(long offset) => (offset + Alignment - 1) / Alignment * Alignment;

    /// <summary>Bytes of an element in the file; the same as in memory.</summary>
    internal static int BytesOf(DType type) => type switch
    {
        DType.Float64 or DType.Int64 => 8,
        DType.Float32 or DType.Int32 => 4,
        DType.Int16 => 2,
        _ => 1,
    };

    /// <summary>Tensors are copied between file and memory as they are, so both must have the same byte order.</summary>
    internal static void RequireLittleEndian()
    {
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("images are read and written on little-endian machines only");
    }
}
