namespace NeuroChip.Simulator.Pipelines.Somas;

/// <summary>
/// MT19937 (Matsumoto and Nishimura, ACM TOMACS 8, 1998, with the seeding of 2002), and doubles from it as the C++ library's uniform_real_distribution makes them from two
/// of its words: what SANA-FE draws.
/// </summary>
internal sealed class MersenneTwister
{
    private const int Length = 624, Middle = 397;

    private readonly uint[] state = new uint[Length];
    private int next = Length;

    public MersenneTwister(uint seed)
    {
        state[0] = seed;
        for (var i = 1; i < Length; i++) state[i] = (1812433253u * (state[i - 1] ^ (state[i - 1] >> 30))) + (uint)i;
    }

    /// <summary>32 bits.</summary>
    public uint NextWord()
    {
        if (next == Length) Twist();
        var word = state[next++];
        word ^= word >> 11;
        word ^= (word << 7) & 0x9D2C5680u;
        word ^= (word << 15) & 0xEFC60000u;
        return word ^ (word >> 18);
    }

    /// <summary>From 0 to below 1.</summary>
    public double NextDouble()
    {
        const double word = 4294967296.0;
        double low = NextWord();
        var value = (low + (NextWord() * word)) / (word * word);
        return value < 1 ? value : Math.BitDecrement(1.0);
    }

    private void Twist()
    {
        for (var i = 0; i < Length; i++)
        {
            var joined = (state[i] & 0x80000000u) | (state[(i + 1) % Length] & 0x7FFFFFFFu);
            state[i] = state[(i + Middle) % Length] ^ (joined >> 1) ^ ((joined & 1) * 0x9908B0DFu);
        }

        next = 0;
    }
}
