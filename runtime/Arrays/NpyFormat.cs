using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Runtime.Arrays;

/// <summary>
/// One array in NumPy's <c>.npy</c> form (versions 1 to 3 of the format): little-endian numbers and booleans. Fortran order is brought to C
/// order, half is widened to float32, unsigned 16- and 32-bit integers to the next signed type that holds them.
/// </summary>
public static class NpyFormat
{
    private static readonly byte[] Magic = [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads the bytes of one array; <paramref name="place"/> is named in errors.</summary>
    public static Tensor Read(ReadOnlySpan<byte> bytes, Place place)
    {
        var header = ReadHeader(bytes, place, out var start);
        long count = 1;
        foreach (var extent in header.Shape)
        {
            count *= extent;
            if (count > Array.MaxLength) throw Damaged(place, $"an array of shape {Tensor.FormatShape(header.Shape)} has more elements than an array can hold");
        }

        var width = header.Type[^1] - '0';
        var data = bytes[start..];
        if (data.Length != count * width)
            throw Damaged(place, $"shape {Tensor.FormatShape(header.Shape)} of '{header.Type}' takes {count * width} bytes; the file holds {data.Length}");
        var tensor = Decode(header, data, (int)count);
        return header.Fortran ? ToCOrder(tensor) : tensor;
    }

    /// <summary>Writes an array in version 1.0 of the format, C order, the header padded to 64 bytes as NumPy does.</summary>
    public static void Write(Stream stream, Tensor tensor)
    {
        var (type, bytes) = Encode(tensor);
        var shape = tensor.Rank == 1 ? $"({tensor.Shape[0]},)" : $"({string.Join(", ", tensor.Shape)})";
        var text = $"{{'descr': '{type}', 'fortran_order': False, 'shape': {shape}, }}";
        var padding = 64 - ((Magic.Length + 4 + text.Length + 1) % 64);
        text += new string(' ', padding % 64) + "\n";
        Span<byte> length = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)text.Length);
        stream.Write(Magic);
        stream.Write([1, 0]);
        stream.Write(length);
        stream.Write(Encoding.ASCII.GetBytes(text));
        stream.Write(bytes);
    }

    private static Header ReadHeader(ReadOnlySpan<byte> bytes, Place place, out int start)
    {
        if (bytes.Length < 12 || !bytes[..6].SequenceEqual(Magic))
            throw Damaged(place, "it does not begin as a .npy array does");
        var major = bytes[6];
        if (major is < 1 or > 3) throw Damaged(place, $"version {major} of the .npy format is not known (1 to 3 are)");
        var length = major == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        start = major == 1 ? 10 : 12;
        if (length > bytes.Length - start) throw Damaged(place, $"its header claims {length} bytes; {bytes.Length - start} are there");
        var text = Encoding.UTF8.GetString(bytes.Slice(start, (int)length));
        start += (int)length;
        return ParseHeader(text, place);
    }

    // The header is a Python dict literal with three known keys in any order.
    private static Header ParseHeader(string text, Place place)
    {
        var type = ValueOf(text, "descr", place);
        var order = ValueOf(text, "fortran_order", place);
        var shape = ValueOf(text, "shape", place);
        type = type.Trim('\'', '"');
        if (!Supported.Contains(type))
            throw new DiagnosticException(Diagnostic.Error("NC5003", $"arrays of type '{type}' cannot be read", place,
                "float16/32/64, int8/16/32/64, uint8/16/32 and bool are, little-endian",
                "in NumPy: array.astype('float32')"));
        var extents = ImmutableArray.CreateBuilder<int>();
        foreach (var part in shape.Trim('(', ')').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var extent))
                throw Damaged(place, $"'{part}' is not an extent of a shape");
            extents.Add(extent);
        }

        if (order is not ("True" or "False")) throw Damaged(place, $"fortran_order is '{order}', neither True nor False");
        return new Header(type, order == "True", extents.ToImmutable());
    }

    private static string ValueOf(string header, string key, Place place)
    {
        var at = header.IndexOf($"'{key}'", StringComparison.Ordinal);
        var colon = at < 0 ? -1 : header.IndexOf(':', at);
        if (colon < 0) throw Damaged(place, $"its header has no '{key}'");
        var rest = header[(colon + 1)..].TrimStart();
        // A list stands for a record type: it goes to the type check as a whole, which refuses it.
        var end = rest.StartsWith('(') ? rest.IndexOf(')') + 1 : rest.StartsWith('[') ? rest.IndexOf(']') + 1 : rest.IndexOfAny([',', '}']);
        if (end <= 0) throw Damaged(place, $"'{key}' in its header does not end");
        return rest[..end].Trim();
    }

    private static readonly ImmutableHashSet<string> Supported =
        ["<f4", "<f8", "<f2", "|i1", "|u1", "|b1", "<i1", "<u1", "<i2", "<i4", "<i8", "<u2", "<u4"];

    private static Tensor Decode(Header header, ReadOnlySpan<byte> data, int count) => header.Type[1..] switch
    {
        "f4" => Tensor.Of(header.Shape, MemoryMarshal.Cast<byte, float>(data).ToArray()),
        "f8" => Tensor.Of(header.Shape, MemoryMarshal.Cast<byte, double>(data).ToArray()),
        "f2" => Tensor.Of(header.Shape, Widen<Half, float>(data, count, v => (float)v)),
        "i1" => Tensor.Of(header.Shape, MemoryMarshal.Cast<byte, sbyte>(data).ToArray()),
        "u1" => Tensor.Of(header.Shape, data.ToArray()),
        "b1" => Tensor.Of(header.Shape, Widen<byte, bool>(data, count, v => v != 0)),
        "i2" => Tensor.Of(header.Shape, MemoryMarshal.Cast<byte, short>(data).ToArray()),
        "i4" => Tensor.Of(header.Shape, MemoryMarshal.Cast<byte, int>(data).ToArray()),
        "i8" => Tensor.Of(header.Shape, MemoryMarshal.Cast<byte, long>(data).ToArray()),
        "u2" => Tensor.Of(header.Shape, Widen<ushort, int>(data, count, v => v)),
        _ => Tensor.Of(header.Shape, Widen<uint, long>(data, count, v => v)),
    };

    private static TTo[] Widen<TFrom, TTo>(ReadOnlySpan<byte> data, int count, Func<TFrom, TTo> convert) where TFrom : unmanaged
    {
        var from = MemoryMarshal.Cast<byte, TFrom>(data);
        var to = new TTo[count];
        for (var i = 0; i < count; i++) to[i] = convert(from[i]);
        return to;
    }

    private static (string Type, byte[] Bytes) Encode(Tensor tensor) => tensor.Type switch
    {
        DType.Float32 => ("<f4", MemoryMarshal.AsBytes(tensor.Span<float>()).ToArray()),
        DType.Float64 => ("<f8", MemoryMarshal.AsBytes(tensor.Span<double>()).ToArray()),
        DType.Int8 => ("|i1", MemoryMarshal.AsBytes(tensor.Span<sbyte>()).ToArray()),
        DType.UInt8 => ("|u1", tensor.Span<byte>().ToArray()),
        DType.Int16 => ("<i2", MemoryMarshal.AsBytes(tensor.Span<short>()).ToArray()),
        DType.Int32 => ("<i4", MemoryMarshal.AsBytes(tensor.Span<int>()).ToArray()),
        DType.Int64 => ("<i8", MemoryMarshal.AsBytes(tensor.Span<long>()).ToArray()),
        DType.Bool => ("|b1", MemoryMarshal.AsBytes(tensor.Span<bool>()).ToArray()),
        _ => throw new ArgumentOutOfRangeException(nameof(tensor)),
    };

    private static Tensor ToCOrder(Tensor tensor) => tensor.Type switch
    {
        DType.Float32 => Transposed<float>(tensor),
        DType.Float64 => Transposed<double>(tensor),
        DType.Int8 => Transposed<sbyte>(tensor),
        DType.UInt8 => Transposed<byte>(tensor),
        DType.Int16 => Transposed<short>(tensor),
        DType.Int32 => Transposed<int>(tensor),
        DType.Int64 => Transposed<long>(tensor),
        _ => Transposed<bool>(tensor),
    };

    private static Tensor Transposed<T>(Tensor tensor) where T : unmanaged
    {
        var from = tensor.Span<T>();
        var to = new T[from.Length];
        var index = new int[tensor.Rank];
        for (var c = 0; c < to.Length; c++)
        {
            long offset = 0, stride = 1;
            for (var axis = 0; axis < index.Length; axis++)
            {
                offset += index[axis] * stride;
                stride *= tensor.Shape[axis];
            }

            to[c] = from[(int)offset];
            for (var axis = index.Length - 1; axis >= 0 && ++index[axis] == tensor.Shape[axis]; axis--) index[axis] = 0;
        }

        return Tensor.Of(tensor.Shape, to);
    }

    private static DiagnosticException Damaged(Place place, string what) =>
        new(Diagnostic.Error("NC5002", $"not a readable array file: {what}", place, "numpy.savez writes files that can be read"));

    private readonly record struct Header(string Type, bool Fortran, ImmutableArray<int> Shape);
}
