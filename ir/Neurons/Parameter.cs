using System.Collections.Immutable;

namespace NeuroChip.Ir.Neurons;

/// <summary>
/// A neuron parameter: one value for all neurons, one per channel or one per neuron. Address <c>a</c> has element <c>a % Length</c>.
/// Values are kept as doubles that are exactly float32 (float modules) or exactly integer (integer modules).
/// </summary>
public sealed class Parameter(ImmutableArray<double> values) : IEquatable<Parameter>
{
    /// <summary>The value 0 everywhere.</summary>
    public static Parameter Zero { get; } = new(0.0);

    /// <summary>The value 1 everywhere.</summary>
    public static Parameter One { get; } = new(1.0);

    /// <summary>One value everywhere.</summary>
    public Parameter(double value) : this(ImmutableArray.Create(value)) { }

    /// <summary>The values; 1, the number of channels or the number of neurons.</summary>
    public ImmutableArray<double> Values { get; } = values;

    /// <summary>Number of values.</summary>
    public int Length => Values.Length;

    /// <summary>Whether all neurons share the value.</summary>
    public bool IsScalar => Values.Length == 1;

    /// <summary>The value at an address.</summary>
    public double At(int address) => Values[address % Values.Length];

    /// <summary>Whether every value is <paramref name="value"/>.</summary>
    public bool Is(double value)
    {
        foreach (var v in Values)
            if (v != value) return false;
        return true;
    }

    /// <summary>The parameter with <paramref name="f"/> applied to each value.</summary>
    public Parameter Map(Func<double, double> f) => new([.. Values.Select(f)]);

    /// <inheritdoc/>
    public bool Equals(Parameter? other) => other is not null && Values.AsSpan().SequenceEqual(other.Values.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Parameter);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Values.Length, Values[0]);
}
