using System.Collections.Immutable;
using System.Globalization;
using NeuroChip.HwModels.Fields;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.HwModels;

/// <summary>What a sum does at the end of its range.</summary>
public enum Overflow
{
    /// <summary>Stays at the greatest or smallest value.</summary>
    Saturate,
}

/// <summary>In which numbers a chip computes.</summary>
public sealed record ArithmeticModel
{
    /// <summary>Precisions a network can be compiled to, e.g. float32, int8.</summary>
    public required ImmutableArray<string> Precisions { get; init; }

    /// <summary>The one taken unless another is asked for.</summary>
    public required string DefaultPrecision { get; init; }

    /// <summary>Bits an accumulated input saturates to in integer arithmetic.</summary>
    public required Quantity Accumulator { get; init; }

    /// <summary>What a sum does at the end of its range.</summary>
    public required Overflow Overflow { get; init; }

    /// <summary>The arithmetic of a precision by name; null if the chip does not have it.</summary>
    /// <param name="precision">Name, e.g. "int8".</param>
    public Arithmetic? Find(string precision)
    {
        if (!Precisions.Contains(precision)) return null;
        return precision == "float32"
            ? Arithmetic.Float32
            : new Arithmetic(ArithmeticKind.Integer, int.Parse(precision.AsSpan(3), CultureInfo.InvariantCulture), (int)Accumulator.Bits.Count);
    }

    /// <inheritdoc/>
    public bool Equals(ArithmeticModel? other) =>
        other is not null && Precisions.AsSpan().SequenceEqual(other.Precisions.AsSpan()) && DefaultPrecision == other.DefaultPrecision
        && Accumulator == other.Accumulator && Overflow == other.Overflow;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Precisions.Length, DefaultPrecision, Accumulator, Overflow);

    internal static ArithmeticModel Map(ChipFields f, ArithmeticModel? a) => new()
    {
        Precisions = f.Texts("precisions", "^(float32|int([2-9]|1[0-6]))$", a?.Precisions ?? [], "Precisions a network can be compiled to: float32, int2 to int16."),
        DefaultPrecision = f.Text("default", a?.DefaultPrecision, "The precision taken unless another is asked for."),
        Accumulator = f.Quantity("accumulator", Dimension.Memory, a?.Accumulator, "Bits an accumulated input saturates to in integer arithmetic; 16 to 32."),
        Overflow = f.Choice("overflow", a?.Overflow, "What a sum does at the end of its range."),
    };
}
