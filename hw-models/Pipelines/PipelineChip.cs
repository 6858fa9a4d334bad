using System.Collections.Immutable;

namespace NeuroChip.HwModels.Pipelines;

/// <summary>
/// A chip whose cores are pipelines that work in time steps: every step a core visits its neurons one by one and sends messages, then works off the
/// messages it received. This is how SANA-FE describes architectures, and its numbers come from such a file: energies in joules, latencies in seconds.
/// </summary>
/// <param name="Name">Name of the architecture.</param>
/// <param name="File">The file it was read from: the source of every number.</param>
/// <param name="Mesh">Arrangement of the tiles.</param>
/// <param name="Tiles">Tiles, by id.</param>
/// <param name="Cores">Cores of all tiles, by id: those of tile 0, then those of tile 1, and so on.</param>
/// <param name="Sync">Time between steps.</param>
public sealed record PipelineChip(
    string Name, string File, PipelineMesh Mesh, ImmutableArray<PipelineTile> Tiles, ImmutableArray<PipelineCore> Cores, SyncLatency Sync)
{
    /// <summary>Most cores any tile has.</summary>
    public int MostCoresPerTile => Tiles.Max(t => t.CoreCount);
}

/// <summary>A mesh with dimension-order routing: first along x, then along y. Tile <c>i</c> is at <c>(i / Height, i % Height)</c>.</summary>
/// <param name="Width">Tiles along x.</param>
/// <param name="Height">Tiles along y.</param>
/// <param name="LinkBufferSize">Messages that a link can hold.</param>
public sealed record PipelineMesh(int Width, int Height, int LinkBufferSize);

/// <summary>A router with the cores at it.</summary>
/// <param name="Name">Name.</param>
/// <param name="X">Column.</param>
/// <param name="Y">Row; north is towards larger ones.</param>
/// <param name="FirstCore">Id of its first core.</param>
/// <param name="CoreCount">Number of its cores.</param>
/// <param name="Hops">Costs of a hop.</param>
public sealed record PipelineTile(string Name, int X, int Y, int FirstCore, int CoreCount, HopCosts Hops);

/// <summary>Costs of a hop in each direction.</summary>
public sealed record HopCosts(ActionCost North, ActionCost East, ActionCost South, ActionCost West);

/// <summary>What an action takes.</summary>
/// <param name="Energy">Joules.</param>
/// <param name="Latency">Seconds.</param>
public readonly record struct ActionCost(double Energy, double Latency);

/// <summary>A core.</summary>
/// <param name="Name">Name.</param>
/// <param name="Tile">Id of its tile.</param>
/// <param name="Offset">Number within the tile.</param>
/// <param name="Type">What it consists of; cores described together share one.</param>
public sealed record PipelineCore(string Name, int Tile, int Offset, PipelineCoreType Type);

/// <summary>Where a core holds what arrived until the next step.</summary>
public enum StepBuffer
{
    /// <summary>Before the dendrite: dendrites work when neurons are visited.</summary>
    BeforeDendrite,

    /// <summary>In the dendrite, which is updated per message and read when neurons are visited.</summary>
    InsideDendrite,

    /// <summary>Before the soma: synapse and dendrite work per message.</summary>
    BeforeSoma,
}

/// <summary>The pipeline of a core.</summary>
/// <param name="Buffer">Where it is cut into the part that works per message and the part that works per neuron.</param>
/// <param name="MostNeurons">Neurons it has room for.</param>
/// <param name="Synapses">Synapse units, in the order of the file: the first is taken where none is named.</param>
/// <param name="Dendrites">Dendrite units.</param>
/// <param name="Somas">Soma units.</param>
/// <param name="MessageIn">Receiving a message.</param>
/// <param name="MessageOut">Sending a message.</param>
public sealed record PipelineCoreType(
    StepBuffer Buffer,
    int MostNeurons,
    ImmutableArray<SynapseUnit> Synapses,
    ImmutableArray<DendriteUnit> Dendrites,
    ImmutableArray<SomaUnit> Somas,
    ActionCost MessageIn,
    ActionCost MessageOut);

/// <summary>A unit of a pipeline.</summary>
/// <param name="Name">Name by which networks choose it.</param>
/// <param name="Refusal">Why nothing can be mapped to it here (a plugin, a noise file); null if it can.</param>
public abstract record PipelineUnit(string Name, string? Refusal);

/// <summary>Looks up the weight of a synapse and hands it on (model <c>current_based</c>).</summary>
/// <param name="Name">Name.</param>
/// <param name="Refusal">Why it cannot be used, if so.</param>
/// <param name="Process">One synapse.</param>
public sealed record SynapseUnit(string Name, string? Refusal, ActionCost Process) : PipelineUnit(Name, Refusal);

/// <summary>How a dendrite unit collects currents.</summary>
public enum DendriteModel
{
    /// <summary>The sum of a step (<c>accumulator</c>).</summary>
    Accumulator,

    /// <summary>The sum of what is due in a step: each synapse has a delay (<c>accumulator_with_delay</c>).</summary>
    AccumulatorWithDelay,
}

/// <summary>Collects currents.</summary>
/// <param name="Name">Name.</param>
/// <param name="Refusal">Why it cannot be used, if so.</param>
/// <param name="Model">How.</param>
/// <param name="Update">One update.</param>
public sealed record DendriteUnit(string Name, string? Refusal, DendriteModel Model, ActionCost Update) : PipelineUnit(Name, Refusal);

/// <summary>What a soma unit computes.</summary>
public enum SomaModel
{
    /// <summary>Leaky integration with a grid of 1/64 (<c>leaky_integrate_fire</c>).</summary>
    LeakyIntegrateFire,

    /// <summary>Additive leak and two thresholds (<c>truenorth</c>).</summary>
    TrueNorth,

    /// <summary>Sends given spikes (<c>input</c>).</summary>
    Input,
}

/// <summary>Visits neurons.</summary>
/// <param name="Name">Name.</param>
/// <param name="Refusal">Why it cannot be used, if so.</param>
/// <param name="Model">What it computes.</param>
/// <param name="Access">Visiting a neuron, every step.</param>
/// <param name="Update">Updating one, where there is something to update.</param>
/// <param name="SpikeOut">A spike.</param>
public sealed record SomaUnit(string Name, string? Refusal, SomaModel Model, ActionCost Access, ActionCost Update, ActionCost SpikeOut) : PipelineUnit(Name, Refusal);

/// <summary>Seconds between steps, by the number of tiles that hold neurons.</summary>
/// <param name="Table">Tiles and seconds, in ascending number of tiles; never empty.</param>
public sealed record SyncLatency(ImmutableArray<(int Tiles, double Seconds)> Table)
{
    /// <summary>That of the largest number that is not above <paramref name="tiles"/>; the first if all are above.</summary>
    public double At(int tiles)
    {
        var seconds = Table[0].Seconds;
        foreach (var row in Table)
            if (row.Tiles <= tiles) seconds = row.Seconds;
        return seconds;
    }
}
