using System.Collections.Immutable;
using NeuroChip.HwModels.Fields;
using NeuroChip.Ir.Diagnostics;

namespace NeuroChip.HwModels;

/// <summary>What the energy of a report is the energy of.</summary>
public enum Boundary
{
    /// <summary>Cores only.</summary>
    Core,

    /// <summary>Chips, with their memory.</summary>
    Chip,

    /// <summary>Boards, with everything on them.</summary>
    Board,
}

/// <summary>The families of chips that can be described: what fields a chip file has.</summary>
public enum ChipFamily
{
    /// <summary>Many equal programmable cores, chips of them on boards: <see cref="ManyCoreChip"/>.</summary>
    ManyCore,

    /// <summary>Tiles made for one kind of work each, on a mesh, with a shared buffer and DRAM: <see cref="TileChip"/>.</summary>
    Tiles,
}

/// <summary>
/// A chip as data: what fits (hard limits), what things take (cycles, times) and what they cost (energy). Read from YAML by
/// <see cref="ChipModelReader"/>; every number says where it comes from. This is what chips of all families have.
/// </summary>
public abstract record ChipModel
{
    /// <summary>Which fields the chip has.</summary>
    public abstract ChipFamily Family { get; }

    /// <summary>Name on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>One line for people.</summary>
    public required string Title { get; init; }

    /// <summary>What the energy of a report is the energy of.</summary>
    public required Boundary Boundary { get; init; }

    /// <summary>Numbers the chip computes in.</summary>
    public required ArithmeticModel Arithmetic { get; init; }

    /// <summary>Name of the cost table that is used unless another is asked for.</summary>
    public required string DefaultEnergy { get; init; }

    /// <summary>Figures that are known but that the model does not compute with: alternatives, conflicts, measurements to compare with.</summary>
    public required ImmutableSortedDictionary<string, Quantity> Reference { get; init; }

    /// <summary>Documents the sources of numbers refer to, by alias.</summary>
    public required ImmutableSortedDictionary<string, string> Sources { get; init; }

    /// <summary>What the model leaves out; reports print it.</summary>
    public required ImmutableArray<string> NotModelled { get; init; }

    /// <summary>Names of the chip's cost tables, in order.</summary>
    public abstract ImmutableArray<string> CostTables { get; }

    /// <summary>Two chips are equal if their files are.</summary>
    public virtual bool Equals(ChipModel? other) => other is not null && (ReferenceEquals(this, other) || ToYaml() == other.ToYaml());

    /// <inheritdoc/>
    public override int GetHashCode() => ToYaml().GetHashCode(StringComparison.Ordinal);

    /// <summary>The model as YAML that stands alone: nothing is inherited. Reading it gives an equal model.</summary>
    public string ToYaml() => ChipFieldWriter.Write(this);

    /// <summary>All fields in order, for a table.</summary>
    public ImmutableArray<ChipRow> Rows() => ChipFieldRows.Of(this);

    /// <summary>Shows the model's fields to a walker.</summary>
    internal abstract void Walk(ChipFields f);

    /// <summary>The cost table of a name; NC6016 if there is none.</summary>
    /// <param name="tables">The chip's tables.</param>
    /// <param name="name">Name of the table; null for the default one.</param>
    private protected T Table<T>(ImmutableSortedDictionary<string, T> tables, string? name) =>
        tables.TryGetValue(name ?? DefaultEnergy, out var table)
            ? table
            : throw new DiagnosticException(Diagnostic.Error(
                "NC6016",
                $"chip '{Name}' has no cost table '{name}'",
                null,
                $"its cost tables are {string.Join(", ", tables.Keys)}"));
}
