using System.Collections.Immutable;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Simulator.Observers;

/// <summary>Synapses that an event has on one core.</summary>
/// <param name="Core">Index of the core in the image.</param>
/// <param name="Synapses">How many targets of the event it holds.</param>
/// <param name="Transfers">DMA transfers the event causes there.</param>
/// <param name="Words">32-bit words they bring.</param>
internal readonly record struct CoreSynapses(int Core, int Synapses, int Transfers, int Words);

/// <summary>
/// What one event of a projection costs on which core, tabulated before the run, so that counting a step is a walk over its events. Sources whose
/// targets lie on the same cores in the same numbers share a row of the table: all inputs of a dense map, all channels of a pixel of a
/// convolution.
/// </summary>
internal sealed class SynapseTable
{
    private readonly int[] offsets;
    private readonly CoreSynapses[] entries;

    internal SynapseTable(int bucketSize, int[] offsets, CoreSynapses[] entries)
    {
        (BucketSize, this.offsets, this.entries) = (bucketSize, offsets, entries);
        Fetches = Array.Exists(entries, e => e.Transfers > 0);
    }

    /// <summary>Consecutive sources that share a row.</summary>
    public int BucketSize { get; }

    /// <summary>Whether any event needs a transfer.</summary>
    public bool Fetches { get; }

    /// <summary>What every event costs on every core with targets, whether it has a synapse there or not; null where targets do not depend on active sites.</summary>
    public SiteEventCosts? Each { get; init; }

    /// <summary>Lookups beside the synapses; null where none are made.</summary>
    public SiteLookupRows? Sites { get; init; }

    /// <summary>Cores reached by the sources of a bucket.</summary>
    public ReadOnlySpan<CoreSynapses> Row(int bucket) => entries.AsSpan(offsets[bucket], offsets[bucket + 1] - offsets[bucket]);

    /// <summary>Tabulates a projection over the cores of an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="index">Which projection.</param>
    /// <param name="storage">What an event fetches.</param>
    /// <param name="map">Its function in a sample, where it is one over sites; null for its own.</param>
    /// <param name="each">What every event costs on every core.</param>
    public static SynapseTable Of(ChipImage image, int index, RowStorage storage, AddressFunction? map = null, SiteEventCosts? each = null)
    {
        var projection = map is null ? image.Projections[index] : image.Projections[index] with { Map = map };
        var cores = Enumerable.Range(0, image.Cores.Length).Where(i => image.Cores[i].Slice.Population == projection.Target).ToArray();
        var firsts = cores.Select(i => image.Cores[i].Slice.First).ToArray();
        var bucket = BucketOf(projection.Map, cores.Select(i => image.Cores[i].Slice));
        var buckets = (projection.Map.SourceSize + bucket - 1) / bucket;
        var offsets = new int[buckets + 1];
        var entries = ImmutableArray.CreateBuilder<CoreSynapses>();
        var synapses = new List<Synapse>();
        var counts = new SortedDictionary<int, int>();
        for (var b = 0; b < buckets; b++)
        {
            counts.Clear();
            if (projection.Map is DenseMap)
            {
                for (var c = 0; c < cores.Length; c++) counts.Add(c, image.Cores[cores[c]].Slice.Count);
            }
            else
            {
                synapses.Clear();
                projection.Map.Enumerate(b * bucket, synapses);
                var core = -1;
                foreach (var (target, _) in synapses)
                {
                    if (core < 0 || target < firsts[core] || (core + 1 < firsts.Length && target >= firsts[core + 1]))
                    {
                        core = Array.BinarySearch(firsts, target);
                        if (core < 0) core = ~core - 1;
                    }

                    counts[core] = counts.GetValueOrDefault(core) + 1;
                }
            }

            foreach (var (core, count) in counts)
            {
                var (transfers, words) = storage.Fetch(index, cores[core], count);
                entries.Add(new(cores[core], count, transfers, words));
            }

            offsets[b + 1] = entries.Count;
        }

        return new(bucket, offsets, [.. entries]) { Each = each };
    }

    /// <summary>How many consecutive sources have the same cores and counts for certain.</summary>
    private static int BucketOf(AddressFunction map, IEnumerable<CoreSlice> slices) => map switch
    {
        DenseMap dense => Math.Max(1, dense.Sources),
        ConvMap conv => conv.GroupInputs,
        TransposedConvMap deconv => deconv.GroupInputs,
        PoolMap pool when slices.All(s => s.First % pool.Channels == 0 && s.Count % pool.Channels == 0) => pool.Channels,
        _ => 1,
    };
}
