using System.Numerics;

namespace NeuroChip.Ir.Ncir;

/// <summary>
/// Integers as sums and differences of powers of two, as few as possible: the non-adjacent form, in which no two neighbouring digits of -1, 0 and 1 differ from 0. A product with such
/// an integer is as many additions of the shifted other factor (G. W. Reitwiesner, "Binary arithmetic", 1960).
/// </summary>
public static class SignedDigits
{
    /// <summary>How many digits of a number are not 0: 0 for 0, 1 for powers of two, about a third of its bits on average.</summary>
    // The digits of n stand where n and 3n differ.
    public static int Count(int number) => BitOperations.PopCount((ulong)(Math.Abs((long)number) ^ (3 * Math.Abs((long)number))));
}
