using NeuroChip.Ir.Neurons;

namespace NeuroChip.Ir.Tests;

/// <summary>Elementary functions agree with those of the platform as far as these are exact, treat special cases as IEEE 754 does, and give the same bits everywhere.</summary>
public sealed class PortableMathTests
{
    private const float Inf = float.PositiveInfinity;
    private const float NaN = float.NaN;
    private const float Least = float.Epsilon;
    private const float Most = float.MaxValue;

    /// <summary>Both are within 2^-50 of the function or so.</summary>
    private const double Tolerance = 1e-14;

    [Theory]
    [InlineData("exp", 0x7E8E5C20791D3D37)]
    [InlineData("log", 0x1A6F6D1BF57E9CB4)]
    [InlineData("sigmoid", 0x4FAE0B62B3077D46)]
    [InlineData("tanh", 0x251AEDDC79FDC1F5)]
    public void Functions_are_accurate_and_the_same_everywhere(string name, ulong digest)
    {
        var (portable, platform) = name switch
        {
            "exp" => ((Func<float, double>)PortableMath.Exp, (Func<double, double>)Math.Exp),
            "log" => (PortableMath.Log, Math.Log),
            "sigmoid" => (PortableMath.Sigmoid, x => 1 / (1 + Math.Exp(-x))),
            _ => (PortableMath.Tanh, Math.Tanh),
        };
        var hash = Empty;
        foreach (var x in Arguments(1))
        {
            var (actual, expected) = (portable(x), platform(x));
            AssertNear(expected, actual, $"{name}({x:R})");
            hash = Digest(hash, actual);
        }

        Assert.Equal($"{digest:X16}", $"{hash:X16}");
    }

    [Fact]
    public void Powers_are_accurate_and_the_same_everywhere()
    {
        var hash = Empty;
        foreach (var (a, b) in Arguments(2).Zip(Arguments(3)))
        {
            // Exponents for which the power is neither 0 nor infinite, and whole ones.
            var x = Math.Abs(a);
            var y = (float)(b / Math.Max(1, Math.Abs(PortableMath.Log(x))));
            foreach (var (from, to) in new[] { (x, y), (a, MathF.Round(y)), (a, b) })
            {
                var actual = PortableMath.Pow(from, to);
                AssertNear(Math.Pow(from, to), actual, $"{from:R}^{to:R}");
                hash = Digest(hash, actual);
            }
        }

        Assert.Equal("E0316803C37BE454", $"{hash:X16}");
    }

    [Theory]
    [InlineData(ElementwiseOp.Exponential, 0f, 1f)]
    [InlineData(ElementwiseOp.Exponential, NaN, NaN)]
    [InlineData(ElementwiseOp.Exponential, Inf, Inf)]
    [InlineData(ElementwiseOp.Exponential, -Inf, 0f)]
    [InlineData(ElementwiseOp.Exponential, 88.72283f, 3.4027985e38f)]
    [InlineData(ElementwiseOp.Exponential, 88.72284f, Inf)]
    [InlineData(ElementwiseOp.Exponential, -100f, 3.783506e-44f)]
    [InlineData(ElementwiseOp.Exponential, -103.97207f, Least)]
    [InlineData(ElementwiseOp.Exponential, -103.972084f, 0f)]
    [InlineData(ElementwiseOp.Exponential, -Most, 0f)]
    [InlineData(ElementwiseOp.Exponential, Least, 1f)]
    [InlineData(ElementwiseOp.Logarithm, 0f, -Inf)]
    [InlineData(ElementwiseOp.Logarithm, 1f, 0f)]
    [InlineData(ElementwiseOp.Logarithm, -1f, NaN)]
    [InlineData(ElementwiseOp.Logarithm, -Least, NaN)]
    [InlineData(ElementwiseOp.Logarithm, -Inf, NaN)]
    [InlineData(ElementwiseOp.Logarithm, Inf, Inf)]
    [InlineData(ElementwiseOp.Logarithm, NaN, NaN)]
    [InlineData(ElementwiseOp.Logarithm, Least, -103.27893f)]
    [InlineData(ElementwiseOp.Logarithm, 0.99999994f, -5.9604648e-8f)]
    [InlineData(ElementwiseOp.Sigmoid, 0f, 0.5f)]
    [InlineData(ElementwiseOp.Sigmoid, Inf, 1f)]
    [InlineData(ElementwiseOp.Sigmoid, -Inf, 0f)]
    [InlineData(ElementwiseOp.Sigmoid, NaN, NaN)]
    [InlineData(ElementwiseOp.Sigmoid, -100f, 3.783506e-44f)]
    [InlineData(ElementwiseOp.Sigmoid, 100f, 1f)]
    [InlineData(ElementwiseOp.Tanh, 0f, 0f)]
    [InlineData(ElementwiseOp.Tanh, Inf, 1f)]
    [InlineData(ElementwiseOp.Tanh, -Inf, -1f)]
    [InlineData(ElementwiseOp.Tanh, NaN, NaN)]
    [InlineData(ElementwiseOp.Tanh, -Least, -Least)]
    [InlineData(ElementwiseOp.Tanh, 1e-20f, 1e-20f)]
    [InlineData(ElementwiseOp.Tanh, -50f, -1f)]
    public void Special_arguments(ElementwiseOp op, float a, float expected) => AssertSame(expected, ElementwiseInterpreter.Compute(op, a, 0, 0));

    [Fact]
    public void Zeros_have_signs()
    {
        AssertSame(1f, (float)PortableMath.Exp(-0f));
        AssertSame(-Inf, (float)PortableMath.Log(-0f));
        AssertSame(0.5f, (float)PortableMath.Sigmoid(-0f));
        AssertSame(0f, (float)PortableMath.Tanh(0f));
        AssertSame(-0f, (float)PortableMath.Tanh(-0f));
    }

    /// <summary>The platform's <see cref="Math.Pow"/> is exact here: all pairs of zeros, infinities, NaN, the ends of the range, whole and other numbers.</summary>
    [Fact]
    public void Special_powers()
    {
        float[] numbers = [0f, -0f, 1f, -1f, 2f, -2f, 3f, -3f, 0.5f, -0.5f, 1.5f, -1.5f, Least, -Least, 1e-40f, Most, -Most, 16777215f, -16777215f, 16777216f, 1e10f, Inf, -Inf, NaN, 0.99999994f, -1.0000001f];
        foreach (var a in numbers)
            foreach (var b in numbers) AssertSame((float)Math.Pow(a, b), ElementwiseInterpreter.Compute(ElementwiseOp.Power, a, b, 0));
        AssertSame(1f, (float)PortableMath.Pow(0, 0));
        AssertSame(1f, (float)PortableMath.Pow(1, NaN));
        AssertSame(1f, (float)PortableMath.Pow(NaN, 0));
        AssertSame(1f, (float)PortableMath.Pow(-1, Inf));
        AssertSame(-Inf, (float)PortableMath.Pow(-0f, -3));
        AssertSame(-8f, (float)PortableMath.Pow(-2, 3));
        AssertSame(NaN, (float)PortableMath.Pow(-8, 1f / 3));
    }

    /// <summary>Powers that have an operation of their own are rounded as that is.</summary>
    [Fact]
    public void Squares_roots_and_reciprocals_are_rounded_to_nearest()
    {
        foreach (var a in Arguments(4))
        {
            AssertSame(a * a, (float)PortableMath.Pow(a, 2));
            AssertSame(a, (float)PortableMath.Pow(a, 1));
            AssertSame(1 / a, (float)PortableMath.Pow(a, -1));
            AssertSame(MathF.Sqrt(MathF.Abs(a)), (float)PortableMath.Pow(MathF.Abs(a), 0.5f));
        }
    }

    /// <summary>Cubes of 17 bits are exact in double; those of 9 bits can lie in the middle between two float32.</summary>
    [Fact]
    public void Cubes_are_rounded_to_nearest()
    {
        for (var i = 1; i < 1 << 17; i++)
        {
            var cube = (double)i * i * i;
            AssertSame((float)cube, (float)PortableMath.Pow(i, 3));
            AssertSame((float)-cube, (float)PortableMath.Pow(-i, 3));
        }
    }

    /// <summary>Powers of up to 25 bits come out exactly, before any rounding to float32, those with a broken exponent too.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Short_powers_are_exact(int root)
    {
        for (var i = 3; Math.Pow(i, root) < 1 << 24; i += 2)
        {
            var from = (double)i;
            for (var r = 1; r < root; r++) from *= i;
            var to = (double)i;
            for (var n = 1; to < 1 << 25; n++, to *= i)
            {
                foreach (var scale in new[] { 0, -1, 5, -30 / n, 20 / n })
                    Assert.Equal(Math.ScaleB(to, scale * n), PortableMath.Pow((float)Math.ScaleB(from, scale * root), (float)n / root));
            }
        }
    }

    [Theory]
    [InlineData(4097f, 2f, 16785408f)] // 16785409
    [InlineData(4099f, 2f, 16801800f)] // 16801801
    [InlineData(66049f, 1.5f, 16974592f)] // 257^3 = 16974593
    [InlineData(707281f, 1.25f, 20511148f)] // 29^5 = 20511149
    public void Powers_between_two_float32_round_half_to_even(float a, float b, float expected) => AssertSame(expected, (float)PortableMath.Pow(a, b));

    private const ulong Empty = 14695981039346656037;

    /// <summary>Numbers of every size, and those that neurons have.</summary>
    private static IEnumerable<float> Arguments(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 50000; i++)
        {
            yield return BitConverter.Int32BitsToSingle(random.Next() ^ (random.Next() << 31));
            yield return (random.NextSingle() - 0.5f) * 4;
            yield return (random.NextSingle() - 0.5f) * 200;
        }
    }

    /// <summary>FNV-1a, word by word.</summary>
    private static ulong Digest(ulong hash, double value) => (hash ^ (ulong)BitConverter.DoubleToInt64Bits(double.IsNaN(value) ? 0 : value)) * 1099511628211;

    /// <summary>As near as both are accurate, where a float32 is neither 0 nor infinite.</summary>
    private static void AssertNear(double expected, double actual, string what)
    {
        if (double.IsNaN(expected) || float.IsInfinity((float)expected) || (float)expected == 0) AssertSame((float)expected, (float)actual);
        else Assert.True(Math.Abs(actual - expected) <= Tolerance * Math.Abs(expected), $"{what} is {expected:R}, not {actual:R}");
    }

    private static void AssertSame(float expected, float actual) =>
        Assert.True(float.IsNaN(expected) ? float.IsNaN(actual) : BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(actual), $"{expected:R} expected, {actual:R} found");
}
