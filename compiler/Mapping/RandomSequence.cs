namespace NeuroChip.Compiler.Mapping;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014): a random sequence that is part of our specification. <see cref="Random"/> may change between
/// runtimes, and the same seed must give the same image.
/// </summary>
public struct RandomSequence(int seed)
{
    private ulong state = (ulong)seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 to <paramref name="bound"/> - 1.</summary>
    public int Below(int bound) => (int)(((Next() >> 32) * (ulong)bound) >> 32);

    /// <summary>A number in [0, 1).</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1L << 53));
}
