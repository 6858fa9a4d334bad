using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using NeuroChip.Compiler.Onnx.Proto;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Onnx;

/// <summary>
/// Turns a tensor of the file into a <see cref="Tensor"/>: one conversion from the raw bytes to the typed array, which is the only copy.
/// The raw bytes are then let go, and a tensor that is met again (a loop body unrolled many times) is converted once.
/// </summary>
internal sealed class TensorReader(string modelPath, DiagnosticBag problems)
{
    private readonly Dictionary<TensorProto, Tensor?> read = new(ReferenceEqualityComparer.Instance);

    /// <summary>The element type that values of an ONNX type have here, or null where there is none. Unsigned 16-, 32- and 64-bit integers become signed ones.</summary>
    public static DType? TypeOf(int onnx) => onnx switch
    {
        1 or 10 or 16 => DType.Float32,
        11 => DType.Float64,
        2 => DType.UInt8,
        3 => DType.Int8,
        5 => DType.Int16,
        4 or 6 => DType.Int32,
        7 or 12 or 13 => DType.Int64,
        9 => DType.Bool,
        _ => null,
    };

    /// <summary>The ONNX name of an element type.</summary>
    public static string TypeName(int onnx)
    {
        string[] names =
        [
            "undefined", "float", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16", "double", "uint32", "uint64", "complex64", "complex128",
            "bfloat16", "float8e4m3fn", "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz", "uint4", "int4", "float4e2m1",
        ];
        return onnx >= 0 && onnx < names.Length ? names[onnx] : onnx.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The tensor, or null after reporting why it cannot be had.</summary>
    public Tensor? Read(TensorProto proto, string name)
    {
        if (read.TryGetValue(proto, out var known)) return known;
        var place = new Place(modelPath, $"tensor '{name}'");
        Tensor? result = null;
        if (TypeOf(proto.DataType) is not { } type)
        {
            problems.Add(Diagnostic.Error("NC1009", $"element type {TypeName(proto.DataType)} is not supported", place,
                "supported: float, double, float16, bfloat16, bool and integers of 8 to 64 bits"));
        }
        else if (Shape(proto) is not { } shape)
        {
            problems.Add(Diagnostic.Error("NC1017", $"shape [{string.Join(',', proto.Dims)}] is negative or has more than {int.MaxValue} elements", place));
        }
        else
        {
            result = Read(proto, type, shape, place);
            if (result is not null) CheckFinite(result, place);
        }

        read[proto] = result;
        proto.RawData = ByteString.Empty;
        return result;
    }

    private static ImmutableArray<int>? Shape(TensorProto proto)
    {
        long count = 1;
        foreach (var d in proto.Dims)
        {
            if (d < 0 || d > int.MaxValue) return null;
            count *= d;
            if (count > int.MaxValue) return null;
        }

        return [.. proto.Dims.Select(d => (int)d)];
    }

    private Tensor? Read(TensorProto proto, DType type, ImmutableArray<int> shape, Place place)
    {
        var count = Tensor.Count(shape.AsSpan());
        var bytes = (long)count * BytesOf(proto.DataType);
        var typed = TypedCount(proto);
        if (proto.DataLocation == 1) return ReadExternal(proto, type, shape, bytes, place);
        if (proto.RawData.Length > 0 || typed == 0)
        {
            if (proto.RawData.Length == bytes) return FromRaw(proto.RawData.Span, proto.DataType, shape);
            problems.Add(Diagnostic.Error("NC1017", $"{TypeName(proto.DataType)}{Tensor.FormatShape(shape)} needs {bytes} bytes, the file holds {proto.RawData.Length}", place));
            return null;
        }

        if (typed == count) return FromTyped(proto, type, shape);
        problems.Add(Diagnostic.Error("NC1017", $"{TypeName(proto.DataType)}{Tensor.FormatShape(shape)} needs {count} elements, the file holds {typed}", place));
        return null;
    }

    private Tensor? ReadExternal(TensorProto proto, DType type, ImmutableArray<int> shape, long bytes, Place place)
    {
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in proto.ExternalData) entries[entry.Key] = entry.Value;
        var location = entries.GetValueOrDefault("location", "");
        var folder = Path.GetDirectoryName(Path.GetFullPath(modelPath))!;
        var path = location.Contains('\0', StringComparison.Ordinal) ? "" : Path.GetFullPath(Path.Combine(folder, location));
        if (location.Length == 0 || Path.IsPathRooted(location) || !path.StartsWith(folder.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            problems.Add(Diagnostic.Error("NC1004", $"external data '{location}' is not a path below the model's folder", place));
            return null;
        }

        if (!File.Exists(path))
        {
            problems.Add(Diagnostic.Error("NC1004", $"external data file '{location}' is missing", place, "put it beside the model under that name, or export the model with its weights inside"));
            return null;
        }

        long.TryParse(entries.GetValueOrDefault("offset", "0"), CultureInfo.InvariantCulture, out var offset);
        using var stream = File.OpenRead(path);
        if (offset < 0 || stream.Length - offset < bytes)
        {
            problems.Add(Diagnostic.Error("NC1005", $"external data '{location}' ends too early: {bytes} bytes from offset {offset} are needed, the file has {stream.Length}", place,
                "copy the file again; it belongs to another model or was cut off"));
            return null;
        }

        stream.Position = offset;
        return FromStream(stream, proto.DataType, type, shape);
    }

    private static Tensor FromStream(FileStream stream, int onnx, DType type, ImmutableArray<int> shape)
    {
        var count = Tensor.Count(shape.AsSpan());
        if (onnx != 1)
        {
            var raw = new byte[(long)count * BytesOf(onnx)];
            stream.ReadExactly(raw);
            return FromRaw(raw, onnx, shape);
        }

        var floats = new float[count];
        stream.ReadExactly(MemoryMarshal.AsBytes(floats.AsSpan()));
        return Tensor.Of(shape, floats);
    }

    private static int BytesOf(int onnx) => onnx switch
    {
        7 or 11 or 13 => 8,
        1 or 6 or 12 => 4,
        4 or 5 or 10 or 16 => 2,
        _ => 1,
    };

    private static Tensor FromRaw(ReadOnlySpan<byte> raw, int onnx, ImmutableArray<int> shape) => onnx switch
    {
        1 => Tensor.Of(shape, MemoryMarshal.Cast<byte, float>(raw).ToArray()),
        2 => Tensor.Of(shape, raw.ToArray()),
        3 => Tensor.Of(shape, MemoryMarshal.Cast<byte, sbyte>(raw).ToArray()),
        4 => Tensor.Of(shape, Map(MemoryMarshal.Cast<byte, ushort>(raw), x => (int)x)),
        5 => Tensor.Of(shape, MemoryMarshal.Cast<byte, short>(raw).ToArray()),
        6 => Tensor.Of(shape, MemoryMarshal.Cast<byte, int>(raw).ToArray()),
        7 => Tensor.Of(shape, MemoryMarshal.Cast<byte, long>(raw).ToArray()),
        9 => Tensor.Of(shape, Map(raw, x => x != 0)),
        10 => Tensor.Of(shape, Map(MemoryMarshal.Cast<byte, Half>(raw), x => (float)x)),
        11 => Tensor.Of(shape, MemoryMarshal.Cast<byte, double>(raw).ToArray()),
        12 => Tensor.Of(shape, Map(MemoryMarshal.Cast<byte, uint>(raw), x => (long)x)),
        13 => Tensor.Of(shape, MemoryMarshal.Cast<byte, long>(raw).ToArray()),
        _ => Tensor.Of(shape, Map(MemoryMarshal.Cast<byte, ushort>(raw), Brain)),
    };

    private static Tensor FromTyped(TensorProto proto, DType type, ImmutableArray<int> shape) => proto.DataType switch
    {
        1 => Tensor.Of(shape, proto.FloatData.ToArray()),
        11 => Tensor.Of(shape, proto.DoubleData.ToArray()),
        7 => Tensor.Of(shape, proto.Int64Data.ToArray()),
        12 or 13 => Tensor.Of(shape, proto.Uint64Data.Select(x => (long)x).ToArray()),
        10 => Tensor.Of(shape, proto.Int32Data.Select(x => (float)BitConverter.UInt16BitsToHalf((ushort)x)).ToArray()),
        16 => Tensor.Of(shape, proto.Int32Data.Select(x => Brain((ushort)x)).ToArray()),
        _ => Kernels.Conversion.To(Tensor.Of(shape, proto.Int32Data.ToArray()), type),
    };

    private static int TypedCount(TensorProto proto) => proto.DataType switch
    {
        1 => proto.FloatData.Count,
        11 => proto.DoubleData.Count,
        7 => proto.Int64Data.Count,
        12 or 13 => proto.Uint64Data.Count,
        _ => proto.Int32Data.Count,
    };

    private static TOut[] Map<TIn, TOut>(ReadOnlySpan<TIn> from, Func<TIn, TOut> convert)
    {
        var result = new TOut[from.Length];
        for (var i = 0; i < result.Length; i++) result[i] = convert(from[i]);
        return result;
    }

    /// <summary>A bfloat16 is the upper half of a float32.</summary>
    private static float Brain(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>A single infinite number is an open limit (of a Clip, of a mask) and is allowed; infinities among weights and any NaN are not.</summary>
    private void CheckFinite(Tensor tensor, Place place)
    {
        if (tensor.Type is not (DType.Float32 or DType.Float64)) return;
        var (count, first) = (0, -1);
        if (tensor.Type == DType.Float32)
        {
            var values = tensor.Span<float>();
            for (var i = 0; i < values.Length; i++)
            {
                if (float.IsFinite(values[i])) continue;
                if (count++ == 0) first = i;
            }
        }
        else
        {
            for (var i = 0; i < tensor.Length; i++)
            {
                if (double.IsFinite(tensor.At(i))) continue;
                if (count++ == 0) first = i;
            }
        }

        if (count == 0 || (tensor.Length == 1 && double.IsInfinity(tensor.At(0)))) return;
        var index = Tensor.FormatShape(Kernels.Movement.Strides(tensor.Shape.AsSpan()).Select((step, axis) => first / step % tensor.Shape[axis]));
        problems.Add(Diagnostic.Error("NC1010", $"{count} of {tensor.Length} values are NaN or infinite, the first at {index}", place, "train or export the model again; such a weight makes every result that it touches meaningless"));
    }
}
