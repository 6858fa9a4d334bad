using NeuroChip.HwModels.Pipelines;
using NeuroChip.Simulator.Pipelines.Somas;

namespace NeuroChip.Simulator.Pipelines;

/// <summary>
/// Prices the counts of a step. Every mapped neuron is visited in every step; hops cost what the tile asks for to which the message goes (SANA-FE's way; the latency of a
/// hop is that of the tile it comes from).
/// </summary>
internal sealed class EnergyPrices
{
    private readonly PipelineLayout layout;
    private readonly SomaBlock[] blocks;
    private readonly double visits;
    private readonly double dendriteVisits;
    private readonly (int Tile, HopCosts Costs)[] tiles;

    public EnergyPrices(PipelineLayout layout, SomaBlock[][] blocks)
    {
        this.layout = layout;
        this.blocks = [.. blocks.SelectMany(b => b)];
        tiles = [.. layout.TileOfCore.Distinct().Select(t => (t, layout.Chip.Tiles[t].Hops))];
        foreach (var block in this.blocks)
        {
            visits += block.Count * block.Unit.Access.Energy;
            dendriteVisits += block.Count * (block.Visited?.Update.Energy ?? 0);
        }
    }

    public PipelineEnergy Of(Traffic traffic)
    {
        var (synapse, dendrite, soma, network) = (0.0, dendriteVisits, visits, 0.0);
        foreach (var block in blocks) soma += (block.Updated * block.Unit.Update.Energy) + (block.Fired * block.Unit.SpikeOut.Energy);
        for (var r = 0; r < layout.Receivers.Length; r++)
        {
            synapse += traffic.Synapses[r] * layout.Receivers[r].Synapse.Process.Energy;
            dendrite += traffic.Synapses[r] * layout.Receivers[r].Dendrite.Update.Energy;
        }

        for (var core = 0; core < layout.Cores.Length; core++)
            network += (traffic.In[core] * layout.TypeOfCore[core].MessageIn.Energy) + (traffic.Out[core] * layout.TypeOfCore[core].MessageOut.Energy);
        foreach (var (tile, costs) in tiles)
        {
            var hops = traffic.Hops.AsSpan(tile * Traffic.Directions, Traffic.Directions);
            network += (hops[Traffic.East] * costs.East.Energy) + (hops[Traffic.West] * costs.West.Energy) + (hops[Traffic.South] * costs.South.Energy) + (hops[Traffic.North] * costs.North.Energy);
        }

        return new(synapse, dendrite, soma, network);
    }
}
