using System.Collections.Immutable;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Simulator.Engines;

/// <summary>
/// The events of the one form of the IR, taken literally: for each event, for each synapse that its address function enumerates, add.
/// Scatters where <see cref="ModuleInterpreter"/> gathers, so the two check each other.
/// </summary>
internal sealed class ReferenceEngine<T> : ISpikeEngine where T : unmanaged
{
    private readonly ChipImage image;
    private readonly ImmutableArray<PopulationId> order;
    private readonly BoundNeuron<T>[] neurons;
    private readonly NeuronBlock<T>[] blocks;
    private readonly List<T[]>[] emitted;
    private readonly int[]?[] active;
    private readonly List<Synapse> synapses = [];
    private SiteBinding sites = SiteBinding.None;
    private ImmutableArray<Projection> projections;
    private int step;

    public ReferenceEngine(ChipImage image)
    {
        this.image = image;
        order = StepOrder.Of(image.Populations, image.Projections);
        neurons = [.. image.Populations.Select(p => BoundNeuron.Bind<T>(p, image.Arithmetic))];
        blocks = [.. image.Populations.Select(p => NeuronBlock<T>.Allocate(p.Neuron, p.Size))];
        emitted = [.. image.Populations.Select(_ => new List<T[]>())];
        active = new int[]?[image.Populations.Length];
        if (image.Sites.IsEmpty) Reset();
    }

    public void Reset(SiteBinding? sample = null)
    {
        sites = sample ?? SiteBinding.None;
        projections = [.. image.Projections.Select(p => p with { Map = sites.Bind(p.Map) })];
        step = 0;
        foreach (var past in emitted) past.Clear();
        for (var i = 0; i < neurons.Length; i++) neurons[i].Reset(blocks[i]);
    }

    public void Step(SampleFeed feed)
    {
        Array.Clear(active);
        foreach (var id in order)
        {
            var (population, block) = (image.Populations[id.Index], blocks[id.Index]);
            if (feed.TryRead<T>(population, step, block.Emissions))
            {
                emitted[id.Index].Add([.. block.Emissions]);
                continue;
            }

            for (var port = 0; port < population.Neuron.Ports; port++)
            {
                if (typeof(T) == typeof(float)) AccumulateFloat(population, port, (float[])(object)block.Inputs[port]);
                else AccumulateInteger(population, port, (int[])(object)block.Inputs[port]);
            }

            neurons[id.Index].StepOneByOne(block, 0, population.Size);
            if (population.Sites is not null) block.Emissions.AsSpan(sites.Present(population)).Clear();
            emitted[id.Index].Add([.. block.Emissions]);
        }

        step++;
    }

    public ReadOnlySpan<int> Active(PopulationId population)
    {
        var emissions = blocks[population.Index].Emissions;
        return active[population.Index] ??= [.. Enumerable.Range(0, emissions.Length).Where(a => !emissions[a].Equals(default(T)))];
    }

    public int EventCount(PopulationId population) => Active(population).Length;

    public TOut[] Numbers<TOut>(Signal signal) where TOut : unmanaged
    {
        var block = blocks[signal.Population.Index];
        return (TOut[])(object)(signal.State < 0 ? block.Emissions : block.States[signal.State]);
    }

    public void Dispose()
    {
    }

    private void AccumulateFloat(Population population, int port, float[] sums)
    {
        var bias = population.Bias[port];
        // + 0 turns a bias of -0 into 0: see ModuleInterpreter.
        for (var a = 0; a < sums.Length; a++) sums[a] = (bias is null ? 0f : bias.Span<float>()[a % bias.Length]) + 0f;
        foreach (var projection in Into(population, port))
        {
            var emissions = (float[])(object)EmissionsOf(projection);
            var weights = RowsOf(projection) is { } rows ? (float[])(object)rows : projection.Rows.Span<float>();
            var greatest = new float?[sums.Length];
            for (var source = 0; source < emissions.Length; source++)
            {
                foreach (var (target, row) in SynapsesOf(projection, source))
                {
                    var contribution = emissions[source] * weights[row];
                    if (projection.Reduction == Reduction.Max) greatest[target] = greatest[target] is { } g && !(contribution > g) ? g : contribution;
                    else if (emissions[source] != 0) sums[target] += contribution;
                }
            }

            for (var a = 0; a < sums.Length; a++)
                if (greatest[a] is { } most) sums[a] += most;
        }
    }

    private void AccumulateInteger(Population population, int port, int[] saturated)
    {
        var sums = new long[saturated.Length];
        var bias = population.Bias[port];
        for (var a = 0; a < sums.Length; a++) sums[a] = bias is null ? 0 : bias.Span<int>()[a % bias.Length];
        foreach (var projection in Into(population, port))
        {
            var emissions = (int[])(object)EmissionsOf(projection);
            var greatest = new long?[sums.Length];
            var rows = (int[]?)(object?)RowsOf(projection);
            for (var source = 0; source < emissions.Length; source++)
            {
                foreach (var (target, row) in SynapsesOf(projection, source))
                {
                    var contribution = emissions[source] * (rows is null ? (long)projection.Rows.At(row) : rows[row]);
                    if (projection.Reduction == Reduction.Max) greatest[target] = Math.Max(greatest[target] ?? contribution, contribution);
                    else sums[target] = checked(sums[target] + contribution);
                }
            }

            for (var a = 0; a < sums.Length; a++) sums[a] = checked(sums[a] + (greatest[a] ?? 0));
        }

        for (var a = 0; a < sums.Length; a++) saturated[a] = image.Arithmetic.Saturate(sums[a]);
    }

    private IEnumerable<Projection> Into(Population target, int port) => projections.Where(p => p.Target == target.Id && p.Port == port);

    /// <summary>What arrives in this step: zeros before the first emission.</summary>
    private T[] EmissionsOf(Projection projection) =>
        step >= projection.Delay
            ? emitted[projection.Source.Index][step - projection.Delay]
            : new T[image.Populations[projection.Source.Index].Size];

    /// <summary>The payloads that are rows in this step, null for stored weights.</summary>
    private T[]? RowsOf(Projection projection) => projection.RowsFrom is { } rows ? blocks[rows.Index].Emissions : null;

    private List<Synapse> SynapsesOf(Projection projection, int source)
    {
        synapses.Clear();
        projection.Map.Enumerate(source, synapses);
        return synapses;
    }
}
