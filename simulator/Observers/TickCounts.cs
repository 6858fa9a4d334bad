using System.Collections.Immutable;
using NeuroChip.Runtime;
using NeuroChip.Simulator.Noc;

namespace NeuroChip.Simulator.Observers;

/// <summary>
/// What every core did in every tick of one sample, in integers: what timing models read. Neurons of a population compute step t in tick
/// <c>Stage + t * TicksPerStep</c>; their packets arrive within that tick and are handled in it.
/// </summary>
public sealed class TickCounts
{
    private readonly long[] neuronUpdates;
    private readonly long[] spikesSent;
    private readonly long[] packetsReceived;
    private readonly long[] synapticEvents;
    private readonly long[] macs;
    private readonly long[] rowsFetched;
    private readonly long[] dmaWords;
    private readonly long[] siteOffsets;
    private readonly long[] siteProbes;
    private readonly long[] savedEvents;
    private readonly long[] savedMacs;
    private readonly long[] savedRows;
    private readonly long[] savedWords;
    private readonly int[] present;

    /// <summary>Counts of a chip that has done nothing yet.</summary>
    /// <param name="ticks">Ticks of a sample.</param>
    /// <param name="trees">Per core of the image, where its packets go.</param>
    /// <param name="sites">Whether cores compute with active sites.</param>
    public TickCounts(int ticks, ImmutableArray<MulticastTree> trees, bool sites = false)
    {
        (Ticks, Trees) = (ticks, trees);
        present = new int[trees.Length];
        Array.Fill(present, int.MaxValue);
        long[] OfSites() => new long[sites ? ticks * trees.Length : 0];
        (siteOffsets, siteProbes) = (OfSites(), OfSites());
        (savedEvents, savedMacs, savedRows, savedWords) = (OfSites(), OfSites(), OfSites(), OfSites());
        long[] Counter() => new long[ticks * trees.Length];
        (neuronUpdates, spikesSent, packetsReceived) = (Counter(), Counter(), Counter());
        (synapticEvents, macs, rowsFetched, dmaWords) = (Counter(), Counter(), Counter(), Counter());
    }

    /// <summary>Ticks of the sample.</summary>
    public int Ticks { get; }

    /// <summary>Number of cores.</summary>
    public int Cores => Trees.Length;

    /// <summary>Per core of the image, where its packets go.</summary>
    public ImmutableArray<MulticastTree> Trees { get; }

    /// <summary>What a core did in a tick.</summary>
    public CoreActivity this[int tick, int core]
    {
        get
        {
            var i = (tick * Cores) + core;
            var activity = new CoreActivity(neuronUpdates[i], spikesSent[i], packetsReceived[i], synapticEvents[i], macs[i], rowsFetched[i], dmaWords[i]);
            return siteOffsets.Length == 0 ? activity : activity with { SiteOffsets = siteOffsets[i], SiteProbes = siteProbes[i] };
        }
    }

    /// <summary>What a core did in all ticks.</summary>
    public CoreActivity Total(int core)
    {
        var total = default(CoreActivity);
        for (var tick = 0; tick < Ticks; tick++) total += this[tick, core];
        return total;
    }

    /// <summary>What every core did in every tick, at index tick x cores + core.</summary>
    public ImmutableArray<CoreActivity> All()
    {
        var all = ImmutableArray.CreateBuilder<CoreActivity>(Ticks * Cores);
        for (var tick = 0; tick < Ticks; tick++)
        {
            for (var core = 0; core < Cores; core++) all.Add(this[tick, core]);
        }

        return all.MoveToImmutable();
    }

    /// <summary>Counters of one tick by core, to be added to.</summary>
    internal Span<long> NeuronUpdates(int tick) => neuronUpdates.AsSpan(tick * Cores, Cores);

    /// <inheritdoc cref="NeuronUpdates"/>
    internal Span<long> SpikesSent(int tick) => spikesSent.AsSpan(tick * Cores, Cores);

    /// <inheritdoc cref="NeuronUpdates"/>
    internal Span<long> PacketsReceived(int tick) => packetsReceived.AsSpan(tick * Cores, Cores);

    /// <inheritdoc cref="NeuronUpdates"/>
    internal Span<long> SynapticEvents(int tick) => synapticEvents.AsSpan(tick * Cores, Cores);

    /// <inheritdoc cref="NeuronUpdates"/>
    internal Span<long> Macs(int tick) => macs.AsSpan(tick * Cores, Cores);

    /// <inheritdoc cref="NeuronUpdates"/>
    internal Span<long> RowsFetched(int tick) => rowsFetched.AsSpan(tick * Cores, Cores);

    /// <inheritdoc cref="NeuronUpdates"/>
    internal Span<long> DmaWords(int tick) => dmaWords.AsSpan(tick * Cores, Cores);

    /// <inheritdoc cref="NeuronUpdates"/>
    internal Span<long> SiteOffsets(int tick) => siteOffsets.AsSpan(tick * Cores, Cores);

    /// <inheritdoc cref="NeuronUpdates"/>
    internal Span<long> SiteProbes(int tick) => siteProbes.AsSpan(tick * Cores, Cores);

    /// <summary>Operations that membership tests save in a tick, by core.</summary>
    internal Span<long> Saved(int tick, bool analog) => (analog ? savedMacs : savedEvents).AsSpan(tick * Cores, Cores);

    /// <summary>Transfers that they save.</summary>
    internal Span<long> SavedRows(int tick) => savedRows.AsSpan(tick * Cores, Cores);

    /// <summary>Words that they save.</summary>
    internal Span<long> SavedWords(int tick) => savedWords.AsSpan(tick * Cores, Cores);

    /// <summary>Neurons of a core that exist in the sample, at most those of its slice.</summary>
    internal int Present(int core, int slice) => Math.Min(present[core], slice);

    internal void SetPresent(int core, int neurons) => present[core] = neurons;

    /// <summary>The same events if no membership were tested: nothing is looked up, and what that saved is done.</summary>
    internal TickCounts Vanilla()
    {
        var other = new TickCounts(Ticks, Trees, true);
        foreach (var (from, to) in new[] { (neuronUpdates, other.neuronUpdates), (spikesSent, other.spikesSent), (packetsReceived, other.packetsReceived), (siteOffsets, other.siteOffsets) }) from.CopyTo(to, 0);
        foreach (var (done, saved, to) in new[]
        {
            (synapticEvents, savedEvents, other.synapticEvents), (macs, savedMacs, other.macs), (rowsFetched, savedRows, other.rowsFetched), (dmaWords, savedWords, other.dmaWords),
        })
            for (var i = 0; i < to.Length; i++) to[i] = done[i] + saved[i];
        present.CopyTo(other.present, 0);
        return other;
    }

    /// <summary>Forgets everything.</summary>
    internal void Clear()
    {
        foreach (var counter in new[] { neuronUpdates, spikesSent, packetsReceived, synapticEvents, macs, rowsFetched, dmaWords, siteOffsets, siteProbes, savedEvents, savedMacs, savedRows, savedWords }) Array.Clear(counter);
    }
}
