using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.Ir.Images;

/// <summary>
/// Reads what <see cref="SectionWriter"/> wrote and trusts none of it: every count is compared with the bytes that are left before anything of that size is made.
/// </summary>
internal sealed class SectionReader(string file, string section, byte[] bytes)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    private int at;

    public int Byte() => Take(1)[0];

    public bool Flag(string what) => Byte() switch
    {
        0 => false,
        1 => true,
        var other => throw Bad($"{what} is {other}; 0 or 1 was expected"),
    };

    public int Int() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public uint UInt() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8));

    /// <summary>A number from 0 to <paramref name="count"/> - 1.</summary>
    public int Index(int count, string what)
    {
        var value = Int();
        return value >= 0 && value < count ? value : throw Bad($"{what} {value} does not exist; there are {count}");
    }

    /// <summary>An enumeration stored as one byte.</summary>
    public T Choice<T>(string what) where T : struct, Enum
    {
        var values = Enum.GetValues<T>();
        var code = Byte();
        return code < values.Length ? values[code] : throw Bad($"{what} has code {code}; codes go from 0 to {values.Length - 1}");
    }

    public string Text()
    {
        var length = Count(1, "text of", "bytes");
        try
        {
            return Strict.GetString(Take(length));
        }
        catch (DecoderFallbackException)
        {
            throw Bad($"a text of {length} bytes is not UTF-8");
        }
    }

    public ImmutableArray<int> Ints(string what) => List(4, what, Int);

    /// <summary>A list whose items take at least <paramref name="least"/> bytes each.</summary>
    public ImmutableArray<T> List<T>(int least, string what, Func<T> read)
    {
        var count = Count(least, "list of", what);
        var items = ImmutableArray.CreateBuilder<T>(count);
        for (var i = 0; i < count; i++) items.Add(read());
        return items.MoveToImmutable();
    }

    /// <summary>The list ends where the section ends.</summary>
    public void End()
    {
        if (at != bytes.Length) throw Bad($"{bytes.Length - at} bytes are left over after the last item");
    }

    /// <summary>An error about what was just read.</summary>
    public DiagnosticException Bad(string message) => new(ImageErrors.Inconsistent(file, $"section '{section}', byte {at}", message));

    private int Count(int least, string kind, string what)
    {
        var count = UInt();
        var left = bytes.Length - at;
        return (long)count * least <= left ? (int)count : throw Bad($"a {kind} {count} {what} needs at least {(long)count * least} bytes; the section has {left} left");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > bytes.Length - at) throw Bad($"{count} bytes are needed; the section has {bytes.Length - at} left");
        var taken = bytes.AsSpan(at, count);
        at += count;
        return taken;
    }
}
