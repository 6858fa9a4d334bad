using System.Collections.Immutable;
using System.IO.Compression;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Runtime.Arrays;

/// <summary>Named arrays in a file: NumPy's <c>.npz</c> (a zip of <c>.npy</c> files, stored or deflated).</summary>
public static class ArrayFile
{
    // Zip has no "no date"; a fixed one keeps equal content equal to the byte.
    private static readonly DateTimeOffset NoDate = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// Reads all arrays of a <c>.npz</c> file. A lone <c>.npy</c> file has no name inside: its array comes back under <paramref name="loneName"/>.
    /// </summary>
    public static ImmutableSortedDictionary<string, Tensor> Read(string path, string loneName = "")
    {
        try
        {
            using var file = File.OpenRead(path);
            return Read(file, path, loneName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DiagnosticException(Diagnostic.Error("NC5001", $"'{path}' cannot be read: {(e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : e.Message)}", new Place(path)));
        }
    }

    /// <summary>Reads all arrays of a seekable stream in <c>.npz</c> or <c>.npy</c> form; <paramref name="name"/> is named in errors.</summary>
    public static ImmutableSortedDictionary<string, Tensor> Read(Stream file, string name, string loneName = "")
    {
        Span<byte> start = stackalloc byte[4];
        var got = file.ReadAtLeast(start, 4, throwOnEndOfStream: false);
        file.Position = 0;
        if (got == 4 && start[0] == 0x93)
        {
            var lone = new byte[file.Length];
            file.ReadExactly(lone);
            return ImmutableSortedDictionary.Create<string, Tensor>(StringComparer.Ordinal).Add(loneName, NpyFormat.Read(lone, new Place(name)));
        }

        if (got < 4 || start[0] != 'P' || start[1] != 'K')
            throw Damaged(name, "it is neither a zip (.npz) nor a NumPy array (.npy)");
        return ReadZip(file, name);
    }

    /// <summary>Writes arrays as a <c>.npz</c> with deflated entries, in ascending order of name; equal arrays give equal bytes.</summary>
    public static void Write(Stream stream, IReadOnlyDictionary<string, Tensor> arrays)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var (name, tensor) in arrays.OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            var entry = zip.CreateEntry(name + ".npy", CompressionLevel.Fastest);
            entry.LastWriteTime = NoDate;
            using var content = entry.Open();
            NpyFormat.Write(content, tensor);
        }
    }

    private static ImmutableSortedDictionary<string, Tensor> ReadZip(Stream file, string name)
    {
        try
        {
            using var zip = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
            var arrays = ImmutableSortedDictionary.CreateBuilder<string, Tensor>(StringComparer.Ordinal);
            foreach (var entry in zip.Entries)
            {
                var key = entry.FullName.EndsWith(".npy", StringComparison.Ordinal) ? entry.FullName[..^4] : entry.FullName;
                if (entry.Length > Array.MaxLength) throw Damaged(name, $"'{key}' has {entry.Length} bytes; an array can hold {Array.MaxLength}");
                var bytes = new byte[entry.Length];
                using (var content = entry.Open()) content.ReadExactly(bytes);
                // The framework's reader does not compare checksums, and a flipped bit in a stored entry would pass as data.
                if (Crc32(bytes) != entry.Crc32) throw Damaged(name, $"the checksum of '{key}' is wrong");
                arrays[key] = NpyFormat.Read(bytes, new Place(name, key));
            }

            return arrays.ToImmutable();
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw Damaged(name, $"the zip is damaged or cut off ({e.Message.TrimEnd('.')})");
        }
    }

    // CRC-32 of ISO 3309, as zip uses it.
    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        foreach (var b in bytes) crc = CrcTable[(crc ^ b) & 0xFF] ^ (crc >> 8);
        return ~crc;
    }

    private static readonly uint[] CrcTable = [.. Enumerable.Range(0, 256).Select(n =>
    {
        var c = (uint)n;
        for (var bit = 0; bit < 8; bit++) c = (c & 1) != 0 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
        return c;
    })];

    private static DiagnosticException Damaged(string name, string what) =>
        new(Diagnostic.Error("NC5002", $"not a readable array file: {what}", new Place(name), "numpy.savez writes files that can be read"));
}
