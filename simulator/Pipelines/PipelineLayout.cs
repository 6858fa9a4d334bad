using NeuroChip.HwModels.Pipelines;
using NeuroChip.Ir.Pipelines;

namespace NeuroChip.Simulator.Pipelines;

/// <summary>The neurons of a core: consecutive positions, in the order in which the core visits them.</summary>
/// <param name="Core">Id of the core on the chip.</param>
/// <param name="First">First position.</param>
/// <param name="Count">Number of neurons.</param>
internal readonly record struct CoreSpan(int Core, int First, int Count)
{
    public int End => First + Count;
}

/// <summary>A way by which synaptic events enter a core: its synapse and dendrite unit.</summary>
/// <param name="Core">Index of the core among those in use.</param>
/// <param name="Synapse">Synapse unit.</param>
/// <param name="Dendrite">Dendrite unit.</param>
internal readonly record struct Receiver(int Core, SynapseUnit Synapse, DendriteUnit Dendrite)
{
    /// <summary>Seconds of a synaptic event, as SANA-FE adds them up.</summary>
    public double Latency => Synapse.Process.Latency + Dendrite.Update.Latency;
}

/// <summary>
/// A network laid out for its chip. Neurons have a <i>position</i> (by core, then in the order of mapping) for everything a core does one by one, and a
/// <i>slot</i> (by group, then address) for what arrives, so that synapses are used as they are stored.
/// </summary>
internal sealed class PipelineLayout
{
    public PipelineLayout(PipelineChip chip, PipelineNetwork network)
    {
        (Chip, Network) = (chip, network);
        var placement = network.Placement;
        var count = network.NeuronCount;
        (Neuron, Group, Slot, ReceiverOfSlot) = (new int[count], new int[count], new int[count], new int[count]);
        var held = new int[chip.Cores.Length + 1];
        foreach (var core in placement.Core) held[core + 1]++;
        for (var core = 0; core < chip.Cores.Length; core++) held[core + 1] += held[core];
        var next = held.AsSpan(0, chip.Cores.Length).ToArray();
        foreach (var neuron in placement.Order) Neuron[next[placement.Core[neuron]]++] = neuron;

        FirstSlot = [.. network.Groups.Select(g => g.First)];
        var groupOf = new int[count];
        for (var g = 0; g < network.Groups.Length; g++) groupOf.AsSpan(network.Groups[g].First, network.Groups[g].Count).Fill(g);
        for (var position = 0; position < count; position++)
        {
            Group[position] = groupOf[Neuron[position]];
            var group = network.Groups[Group[position]];
            Slot[position] = group.First + group.AddressOf(Neuron[position] - group.First);
        }

        List<CoreSpan> cores = [];
        List<Receiver> receivers = [];
        for (var core = 0; core < chip.Cores.Length; core++)
        {
            if (held[core + 1] == held[core]) continue;
            AddReceivers(cores.Count, held[core], held[core + 1], receivers);
            cores.Add(new(core, held[core], held[core + 1] - held[core]));
        }

        (Cores, Receivers) = ([.. cores], [.. receivers]);
        (TileOfCore, TypeOfCore) = (new int[Cores.Length], new PipelineCoreType[Cores.Length]);
        for (var c = 0; c < Cores.Length; c++) (TileOfCore[c], TypeOfCore[c]) = (chip.Cores[Cores[c].Core].Tile, chip.Cores[Cores[c].Core].Type);
        SyncLatency = chip.Sync.At(TileOfCore.Distinct().Count());
    }

    public PipelineChip Chip { get; }

    public PipelineNetwork Network { get; }

    /// <summary>Neuron id of each position.</summary>
    public int[] Neuron { get; }

    /// <summary>Group of each position.</summary>
    public int[] Group { get; }

    /// <summary>Slot of each position.</summary>
    public int[] Slot { get; }

    /// <summary>Slot of address 0 of each group.</summary>
    public int[] FirstSlot { get; }

    /// <summary>Receiver of each slot.</summary>
    public int[] ReceiverOfSlot { get; }

    /// <summary>Cores that hold neurons, by ascending id.</summary>
    public CoreSpan[] Cores { get; }

    /// <summary>Receivers, by ascending core.</summary>
    public Receiver[] Receivers { get; }

    /// <summary>Tile of each core in use.</summary>
    public int[] TileOfCore { get; }

    /// <summary>Pipeline of each core in use.</summary>
    public PipelineCoreType[] TypeOfCore { get; }

    /// <summary>Seconds between steps.</summary>
    public double SyncLatency { get; }

    private void AddReceivers(int core, int first, int end, List<Receiver> receivers)
    {
        var placement = Network.Placement;
        var type = Chip.Cores[placement.Core[Neuron[first]]].Type;
        var before = receivers.Count;
        for (var position = first; position < end; position++)
        {
            var neuron = Neuron[position];
            var receiver = new Receiver(core, type.Synapses[placement.Synapse[neuron]], type.Dendrites[placement.Dendrite[neuron]]);
            var index = before;
            while (index < receivers.Count && (!ReferenceEquals(receivers[index].Synapse, receiver.Synapse) || !ReferenceEquals(receivers[index].Dendrite, receiver.Dendrite))) index++;
            if (index == receivers.Count) receivers.Add(receiver);
            ReceiverOfSlot[Slot[position]] = index;
        }
    }
}
