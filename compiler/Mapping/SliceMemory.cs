using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Compiler.Mapping;

/// <summary>Exact memory of slices, by purpose. docs/rationale/mapping.md says what each purpose holds and why.</summary>
internal sealed class SliceMemory
{
    /// <summary>Names of the memories, as reports and images show them.</summary>
    public const string Dtcm = "DTCM", Sdram = "SDRAM";

    private readonly Module module;
    private readonly ManyCoreChip chip;
    private readonly int share;
    private readonly SynapseStorage synapses;
    private readonly ILookup<PopulationId, Projection> incoming;
    private readonly HashSet<PopulationId> sends;

    /// <param name="module">Module.</param>
    /// <param name="chip">Chip model.</param>
    /// <param name="share">Part of a chip's shared memory that one core may take: 1 / share.</param>
    public SliceMemory(Module module, ManyCoreChip chip, int share = 1)
    {
        (this.module, this.chip, this.share) = (module, chip, share);
        synapses = new(module, chip.Synapse);
        incoming = module.Projections.ToLookup(p => p.Target);
        sends = module.Projections.SelectMany(p => p.RowsFrom is { } rows ? new[] { p.Source, rows } : [p.Source]).ToHashSet();
    }

    /// <summary>Data memory of a core for applications, in bytes.</summary>
    public long DtcmLimit => chip.Core.DtcmUsable.Count / 8;

    /// <summary>Shared memory of a chip that one core may take, in bytes.</summary>
    public long SdramLimit => chip.Memory.SdramUsable.Bits.Count / 8 / share;

    /// <summary>Memory of each of the slices (first, count) that cover a population in order.</summary>
    public ImmutableArray<MemoryUse>[] Uses(Population population, IReadOnlyList<(int First, int Count)> slices)
    {
        var projections = incoming[population.Id].ToArray();
        var sizes = projections.Select(p => synapses.Sizes(p, slices)).ToArray();
        var result = new ImmutableArray<MemoryUse>[slices.Count];
        for (var s = 0; s < result.Length; s++)
        {
            var slice = s;
            result[s] = Use(population, slices[s], projections, [.. sizes.Select(p => p[slice])]);
        }
        return result;
    }

    /// <summary>Whether one core can hold it.</summary>
    public bool Fits(ImmutableArray<MemoryUse> use)
    {
        long dtcm = 0, sdram = 0;
        foreach (var u in use)
        {
            if (u.Memory == Dtcm) dtcm += u.Bytes;
            else sdram += u.Bytes;
        }
        return dtcm <= DtcmLimit && sdram <= SdramLimit;
    }

    /// <summary>Sites of which a slice holds neurons.</summary>
    private static int SitesOf(Population population, (int First, int Count) slice) =>
        ((slice.First + slice.Count - 1) / population.Layout.Channels) - (slice.First / population.Layout.Channels) + 1;

    private long CoordinateBytes(SiteTable table) => chip.Synapse.CoordinateWords(table) * chip.Synapse.Word.Bits.Bytes;

    private static int Heard(Projection[] projections) => projections.SelectMany(p => p.RowsFrom is { } rows ? new[] { p.Source, rows } : [p.Source]).Distinct().Count();

    private ImmutableArray<MemoryUse> Use(Population population, (int First, int Count) slice, Projection[] projections, SynapseBytes[] sizes)
    {
        var count = slice.Count;
        var sources = projections.Select(p => p.Map).OfType<SiteMap>().Select(m => m.From).Distinct().Select(id => module.Sites[id.Index]).ToArray();
        var use = ImmutableArray.CreateBuilder<MemoryUse>();
        void Add(string memory, string purpose, long bytes)
        {
            if (bytes > 0) use.Add(new(memory, purpose, bytes));
        }

        Add(Dtcm, "neuron parameters", NeuronStorage.ParameterBytes(population, count));
        Add(Dtcm, "bias", NeuronStorage.BiasBytes(population, count));
        Add(Dtcm, "neuron state", NeuronStorage.StateBytes(population, count));
        if (projections.Length > 0)
        {
            // What rows are added by waits in its own rings and is added in the tick of the target.
            var longest = projections.Max(p => p.RowsFrom is null ? PhysicalDelay.Of(module, p) : 1);
            var element = chip.Synapse.RingElementBits(module.Arithmetic.AccumulatorBits);
            Add(Dtcm, "delay ring", (((long)PhysicalDelay.RingSlots(longest, chip.Synapse.DelaySlots.Count) * population.Neuron.Ports * count * element) + 7) / 8);
            Add(Dtcm, "payload rows", PayloadRings.Bytes(module, projections, count, chip.Synapse.DelaySlots.Count));
            var payload = projections.Any(p => module[p.Source].Domain != SpikeDomain.Binary || (p.RowsFrom is { } rows && module[rows].Domain != SpikeDomain.Binary));
            var entryBits = chip.Core.SpikeQueueEntry.Bits.Count + (payload ? chip.Noc.Payload.Bits.Count : 0);
            Add(Dtcm, "spike queue", ((chip.Core.SpikeQueue.Count * entryBits) + 7) / 8);
            // The keys of a population are one aligned block: one entry finds the rows of all its slices.
            Add(Dtcm, "source table", (Heard(projections) * chip.Synapse.SourceEntry.Bits.Count + 7) / 8);
            Add(Dtcm, "address functions", sizes.Sum(s => s.DescriptorBytes));
            // A core finds its own sites; an event says the number of its site, not where that is.
            if (projections.Any(p => p.Map is SiteConvMap)) Add(Dtcm, "site table", chip.Synapse.SiteTableWords(module.Sites[population.Sites!.Value.Index], SitesOf(population, slice)) * chip.Synapse.Word.Bits.Bytes);
        }
        if (sends.Contains(population.Id)) Add(Dtcm, "emissions", NeuronStorage.EmissionBytes(population.Domain, count));
        Weights();
        Add(Sdram, "site coordinates", sources.Sum(t => (long)t.Capacity * CoordinateBytes(t)));
        Add(Sdram, "synaptic rows", sizes.Sum(s => s.RowBytes));
        Add(Sdram, "input", NeuronStorage.InputBytes(population, count, module.Steps));
        Add(Sdram, "recording", NeuronStorage.RecordingBytes(module, population, count));
        return use.ToImmutable();

        // Weights that events share stay in data memory while there is room for them and for the row buffers of what does not;
        // the smallest go first, so that as many projections as possible need no transfers.
        void Weights()
        {
            var order = Enumerable.Range(0, sizes.Length).OrderBy(i => sizes[i].SharedBytes).ThenBy(i => i).ToArray();
            var used = use.Sum(u => u.Bytes);
            for (var near = order.Length; near >= 0; near--)
            {
                var inside = order.Take(near).Sum(i => sizes[i].SharedBytes);
                var outside = order.Skip(near).Sum(i => sizes[i].SharedBytes);
                var transfer = sources.Select(CoordinateBytes).DefaultIfEmpty(0).Max();
                for (var k = 0; k < order.Length; k++)
                    if (k >= near || sizes[order[k]].RowBytes > 0) transfer = Math.Max(transfer, sizes[order[k]].TransferBytes);
                // Two buffers: one is filled while the other is read.
                if (near > 0 && used + inside + (2 * transfer) > DtcmLimit) continue;
                Add(Dtcm, "shared weights", inside);
                Add(Dtcm, "row buffers", 2 * transfer);
                Add(Sdram, "shared weights", outside);
                return;
            }
        }
    }
}
