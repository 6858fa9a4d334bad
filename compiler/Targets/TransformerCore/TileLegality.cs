using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.HwModels.Tiles;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Targets.TransformerCore;

/// <summary>
/// What a module must keep to for a chip of tiles: numbers the chip computes in, and for every layer a kind of tile that does what it asks and holds
/// at least its smallest piece. Delays and stages mean nothing here: a step takes as long as it takes.
/// </summary>
internal static class TileLegality
{
    /// <summary>Adds a diagnostic for everything that does not keep to it.</summary>
    public static void Check(Module module, TileChip chip, ImmutableArray<TileLayer> layers, DiagnosticBag found)
    {
        CheckPrecision(module, chip, found);
        var helpless = layers.Where(l => !chip.Tiles.Values.Any(k => Does(k, l))).ToArray();
        var (unaddressed, others) = (helpless.Where(l => chip.Tiles.Values.Any(k => Works(k, l))).ToArray(), helpless.Where(l => !chip.Tiles.Values.Any(k => Works(k, l))));
        if (unaddressed.Length > 0) found.Add(TileErrors.NoAddressUnit(module, chip, [.. unaddressed.Select(l => l.Population.Name)]));
        foreach (var group in others.GroupBy(l => Missing(chip, l.Needs)))
        {
            var names = group.Select(l => l.Population.Name).ToImmutableArray();
            found.Add(group.Key switch
            {
                TileWork.Attention => TileErrors.NoAttention(module, chip, names, Remedy(chip)),
                TileWork.Analog => TileErrors.NoMultipliers(module, chip, names, TileErrors.Kinds(chip)),
                _ => TileErrors.NoTile(module, chip, group.Key, names, TileErrors.Kinds(chip)),
            });
        }

        foreach (var layer in layers.Except(helpless))
            if (!chip.Tiles.Values.Any(k => Does(k, layer) && Holds(module, chip, k, layer) is null)) found.Add(TooLarge(module, chip, layer));
    }

    /// <summary>Whether a kind of tile is there and does what a layer asks.</summary>
    public static bool Does(TileKind kind, TileLayer layer) => Works(kind, layer) && (layer.Tables.IsEmpty || kind.AddressUnit is not null);

    /// <summary>The same, whether or not it finds targets among active sites.</summary>
    private static bool Works(TileKind kind, TileLayer layer) => kind.Count.Count > 0 && kind.Does != TileWork.None && kind.Can(layer.Needs);

    /// <summary>What of the smallest piece of a layer a tile cannot hold; null if it can.</summary>
    public static (string Memory, long Needed, long Limit, string Why, string Remedy)? Holds(Module module, TileChip chip, TileKind kind, TileLayer layer)
    {
        if (kind.AccumulatorMemory is { } accumulators && accumulators.Bits.Count < module.Arithmetic.AccumulatorBits)
            return ("accumulator_memory", module.Arithmetic.AccumulatorBits, accumulators.Bits.Count, "one accumulator takes", "enlarge the tiles' accumulator_memory");
        if (layer.WeightBits == 0 || layer.Needs == TileWork.None || kind.Engine == TileEngine.DenseArray && kind.WeightMemory is null) return null;
        var resident = kind.WeightMemory.BitsOrNone().Count;
        var tiles = Math.Min(kind.Count.Count, layer.Channels);
        if ((layer.ChannelWeightBits * (long)Math.Ceiling((double)layer.Channels / tiles)) <= resident) return null;
        if (chip.Dram.Size.Bits.Count < layer.WeightBits)
            return ("DRAM", layer.WeightBits, chip.Dram.Size.Bits.Count, "its weights do not stay in the tiles and take", "give the chip DRAM, more tiles, or tiles with more weight_memory");
        return layer.ChannelWeightBits <= kind.WeightsAtATime.Count
            ? null
            : ("weight memory", layer.ChannelWeightBits, kind.WeightsAtATime.Count, "the weights of one output channel take", kind.DoubleBuffered
                ? "one half of the weight memory is filled while the other is used: enlarge weight_memory, or compile with fewer bits per weight (--precision int4)"
                : "enlarge weight_memory, or compile with fewer bits per weight (--precision int4)");
    }

    /// <summary>Adds a diagnostic for every layer that a plan streams and of which not even a channel fits what is filled at a time: alone it would stay, beside the others it cannot.</summary>
    public static void CheckStreamed(Module module, TileChip chip, TilePlan plan, DiagnosticBag found)
    {
        foreach (var planned in plan.Layers.Where(l => l.Streamed))
        {
            var limit = MultiplexedPlanner.Capacity(chip.Tiles[planned.Kind]);
            if (planned.Layer.ChannelWeightBits > limit)
                found.Add(TileErrors.LayerFitsNoTile(module, chip, planned.Layer, planned.Kind, "weight memory at a time", planned.Layer.ChannelWeightBits, limit, "the weights of one output channel take", "enlarge weight_memory, or take more such tiles, so that the layers stay"));
        }
    }

    private static Diagnostic TooLarge(Module module, TileChip chip, TileLayer layer)
    {
        // Of the kinds that could do it, the one that comes nearest.
        var (name, kind) = chip.Tiles.Where(t => Does(t.Value, layer)).OrderByDescending(t => t.Value.WeightMemory.BitsOrNone().Count).First();
        var (memory, needed, limit, why, remedy) = Holds(module, chip, kind, layer)!.Value;
        return TileErrors.LayerFitsNoTile(module, chip, layer, name, memory, needed, limit, why, remedy);
    }

    /// <summary>The work that no kind does; where each is done by some kind but none does all, all of it.</summary>
    private static TileWork Missing(TileChip chip, TileWork needs)
    {
        bool Somebody(TileWork work) => chip.Tiles.Values.Any(k => k.Count.Count > 0 && k.Can(work));
        if (needs.HasFlag(TileWork.Attention) && !Somebody(TileWork.Attention)) return TileWork.Attention;
        if (needs.HasFlag(TileWork.Analog) && !Somebody(TileWork.Analog)) return TileWork.Analog;
        return needs == TileWork.None ? TileWork.Sparse : needs;
    }

    private static string Remedy(TileChip chip) => chip.Tiles.Values.Any(k => k.Count.Count > 0 && k.Can(TileWork.Sparse))
        ? "compile with --attention ordinary: tiles for sparse additions then test rows one by one and add with their ordinary adders; or take a chip with attention tiles"
        : "take a chip with attention tiles; `neurochip chips` lists them";

    private static void CheckPrecision(Module module, TileChip chip, DiagnosticBag found)
    {
        var precision = module.Arithmetic.Kind == ArithmeticKind.Float32 ? "float32" : $"int{module.Arithmetic.WeightBits}";
        if (chip.Arithmetic.Find(precision) is not { } arithmetic || module.Arithmetic.AccumulatorBits > arithmetic.AccumulatorBits)
            found.Add(TileErrors.Precision(module, chip, precision));
    }
}
