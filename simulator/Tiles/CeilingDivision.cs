namespace NeuroChip.Simulator.Tiles;

/// <summary>Whole pieces that a length is cut into, the last of which may be shorter.</summary>
internal static class CeilingDivision
{
    /// <summary>Pieces of <paramref name="size"/> that cover <paramref name="length"/> (0 or more).</summary>
    public static long Of(long length, long size) => (length + size - 1) / size;
}
