using System.Buffers.Binary;
using System.Security.Cryptography;

namespace NeuroChip.Ir.Tests.Images;

/// <summary>Makes the checksums of a damaged image right again, so that what lies behind them is put to the test.</summary>
internal static class ImageSealer
{
    private const int Unit = 64;

    /// <summary>Sections of the format version (docs/image-format.md); not read from the bytes, which may be damaged.</summary>
    private const int Count = 12;

    /// <summary>Sections as (name, offset, length), read from the table.</summary>
    public static IEnumerable<(string Name, int Offset, int Length)> Sections(byte[] bytes)
    {
        for (var s = 0; s < Count; s++)
        {
            var entry = bytes.AsSpan(Unit * (1 + s), Unit);
            yield return (System.Text.Encoding.ASCII.GetString(entry[..16]).TrimEnd('\0'), (int)BinaryPrimitives.ReadInt64LittleEndian(entry[16..]), (int)BinaryPrimitives.ReadInt64LittleEndian(entry[24..]));
        }
    }

    public static byte[] Seal(byte[] bytes)
    {
        var index = 0;
        foreach (var (_, offset, length) in Sections(bytes))
        {
            index++;
            if (offset < 0 || length < 0 || length > bytes.Length - offset) continue;
            SHA256.HashData(bytes.AsSpan(offset, length)).CopyTo(bytes.AsSpan((Unit * index) + 32));
        }

        var head = bytes.AsSpan(0, Unit * (1 + Count));
        head.Slice(32, 32).Clear();
        SHA256.HashData(head).CopyTo(head.Slice(32, 32));
        return bytes;
    }
}
