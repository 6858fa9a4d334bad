using NeuroChip.HwModels.Fields;
using NeuroChip.Ir;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.HwModels;

/// <summary>Core cycles of the actions of a core.</summary>
public sealed record CycleCosts
{
    /// <summary>Per tick, whatever happens.</summary>
    public required Quantity Tick { get; init; }

    /// <summary>Per spike that arrives at the core, before its synapses.</summary>
    public required Quantity SpikeReceived { get; init; }

    /// <summary>Per synaptic event (one synapse of an arriving spike).</summary>
    public required Quantity SynapticEvent { get; init; }

    /// <summary>Per multiply-accumulate of an analog projection.</summary>
    public required Quantity Mac { get; init; }

    /// <summary>Per tap of a kernel over sites, of an arriving spike: its target's index, and whether the core holds that part of the grid. Null: the core software does no such layers.</summary>
    public Quantity? SiteOffset { get; init; }

    /// <summary>Per such target in the core's part of the grid: looking it up among the core's sites.</summary>
    public Quantity? SiteProbe { get; init; }

    /// <summary>Per packet sent.</summary>
    public required Quantity PacketSent { get; init; }

    /// <summary>Core cycles to start a DMA transfer.</summary>
    public required Quantity DmaSetup { get; init; }

    /// <summary>Core cycles until a DMA transfer has moved one more word; runs beside the core.</summary>
    public required Quantity DmaWord { get; init; }

    /// <summary>Update of a source neuron (input from outside).</summary>
    public required Quantity Source { get; init; }

    /// <summary>Update of a linear relay.</summary>
    public required Quantity Relay { get; init; }

    /// <summary>Update of a leaky integrator that never fires (a readout).</summary>
    public required Quantity Integrator { get; init; }

    /// <summary>Update of a leaky integrate-and-fire neuron.</summary>
    public required Quantity Lif { get; init; }

    /// <summary>Each state variable beyond the membrane (synaptic current, adaptation).</summary>
    public required Quantity ExtraState { get; init; }

    /// <summary>One arithmetic operation of a neuron given by its arithmetic.</summary>
    public required Quantity Operation { get; init; }

    /// <summary>Cycles to update one neuron of a model once.</summary>
    public Cycles NeuronUpdate(Neuron neuron) => neuron switch
    {
        SourceNeuron => Source.Cycles,
        RelayNeuron => Relay.Cycles,
        LifNeuron => Lif.Cycles,
        AffineNeuron affine => (affine.Spiking ? Lif : Integrator).Cycles + (ExtraState.Cycles * (affine.States - 1)),
        ArithmeticNeuron arithmetic => Operation.Cycles * Operations(arithmetic.Program),
        _ => throw new ArgumentException($"neuron model '{neuron.Keyword}' has no cycle cost", nameof(neuron)),
    };

    /// <summary>Operations of a program that compute: all but loads of states, inputs and parameters; at least 1.</summary>
    public static int Operations(ElementwiseProgram program) =>
        Math.Max(1, program.Code.Count(i => i.Op is not (ElementwiseOp.State or ElementwiseOp.Input or ElementwiseOp.Parameter)));

    internal static CycleCosts Map(ChipFields f, CycleCosts? c) => new()
    {
        Tick = f.Quantity("tick", Dimension.Cycles, c?.Tick, "Core cycles per tick, whatever happens."),
        SpikeReceived = f.Quantity("spike_received", Dimension.Cycles, c?.SpikeReceived, "Core cycles per spike that arrives, before its synapses."),
        SynapticEvent = f.Quantity("synaptic_event", Dimension.Cycles, c?.SynapticEvent, "Core cycles per synapse of an arriving spike."),
        Mac = f.Quantity("mac", Dimension.Cycles, c?.Mac, "Core cycles per multiply-accumulate of an analog projection."),
        SiteOffset = f.OptionalQuantity("site_offset", Dimension.Cycles, c?.SiteOffset, "Core cycles per tap of a kernel over sites: the index of the target, and whether the core holds that part of the grid."),
        SiteProbe = f.OptionalQuantity("site_probe", Dimension.Cycles, c?.SiteProbe, "Core cycles to look up a target among the sites of the core."),
        PacketSent = f.Quantity("packet_sent", Dimension.Cycles, c?.PacketSent, "Core cycles per packet sent."),
        DmaSetup = f.Quantity("dma_setup", Dimension.Cycles, c?.DmaSetup, "Core cycles to start a DMA transfer."),
        DmaWord = f.Quantity("dma_word", Dimension.Cycles, c?.DmaWord, "Core cycles until a DMA transfer has moved one more word; the core goes on meanwhile."),
        Source = f.Quantity("source", Dimension.Cycles, c?.Source, "Core cycles to update a source neuron."),
        Relay = f.Quantity("relay", Dimension.Cycles, c?.Relay, "Core cycles to update a linear relay."),
        Integrator = f.Quantity("integrator", Dimension.Cycles, c?.Integrator, "Core cycles to update a leaky integrator that never fires."),
        Lif = f.Quantity("lif", Dimension.Cycles, c?.Lif, "Core cycles to update a leaky integrate-and-fire neuron."),
        ExtraState = f.Quantity("extra_state", Dimension.Cycles, c?.ExtraState, "Core cycles per state variable beyond the membrane, e.g. of current-based LIF."),
        Operation = f.Quantity("operation", Dimension.Cycles, c?.Operation, "Core cycles per operation of a neuron given by its arithmetic."),
    };
}
