using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Simulator.Observers;

namespace NeuroChip.Simulator.Timing.Events;

/// <summary>What a packet makes a core do, in core cycles and words.</summary>
/// <param name="Decode">Cycles to take it from the queue and start its transfers.</param>
/// <param name="Add">Cycles to add its synapses.</param>
/// <param name="Words">32-bit words to be brought from the memory of the chip.</param>
internal readonly record struct SpikeCosts(long Decode, long Add, long Words);

/// <summary>Looks up what packets cost where, and what else a core has to do in a tick.</summary>
internal sealed class SpikeWork
{
    private readonly ChipImage image;
    private readonly AnalyticTiming.Costs costs;
    private readonly EventLog log;
    private readonly int[][] outflows; // by population: its projections to stored weights
    private readonly bool[] later; // by population: whether cores have work that no single packet brings

    public SpikeWork(ChipImage image, AnalyticTiming.Costs costs, EventLog log)
    {
        (this.image, this.costs, this.log) = (image, costs, log);
        outflows = [.. image.Populations.Select(p => Enumerable.Range(0, image.Projections.Length).Where(i => image.Projections[i].Source == p.Id && image.Projections[i].RowsFrom is null).ToArray())];
        later = [.. image.Populations.Select(p => image.Projections.Any(i => i.Target == p.Id && (i.RowsFrom is not null || i.Map is Ir.Ncir.Sites.SiteMap)))];
    }

    /// <summary>Costs of one packet on a core that gets it.</summary>
    /// <param name="source">Population that sent it.</param>
    /// <param name="address">Neuron that sent it.</param>
    /// <param name="digits">Additions per synapse in a projection that adds digit by digit.</param>
    /// <param name="core">Core that gets it.</param>
    public SpikeCosts Of(int source, int address, int digits, int core)
    {
        var (decode, add, words) = (costs.SpikeReceived, 0L, 0L);
        var target = image.Cores[core].Slice.Population;
        foreach (var p in outflows[source])
        {
            var projection = image.Projections[p];
            if (projection.Target != target) continue;
            var table = log.Tables[p]!;
            foreach (ref readonly var reach in table.Row(address / table.BucketSize))
            {
                if (reach.Core != core) continue;
                var operations = (long)reach.Synapses * (projection.Kind == ProjectionKind.ShiftAdd ? digits : 1);
                add += operations * (projection.Kind == ProjectionKind.Analog ? costs.Mac : costs.SynapticEvent);
                decode += costs.DmaSetup * reach.Transfers;
                words += reach.Words;
                break;
            }
        }

        return new(decode, add, words);
    }

    /// <summary>Cycles on what arrives that belong to no single packet of a tick: additions of rows that are payloads, which wait for both sides. The core does them when the tick begins.</summary>
    public long Rest(int tick, int core, TickCounts counts)
    {
        if (!later[image.Cores[core].Slice.Population.Index]) return 0;
        var all = costs.Synapses(counts[tick, core]);
        foreach (var (sender, tree) in counts.Trees.Index())
        {
            if (tree.Cores.AsSpan().BinarySearch(core) < 0) continue;
            var source = image.Cores[sender].Slice.Population.Index;
            var sent = Sent(tick, sender);
            for (var i = 0; i < sent.Addresses.Length; i++)
            {
                var one = Of(source, sent.Addresses[i], sent.Digits(i), core);
                all -= one.Decode + one.Add;
            }
        }

        return Math.Max(0, all);
    }

    /// <summary>The step that a core computes in a tick; -1 for none.</summary>
    public int StepOf(int tick, int core)
    {
        var since = tick - image.Populations[image.Cores[core].Slice.Population.Index].Stage;
        return since >= 0 && since % image.TicksPerStep == 0 && since / image.TicksPerStep < image.Steps ? since / image.TicksPerStep : -1;
    }

    /// <summary>The i-th neuron of a core that sends in a tick, as <see cref="Sent"/> lists them; <paramref name="from"/> is where that list begins among those of its population.</summary>
    public (int Address, int Digits) Sender(int population, int step, int from, int i)
    {
        var digits = log.Digits(population, step);
        return (log.Sent(population, step)[from + i], digits.IsEmpty ? 1 : digits[from + i]);
    }

    /// <summary>Where the list of <see cref="Sent"/> begins among those of the population, and its length.</summary>
    public (int From, int Count) Range(int tick, int core)
    {
        var step = StepOf(tick, core);
        if (step < 0) return default;
        var slice = image.Cores[core].Slice;
        var all = log.Sent(slice.Population.Index, step);
        var from = LowerBound(all, slice.First);
        return (from, LowerBound(all[from..], slice.First + slice.Count));
    }

    /// <summary>Neurons of a core that send in a tick, in ascending address, each with additions per synapse where some projection adds digit by digit.</summary>
    public Sending Sent(int tick, int core)
    {
        var step = StepOf(tick, core);
        if (step < 0) return default;
        var slice = image.Cores[core].Slice;
        var all = log.Sent(slice.Population.Index, step);
        var digits = log.Digits(slice.Population.Index, step);
        var (from, count) = Range(tick, core);
        return new(all.Slice(from, count), digits.IsEmpty ? digits : digits.Slice(from, count));
    }

    private static int LowerBound(ReadOnlySpan<int> ascending, int value)
    {
        var at = ascending.BinarySearch(value);
        return at < 0 ? ~at : at;
    }
}

/// <summary>Neurons that send.</summary>
/// <param name="addresses">Their addresses in the population.</param>
/// <param name="digits">Additions per synapse in a projection that adds digit by digit; empty where there is none.</param>
internal readonly ref struct Sending(ReadOnlySpan<int> addresses, ReadOnlySpan<byte> digits)
{
    /// <summary>Addresses, ascending.</summary>
    public ReadOnlySpan<int> Addresses { get; } = addresses;

    private readonly ReadOnlySpan<byte> digits = digits;

    /// <summary>Additions per synapse of one of them.</summary>
    public int Digits(int index) => digits.IsEmpty ? 1 : digits[index];
}
