using System.Collections.Immutable;
using NeuroChip.HwModels.Fields;

namespace NeuroChip.HwModels;

/// <summary>A chip of many equal programmable cores that compute neurons in software: chips on boards, joined by routers, like SpiNNaker.</summary>
public sealed record ManyCoreChip : ChipModel
{
    /// <inheritdoc/>
    public override ChipFamily Family => ChipFamily.ManyCore;

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

    /// <summary>What works beside what, and how much can wait where; null for a chip that only analytic timing can time.</summary>
    public PipelineModel? Pipeline { get; init; }

    /// <summary>Cost tables by name.</summary>
    public required ImmutableSortedDictionary<string, ActionCosts> EnergyTables { get; init; }

    /// <summary>The default cost table.</summary>
    public ActionCosts Energy => EnergyTables[DefaultEnergy];

    /// <summary>Core cycles in a tick at real-time speed.</summary>
    public long CyclesPerTick => (long)Math.Round(Tick.Seconds * Core.Clock.Hertz);

    /// <inheritdoc/>
    public override ImmutableArray<string> CostTables => [.. EnergyTables.Keys];

    /// <summary>A cost table by name; NC6016 if there is none of that name.</summary>
    /// <param name="name">Name of the table; null for the default one.</param>
    public ActionCosts EnergyTable(string? name) => Table(EnergyTables, name);

    /// <inheritdoc/>
    public bool Equals(ManyCoreChip? other) => base.Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => base.GetHashCode();

    internal override void Walk(ChipFields f) => Map(f, this);

    internal static ManyCoreChip Map(ChipFields f, ManyCoreChip? c)
    {
        f.Family(ChipFamily.ManyCore);
        return new()
        {
            Name = CommonFields.Name(f, c),
            Title = CommonFields.Title(f, c),
            Boundary = CommonFields.Boundary(f, c),
            Tick = f.Quantity("tick", Dimension.Time, c?.Tick, "Duration of a tick at real-time speed."),
            Machine = f.Section("machine", c?.Machine, MachineModel.Map, "Chips and their links."),
            Core = f.Section("core", c?.Core, CoreModel.Map, "Cores: how many, how fast, what fits."),
            Synapse = f.Section("synapse", c?.Synapse, SynapseModel.Map, "How synapses and pending inputs are stored."),
            Memory = f.Section("memory", c?.Memory, MemoryModel.Map, "Memory shared by the cores of a chip."),
            Noc = f.Section("noc", c?.Noc, NocModel.Map, "Routers, links and packets."),
            Cycles = f.Section("cycles", c?.Cycles, CycleCosts.Map, "Core cycles of the actions of a core."),
            Pipeline = f.OptionalSection("pipeline", c?.Pipeline, PipelineModel.Map, "What works beside what, and how much can wait where: for event timing."),
            Arithmetic = CommonFields.Arithmetic(f, c),
            DefaultEnergy = CommonFields.DefaultEnergy(f, c),
            EnergyTables = f.Sections("energy", c?.EnergyTables, ActionCosts.Map, CommonFields.EnergyMeaning),
            Reference = CommonFields.Reference(f, c),
            Sources = CommonFields.Sources(f, c),
            NotModelled = CommonFields.NotModelled(f, c),
        };
    }
}
