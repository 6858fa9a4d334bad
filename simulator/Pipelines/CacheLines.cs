using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace NeuroChip.Simulator.Pipelines;

/// <summary>Brings what will be read soon near the processor. Rows of large networks lie so far apart that it cannot foresee the next one.</summary>
internal static class CacheLines
{
    private const int Bytes = 64;

    /// <summary>Longer rows are foreseen from there on.</summary>
    private const int Most = 8;

    /// <summary>Fetches the elements from <paramref name="start"/> to <paramref name="end"/> - 1. An address that a moving collector makes stale does no harm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Fetch<T>(ReadOnlySpan<T> row, int start, int end) where T : unmanaged
    {
        if (!Sse.IsSupported || start >= end) return;
        var first = (byte*)Unsafe.AsPointer(ref Unsafe.Add(ref MemoryMarshal.GetReference(row), start));
        var lines = Math.Min(Most, (((end - start) * sizeof(T)) + Bytes - 1) / Bytes);
        for (var line = 0; line < lines; line++) Sse.Prefetch0(first + (line * Bytes));
    }
}
