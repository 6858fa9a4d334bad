using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Tests.Onnx;

/// <summary>Reads NumPy <c>.npz</c> archives of little-endian C-order arrays, for expected values.</summary>
internal static partial class Arrays
{
    public static Dictionary<string, Tensor> ReadNpz(string path)
    {
        using var archive = ZipFile.OpenRead(path);
        var result = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var entry in archive.Entries)
        {
            using var stream = entry.Open();
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            result[entry.FullName[..^".npy".Length]] = ReadNpy(memory.ToArray());
        }

        return result;
    }

    public static Tensor ReadNpy(byte[] bytes)
    {
        // Magic (6 bytes), version (2), header length (2 bytes in version 1, 4 later), header as a Python dictionary, data.
        var wide = bytes[6] > 1;
        var length = wide ? BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8)) : BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8));
        var start = (wide ? 12 : 10) + length;
        var header = Encoding.ASCII.GetString(bytes, start - length, length);
        Assert.Contains("'fortran_order': False", header, StringComparison.Ordinal);
        ImmutableArray<int> shape = [.. Shape().Match(header).Groups[1].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
        var data = bytes.AsSpan(start);
        return Type().Match(header).Groups[1].Value switch
        {
            "<f4" => Tensor.Of(shape, MemoryMarshal.Cast<byte, float>(data).ToArray()),
            "<f8" => Tensor.Of(shape, MemoryMarshal.Cast<byte, double>(data).ToArray()),
            "<i8" => Tensor.Of(shape, MemoryMarshal.Cast<byte, long>(data).ToArray()),
            "<i4" => Tensor.Of(shape, MemoryMarshal.Cast<byte, int>(data).ToArray()),
            "<i2" => Tensor.Of(shape, MemoryMarshal.Cast<byte, short>(data).ToArray()),
            "|i1" => Tensor.Of(shape, MemoryMarshal.Cast<byte, sbyte>(data).ToArray()),
            "|u1" => Tensor.Of(shape, data.ToArray()),
            "|b1" => Tensor.Of(shape, MemoryMarshal.Cast<byte, bool>(data).ToArray()),
            var other => throw new NotSupportedException(other),
        };
    }

    /// <summary>Part <paramref name="index"/> of a tensor along its first axis.</summary>
    public static Tensor Row(Tensor tensor, int index)
    {
        var size = tensor.Length / tensor.Shape[0];
        return tensor.Type == DType.Int64
            ? Tensor.Of(tensor.Shape[1..], tensor.Span<long>().Slice(index * size, size).ToArray())
            : Tensor.Of(tensor.Shape[1..], tensor.ToFloats().AsSpan(index * size, size).ToArray());
    }

    [GeneratedRegex(@"'shape': \(([^)]*)\)")]
    private static partial Regex Shape();

    [GeneratedRegex("'descr': '([^']*)'")]
    private static partial Regex Type();
}
