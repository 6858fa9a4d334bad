using NeuroChip.Ir.Neurons;

namespace NeuroChip.Ir.Tests;

/// <summary>Wide lanes compute what the scalar lane computes, bit for bit, and the scalar lane what the contract says.</summary>
public sealed class LaneTests
{
    private static readonly float[] Floats = [0f, -0f, 1f, -1f, 0.1f, 1e-40f, -1e-40f, 3e38f, -3e38f, float.PositiveInfinity, float.NaN, 16777216f, 0.33333334f, 7f, -2.5f, 1.5f];

    private static readonly int[] Ints = [0, 1, -1, 16384, -16384, 32768, 32767, int.MaxValue, int.MinValue, 12345, -12345, 1 << 20, -(1 << 20), 3, 5, -49152];

    [Fact]
    public void Float_lanes_agree()
    {
        AssertSame<float, FloatOne, FloatMany>(Floats, BitConverter.SingleToInt32Bits);
        AssertSame<float, FloatOne, FloatWide>(Floats, BitConverter.SingleToInt32Bits);
    }

    [Fact]
    public void Int_lanes_agree()
    {
        AssertSame<int, IntOne, IntMany>(Ints, v => v);
        AssertSame<int, IntOne, IntWide>(Ints, v => v);
    }

    [Theory]
    [InlineData(3, 16384, 2)] // 1.5 rounds half up
    [InlineData(-3, 16384, -1)] // -1.5 likewise, towards +infinity
    [InlineData(100, 32768, 100)]
    [InlineData(7, 0, 0)]
    [InlineData(int.MaxValue, 32768, int.MaxValue)]
    [InlineData(int.MaxValue, 65536, -2)] // 2*(2^31-1) wraps
    public void Fixed_point_product(int value, int coefficient, int expected) =>
        Assert.Equal([expected], Apply<int, IntOne>([value], [coefficient], IntOne.Multiply));

    private static void AssertSame<T, TOne, TMany>(T[] numbers, Func<T, int> bits)
        where T : unmanaged
        where TOne : struct, ILane<TOne, T>
        where TMany : struct, ILane<TMany, T>
    {
        // Every pair of numbers, padded to a whole number of the widest lane.
        var left = numbers.SelectMany(a => numbers.Select(_ => a)).ToArray();
        var right = numbers.SelectMany(_ => numbers).ToArray();
        Check("add", Apply<T, TOne>(left, right, TOne.Add), Apply<T, TMany>(left, right, TMany.Add));
        Check("subtract", Apply<T, TOne>(left, right, TOne.Subtract), Apply<T, TMany>(left, right, TMany.Subtract));
        Check("multiply", Apply<T, TOne>(left, right, TOne.Multiply), Apply<T, TMany>(left, right, TMany.Multiply));
        Check("at least", Apply<T, TOne>(left, right, (a, b) => TOne.Select(TOne.AtLeast(a, b), a, b)), Apply<T, TMany>(left, right, (a, b) => TMany.Select(TMany.AtLeast(a, b), a, b)));
        Check("above", Apply<T, TOne>(left, right, (a, b) => TOne.Select(TOne.Above(a, b), a, b)), Apply<T, TMany>(left, right, (a, b) => TMany.Select(TMany.Above(a, b), a, b)));

        void Check(string operation, T[] expected, T[] actual)
        {
            for (var i = 0; i < expected.Length; i++)
            {
                // Which NaN it is is not specified; that it is one is.
                if (expected[i] is float.NaN && actual[i] is float.NaN) continue;
                Assert.True(bits(expected[i]) == bits(actual[i]), $"{operation}({left[i]}, {right[i]}): one {expected[i]}, many {actual[i]}");
            }
        }
    }

    private static T[] Apply<T, TLane>(T[] left, T[] right, Func<TLane, TLane, TLane> operation)
        where T : unmanaged
        where TLane : struct, ILane<TLane, T>
    {
        var result = new T[left.Length];
        Assert.Equal(0, left.Length % TLane.Width);
        for (var i = 0; i < left.Length; i += TLane.Width) operation(TLane.Load(ref left[i]), TLane.Load(ref right[i])).Store(ref result[i]);
        return result;
    }
}
