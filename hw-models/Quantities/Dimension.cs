using System.Collections.Immutable;

namespace NeuroChip.HwModels;

/// <summary>A unit: its symbol in files, and how many of the dimension's base unit it is.</summary>
public readonly record struct Unit(string Symbol, decimal Scale);

/// <summary>What a number measures, and the units it may be written in. The first unit is the base unit.</summary>
public sealed class Dimension : IEquatable<Dimension>
{
    private Dimension(string name, bool whole, params ReadOnlySpan<(string Symbol, decimal Scale)> units)
    {
        Name = name;
        Whole = whole;
        Units = [.. units.ToArray().Select(u => new Unit(u.Symbol, u.Scale))];
    }

    /// <summary>Name for people, e.g. "time".</summary>
    public string Name { get; }

    /// <summary>Whether only whole numbers of the base unit make sense.</summary>
    public bool Whole { get; }

    /// <summary>Whether it is a count of things, see <see cref="CountOf"/>.</summary>
    public bool IsCount { get; private init; }

    /// <summary>The greatest value in base units: counts are int, other whole numbers long.</summary>
    public decimal Most => !Whole ? decimal.MaxValue : IsCount ? int.MaxValue : 1L << 60;

    /// <summary>Units it may be written in; empty where any unit will do.</summary>
    public ImmutableArray<Unit> Units { get; }

    /// <summary>Seconds.</summary>
    public static Dimension Time { get; } = new("time", false, ("s", 1m), ("ms", 1e-3m), ("us", 1e-6m), ("ns", 1e-9m), ("ps", 1e-12m));

    /// <summary>Hertz.</summary>
    public static Dimension Frequency { get; } = new("frequency", false, ("Hz", 1m), ("kHz", 1e3m), ("MHz", 1e6m), ("GHz", 1e9m));

    /// <summary>Bits. Bytes in binary multiples only: a "KB" would leave open which one is meant.</summary>
    public static Dimension Memory { get; } =
        new("memory", true, ("bit", 1m), ("B", 8m), ("KiB", 8m * 1024), ("MiB", 8m * 1024 * 1024), ("GiB", 8m * 1024 * 1024 * 1024));

    /// <summary>Bits per second.</summary>
    public static Dimension Bandwidth { get; } =
        new("bandwidth", false, ("bit/s", 1m), ("Mbit/s", 1e6m), ("Gbit/s", 1e9m), ("B/s", 8m), ("MB/s", 8e6m), ("GB/s", 8e9m));

    /// <summary>Watts.</summary>
    public static Dimension Power { get; } = new("power", false, ("W", 1m), ("mW", 1e-3m), ("uW", 1e-6m));

    /// <summary>Picojoules.</summary>
    public static Dimension Energy { get; } = new("energy", false, ("pJ", 1m), ("fJ", 1e-3m), ("nJ", 1e3m), ("uJ", 1e6m), ("mJ", 1e9m), ("J", 1e12m));

    /// <summary>Picojoules per bit moved.</summary>
    public static Dimension EnergyPerBit { get; } = new("energy per bit", false, ("pJ/bit", 1m), ("fJ/bit", 1e-3m), ("nJ/bit", 1e3m));

    /// <summary>Watts per bit of memory that is powered on.</summary>
    public static Dimension PowerPerMemory { get; } = new("power per memory", false, ("W/bit", 1m), ("mW/KiB", 1e-3m / 8192), ("uW/KiB", 1e-6m / 8192));

    /// <summary>Clock cycles; the field says of which clock.</summary>
    public static Dimension Cycles { get; } = new("clock cycles", true, ("cycles", 1m), ("cycle", 1m));

    /// <summary>How many times as much as something that the field names.</summary>
    public static Dimension Ratio { get; } = new("ratio", false, ("x", 1m));

    /// <summary>Any unit at all: figures that are kept for reference and that nothing computes with.</summary>
    public static Dimension Any { get; } = new("any unit", false);

    /// <summary>A count of things, written with their name: "16 cores".</summary>
    /// <param name="noun">Plural, e.g. "cores".</param>
    /// <param name="singular">Singular, e.g. "core".</param>
    public static Dimension CountOf(string noun, string singular) => new($"number of {noun}", true, (noun, 1m), (singular, 1m)) { IsCount = true };

    /// <summary>The unit of that symbol, if this dimension has it.</summary>
    public Unit? Find(string symbol)
    {
        if (Units.IsEmpty) return symbol.Length > 0 ? new Unit(symbol, 1m) : null;
        foreach (var unit in Units)
            if (unit.Symbol == symbol) return unit;
        return null;
    }

    /// <inheritdoc/>
    public bool Equals(Dimension? other) => other is not null && Name == other.Name;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Dimension);

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
