namespace NeuroChip.Ir;

/// <summary>A count of core clock cycles.</summary>
public readonly record struct Cycles(long Count) : IComparable<Cycles>
{
    /// <summary>Sum of two cycle counts.</summary>
    public static Cycles operator +(Cycles a, Cycles b) => new(a.Count + b.Count);

    /// <summary>Cycles of <paramref name="n"/> repetitions.</summary>
    public static Cycles operator *(Cycles a, long n) => new(a.Count * n);

    /// <inheritdoc/>
    public int CompareTo(Cycles other) => Count.CompareTo(other.Count);

    /// <inheritdoc/>
    public override string ToString() => $"{Count} cycles";
}

/// <summary>An energy in picojoules (1e-12 J).</summary>
public readonly record struct Picojoules(double Value) : IComparable<Picojoules>
{
    /// <summary>The same energy in joules.</summary>
    public double Joules => Value * 1e-12;

    /// <summary>An energy from a power in watts and a duration in seconds.</summary>
    public static Picojoules FromWattSeconds(double watts, double seconds) => new(watts * seconds * 1e12);

    /// <summary>Sum of two energies.</summary>
    public static Picojoules operator +(Picojoules a, Picojoules b) => new(a.Value + b.Value);

    /// <summary>The energy of <paramref name="count"/> actions that cost <paramref name="each"/>.</summary>
    public static Picojoules operator *(Picojoules each, long count) => new(each.Value * count);

    /// <inheritdoc/>
    public int CompareTo(Picojoules other) => Value.CompareTo(other.Value);
}

/// <summary>An amount of memory in bits.</summary>
public readonly record struct Bits(long Count) : IComparable<Bits>
{
    /// <summary>An amount given in bytes.</summary>
    public static Bits FromBytes(long bytes) => new(bytes * 8);

    /// <summary>Whole bytes, rounded up.</summary>
    public long Bytes => (Count + 7) / 8;

    /// <summary>Sum of two amounts.</summary>
    public static Bits operator +(Bits a, Bits b) => new(a.Count + b.Count);

    /// <summary>An amount <paramref name="n"/> times over.</summary>
    public static Bits operator *(Bits a, long n) => new(a.Count * n);

    /// <inheritdoc/>
    public int CompareTo(Bits other) => Count.CompareTo(other.Count);
}
