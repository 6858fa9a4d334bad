using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace NeuroChip.Ir.Images;

/// <summary>Collects the bytes of one section: little-endian integers, binary64 numbers, UTF-8 text with its length before it.</summary>
internal sealed class SectionWriter
{
    private readonly ArrayBufferWriter<byte> buffer = new(1024);

    public ReadOnlySpan<byte> Bytes => buffer.WrittenSpan;

    public void Byte(int value)
    {
        buffer.GetSpan(1)[0] = checked((byte)value);
        buffer.Advance(1);
    }

    public void Flag(bool value) => Byte(value ? 1 : 0);

    public void Int(int value) => UInt(unchecked((uint)value));

    public void UInt(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(buffer.GetSpan(4), value);
        buffer.Advance(4);
    }

    public void Long(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(buffer.GetSpan(8), value);
        buffer.Advance(8);
    }

    public void Double(double value) => Long(BitConverter.DoubleToInt64Bits(value));

    public void Text(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        Int(bytes.Length);
        Raw(bytes);
    }

    public void Raw(ReadOnlySpan<byte> bytes) => buffer.Write(bytes);

    public void Ints(IReadOnlyList<int> values) => List(values, Int);

    public void List<T>(IReadOnlyList<T> values, Action<T> write)
    {
        Int(values.Count);
        foreach (var value in values) write(value);
    }
}
