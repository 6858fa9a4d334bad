namespace NeuroChip.Runtime;

/// <summary>SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): written out, so that what is drawn does not change with the version of .NET.</summary>
internal struct SplitMix64(long seed)
{
    private ulong state = (ulong)seed * 0x9E3779B97F4A7C15;

    /// <summary>A sequence of its own for each <paramref name="name"/> under one seed.</summary>
    public SplitMix64(long seed, string name) : this(seed)
    {
        // FNV-1a over the name.
        var hash = 14695981039346656037;
        foreach (var character in name) hash = (hash ^ character) * 1099511628211;
        state ^= hash;
    }

    /// <summary>The next number from 0 (inclusive) to 1 (exclusive), in steps of 2^-53.</summary>
    public double NextUnit()
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
