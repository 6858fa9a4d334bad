using NeuroChip.HwModels;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Compiler.Mapping;

/// <summary>The part of <see cref="MappingChecker"/> that counts: limits of cores and chips, and the sizes that slices claim, reckoned anew.</summary>
internal static class MappingCapacityCheck
{
    /// <summary>Adds what is over a limit or too small to be true.</summary>
    public static void Check(Module module, ManyCoreChip chip, ChipMapping mapping, List<string> findings)
    {
        var perChip = new Dictionary<(int, int), long>();
        for (var s = 0; s < mapping.Slices.Length; s++)
        {
            var slice = mapping.Slices[s];
            var name = $"slice {s} of '{module[slice.Population].Name}'";
            if (slice.Count > chip.Core.Neurons.Count) findings.Add($"{name}: {slice.Count} neurons; a core computes {chip.Core.Neurons.Count}");
            var local = slice.Memory.Where(u => u.Memory == "DTCM").Sum(u => u.Bytes);
            if (8 * local > chip.Core.Dtcm.Bits.Count - chip.Core.DtcmReserved.Bits.Count) findings.Add($"{name}: {local} bytes of DTCM are too many");
            perChip[mapping.ChipOf(s)] = perChip.GetValueOrDefault(mapping.ChipOf(s)) + slice.Memory.Where(u => u.Memory == "SDRAM").Sum(u => u.Bytes);
            Sizes(module, chip, slice, name, findings);
        }
        foreach (var ((x, y), bytes) in perChip)
            if (8 * bytes > chip.Memory.SdramUsable.Bits.Count) findings.Add($"chip ({x},{y}): {bytes} bytes of SDRAM are too many");
        foreach (var projection in module.Projections)
        {
            var ticks = Ticks(module, projection);
            if (ticks < 1 || ticks > chip.Synapse.DelaySlots.Count) findings.Add($"'{projection.Name}': {ticks} ticks of delay; the ring holds 1 to {chip.Synapse.DelaySlots.Count}");
        }
    }

    private static void Sizes(Module module, ManyCoreChip chip, Slice slice, string name, List<string> findings)
    {
        var population = module[slice.Population];
        void AtLeast(string purpose, long bytes)
        {
            var claimed = slice.Memory.Where(u => u.Purpose == purpose).Sum(u => u.Bytes);
            if (claimed < bytes) findings.Add($"{name}: {claimed} bytes for {purpose}; it needs {bytes}");
        }

        AtLeast("neuron state", 4L * population.Neuron.States * slice.Count);
        var inputs = module.Projections.Where(p => p.Target == slice.Population).ToArray();
        if (inputs.Length == 0) return;

        // Up to `longest` ticks ahead wait at once, and the slot is found by masking.
        var longest = inputs.Max(p => p.RowsFrom is null ? Ticks(module, p) : 1);
        var slots = 1;
        while (slots < longest) slots *= 2;
        var element = Math.Max(module.Arithmetic.AccumulatorBits, chip.Synapse.RingElement.Bits.Count);
        AtLeast("delay ring", slots * population.Neuron.Ports * slice.Count * element / 8);

        long rows = 0, weights = 0;
        var afferents = new List<Afferent>();
        foreach (var projection in inputs.Where(p => p.RowsFrom is null))
            if (projection.Map is DenseMap or CsrMap)
            {
                // Each synapse needs its words, whatever the stride of rows is.
                long synapses = 0;
                if (projection.Map is DenseMap dense) synapses = (long)dense.Sources * slice.Count;
                else
                    for (var target = slice.First; target <= slice.Last; target++)
                    {
                        afferents.Clear();
                        projection.Map.Invert(target, afferents);
                        synapses += afferents.Count;
                    }
                rows += synapses * chip.Synapse.WordsPerSynapse(module.Arithmetic.WeightBits) * 4;
            }
            else
            {
                weights += (WeightsRead(projection.Map, slice) * module.Arithmetic.WeightBits) / 8;
            }
        SiteMemory(module, inputs, slice, AtLeast);
        AtLeast("payload rows", Waiting(module, inputs, slice));
        AtLeast("synaptic rows", rows);
        AtLeast("shared weights", weights);
    }

    /// <summary>The slice's sites need a slot each, with room to stop at; where events are from, a word at least for every site there can be.</summary>
    private static void SiteMemory(Module module, Projection[] inputs, Slice slice, Action<string, long> atLeast)
    {
        var channels = module[slice.Population].Layout.Channels;
        if (inputs.Any(p => p.Map is SiteConvMap))
        {
            var sites = Enumerable.Range(slice.First, slice.Count).Select(a => a / channels).Distinct().Count();
            atLeast("site table", 2L * sites * ((module.Sites[module[slice.Population].Sites!.Value.Index].KeyBits + 7) / 8));
        }

        atLeast("site coordinates", inputs.Where(p => p.Map is SiteMap).Select(p => ((SiteMap)p.Map).From.Index).Distinct().Sum(t => 4L * module.Sites[t].Capacity));
    }

    /// <summary>Bytes in which events and rows of a step wait for each other: a bit (or a word, for payloads) for each address that a synapse of the slice names.</summary>
    private static long Waiting(Module module, Projection[] inputs, Slice slice)
    {
        long bits = 0;
        var afferents = new List<Afferent>();
        foreach (var projection in inputs)
        {
            if (projection.RowsFrom is not { } of) continue;
            var (sources, rows) = (new HashSet<int>(), new HashSet<int>());
            for (var target = slice.First; target <= slice.Last; target++)
            {
                afferents.Clear();
                projection.Map.Invert(target, afferents);
                foreach (var afferent in afferents)
                {
                    sources.Add(afferent.Source);
                    rows.Add(afferent.Row);
                }
            }
            bits += sources.Count * (module[projection.Source].Domain == SpikeDomain.Binary ? 1 : 32);
            bits += rows.Count * (module[of].Domain == SpikeDomain.Binary ? 1 : 32);
        }
        return bits / 8;
    }

    /// <summary>Distinct weights that the neurons of a slice read; for windows every tap counts, at the border too.</summary>
    private static long WeightsRead(AddressFunction map, Slice slice)
    {
        switch (map)
        {
            case ConvMap conv:
                return (long)conv.Y.Kernel * conv.X.Kernel * (conv.Channels / conv.Groups) * OutputChannels(conv.OutChannels);
            case TransposedConvMap conv:
                return (long)conv.Y.Kernel * conv.X.Kernel * (conv.Channels / conv.Groups) * OutputChannels(conv.OutChannels);
            case SiteConvMap sites:
                return (long)sites.Window.Z.Kernel * sites.Window.Y.Kernel * sites.Window.X.Kernel * (sites.Channels / sites.Groups) * OutputChannels(sites.OutChannels);
            case ScatterMap:
                return 1;
            default:
                var read = new HashSet<int>();
                var afferents = new List<Afferent>();
                for (var target = slice.First; target <= slice.Last; target++)
                {
                    afferents.Clear();
                    map.Invert(target, afferents);
                    foreach (var afferent in afferents) read.Add(afferent.Row);
                }
                return read.Count;
        }

        int OutputChannels(int all)
        {
            var seen = new HashSet<int>();
            for (var target = slice.First; target <= slice.Last; target++) seen.Add(target % all);
            return seen.Count;
        }
    }

    private static int Ticks(Module module, Projection projection) =>
        module.Populations[projection.Target.Index].Stage + (projection.Delay * module.TicksPerStep) - module.Populations[projection.Source.Index].Stage;
}
