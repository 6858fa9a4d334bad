using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NeuroChip.Simulator.Engines;

/// <summary>
/// Zeroed memory outside the garbage-collected heap that starts on a cache line, so that a 512-bit load never straddles two lines, with one
/// spare line behind it. Kept alive by the object that holds it.
/// </summary>
internal sealed unsafe class AlignedBuffer<T> where T : unmanaged
{
    private const int Line = 64;

    public AlignedBuffer(long length)
    {
        Length = length;
        var bytes = (nuint)((length * sizeof(T)) + (2 * Line) - 1) & ~(nuint)(Line - 1);
        Pointer = (T*)NativeMemory.AlignedAlloc(bytes, Line);
        NativeMemory.Clear(Pointer, bytes);
        GC.AddMemoryPressure((long)bytes);
        reserved = (long)bytes;
    }

    ~AlignedBuffer()
    {
        NativeMemory.AlignedFree(Pointer);
        GC.RemoveMemoryPressure(reserved);
    }

    private readonly long reserved;

    public T* Pointer { get; }

    public long Length { get; }

    public Span<T> Span
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Pointer, checked((int)Length));
    }
}
