using NeuroChip.HwModels.Fields;
using NeuroChip.Ir;

namespace NeuroChip.HwModels;

/// <summary>A core: how many, how fast, what fits. All of it is a hard limit.</summary>
public sealed record CoreModel
{
    /// <summary>Cores on a chip, in all.</summary>
    public required Quantity PerChip { get; init; }

    /// <summary>Cores of a chip that can hold neurons; they are numbered from 1.</summary>
    public required Quantity Usable { get; init; }

    /// <summary>Clock of the cores.</summary>
    public required Quantity Clock { get; init; }

    /// <summary>Data memory of a core.</summary>
    public required Quantity Dtcm { get; init; }

    /// <summary>Part of the data memory that the system keeps (stacks, run-time variables).</summary>
    public required Quantity DtcmReserved { get; init; }

    /// <summary>Instruction memory of a core.</summary>
    public required Quantity Itcm { get; init; }

    /// <summary>Neurons a core can compute.</summary>
    public required Quantity Neurons { get; init; }

    /// <summary>Spikes that wait for processing.</summary>
    public required Quantity SpikeQueue { get; init; }

    /// <summary>Bits of an entry of the queue of spikes.</summary>
    public required Quantity SpikeQueueEntry { get; init; }

    /// <summary>Data memory left for neurons and synapses.</summary>
    public Bits DtcmUsable => new(Dtcm.Bits.Count - DtcmReserved.Bits.Count);

    internal static CoreModel Map(ChipFields f, CoreModel? c) => new()
    {
        PerChip = f.Quantity("per_chip", Dimension.CountOf("cores", "core"), c?.PerChip, "Cores on a chip, in all."),
        Usable = f.Quantity("usable", Dimension.CountOf("cores", "core"), c?.Usable, "Cores of a chip that can hold neurons."),
        Clock = f.Quantity("clock", Dimension.Frequency, c?.Clock, "Clock of the cores."),
        Dtcm = f.Quantity("dtcm", Dimension.Memory, c?.Dtcm, "Data memory of a core."),
        DtcmReserved = f.Quantity("dtcm_reserved", Dimension.Memory, c?.DtcmReserved, "Part of the data memory that the system keeps."),
        Itcm = f.Quantity("itcm", Dimension.Memory, c?.Itcm, "Instruction memory of a core."),
        Neurons = f.Quantity("neurons", Dimension.CountOf("neurons", "neuron"), c?.Neurons, "Neurons a core can compute."),
        SpikeQueue = f.Quantity("spike_queue", Dimension.CountOf("spikes", "spike"), c?.SpikeQueue, "Spikes that can wait for processing on a core."),
        SpikeQueueEntry = f.Quantity("spike_queue_entry", Dimension.Memory, c?.SpikeQueueEntry, "Memory of one waiting spike."),
    };
}
