using System.Collections.Immutable;
using NeuroChip.Compiler.Passes;
using NeuroChip.HwModels.Tiles;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Targets.TransformerCore;

/// <summary>What one layer (a population with all projections into it) asks of tiles in a step, by expected events.</summary>
/// <param name="Population">The layer.</param>
/// <param name="Needs">What a tile must be able to do for it; none for a layer that only updates neurons element by element, which goes with a neighbour.</param>
/// <param name="WeightBits">Bits of its weights, those of a tensor that several projections share once. Factors of element-wise inputs are parameters of the neurons and do not count.</param>
/// <param name="StateBits">Bits kept from step to step: states of the neurons, and payloads that wait for a later step.</param>
/// <param name="ResidualBits">Bits of its real-valued emissions that other layers read: membranes of the residual stream.</param>
/// <param name="InputBits">Bits of what it hears in a step, each sender once.</param>
/// <param name="OutputBits">Bits of what it emits in a step.</param>
internal sealed record TileLayer(Population Population, TileWork Needs, long WeightBits, long StateBits, long ResidualBits, long InputBits, long OutputBits)
{
    /// <summary>Expected events that arrive in a step.</summary>
    public double Events { get; init; }

    /// <summary>Expected additions in a step.</summary>
    public double Additions { get; init; }

    /// <summary>Expected multiply-accumulates in a step.</summary>
    public double Macs { get; init; }

    /// <summary>Expected membership tests in a step.</summary>
    public double Probes { get; init; }

    /// <summary>Expected lookups of active sites in a step, one for each event and tap.</summary>
    public double Lookups { get; init; }

    /// <summary>The same, one for each site with events and tap.</summary>
    public double SharedLookups { get; init; }

    /// <summary>What its address functions read of tables of active sites; nothing for a layer whose targets do not depend on them.</summary>
    public ImmutableArray<SiteMemory> Tables { get; init; } = [];

    /// <summary>Parts along positions it is divided into at least, so that its tiles hold their parts of the tables.</summary>
    public int LeastPositionParts { get; init; } = 1;

    /// <summary>Synapses in all: what a dense array computes in a step.</summary>
    public double Slots { get; init; }

    /// <summary>Output channels, along which its weights can be divided.</summary>
    public int Channels => Population.Layout.Channels;

    /// <summary>Output positions of all channels.</summary>
    public int Positions => Population.Size / Math.Max(1, Channels);

    /// <summary>Bits of membranes and residual values.</summary>
    public long MembraneBits => StateBits + ResidualBits;

    /// <summary>Weights of one output channel: the least that a tile must hold at once.</summary>
    public long ChannelWeightBits => (WeightBits + Math.Max(1, Channels) - 1) / Math.Max(1, Channels);

    /// <summary>The layers of a module, in the order of a step. Inputs are none.</summary>
    public static ImmutableArray<TileLayer> Of(Module module, FiringRates rates, bool ordinaryAttention)
    {
        var incoming = module.Projections.ToLookup(p => p.Target);
        var read = module.Projections.SelectMany(p => p.RowsFrom is { } rows ? new[] { p.Source, rows } : [p.Source]).ToHashSet();
        return
        [
            .. StepOrder.Of(module.Populations, module.Projections).Select(id => module[id]).Where(p => p.Neuron is not SourceNeuron)
                .Select(p => Of(module, p, [.. incoming[p.Id]], rates, read.Contains(p.Id), ordinaryAttention)),
        ];
    }

    /// <summary>
    /// What a tile must be able to do for a projection. Real values times one weight that all synapses share (a mean of membranes) are added, and the weight is a factor of
    /// the sum; times weights of their own they are multiplied.
    /// </summary>
    public static TileWork Work(Projection projection, bool ordinaryAttention)
    {
        if (projection.RowsFrom is not null)
            return (ordinaryAttention ? TileWork.Sparse : TileWork.Attention) | (projection.Kind == ProjectionKind.Analog ? TileWork.Analog : TileWork.None);
        if (IsElementwise(projection.Map)) return TileWork.None;
        return projection.Kind == ProjectionKind.Analog && !IsConstant(projection.Rows) ? TileWork.Analog : TileWork.Sparse;
    }

    /// <summary>Bits of one payload: a real value takes a float32, or 16 bits where the module computes in integers; a count takes a byte.</summary>
    public static int PayloadBits(Module module, SpikeDomain domain) => domain switch
    {
        SpikeDomain.Binary => 1,
        SpikeDomain.Signed => 2,
        SpikeDomain.Count => 8,
        _ => module.Arithmetic.Kind == ArithmeticKind.Float32 ? 32 : 16,
    };

    /// <summary>Bits of a state variable: float32 (in arithmetic neurons always), else those of an accumulator.</summary>
    public static int StateBitsOf(Module module, Neuron neuron) =>
        module.Arithmetic.Kind == ArithmeticKind.Float32 || neuron is ArithmeticNeuron ? 32 : module.Arithmetic.AccumulatorBits;

    /// <summary>One synapse per neuron at most: done where the neuron is updated, its weight is a factor of the neuron.</summary>
    private static bool IsElementwise(AddressFunction map) => map is IdentityMap or PermutationMap or StridedMap { FanIn: 1, Bound: 1 };

    private static bool IsConstant(Tensor rows)
    {
        for (var i = 1; i < rows.Length; i++)
            if (rows.At(i) != rows.At(0)) return false;
        return true;
    }

    private static TileLayer Of(Module module, Population population, Projection[] incoming, FiringRates rates, bool isRead, bool ordinaryAttention)
    {
        var needs = TileWork.None;
        double events = 0, additions = 0, macs = 0, probes = 0, slots = 0, lookups = 0, shared = 0;
        var tables = new SortedSet<SiteMemory>();
        var heard = new HashSet<PopulationId>();
        var tensors = new HashSet<Tensor>(ReferenceEqualityComparer.Instance);
        long waiting = 0;
        foreach (var p in incoming)
        {
            needs |= Work(p, ordinaryAttention);
            var rate = rates.Of(module[p.Source]);
            var synapses = (double)p.Map.Total;
            var active = rate * synapses;
            slots += synapses;
            if (heard.Add(p.Source)) events += rate * module[p.Source].Size;
            if (p.Map is SiteMap sites)
            {
                tables.Add(new(module.Sites[sites.From.Index], Coordinates: true));
                if (sites.To is { } to) tables.Add(new(module.Sites[to.Index], Coordinates: false));
                lookups += rate * sites.SourceSize * sites.ProbesPerSite;
                shared += Math.Min(rate * sites.SourceSize, (double)sites.SourceSize / sites.SourceChannels) * sites.ProbesPerSite;
            }

            if (p.RowsFrom is { } rows)
            {
                heard.Add(rows);
                probes += active;
                active *= rates.Of(module[rows]);
            }
            else if (!IsElementwise(p.Map))
            {
                tensors.Add(p.Rows);
            }

            if (Work(p, ordinaryAttention).HasFlag(TileWork.Analog)) macs += active;
            else additions += active;
            waiting += (long)p.Delay * module[p.Source].Size * PayloadBits(module, module[p.Source].Domain);
        }

        var output = (long)population.Size * PayloadBits(module, population.Domain);
        return new TileLayer(
            population,
            needs,
            tensors.Sum(t => (long)t.Length) * module.Arithmetic.WeightBits,
            // Of a single step nothing is kept for a next one.
            module.Steps == 1 ? 0 : ((long)population.Neuron.States * population.Size * StateBitsOf(module, population.Neuron)) + waiting,
            population.Domain == SpikeDomain.Real && isRead ? output : 0,
            heard.Sum(id => (long)module[id].Size * PayloadBits(module, module[id].Domain)),
            output)
        {
            Events = events,
            Additions = additions,
            Macs = macs,
            Probes = probes,
            Slots = slots,
            Lookups = lookups,
            SharedLookups = shared,
            Tables = [.. tables],
        };
    }
}
