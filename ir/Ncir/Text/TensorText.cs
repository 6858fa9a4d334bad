using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Ir.Ncir.Text;

/// <summary>Tensors as text: small ones in place, others as base64 of their little-endian bytes at the end of the file, equal ones once.</summary>
internal sealed class TensorText
{
    /// <summary>The most elements that are written in place.</summary>
    public const int InlineLimit = 16;

    private const int BytesPerLine = 72; // 96 characters of base64

    private readonly Dictionary<Tensor, int> numbers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, int> numbersByContent = [];
    private readonly List<Tensor> stored = [];

    /// <summary>Names of element types in text.</summary>
    public static ImmutableArray<(string Name, DType Type)> Types { get; } = [.. Enum.GetValues<DType>().Select(t => (t.ToString().ToLowerInvariant(), t))];

    /// <summary>A tensor in place, or a reference to it.</summary>
    public string Reference(Tensor tensor)
    {
        if (tensor.Length > InlineLimit) return $"#{NumberOf(tensor)}";
        var elements = Enumerable.Range(0, tensor.Length).Select(i => tensor.Type == DType.Float64
            ? NumberText.PrintDouble(tensor.At(i))
            : NumberText.Print(tensor.At(i)));
        return $"{Header(tensor)}({string.Join(", ", elements)})";
    }

    /// <summary>The statements of the tensors that were referred to.</summary>
    public void WriteStored(StringBuilder text)
    {
        foreach (var (number, tensor) in stored.Index())
        {
            text.Append(CultureInfo.InvariantCulture, $"\ntensor #{number} {Header(tensor)}\n");
            var bytes = tensor.Bytes;
            for (var at = 0; at < bytes.Length; at += BytesPerLine)
                text.Append("  ").Append(Convert.ToBase64String(bytes.Slice(at, Math.Min(BytesPerLine, bytes.Length - at)))).Append('\n');
        }
    }

    /// <summary>Bytes of one element.</summary>
    public static int BytesPerElement(DType type) => type switch
    {
        DType.Float64 or DType.Int64 => 8,
        DType.Float32 or DType.Int32 => 4,
        DType.Int16 => 2,
        _ => 1,
    };

    /// <summary>The tensor of a type, shape and little-endian bytes.</summary>
    public static Tensor FromBytes(DType type, ImmutableArray<int> shape, ReadOnlySpan<byte> bytes) => type switch
    {
        DType.Float32 => Tensor.Of(shape, MemoryMarshal.Cast<byte, float>(bytes).ToArray()),
        DType.Float64 => Tensor.Of(shape, MemoryMarshal.Cast<byte, double>(bytes).ToArray()),
        DType.Int8 => Tensor.Of(shape, MemoryMarshal.Cast<byte, sbyte>(bytes).ToArray()),
        DType.UInt8 => Tensor.Of(shape, bytes.ToArray()),
        DType.Int16 => Tensor.Of(shape, MemoryMarshal.Cast<byte, short>(bytes).ToArray()),
        DType.Int32 => Tensor.Of(shape, MemoryMarshal.Cast<byte, int>(bytes).ToArray()),
        DType.Int64 => Tensor.Of(shape, MemoryMarshal.Cast<byte, long>(bytes).ToArray()),
        _ => Tensor.Of(shape, Array.ConvertAll(bytes.ToArray(), b => b != 0)),
    };

    /// <summary>The tensor of a type, shape and numbers; null if a number is not one of the type.</summary>
    public static Tensor? FromNumbers(DType type, ImmutableArray<int> shape, double[] numbers)
    {
        return type switch
        {
            DType.Float32 => Tensor.Of(shape, Array.ConvertAll(numbers, n => (float)n)),
            DType.Float64 => Tensor.Of(shape, numbers),
            DType.Int8 => Whole(sbyte.MinValue, sbyte.MaxValue, n => (sbyte)n),
            DType.UInt8 => Whole(byte.MinValue, byte.MaxValue, n => (byte)n),
            DType.Int16 => Whole(short.MinValue, short.MaxValue, n => (short)n),
            DType.Int32 => Whole(int.MinValue, int.MaxValue, n => (int)n),
            DType.Int64 => Whole(-1e15, 1e15, n => (long)n),
            _ => Whole(0, 1, n => n != 0),
        };

        Tensor? Whole<T>(double least, double greatest, Converter<double, T> convert)
            where T : unmanaged =>
            Array.TrueForAll(numbers, n => n >= least && n <= greatest && n == Math.Truncate(n)) ? Tensor.Of(shape, Array.ConvertAll(numbers, convert)) : null;
    }

    private static string Header(Tensor tensor) => $"{tensor.Type.ToString().ToLowerInvariant()}{Tensor.FormatShape(tensor.Shape)}";

    private int NumberOf(Tensor tensor)
    {
        if (numbers.TryGetValue(tensor, out var known)) return known;
        var content = Header(tensor) + Convert.ToHexString(SHA256.HashData(tensor.Bytes));
        if (!numbersByContent.TryGetValue(content, out var number))
        {
            number = stored.Count;
            numbersByContent.Add(content, number);
            stored.Add(tensor);
        }

        numbers.Add(tensor, number);
        return number;
    }
}
