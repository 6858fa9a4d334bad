using System.Collections.Immutable;
using System.Globalization;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Mapping;

/// <summary>The wording of everything that can keep a network from fitting a chip, in one place so that it speaks with one voice.</summary>
internal static class MappingErrors
{
    /// <summary>NC2101: not even one neuron fits a core.</summary>
    public static Diagnostic NeuronDoesNotFit(Module module, ManyCoreChip chip, Population population, ImmutableArray<MemoryUse> use, long dtcmLimit, long sdramLimit)
    {
        var dtcm = use.Where(u => u.Memory == SliceMemory.Dtcm).Sum(u => u.Bytes);
        var (memory, limit) = dtcm > dtcmLimit ? (SliceMemory.Dtcm, dtcmLimit) : (SliceMemory.Sdram, sdramLimit);
        var inside = use.Where(u => u.Memory == memory).OrderByDescending(u => u.Bytes).ToArray();
        var remedy = inside[0].Purpose switch
        {
            "delay ring" => "shorten the longest delay into this layer, or recompile with fewer bits per accumulator",
            "synaptic rows" or "shared weights" or "row buffers" => "recompile with fewer bits per weight (--precision int8), or split the layer's inputs in the model",
            "site table" or "site coordinates" => "plan for fewer active sites (--sites, --site-margin), or voxelise more coarsely",
            "input" or "recording" => "run fewer time steps at once",
            _ => "take a chip with more memory per core; `neurochip chips` lists them",
        };
        return Diagnostic.Error(
            "NC2101",
            $"one neuron of '{population.Name}' needs {N(inside.Sum(u => u.Bytes))} bytes of {memory}; '{chip.Name}' has {N(limit)}",
            At(module, population),
            "it needs " + string.Join(", ", inside.Select(u => $"{N(u.Bytes)} for {u.Purpose}")),
            remedy);
    }

    /// <summary>NC2102: more slices than cores.</summary>
    public static Diagnostic TooManyCores(Module module, ManyCoreChip chip, ImmutableArray<(int Slices, string LimitedBy)> slices, long needed, long available, long? inEightBits)
    {
        var perChip = chip.Core.Usable.Count;
        var notes = new List<string>();
        foreach (var p in Enumerable.Range(0, slices.Length).OrderByDescending(p => slices[p].Slices).ThenBy(p => p).Take(5))
            notes.Add($"'{module.Populations[p].Name}' takes {N(slices[p].Slices)} cores for {N(module.Populations[p].Size)} neurons, limited by {slices[p].LimitedBy}");
        if (slices.Length > 5) notes.Add($"and {N(slices.Length - 5)} more layers take {N(needed - slices.OrderByDescending(s => s.Slices).Take(5).Sum(s => s.Slices))}");
        if (inEightBits <= available) notes.Add($"with --precision int8 it takes {N(inEightBits.Value)} cores, and fits");
        notes.Add($"it takes at least {N((needed + perChip - 1) / perChip)} such chips; {Larger(chip, c => Machine.Of(c).Cores >= needed)}");
        return Diagnostic.Error(
            "NC2102",
            $"'{module.Name}' needs {N(needed)} cores even in the smallest split; '{chip.Name}' has {N(available)} ({N(chip.Machine.ChipCount)} chips of {N(perChip)})",
            new Place(module.Name),
            [.. notes]);
    }

    /// <summary>NC2103: the slices fit cores one by one, but the chips' shared memory does not hold them together.</summary>
    public static Diagnostic NoPlace(Module module, ManyCoreChip chip, Partition partition, long sharedLimit)
    {
        var all = partition.Slices.Sum(s => s.Bytes(SliceMemory.Sdram));
        var largest = module.Populations
            .Select(p => (p.Name, Bytes: Enumerable.Range(partition.FirstOf(p.Id), partition.CountOf(p.Id)).Sum(s => partition.Slices[s].Bytes(SliceMemory.Sdram)), Each: partition.Slices[partition.FirstOf(p.Id)].Bytes(SliceMemory.Sdram)))
            .OrderByDescending(p => p.Bytes).Take(3)
            .Select(p => $"'{p.Name}' takes {N(p.Bytes)} bytes, {N(p.Each)} of them on its first core");
        return Diagnostic.Error(
            "NC2103",
            $"'{module.Name}' needs {N(all)} bytes of {SliceMemory.Sdram} and {N(partition.Slices.Length)} cores; '{chip.Name}' has {N(sharedLimit)} bytes and {N(chip.Core.Usable.Count)} cores on each of {N(chip.Machine.ChipCount)} chips, and they do not go together",
            new Place(module.Name),
            [.. largest, "recompile with fewer bits per weight (--precision int8), or take a machine with more chips",
                Larger(chip, c => c.Machine.ChipCount * (c.Memory.SdramUsable.Bits.Count / 8) > 2 * all && Machine.Of(c).Cores > 2 * partition.Slices.Length)]);
    }

    /// <summary>NC2104: a delay that the ring of pending inputs cannot hold.</summary>
    public static Diagnostic DelayTooLong(Module module, ManyCoreChip chip, Projection projection, int ticks, int slots) => Diagnostic.Error(
        "NC2104",
        $"'{projection.Name}' takes {N(ticks)} ticks from '{module[projection.Source].Name}' to '{module[projection.Target].Name}'; '{chip.Name}' delays by at most {N(slots)}",
        new Place(module.Name, $"projection '{projection.Name}'"),
        $"the target computes {N(module[projection.Target].Stage - module[projection.Source].Stage)} stages after the source, plus {N(projection.Delay)} steps of {N(module.TicksPerStep)} ticks",
        $"{N((ticks - 1) / slots)} relay population(s) in between (identity projections) cut the way into delays that fit; the pass relay-delays inserts them");

    /// <summary>NC2105: a delay below one tick.</summary>
    public static Diagnostic DelayTooShort(Module module, Projection projection, int ticks) => Diagnostic.Error(
        "NC2105",
        $"'{projection.Name}' has {N(ticks)} ticks from '{module[projection.Source].Name}' to '{module[projection.Target].Name}'; a spike takes at least 1",
        new Place(module.Name, $"projection '{projection.Name}'"),
        "run the pass balance-delays before mapping; it assigns stages and ticks per step");

    /// <summary>NC2106: a router needs more entries than it has.</summary>
    public static Diagnostic TableTooLong(Module module, ManyCoreChip chip, int x, int y, int before, int after, int limit) => Diagnostic.Error(
        "NC2106",
        $"the router of chip ({x},{y}) needs {N(after)} entries; '{chip.Name}' has {N(limit)}",
        new Place(module.Name, $"chip ({x},{y})"),
        $"{N(before)} multicast trees pass the chip; merging brought their entries to {N(after)}",
        "try another --seed, or a machine with more chips so that fewer trees pass each");

    /// <summary>NC2107: 32-bit keys do not suffice.</summary>
    public static Diagnostic KeysExhausted(Module module, ManyCoreChip chip, Partition partition) => Diagnostic.Error(
        "NC2107",
        $"'{module.Name}' needs more multicast keys than {N(chip.Noc.KeyBits.Bits.Count)} bits hold for {N(partition.Slices.Length)} slices",
        new Place(module.Name),
        "every slice takes a power of two of keys; split the network over several machines");

    /// <summary>NC2108: a chip cannot be reached.</summary>
    public static Diagnostic Unreachable(int fromX, int fromY, int toX, int toY) => Diagnostic.Error(
        "NC2108",
        $"no links lead from chip ({fromX},{fromY}) to chip ({toX},{toY})",
        null,
        "the chip model's machine falls apart into pieces; check board_rows, board_origins and wrap");

    /// <summary>NC2109: this host has not the memory to plan the mapping.</summary>
    public static Diagnostic PlanTooLarge(Module module, MappingPlan plan, long available) => Diagnostic.Error(
        "NC2109",
        $"mapping '{module.Name}' takes about {N(plan.Bytes)} bytes of memory on this machine; {N(available)} are free",
        new Place(module.Name),
        $"at least {N(plan.Slices)} slices, up to {N(plan.Edges)} connections between them",
        "run it on a machine with more memory");

    /// <summary>The smallest other built-in chip for which something holds, as a remedy.</summary>
    private static string Larger(ManyCoreChip chip, Func<ManyCoreChip, bool> holds)
    {
        var smallest = ChipModels.Names.Where(name => name != chip.Name).Select(ChipModelReader.Load).OfType<ManyCoreChip>().Where(holds).MinBy(c => c.Machine.ChipCount);
        return smallest is null ? "no chip model that comes with NeuroChip is large enough" : $"large enough: --chip {smallest.Name}";
    }

    /// <summary>A number with a space between thousands.</summary>
    internal static string N(long number) => number.ToString("#,0", Spaced);

    private static readonly NumberFormatInfo Spaced = new() { NumberGroupSeparator = " " };

    private static Place At(Module module, Population population) => new(module.Name, $"population '{population.Name}'");
}
