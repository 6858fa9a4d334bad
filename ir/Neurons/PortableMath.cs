using System.Runtime.CompilerServices;

namespace NeuroChip.Ir.Neurons;

/// <summary>
/// Elementary functions of float32 numbers, in double and not yet rounded to float32, that give the same bits on every processor, operating system and graphics device: they are
/// made of sums, differences, products and quotients of doubles, each rounded by itself as IEEE 754 says, of comparisons, and of integer operations on the bits. The functions of
/// <see cref="Math"/> are those of the platform's C library and differ in their last bits. Special cases are those of IEEE 754 (2019, 9.2), as in <see cref="Math"/>.
/// </summary>
/// <remarks>
/// Greatest relative errors found for 6e7 random arguments each, against functions of 113-bit significands: exp 2^-52.7, log 2^-53.0, sigmoid 2^-51.7, tanh 2^-51.3, pow 2^-50.5.
/// Rounded to float32, all of them were the nearest one. Errors of that size make it another one for less than one argument in 2^24.
/// </remarks>
public static class PortableMath
{
    /// <summary>ln 2 in two parts (Cody and Waite): the first has 42 bits, so that its product with a whole number below 2^11 is exact.</summary>
    private const double Ln2High = 3048493539143.0 / (1L << 42);

    private const double Ln2Low = 5.497923018708371e-14;

    /// <summary>1 / ln 2.</summary>
    private const double Log2OfE = 1.4426950408889634;

    /// <summary>3 * 2^51: doubles of that size are whole, so adding it rounds to a whole number, which then stands in the last bits.</summary>
    private const double Whole = 3L << 51;

    /// <summary>2^28: doubles just below are multiples of 2^-25.</summary>
    private const double Grid = 1 << 28;

    /// <summary>Beyond this, e^x and e^-x are infinite and 0 in float32, and 1 + e^-x is 1 in double.</summary>
    private const double Range = 128;

    private const int ExponentBias = 1023;
    private const int FractionBits = 52;

    /// <summary>Bits of the square root of 1/2.</summary>
    private const long RootOfHalf = 0x3FE6A09E667F3BCD;

    /// <summary>e^a.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Exp(float a)
    {
        var x = Clamped(a);
        var shifted = (x * Log2OfE) + Whole;
        var k = shifted - Whole;
        return PowerOfTwo(shifted) * (1 + Excess(x - (k * Ln2High), -(k * Ln2Low)));
    }

    /// <summary>1 / (1 + e^-a).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sigmoid(float a) => 1 / (1 + Exp(-a));

    /// <summary>Hyperbolic tangent: with m = e^2a - 1, m / (m + 2).</summary>
    public static double Tanh(float a)
    {
        var x = Clamped(2.0 * a);
        var shifted = (x * Log2OfE) + Whole;
        var k = shifted - Whole;
        var power = PowerOfTwo(shifted);
        var m = (power * Excess(x - (k * Ln2High), -(k * Ln2Low))) + (power - 1);
        return a == 0 ? a : m / (m + 2); // The sums lose the sign of -0.
    }

    /// <summary>Natural logarithm.</summary>
    public static double Log(float a)
    {
        if (!(a > 0)) return a == 0 ? double.NegativeInfinity : double.NaN;
        if (a == float.PositiveInfinity) return a;
        var (high, low) = LogOf(a);
        return high + low;
    }

    /// <summary>a to the power b: e^(b ln a). Powers that lie exactly in the middle between two float32, such as 4097^2 and 66049^1.5, are exact, so that they round half to even.</summary>
    public static double Pow(float a, float b)
    {
        if (b == 0 || a == 1) return 1;
        if (float.IsNaN(a) || float.IsNaN(b)) return double.NaN;
        var (size, exponent) = (Math.Abs((double)a), Math.Abs((double)b));
        var isSmall = exponent < 1 << 24; // A greater float32 is an even number.
        var whole = isSmall ? (int)exponent : 0;
        var isWhole = !isSmall || whole == exponent;
        var isNegative = BitConverter.SingleToInt32Bits(a) < 0;
        if (isNegative && !isWhole && size > 0 && size < double.PositiveInfinity) return double.NaN;
        var power = size == 1 ? 1 : PowOf(size, b);
        return isNegative && isWhole && (whole & 1) != 0 ? -power : power;
    }

    /// <summary>A float32 that is not negative and not 1, to a power that is not 0.</summary>
    private static double PowOf(double a, double b)
    {
        // The logarithm in a part of 24 bits, whose product with b is exact, and the rest.
        var (part, rest) = (a == 0 ? double.NegativeInfinity : a, 0.0);
        if (a > 0 && a < double.PositiveInfinity)
        {
            var (high, low) = LogOf(a);
            part = (float)(high + low);
            rest = (high - part) + low;
        }

        var x = b * part;
        if (x > Range) return double.PositiveInfinity;
        if (x < -Range) return 0;
        var shifted = (x * Log2OfE) + Whole;
        var k = shifted - Whole;
        var power = 1 + Excess(x - (k * Ln2High), (b * rest) - (k * Ln2Low));

        // Between sqrt(1/2) and sqrt(2), both float32 and the middles between them are multiples of 2^-25, and a power that is exactly one of them is found with an error below 2^-52.
        var near = (power - Grid) + Grid; // Not the sum first: ILGPU joins constants that are added one after the other.
        return PowerOfTwo(shifted) * (Math.Abs(power - near) < 1.0 / (1L << 52) ? near : power);
    }

    /// <summary>
    /// e^(r + s) - 1 for |r| up to ln(2)/2 and a small s. With x = r + s it is 2x / (x coth(x/2) - x), and x coth(x/2) is the sum of 2 B(n) x^n / n! over even n, with
    /// Bernoulli's numbers B(n): few terms, as only even powers occur. Behind n = 12 they are below 2^-56 of the result.
    /// The quotient is written as x + x c / (2 - c), c = 2 + x - x coth(x/2), so that what is rounded is small.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Excess(double r, double s)
    {
        var x = r + s;
        var q = x * x;
        var c = x - (q * (1.0 / 6 + (q * (-1.0 / 360 + (q * (1.0 / 15120 + (q * (-1.0 / 604800 + (q * (1.0 / 23950080 + (q * (-691.0 / 653837184000))))))))))));
        return r + (s + (x * c / (2 - c)));
    }

    /// <summary>
    /// Natural logarithm of a positive float32 as a sum of two doubles, with a relative error of about 2^-57. With a = m 2^k, m between sqrt(1/2) and sqrt(2), and s = (m - 1) / (m + 1):
    /// ln a = k ln 2 + 2 (s + s^3/3 + s^5/5 + ...), up to s^21/21; what follows is below 2^-61.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (double High, double Low) LogOf(double a)
    {
        var bits = BitConverter.DoubleToInt64Bits(a);
        var exponent = (bits - RootOfHalf) >> FractionBits;
        var m = BitConverter.Int64BitsToDouble(bits - (exponent << FractionBits));
        double k = (int)exponent;

        // m has 24 bits, so m - 1 and m + 1 are exact, and the product with the first 24 bits of s is.
        var s = (m - 1) / (m + 1);
        double first = (float)s;
        var rest = (m - 1 - (first * (m + 1))) / (m + 1);
        var q = s * s;
        var series = q * s * (2.0 / 3 + (q * (2.0 / 5 + (q * (2.0 / 7 + (q * (2.0 / 9 + (q * (2.0 / 11 + (q * (2.0 / 13 + (q * (2.0 / 15 + (q * (2.0 / 17 + (q * (2.0 / 19 + (q * (2.0 / 21)))))))))))))))))));

        // What the sum of k ln 2 and the greater part of 2 s rounds away is exact, as the former is greater or 0 (Dekker).
        var whole = k * Ln2High;
        var high = whole + (2 * first);
        return (high, whole - high + (2 * first) + ((2 * rest) + series + (k * Ln2Low)));
    }

    /// <summary>2^k, for the sum of k and <see cref="Whole"/>; k above -<see cref="ExponentBias"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double PowerOfTwo(double shifted) => BitConverter.Int64BitsToDouble((BitConverter.DoubleToInt64Bits(shifted) + ExponentBias) << FractionBits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Clamped(double x) => x > Range ? Range : x < -Range ? -Range : x;
}
