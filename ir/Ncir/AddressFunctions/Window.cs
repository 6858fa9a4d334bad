namespace NeuroChip.Ir.Ncir.AddressFunctions;

/// <summary>
/// A sliding window along one spatial axis: output o, kernel tap k and input i belong together if <c>i = o*Stride - Pad + k*Dilation</c>.
/// Transposed convolutions swap the roles of input and output.
/// </summary>
/// <param name="Input">Extent of the input.</param>
/// <param name="Output">Extent of the output.</param>
/// <param name="Kernel">Number of taps.</param>
/// <param name="Stride">Step of the window, at least 1.</param>
/// <param name="Pad">Padding before the first input; may be negative.</param>
/// <param name="Dilation">Distance of taps, at least 1.</param>
public readonly record struct Window(int Input, int Output, int Kernel, int Stride = 1, int Pad = 0, int Dilation = 1)
{
    /// <summary>An axis that is not there: extent 1, one tap.</summary>
    public static Window Single { get; } = new(1, 1, 1);

    /// <summary>The input of an output and a tap; may lie outside.</summary>
    public int InputOf(int output, int tap) => (output * Stride) - Pad + (tap * Dilation);

    /// <summary>The output that sees <paramref name="input"/> through <paramref name="tap"/>, or -1.</summary>
    public int OutputOf(int input, int tap)
    {
        var shifted = input + Pad - (tap * Dilation);
        if (shifted < 0 || shifted % Stride != 0) return -1;
        var output = shifted / Stride;
        return output < Output ? output : -1;
    }

    /// <summary>How many outputs see <paramref name="input"/>.</summary>
    public int OutputsOf(int input)
    {
        var count = 0;
        for (var tap = 0; tap < Kernel; tap++)
            if (OutputOf(input, tap) >= 0) count++;
        return count;
    }

    /// <summary>How many pairs of an input and an output there are.</summary>
    public long Total
    {
        get
        {
            long total = 0;
            for (var input = 0; input < Input; input++) total += OutputsOf(input);
            return total;
        }
    }

    /// <summary>
    /// The most outputs that see one input: taps whose offsets differ by a multiple of the stride share an input, and that is every
    /// <c>Stride / gcd(Stride, Dilation)</c>-th tap.
    /// </summary>
    public int OutputsBound
    {
        get
        {
            var (period, rest) = (Stride, Dilation);
            while (rest != 0) (period, rest) = (rest, period % rest);
            period = Stride / period;
            return Math.Min(Output, (Kernel + period - 1) / period);
        }
    }

    /// <summary>The six numbers in the order of the parameters.</summary>
    internal int[] Encode() => [Input, Output, Kernel, Stride, Pad, Dilation];

    internal static Window Decode(ReadOnlySpan<int> words) => new(words[0], words[1], words[2], words[3], words[4], words[5]);
}
