using System.Runtime.CompilerServices;

namespace NeuroChip.Simulator.Engines;

/// <summary>
/// Accumulators of the piece that a thread is computing: one set per thread that all layers use, so that they stay in the cache, where accumulators of whole
/// populations would go out to memory and come back.
/// </summary>
internal static unsafe class PieceInputs<T> where T : unmanaged
{
    private const int Line = 64;

    [ThreadStatic]
    private static Dictionary<int, T[][]>? byPorts;

    /// <summary>
    /// An array per port with room for <paramref name="length"/> accumulators from index <paramref name="offset"/> on; the first port's lie on a cache line.
    /// The arrays do not move, and hold anything.
    /// </summary>
    public static T[][] Of(int ports, int length, out int offset)
    {
        byPorts ??= [];
        offset = 0;
        if (ports == 0) return [];
        if (!byPorts.TryGetValue(ports, out var arrays) || arrays[0].Length < length + Line)
        {
            arrays = [.. Enumerable.Range(0, ports).Select(_ => GC.AllocateUninitializedArray<T>(length + Line, pinned: true))];
            byPorts[ports] = arrays;
        }

        offset = (int)(-(nint)Unsafe.AsPointer(ref arrays[0][0]) & (Line - 1)) / sizeof(T);
        return arrays;
    }
}
