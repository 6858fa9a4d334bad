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

    /// <summary>Counts of a chip that has done nothing yet.</summary>
    /// <param name="ticks">Ticks of a sample.</param>
    /// <param name="trees">Per core of the image, where its packets go.</param>
    public TickCounts(int ticks, ImmutableArray<MulticastTree> trees)
    {
        (Ticks, Trees) = (ticks, trees);
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
            return new(neuronUpdates[i], spikesSent[i], packetsReceived[i], synapticEvents[i], macs[i], rowsFetched[i], dmaWords[i]);
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

    /// <summary>Forgets everything.</summary>
    internal void Clear()
    {
        foreach (var counter in new[] { neuronUpdates, spikesSent, packetsReceived, synapticEvents, macs, rowsFetched, dmaWords }) Array.Clear(counter);
    }
}
