using System.Text;

namespace NeuroChip.Compiler.Lowering;

/// <summary>
/// The normal form of an element-wise expression: a sum of products of atoms (states, inputs, comparisons) with constant coefficients, which
/// are one value for all neurons or one per neuron. Comparisons are 0 or 1, so a power of one is itself. Coefficients are doubles: what
/// exporters fold or reorder in float32 differs in the last bit only, and <see cref="Tolerance"/> is far above that.
/// </summary>
internal sealed class Polynomial
{
    /// <summary>Coefficients closer than this, relative to the greatest of the expression, are equal.</summary>
    public const double Tolerance = 1e-6;

    private readonly SortedDictionary<string, (int[] Atoms, double[] Coefficient)> terms = new(StringComparer.Ordinal);

    public static Polynomial Zero => new();

    /// <summary>Products of atoms and their coefficients; the empty product is the constant.</summary>
    public IEnumerable<(int[] Atoms, double[] Coefficient)> Terms => terms.Values;

    public bool IsZero => terms.Count == 0;

    public bool IsConstant => terms.Count == 0 || (terms.Count == 1 && terms.ContainsKey(""));

    public static Polynomial Constant(double[] value)
    {
        var p = new Polynomial();
        p.Accumulate([], value);
        return p;
    }

    public static Polynomial Atom(int atom)
    {
        var p = new Polynomial();
        p.Accumulate([atom], [1]);
        return p;
    }

    /// <summary>Coefficient of a product of atoms; zero if it is not there.</summary>
    public double[] this[params int[] atoms] => terms.TryGetValue(Key(atoms), out var t) ? t.Coefficient : [0];

    public static Polynomial operator +(Polynomial a, Polynomial b) => Combine(a, b, 1);

    public static Polynomial operator -(Polynomial a, Polynomial b) => Combine(a, b, -1);

    /// <summary>Product; <paramref name="isTruth"/> says which atoms are 0 or 1.</summary>
    public static Polynomial Multiply(Polynomial a, Polynomial b, Func<int, bool> isTruth)
    {
        var product = new Polynomial();
        foreach (var (x, cx) in a.Terms)
        {
            foreach (var (y, cy) in b.Terms)
            {
                var atoms = x.Concat(y).Order().ToList();
                for (var i = atoms.Count - 1; i > 0; i--)
                    if (atoms[i] == atoms[i - 1] && isTruth(atoms[i])) atoms.RemoveAt(i);
                product.Accumulate([.. atoms], Zip(cx, cy, (p, q) => p * q));
            }
        }
        return product.Cleaned();
    }

    public Polynomial Scale(double[] factor)
    {
        var scaled = new Polynomial();
        foreach (var (atoms, c) in Terms) scaled.Accumulate(atoms, Zip(c, factor, (p, q) => p * q));
        return scaled.Cleaned();
    }

    /// <summary>The polynomial with an atom set to 0 or 1.</summary>
    public Polynomial With(int atom, bool value)
    {
        var result = new Polynomial();
        foreach (var (atoms, c) in Terms)
        {
            if (!atoms.Contains(atom)) result.Accumulate(atoms, c);
            else if (value) result.Accumulate([.. atoms.Where(a => a != atom)], c);
        }
        return result.Cleaned();
    }

    /// <summary>Atoms that occur.</summary>
    public HashSet<int> Atoms() => [.. Terms.SelectMany(t => t.Atoms)];

    /// <summary>Whether every product has at most one atom.</summary>
    public bool IsAffine => Terms.All(t => t.Atoms.Length <= 1);

    public bool AlmostEquals(Polynomial other)
    {
        var scale = Math.Max(Size(), other.Size());
        return terms.Keys.Union(other.terms.Keys).All(k =>
        {
            var a = terms.TryGetValue(k, out var x) ? x.Coefficient : [0.0];
            var b = other.terms.TryGetValue(k, out var y) ? y.Coefficient : [0.0];
            return Zip(a, b, (p, q) => Math.Abs(p - q)).All(d => d <= Tolerance * Math.Max(scale, 1e-30));
        });
    }

    /// <summary>For messages.</summary>
    public string Format(Func<int, string> name)
    {
        if (IsZero) return "0";
        var text = new StringBuilder();
        foreach (var (atoms, c) in Terms)
        {
            var value = c.Length == 1 ? c[0] : double.NaN;
            var factor = c.Length > 1 ? "k" : Math.Abs(value).ToString("G6");
            text.Append(text.Length == 0 ? (value < 0 ? "-" : "") : value < 0 ? " - " : " + ");
            var product = string.Join('*', atoms.Select(name));
            text.Append(product.Length == 0 ? factor : factor == "1" ? product : $"{factor}*{product}");
        }
        return text.ToString();
    }

    /// <summary>Applies <paramref name="f"/> to two coefficients, of which either may be shared by all neurons.</summary>
    public static double[] Zip(double[] a, double[] b, Func<double, double, double> f)
    {
        if (a.Length == 1 && b.Length == 1) return [f(a[0], b[0])];
        var result = new double[Math.Max(a.Length, b.Length)];
        for (var i = 0; i < result.Length; i++) result[i] = f(a[a.Length == 1 ? 0 : i], b[b.Length == 1 ? 0 : i]);
        return Compact(result);
    }

    /// <summary>One value instead of many equal ones.</summary>
    public static double[] Compact(double[] values)
    {
        for (var i = 1; i < values.Length; i++)
            if (values[i] != values[0]) return values;
        return values.Length <= 1 ? values : [values[0]];
    }

    private static Polynomial Combine(Polynomial a, Polynomial b, double sign)
    {
        var sum = new Polynomial();
        foreach (var (atoms, c) in a.Terms) sum.Accumulate(atoms, c);
        foreach (var (atoms, c) in b.Terms) sum.Accumulate(atoms, sign == 1 ? c : [.. c.Select(v => -v)]);
        return sum.Cleaned(Math.Max(a.Size(), b.Size()));
    }

    private double Size() => terms.Count == 0 ? 0 : terms.Values.Max(t => t.Coefficient.Max(Math.Abs));

    private void Accumulate(int[] atoms, double[] coefficient)
    {
        var key = Key(atoms);
        terms[key] = (atoms, terms.TryGetValue(key, out var old) ? Zip(old.Coefficient, coefficient, (p, q) => p + q) : coefficient);
    }

    /// <summary>Without products that cancelled but for rounding.</summary>
    private Polynomial Cleaned(double scale = 0)
    {
        foreach (var (key, (_, c)) in terms.ToArray())
            if (c.All(v => Math.Abs(v) <= 1e-9 * scale || v == 0)) terms.Remove(key);
        return this;
    }

    private static string Key(int[] atoms) => string.Join(',', atoms);
}
