using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Simulator.Observers;

/// <summary>What an event at a site costs on every core that holds targets, since a core can only know by computing where the targets are.</summary>
/// <param name="Cores">The cores.</param>
/// <param name="Offsets">Taps whose targets are computed.</param>
/// <param name="CoordinateWords">Words of the coordinates of the event's site, brought by one transfer.</param>
internal sealed record SiteEventCosts(int[] Cores, int Offsets, int CoordinateWords);

/// <summary>Lookups that an event causes on one core, beside its <see cref="CoreSynapses"/> there.</summary>
/// <param name="Probes">Taps whose target lies in the core's part of the grid.</param>
/// <param name="Saved">Synapses there would be in addition if every such target were a site.</param>
/// <param name="SavedTransfers">DMA transfers these would cause.</param>
/// <param name="SavedWords">Words they would bring.</param>
internal readonly record struct CoreLookups(int Probes, int Saved, int SavedTransfers, int SavedWords);

/// <summary>Rows of <see cref="CoreLookups"/> in the order of the rows of a <see cref="SynapseTable"/>.</summary>
internal sealed class SiteLookupRows(int[] offsets, CoreLookups[] entries)
{
    public ReadOnlySpan<CoreLookups> Row(int bucket) => entries.AsSpan(offsets[bucket], offsets[bucket + 1] - offsets[bucket]);
}

/// <summary>
/// Tabulates a projection over active sites in one sample, tap by tap, never synapse by synapse. A core holds sites by number, and so a part of the grid: from its first site
/// up to the next core's. Every place of the grid belongs to the last site before it, so each target is looked up by exactly the cores with that site's channels.
/// </summary>
internal static class SiteSynapses
{
    public static SynapseTable Of(ChipImage image, int index, RowStorage storage, SiteBinding sites, AddressFunction map)
    {
        var waiting = (SiteMap)image.Projections[index].Map;
        var cores = Enumerable.Range(0, image.Cores.Length).Where(i => image.Cores[i].Slice.Population == image.Projections[index].Target).ToArray();
        var each = new SiteEventCosts(cores, Math.Max(1, waiting.ProbesPerSite), storage.CoordinateWords(image.Sites[waiting.From.Index]));
        if (map is not RulebookMap rules) return SynapseTable.Of(image, index, storage, map, each);

        var builder = new Builder([.. cores.Select(c => image.Cores[c].Slice)], rules.Of.GroupOutputs);
        var (from, to, groups) = (sites[rules.Of.From], sites[rules.Of.To!.Value], rules.Of.Groups);
        var offsets = new int[(from.Count * groups) + 1];
        var (entries, lookups) = (new List<CoreSynapses>(), new List<CoreLookups>());
        var (taps, places) = (new int[rules.Of.Window.Taps], new long[rules.Of.Window.Taps]);
        var (steps, near, there) = (new SiteSteps(rules.Of.Window, rules.Of.Direction), new int[places.Length], new bool[places.Length]);
        for (var s = 0; s < from.Count; s++)
        {
            var count = steps.From(from.Place(s), taps, places);
            for (var i = 0; i < count; i++)
            {
                var at = to.Keys.BinarySearch(places[i]);
                (near[i], there[i]) = (at >= 0 ? at : Math.Max(0, ~at - 1), at >= 0);
            }

            for (var g = 0; g < groups; g++)
            {
                for (var i = 0; i < count; i++) builder.Add((near[i] * rules.Of.OutChannels) + (g * rules.Of.GroupOutputs), there[i]);
                foreach (var (core, synapses, all, probes) in builder.Take())
                {
                    var (transfers, words) = synapses == 0 ? (0, 0) : storage.Fetch(index, cores[core], synapses);
                    var (most, mostWords) = storage.Fetch(index, cores[core], all);
                    entries.Add(new(cores[core], synapses, transfers, words));
                    lookups.Add(new(probes, all - synapses, most - transfers, mostWords - words));
                }

                offsets[(s * groups) + g + 1] = entries.Count;
            }
        }

        return new(rules.Of.GroupInputs, offsets, [.. entries]) { Each = each, Sites = new(offsets, [.. lookups]) };
    }

    /// <summary>Collects what one event has on which core.</summary>
    private sealed class Builder(CoreSlice[] slices, int outputs)
    {
        private readonly (int Synapses, int All, int Probes)[] counts = new (int, int, int)[slices.Length];
        private readonly SortedSet<int> touched = [];

        /// <summary>A target of the addresses from <paramref name="first"/> on, as many as a group has outputs.</summary>
        public void Add(int first, bool there)
        {
            for (var core = Holder(first); core < slices.Length && slices[core].First < first + outputs; core++)
            {
                var held = Math.Min(first + outputs, slices[core].First + slices[core].Count) - Math.Max(first, slices[core].First);
                ref var count = ref counts[core];
                count = (count.Synapses + (there ? held : 0), count.All + held, count.Probes + 1);
                touched.Add(core);
            }
        }

        public IEnumerable<(int Core, int Synapses, int All, int Probes)> Take()
        {
            foreach (var core in touched) yield return (core, counts[core].Synapses, counts[core].All, counts[core].Probes);
            foreach (var core in touched) counts[core] = default;
            touched.Clear();
        }

        /// <summary>The core that holds an address; slices ascend without gaps.</summary>
        private int Holder(int address)
        {
            var (low, high) = (0, slices.Length - 1);
            while (low < high)
            {
                var middle = (low + high + 1) / 2;
                if (slices[middle].First <= address) low = middle;
                else high = middle - 1;
            }

            return low;
        }
    }
}
