using NeuroChip.Ir.Ncir;

namespace NeuroChip.Ir.Tests;

public sealed class SignedDigitsTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(-1, 1)]
    [InlineData(3, 2)] // 4 - 1
    [InlineData(23, 3)] // 32 - 8 - 1
    [InlineData(-64, 1)]
    [InlineData(0b1010101, 4)]
    [InlineData(int.MaxValue, 2)]
    [InlineData(int.MinValue, 1)]
    public void AreTheNonAdjacentForm(int number, int digits) => Assert.Equal(digits, SignedDigits.Count(number));

    /// <summary>The fewest powers of two that make up a number, found by trying all, for numbers of 9 bits.</summary>
    [Fact]
    public void AreTheFewest()
    {
        var fewest = new Dictionary<int, int> { [0] = 0 };
        for (var terms = 1; terms <= 5; terms++)
        {
            foreach (var known in fewest.Keys.ToArray())
                for (var place = 0; place <= 9; place++)
                    foreach (var sign in (int[])[1, -1]) fewest.TryAdd(known + (sign << place), terms);
        }

        for (var n = -256; n <= 256; n++) Assert.Equal(fewest[n], SignedDigits.Count(n));
    }

    /// <summary>About a third of the bits: (b + 1)/3 + 1/9 in the limit for numbers of b bits without sign.</summary>
    [Fact]
    public void AreAThirdOfTheBitsOnAverage() =>
        Assert.InRange(Enumerable.Range(0, 1 << 15).Average(n => SignedDigits.Count(n)), 5.2, 5.5);
}
