using System.Globalization;
using NeuroChip.Ir;

namespace NeuroChip.HwModels;

/// <summary>
/// A number of a chip model: value, unit and where it comes from. Read it through the property of its dimension
/// (<see cref="Seconds"/>, <see cref="Cycles"/>, ...); asking for another one is an error of the caller.
/// </summary>
/// <param name="Number">The number as written.</param>
/// <param name="Unit">The unit as written.</param>
/// <param name="Dimension">What it measures.</param>
/// <param name="Provenance">Its source and grade.</param>
public sealed record Quantity(decimal Number, Unit Unit, Dimension Dimension, Provenance Provenance)
{
    /// <summary>The value in the base unit of its dimension (s, Hz, bit, bit/s, W, pJ, pJ/bit, W/bit, cycles, 1).</summary>
    public double Value => (double)(Number * Unit.Scale);

    /// <summary>A time in seconds.</summary>
    public double Seconds => In(Dimension.Time);

    /// <summary>A frequency in hertz.</summary>
    public double Hertz => In(Dimension.Frequency);

    /// <summary>A power in watts.</summary>
    public double Watts => In(Dimension.Power);

    /// <summary>A bandwidth in bits per second.</summary>
    public double BitsPerSecond => In(Dimension.Bandwidth);

    /// <summary>An energy.</summary>
    public Picojoules Picojoules => new(In(Dimension.Energy));

    /// <summary>An energy per bit, in picojoules.</summary>
    public double PicojoulesPerBit => In(Dimension.EnergyPerBit);

    /// <summary>A power per memory, in watts per bit.</summary>
    public double WattsPerBit => In(Dimension.PowerPerMemory);

    /// <summary>An amount of memory.</summary>
    public Bits Bits => new(Whole(Dimension.Memory));

    /// <summary>A number of clock cycles.</summary>
    public Cycles Cycles => new(Whole(Dimension.Cycles));

    /// <summary>A count of things.</summary>
    public int Count => Dimension.IsCount ? checked((int)(Number * Unit.Scale)) : throw Misread("a count");

    /// <summary>The value as written, e.g. "200 MHz".</summary>
    public override string ToString() => $"{Number.ToString(CultureInfo.InvariantCulture)} {Unit.Symbol}";

    /// <summary>
    /// The same quantity with another value, for what-if runs: the source says that it was set, the grade is derived.
    /// </summary>
    /// <param name="number">New number, in the same unit.</param>
    public Quantity With(decimal number) =>
        this with { Number = number, Provenance = new Provenance($"set by the user (was {this})", EvidenceGrade.Derived) };

    private double In(Dimension dimension) => Dimension.Equals(dimension) ? Value : throw Misread(dimension.Name);

    private long Whole(Dimension dimension) => Dimension.Equals(dimension) ? (long)(Number * Unit.Scale) : throw Misread(dimension.Name);

    private InvalidOperationException Misread(string asked) => new($"{this} is a {Dimension.Name}, read as {asked}");
}
