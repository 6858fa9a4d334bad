using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;
using NeuroChip.Runtime;

namespace NeuroChip.Simulator.Observers;

/// <summary>What one population sent in a sample.</summary>
/// <param name="population">The population.</param>
/// <param name="cores">Indices of its cores, their slices ascending.</param>
/// <param name="slices">The slices.</param>
/// <param name="outflows">Indices of the projections that leave it.</param>
/// <param name="givesRows">Whether its payloads are rows of a projection.</param>
/// <param name="steps">Steps of a sample.</param>
internal sealed class PopulationView(Population population, int[] cores, CoreSlice[] slices, int[] outflows, bool givesRows, int steps)
{
    /// <summary>Whether anybody listens: to its events or to its payloads as rows.</summary>
    public bool Heard => givesRows || outflows.Length > 0;

    public Population Population => population;

    public int[] Cores => cores;

    public CoreSlice[] Slices => slices;

    public int[] Outflows => outflows;

    /// <summary>Neurons that exist in this sample.</summary>
    public int Present { get; set; } = population.Size;

    /// <summary>Events of the step that is being counted, by core.</summary>
    public long[] Spikes { get; } = new long[cores.Length];

    public long[] EmissionsPerStep { get; } = new long[steps];

    public long Packets { get; set; }

    public long RouterVisits { get; set; }

    public long LinkCrossings { get; set; }

    /// <summary>Neurons of a core that exist in the sample.</summary>
    public int PresentOn(int core) => Math.Clamp(Present - slices[core].First, 0, slices[core].Count);

    public void Clear()
    {
        Array.Clear(EmissionsPerStep);
        (Packets, RouterVisits, LinkCrossings) = (0, 0, 0);
    }

    public PopulationActivity Finish() => new(
        population.Neuron is SourceNeuron ? 0 : (long)Present * steps,
        [.. EmissionsPerStep],
        Packets,
        population.Domain == SpikeDomain.Binary ? 0 : Packets,
        RouterVisits,
        LinkCrossings)
    {
        NeuronSteps = (long)Present * steps,
    };
}
