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

/// <summary>
/// A chip as data: what fits (hard limits), what things take (cycles, times) and what they cost (energy). Read from YAML by
/// <see cref="ChipModelReader"/>; every number says where it comes from.
/// </summary>
public sealed record ChipModel
{
    /// <summary>Name on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>One line for people.</summary>
    public required string Title { get; init; }

    /// <summary>What the energy of a report is the energy of.</summary>
    public required Boundary Boundary { get; init; }

    /// <summary>Duration of a tick in real time.</summary>
    public required Quantity Tick { get; init; }

    /// <summary>Chips and their links.</summary>
    public required MachineModel Machine { get; init; }

    /// <summary>Cores.</summary>
    public required CoreModel Core { get; init; }

    /// <summary>Synapse and input storage.</summary>
    public required SynapseModel Synapse { get; init; }

    /// <summary>Memory shared by the cores of a chip.</summary>
    public required MemoryModel Memory { get; init; }

    /// <summary>Routers, links, packets.</summary>
    public required NocModel Noc { get; init; }

    /// <summary>Cycles of a core's actions.</summary>
    public required CycleCosts Cycles { get; init; }

    /// <summary>Numbers the chip computes in.</summary>
    public required ArithmeticModel Arithmetic { get; init; }

    /// <summary>Name of the cost table that is used unless another is asked for.</summary>
    public required string DefaultEnergy { get; init; }

    /// <summary>Cost tables by name.</summary>
    public required ImmutableSortedDictionary<string, ActionCosts> EnergyTables { get; init; }

    /// <summary>Figures that are known but that the model does not compute with: alternatives, conflicts, measurements to compare with.</summary>
    public required ImmutableSortedDictionary<string, Quantity> Reference { get; init; }

    /// <summary>Documents the sources of numbers refer to, by alias.</summary>
    public required ImmutableSortedDictionary<string, string> Sources { get; init; }

    /// <summary>What the model leaves out; reports print it.</summary>
    public required ImmutableArray<string> NotModelled { get; init; }

    /// <summary>The default cost table.</summary>
    public ActionCosts Energy => EnergyTables[DefaultEnergy];

    /// <summary>Core cycles in a tick at real-time speed.</summary>
    public long CyclesPerTick => (long)Math.Round(Tick.Seconds * Core.Clock.Hertz);

    /// <summary>A cost table by name; NC6016 if there is none of that name.</summary>
    /// <param name="name">Name of the table; null for the default one.</param>
    public ActionCosts EnergyTable(string? name)
    {
        if (name is null) return Energy;
        return EnergyTables.TryGetValue(name, out var table)
            ? table
            : throw new DiagnosticException(Diagnostic.Error(
                "NC6016",
                $"chip '{Name}' has no cost table '{name}'",
                null,
                $"its cost tables are {string.Join(", ", EnergyTables.Keys)}"));
    }

    /// <inheritdoc/>
    public bool Equals(ChipModel? other) => other is not null && (ReferenceEquals(this, other) || ToYaml() == other.ToYaml());

    /// <inheritdoc/>
    public override int GetHashCode() => ToYaml().GetHashCode(StringComparison.Ordinal);

    /// <summary>The model as YAML that stands alone: nothing is inherited. Reading it gives an equal model.</summary>
    public string ToYaml() => ChipFieldWriter.Write(this);

    /// <summary>All fields in order, for a table.</summary>
    public ImmutableArray<ChipRow> Rows() => ChipFieldRows.Of(this);

    internal static ChipModel Map(ChipFields f, ChipModel? c) => new()
    {
        Name = f.Text("name", c?.Name, "Name of the chip model on the command line."),
        Title = f.Text("title", c?.Title, "One line for people."),
        Boundary = f.Choice("boundary", c?.Boundary, "What the energy of a report is the energy of."),
        Tick = f.Quantity("tick", Dimension.Time, c?.Tick, "Duration of a tick at real-time speed."),
        Machine = f.Section("machine", c?.Machine, MachineModel.Map, "Chips and their links."),
        Core = f.Section("core", c?.Core, CoreModel.Map, "Cores: how many, how fast, what fits."),
        Synapse = f.Section("synapse", c?.Synapse, SynapseModel.Map, "How synapses and pending inputs are stored."),
        Memory = f.Section("memory", c?.Memory, MemoryModel.Map, "Memory shared by the cores of a chip."),
        Noc = f.Section("noc", c?.Noc, NocModel.Map, "Routers, links and packets."),
        Cycles = f.Section("cycles", c?.Cycles, CycleCosts.Map, "Core cycles of the actions of a core."),
        Arithmetic = f.Section("arithmetic", c?.Arithmetic, ArithmeticModel.Map, "Numbers the chip computes in."),
        DefaultEnergy = f.Text("default_energy", c?.DefaultEnergy, "Name of the cost table used unless another is asked for."),
        EnergyTables = f.Sections("energy", c?.EnergyTables, ActionCosts.Map, "Cost tables by name: energy per action, power over time."),
        Reference = f.Quantities("reference", c?.Reference, "Figures that are known but not computed with."),
        Sources = f.NamedTexts("sources", c?.Sources, "Documents that sources of numbers refer to, by alias."),
        NotModelled = f.Texts("not_modelled", ".+", c?.NotModelled ?? [], "What the model leaves out; reports print it."),
    };
}
