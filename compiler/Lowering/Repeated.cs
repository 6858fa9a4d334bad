using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Lowering;

/// <summary>
/// Numbers over the elements of a tensor in C order that repeat: element i has <c>Cycle[i / Run % Cycle.Length]</c>. One number for all, one per channel of an
/// image (the run is a channel's pixels), one per channel of tokens (the run is 1) and one per element are of this form, so that a bias over an image of a
/// million neurons costs no more than its channels. Always in its shortest form.
/// </summary>
internal sealed class Repeated
{
    private Repeated(float[] cycle, int run) => (Cycle, Run) = (cycle, run);

    /// <summary>The numbers of one period; one where all are equal.</summary>
    public float[] Cycle { get; }

    /// <summary>How many elements in a row have each of them.</summary>
    public int Run { get; }

    /// <summary>Zero everywhere.</summary>
    public static Repeated Zero { get; } = new([0], 1);

    /// <summary>Whether all elements have one number.</summary>
    public bool IsUniform => Cycle.Length == 1;

    /// <summary>Elements after which the numbers come again.</summary>
    public int Period => IsUniform ? 1 : Run * Cycle.Length;

    /// <summary>The number of an element.</summary>
    public float this[int element] => Cycle[IsUniform ? 0 : element / Run % Cycle.Length];

    /// <summary>One number for all elements.</summary>
    public static implicit operator Repeated(float value) => new([value], 1);

    /// <summary>One number per element (or one for all).</summary>
    public static implicit operator Repeated(float[] values) => Of(values, 1);

    /// <summary>Each number for a run of elements, and all of them again and again.</summary>
    public static Repeated Of(float[] cycle, int run)
    {
        var uniform = !cycle.AsSpan().ContainsAnyExcept(cycle[0]);
        if (uniform) return new([cycle[0]], 1);
        var own = cycle.Length;
        for (var i = 1; i < cycle.Length && own > 1; i++)
            if (cycle[i] != cycle[i - 1]) own = Gcd(own, i);
        if (own > 1) cycle = [.. Enumerable.Range(0, cycle.Length / own).Select(i => cycle[i * own])];
        var period = PeriodOf(cycle);
        return new(period < cycle.Length ? cycle[..period] : cycle, run * own);
    }

    /// <summary>A constant tensor broadcast to a shape.</summary>
    public static Repeated Broadcast(Tensor tensor, IReadOnlyList<int> shape)
    {
        var data = tensor.ToFloats();
        if (data.Length == 1) return data[0];
        // The axes it has an extent on, side by side: numbers that come in runs.
        var (first, last) = (-1, -1);
        for (var d = 0; d < tensor.Rank; d++)
            if (tensor.Shape[d] > 1) (first, last) = (first < 0 ? d : first, d);
        var shift = shape.Count - tensor.Rank;
        for (var d = first; d <= last; d++)
            if (shift < 0 || tensor.Shape[d] != shape[d + shift]) return Floats.Broadcast(tensor, shape);
        var run = 1;
        for (var d = last + shift + 1; d < shape.Count; d++) run *= shape[d];
        return Of(data, run);
    }

    /// <summary>A function of each number.</summary>
    public Repeated Each(Func<float, float> f) => Of(Array.ConvertAll(Cycle, v => f(v)), Run);

    /// <summary>A function of the numbers that two have at each element.</summary>
    public static Repeated Zip(Repeated a, Repeated b, Func<float, float, float> f)
    {
        if (b.IsUniform) return a.Each(v => f(v, b.Cycle[0]));
        if (a.IsUniform) return b.Each(v => f(a.Cycle[0], v));
        if (a.Run == b.Run && a.Cycle.Length == b.Cycle.Length) return Of([.. a.Cycle.Zip(b.Cycle, f)], a.Run);
        var run = Gcd(a.Run, b.Run);
        var count = (int)((long)a.Period / Gcd(a.Period, b.Period) * b.Period / run);
        var cycle = new float[count];
        for (var i = 0; i < count; i++) cycle[i] = f(a[i * run], b[i * run]);
        return Of(cycle, run);
    }

    public static Repeated operator +(Repeated a, Repeated b) => Zip(a, b, (x, y) => x + y);

    public static Repeated operator *(Repeated a, Repeated b) => Zip(a, b, (x, y) => x * y);

    /// <summary>Whether every element has one given number.</summary>
    public bool Is(float value) => IsUniform && Cycle[0] == value;

    /// <summary>The numbers element by element, or the one number.</summary>
    public float[] Expanded(int size)
    {
        if (IsUniform || (Run == 1 && Cycle.Length == size)) return Cycle;
        var result = new float[size];
        for (var i = 0; i < size; i++) result[i] = this[i];
        return result;
    }

    /// <summary>
    /// One number per channel over [channels, pixels], or over [pixels, channels] for <paramref name="tokens"/>; one for all where it is; null if they differ
    /// inside a channel.
    /// </summary>
    public float[]? PerChannel(int channels, int pixels, bool tokens)
    {
        if (IsUniform) return Cycle;
        if (tokens ? channels % Period != 0 : Run % pixels != 0) return null;
        var result = new float[channels];
        for (var c = 0; c < channels; c++) result[c] = this[tokens ? c : c * pixels];
        return result;
    }

    private static int Gcd(int a, int b) => b == 0 ? a : Gcd(b, a % b);

    /// <summary>The shortest period that divides the length.</summary>
    private static int PeriodOf(float[] values)
    {
        // Lengths of the longest proper prefix that is a suffix too, for each prefix.
        var border = new int[values.Length];
        for (int i = 1, k = 0; i < values.Length; i++)
        {
            while (k > 0 && values[i] != values[k]) k = border[k - 1];
            if (values[i] == values[k]) k++;
            border[i] = k;
        }
        var period = values.Length - border[^1];
        return values.Length % period == 0 ? period : values.Length;
    }
}
