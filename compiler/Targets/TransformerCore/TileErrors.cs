using System.Collections.Immutable;
using NeuroChip.Compiler.Mapping;
using NeuroChip.HwModels;
using NeuroChip.HwModels.Tiles;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;

namespace NeuroChip.Compiler.Targets.TransformerCore;

/// <summary>The wording of everything that can keep a network from fitting a chip of tiles.</summary>
internal static class TileErrors
{
    private const int Listed = 6;

    /// <summary>NC2040: layers whose rows are payloads, and a chip with nothing made for them.</summary>
    public static Diagnostic NoAttention(Module module, ChipModel chip, ImmutableArray<string> layers, string remedy) => Diagnostic.Error(
        "NC2040",
        $"'{chip.Name}' has no attention core, and {Count(layers.Length, "layer")} of '{module.Name}' add{(layers.Length == 1 ? "s" : "")} rows that are spikes of other layers",
        new Place(module.Name),
        $"layers: {List(layers)}",
        remedy);

    /// <summary>NC2041: real values times weights, and no tile with multipliers.</summary>
    public static Diagnostic NoMultipliers(Module module, TileChip chip, ImmutableArray<string> layers, string kinds) => Diagnostic.Error(
        "NC2041",
        $"no tile of '{chip.Name}' can do {Count(layers.Length, "layer")} of '{module.Name}' that multipl{(layers.Length == 1 ? "ies" : "y")} real values by weights",
        new Place(module.Name),
        $"layers: {List(layers)}",
        $"its tiles: {kinds}",
        "give a kind of tile 'analog' work and mac_lanes, or encode the input as spikes (samples of 0 and 1 for --calibrate show that they are)");

    /// <summary>NC2042: sparse additions, and no tile for them (together with what else the layer needs).</summary>
    public static Diagnostic NoTile(Module module, TileChip chip, TileWork needs, ImmutableArray<string> layers, string kinds) => Diagnostic.Error(
        "NC2042",
        $"no tile of '{chip.Name}' does {Words(needs)} work, which {Count(layers.Length, "layer")} of '{module.Name}' need{(layers.Length == 1 ? "s" : "")}",
        new Place(module.Name),
        $"layers: {List(layers)}",
        $"its tiles: {kinds}",
        $"give one kind of tile a 'does' of [{Words(needs).Replace(" and ", ", ", StringComparison.Ordinal)}] and a count above 0");

    /// <summary>NC2043: the smallest piece of a layer is larger than the memory of every tile that could do it.</summary>
    public static Diagnostic LayerFitsNoTile(Module module, TileChip chip, TileLayer layer, string kind, string memory, long needed, long limit, string why, string remedy) => Diagnostic.Error(
        "NC2043",
        $"'{layer.Population.Name}' fits no tile of '{chip.Name}' and cannot be streamed: {why} {MappingErrors.N(needed)} bits of {memory}; {(memory == "DRAM" ? "the chip" : $"a tile '{kind}'")} has {MappingErrors.N(limit)}",
        new Place(module.Name, $"population '{layer.Population.Name}'"),
        $"the layer has {MappingErrors.N(layer.WeightBits)} bits of weights for {MappingErrors.N(layer.Channels)} channels of {MappingErrors.N(layer.Positions)} positions",
        remedy);

    /// <summary>NC2044: what must leave the chip is more than the memory outside holds.</summary>
    public static Diagnostic DramFull(Module module, TileChip chip, long weights, long membranes, long size) => Diagnostic.Error(
        "NC2044",
        $"'{module.Name}' needs {MappingErrors.N(weights + membranes)} bits outside the chip; the DRAM of '{chip.Name}' has {MappingErrors.N(size)}",
        new Place(module.Name),
        $"{MappingErrors.N(weights)} bits of weights that do not stay in the tiles, {MappingErrors.N(membranes)} bits of membranes that fit neither tiles nor global buffer",
        "enlarge the tiles' weight_memory, the global buffer or the DRAM, or compile with fewer bits per weight (--precision int4)");

    /// <summary>NC2045: numbers the chip does not compute in.</summary>
    public static Diagnostic Precision(Module module, TileChip chip, string precision) => Diagnostic.Error(
        "NC2045",
        $"'{module.Name}' computes in {precision}; '{chip.Name}' computes in {string.Join(", ", chip.Arithmetic.Precisions)} with accumulators of {chip.Arithmetic.Accumulator.Bits.Count} bits",
        new Place(module.Name),
        $"compile with --precision {chip.Arithmetic.DefaultPrecision}, the chip's default");

    /// <summary>NC2080: layers over active sites, and no tile for them with an address unit.</summary>
    public static Diagnostic NoAddressUnit(Module module, TileChip chip, ImmutableArray<string> layers) => Diagnostic.Error(
        "NC2080",
        $"no tile of '{chip.Name}' that could do {Count(layers.Length, "layer")} of '{module.Name}' has an address unit, and their targets depend on which sites are active",
        new Place(module.Name),
        $"layers: {List(layers)}",
        $"its tiles: {Kinds(chip)}",
        "take a chip whose tiles look up active sites (transformer-core), give a kind of tile an 'address_unit', or take a many-core chip, which does it in software (spinnaker1)");

    /// <summary>NC2081: tables of active sites larger than the memory for them.</summary>
    public static Diagnostic TablesTooLarge(Module module, TileChip chip, string kind, ImmutableArray<SiteTable> tables, int parts, long needed, long room) => Diagnostic.Error(
        "NC2081",
        $"'{module.Name}' is planned for too many active sites: their tables take {MappingErrors.N(needed)} bits in each tile '{kind}' of '{chip.Name}', divided among {parts} of them; its address unit has {MappingErrors.N(room)}",
        new Place(module.Name),
        [.. tables.OrderByDescending(t => t.LookupBits + t.CoordinateBits).Take(Listed).Select(t =>
            $"'{t.Name}': room for {MappingErrors.N(t.Capacity)} sites of {string.Join(" x ", t.Extent)}, {(t.Lookup == SiteLookup.Direct ? "direct" : "hash")} table {MappingErrors.N(t.LookupBits)} bits, coordinates {MappingErrors.N(t.CoordinateBits)} bits"),
            "plan for fewer sites (--sites, --site-margin), voxelise more coarsely, or enlarge table_memory"]);

    /// <summary>The kinds of tiles with what they do.</summary>
    public static string Kinds(TileChip chip) =>
        string.Join(", ", chip.Tiles.Where(t => t.Value.Count.Count > 0).Select(t => $"{t.Value.Count.Count} {t.Key} ({(t.Value.Does == TileWork.None ? "holds membranes" : Words(t.Value.Does))})"));

    private static string Words(TileWork work) =>
        string.Join(" and ", new[] { TileWork.Analog, TileWork.Sparse, TileWork.Attention }.Where(w => work.HasFlag(w)).Select(w => w.ToString().ToLowerInvariant()));

    private static string List(ImmutableArray<string> layers) =>
        string.Join(", ", layers.Take(Listed).Select(l => $"'{l}'")) + (layers.Length > Listed ? $" and {layers.Length - Listed} more" : "");

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
