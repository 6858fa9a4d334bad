using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Mapping;

/// <summary>
/// Cuts every population into the fewest slices that fit a core, all of about the same size. Images are cut between pixels, populations at sites between sites, where that
/// costs at most half as many cores again: a slice of whole pixels reaches fewer cores, and its weights are used by all its channels.
/// </summary>
/// <param name="share">
/// Part of a chip's shared memory that one core may take: 1 / share. With 1 there are fewest slices; with more they pack better where shared
/// memory is what runs out.
/// </param>
public sealed class BalancedPartitioner(int share = 1) : IPartitioner
{
    /// <inheritdoc/>
    public string Name => "balanced";

    /// <inheritdoc/>
    public Partition Partition(Module module, ManyCoreChip chip, int seed)
    {
        var found = new DiagnosticBag();
        var (tight, pixels) = Cut(module, chip, share, found);
        found.ThrowIfErrors();

        var cores = Machine.Of(chip).Cores;
        var chosen = module.Populations.Select((_, p) => pixels[p].Count * 2L <= tight[p].Count * 3L ? pixels[p] : tight[p]).ToArray();
        if (chosen.Sum(c => (long)c.Count) > cores)
            chosen = [.. module.Populations.Select((_, p) => pixels[p].Count <= tight[p].Count ? pixels[p] : tight[p])];

        var memory = new SliceMemory(module, chip);
        var needed = chosen.Sum(c => (long)c.Count);
        if (needed > cores)
            throw new DiagnosticException(MappingErrors.TooManyCores(module, chip, [.. chosen.Select(c => (c.Count, c.LimitedBy))], needed, cores, CoresInEightBits(module, chip)));

        var slices = ImmutableArray.CreateBuilder<Slice>((int)needed);
        foreach (var population in module.Populations)
        {
            var cut = chosen[population.Id.Index];
            var uses = memory.Uses(population, cut.Slices);
            for (var s = 0; s < uses.Length; s++) slices.Add(new(population.Id, cut.Slices[s].First, cut.Slices[s].Count, uses[s]));
        }
        return new(slices.MoveToImmutable(), module.Populations.Length);
    }

    /// <summary>One way to cut a population.</summary>
    private sealed record Cutting(IReadOnlyList<(int First, int Count)> Slices, string LimitedBy)
    {
        public int Count => Slices.Count;
    }

    private static (Cutting[] Tight, Cutting[] Pixels) Cut(Module module, ManyCoreChip chip, int share, DiagnosticBag found)
    {
        var memory = new SliceMemory(module, chip, share);
        var (tight, pixels) = (new Cutting[module.Populations.Length], new Cutting[module.Populations.Length]);
        foreach (var population in module.Populations)
        {
            var cut = Largest(population, chip, memory, n => Equal(population.Size, n));
            if (cut is null)
            {
                found.Add(MappingErrors.NeuronDoesNotFit(module, chip, population, SmallestUse(population, memory), memory.DtcmLimit, memory.SdramLimit));
                continue;
            }
            tight[population.Id.Index] = cut;
            pixels[population.Id.Index] = (population.Layout.ChannelLast || population.Sites is not null) && population.Layout.Channels < population.Size
                ? Largest(population, chip, memory, n => Pixels(population.Layout, n))! : cut;
        }
        return (tight, pixels);
    }

    private static Cutting? Largest(Population population, ManyCoreChip chip, SliceMemory memory, Func<int, List<(int First, int Count)>> split)
    {
        bool Fits(int n) => memory.Uses(population, split(n)).All(memory.Fits);

        var most = Math.Min(population.Size, chip.Core.Neurons.Count);
        if (Fits(most)) return new(split(most), "neurons per core");
        if (!Fits(1)) return null;
        var (fits, fails) = (1, most);
        while (fails - fits > 1)
        {
            var middle = (fits + fails) / 2;
            if (Fits(middle)) fits = middle;
            else fails = middle;
        }
        var failing = memory.Uses(population, split(fails)).First(u => !memory.Fits(u));
        var dtcm = failing.Where(u => u.Memory == SliceMemory.Dtcm).Sum(u => u.Bytes) > memory.DtcmLimit;
        return new(split(fits), dtcm ? SliceMemory.Dtcm : SliceMemory.Sdram);
    }

    /// <summary>The memory of the slice that needs most when every neuron has its own core.</summary>
    private static ImmutableArray<MemoryUse> SmallestUse(Population population, SliceMemory memory) =>
        memory.Uses(population, Equal(population.Size, 1)).First(u => !memory.Fits(u));

    /// <summary>Slices of at most <paramref name="most"/> addresses, as equal as can be.</summary>
    private static List<(int First, int Count)> Equal(int size, int most)
    {
        var parts = (size + most - 1) / most;
        var slices = new List<(int, int)>(parts);
        for (var (p, first) = (0, 0); p < parts; p++)
        {
            var count = (size / parts) + (p < size % parts ? 1 : 0);
            slices.Add((first, count));
            first += count;
        }
        return slices;
    }

    /// <summary>Slices of whole pixels or, where one pixel has more channels than fit, of a part of the channels of one pixel.</summary>
    private static List<(int First, int Count)> Pixels(Layout layout, int most)
    {
        var channels = layout.Channels;
        var pixels = layout.Size / channels;
        if (channels <= most)
            return [.. Equal(pixels, most / channels).Select(s => (s.First * channels, s.Count * channels))];
        var parts = Equal(channels, most);
        return [.. Enumerable.Range(0, pixels).SelectMany(pixel => parts.Select(s => ((pixel * channels) + s.First, s.Count)))];
    }

    /// <summary>Cores with 8-bit weights, to tell whether a smaller precision helps; null where it is not smaller or does not help.</summary>
    private static long? CoresInEightBits(Module module, ManyCoreChip chip)
    {
        if (module.Arithmetic.WeightBits <= 8 || chip.Arithmetic.Find("int8") is not { } eight) return null;
        var found = new DiagnosticBag();
        var (tight, pixels) = Cut(module with { Arithmetic = eight }, chip, 1, found);
        return found.HasErrors ? null : tight.Zip(pixels, (t, p) => (long)Math.Min(t.Count, p.Count)).Sum();
    }
}
