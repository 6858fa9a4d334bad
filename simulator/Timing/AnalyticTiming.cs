using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NeuroChip.HwModels;
using NeuroChip.Ir;
using NeuroChip.Ir.Images;
using NeuroChip.Runtime;
using NeuroChip.Simulator.Observers;

namespace NeuroChip.Simulator.Timing;

/// <summary>
/// Cycles of a core and tick in closed form, from the cycle costs of the chip model:
/// <code>
/// synapses = SpikeReceived * packets received + SynapticEvent * synaptic events + Mac * MACs + DmaSetup * transfers
///          + SiteOffset * targets over sites + SiteProbe * lookups
/// busy     = Tick + update of the model * neurons that compute + PacketSent * packets sent + synapses
/// fetch    = max(DmaWord * words, time until the memory of the chip, shared fairly, has given the core its words)
/// alone    = busy + max(0, fetch - synapses)    rows are fetched while earlier ones are worked on
/// needed   = max(alone, first packet + synapses, last packet + work for one packet)
/// waiting  = needed - busy
/// </code>
/// When packets come is said by <see cref="PacketArrivals"/>: with the senders' updates, the unloaded network, and the mean wait at its links.
/// docs/simulator.md derives it. A tick whose busy + waiting exceeds the cycles of a tick overruns; the time scale factor of the result is
/// the slowdown with which the slowest core of the slowest tick would hold.
/// </summary>
public sealed class AnalyticTiming : ITimingModel
{
    // The ways of packets are the same in every sample.
    private static readonly ConditionalWeakTable<TickCounts, PacketArrivals> Made = [];

    /// <inheritdoc/>
    public string Name => "analytic";

    /// <inheritdoc/>
    public TimingResult Time(ChipImage image, ChipModel? chip, RunCounts counts, bool perTick = false) => Time(image, chip?.As<ManyCoreChip>(), counts.Ticks, perTick);

    private static TimingResult Time(ChipImage image, ManyCoreChip? chip, TickCounts counts, bool perTick)
    {
        var stages = new Stages(image);
        if (chip is null) return new(stages.Ticks, new(0), 0, stages.FirstOutput, stages.LastOutput, [], []);

        var available = chip.CyclesPerTick;
        var costs = new Costs(chip);
        var updateOf = image.Populations.Select(p => chip.Cycles.NeuronUpdate(p.Neuron).Count).ToArray();
        var updates = image.Cores.Select((c, i) => updateOf[c.Slice.Population.Index] * counts.Present(i, c.Slice.Count)).ToArray();
        var stage = image.Cores.Select(c => image.Populations[c.Slice.Population.Index].Stage).ToArray();
        var heard = image.Projections.SelectMany(p => p.RowsFrom is { } rows ? new[] { p.Source, rows } : [p.Source]).ToHashSet();
        var sends = image.Cores.Select(c => heard.Contains(c.Slice.Population)).ToArray();
        var neighbours = Enumerable.Range(0, image.Cores.Length).GroupBy(i => (image.Cores[i].X, image.Cores[i].Y)).Select(g => g.ToArray()).ToArray();
        var times = new CoreTiming[image.Cores.Length];
        var fetch = new long[image.Cores.Length];
        var arrivals = Made.GetValue(counts, c => new(image, chip, c.Trees));
        var (own, synapses, packets) = (new long[times.Length], new long[times.Length], new long[times.Length]);
        var slowest = new Cycles[stages.Ticks];
        var all = new CoreTiming[perTick ? stages.Ticks * times.Length : 0];
        for (var tick = 0; tick < stages.Ticks; tick++)
        {
            foreach (var onChip in neighbours) Fetch(costs, counts, tick, onChip, fetch);
            for (var core = 0; core < times.Length; core++)
            {
                var did = counts[tick, core];
                var since = tick - stage[core];
                var computes = since >= 0 && since % image.TicksPerStep == 0 && since / image.TicksPerStep < image.Steps;
                synapses[core] = costs.Synapses(did);
                own[core] = costs.Tick + (computes ? updates[core] : 0) + (sends[core] ? costs.PacketSent * did.SpikesSent : 0);
                packets[core] = counts.Trees[core].Cores.IsEmpty ? 0 : did.SpikesSent;
            }

            arrivals.Take(costs.Tick, own, synapses, packets);
            long most = 0;
            for (var core = 0; core < times.Length; core++)
            {
                var busy = own[core] + synapses[core];
                var needed = Math.Max(busy + Math.Max(0, fetch[core] - synapses[core]), Arrived(core, counts[tick, core]));
                var waiting = needed - busy;
                most = Math.Max(most, needed);
                var time = new CoreTiming(new(busy), new(waiting), new(Math.Max(0, available - needed)), new(needed), needed > available ? 1 : 0);
                times[core] += time;
                if (perTick) all[(tick * times.Length) + core] = time;
            }

            slowest[tick] = new(most);
        }

        return new(stages.Ticks, new(available), chip.Tick.Seconds, stages.FirstOutput, stages.LastOutput, [.. times], ImmutableArray.Create(slowest))
        {
            PerTick = ImmutableCollectionsMarshal.AsImmutableArray(all),
        };

        // The work for one packet is the mean one, its row included.
        long Arrived(int core, in CoreActivity did) => did.PacketsReceived == 0
            ? 0
            : (long)Math.Ceiling(Math.Max(arrivals.First(core) + synapses[core], arrivals.Last(core) + ((double)(synapses[core] + (costs.DmaWord * did.DmaWords)) / did.PacketsReceived)));
    }

    /// <summary>
    /// Cycles until each core of a chip has its rows. The memory serves cores in turn, word by word: when a core that asked for w words is
    /// done, every other has got min(w, its own words).
    /// </summary>
    private static void Fetch(Costs costs, TickCounts counts, int tick, int[] cores, long[] fetch)
    {
        foreach (var core in cores)
        {
            var words = counts[tick, core].DmaWords;
            if (words == 0)
            {
                fetch[core] = 0;
                continue;
            }

            long served = 0;
            foreach (var other in cores) served += Math.Min(words, counts[tick, other].DmaWords);
            fetch[core] = Math.Max(costs.DmaWord * words, (long)Math.Ceiling(served * costs.CyclesPerWord));
        }
    }

    /// <summary>Costs of a chip model as plain numbers: quantities carry units and sources, and are not for inner loops.</summary>
    internal sealed class Costs(ManyCoreChip chip)
    {
        public long SpikeReceived { get; } = chip.Cycles.SpikeReceived.Cycles.Count;

        public long SynapticEvent { get; } = chip.Cycles.SynapticEvent.Cycles.Count;

        public long Mac { get; } = chip.Cycles.Mac.Cycles.Count;

        public long DmaSetup { get; } = chip.Cycles.DmaSetup.Cycles.Count;

        public long SiteOffset { get; } = chip.Cycles.SiteOffset.CyclesOrNone().Count;

        public long SiteProbe { get; } = chip.Cycles.SiteProbe.CyclesOrNone().Count;

        public long Tick { get; } = chip.Cycles.Tick.Cycles.Count;

        public long PacketSent { get; } = chip.Cycles.PacketSent.Cycles.Count;

        public long DmaWord { get; } = chip.Cycles.DmaWord.Cycles.Count;

        /// <summary>Core cycles in which the memory of a chip delivers a word at its peak.</summary>
        public double CyclesPerWord { get; } = chip.Synapse.Word.Bits.Count * chip.Core.Clock.Hertz / chip.Memory.SdramBandwidth.BitsPerSecond;

        /// <summary>Cycles a core spends on what arrives.</summary>
        public long Synapses(in CoreActivity did) =>
            (SpikeReceived * did.PacketsReceived) + (SynapticEvent * did.SynapticEvents) + (Mac * did.Macs) + (DmaSetup * did.RowsFetched)
            + (SiteOffset * did.SiteOffsets) + (SiteProbe * did.SiteProbes);
    }
}
