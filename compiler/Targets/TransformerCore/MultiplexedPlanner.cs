using System.Collections.Immutable;
using NeuroChip.HwModels;
using NeuroChip.HwModels.Tiles;
using NeuroChip.Ir.Ncir;

namespace NeuroChip.Compiler.Targets.TransformerCore;

/// <summary>
/// Layers take turns: a step goes through phases, and in each phase the tiles hold the weights of as many consecutive layers as fit. Weights of kinds of tiles
/// that cannot keep all their layers come from DRAM in each step, into one half of the memory while the other is used where tiles are double buffered.
/// </summary>
internal static class MultiplexedPlanner
{
    /// <summary>The plan.</summary>
    /// <param name="chip">The chip.</param>
    /// <param name="layers">Layers in the order of a step.</param>
    /// <param name="kinds">The choice of kinds.</param>
    /// <param name="keep">Keep the weights of kinds whose tiles hold all of their layers; false streams everything, to know what that would cost.</param>
    public static TilePlan Plan(TileChip chip, ImmutableArray<TileLayer> layers, TileKindChoice kinds, bool keep)
    {
        var shares = new Dictionary<TileLayer, TileShare>();
        foreach (var group in layers.GroupBy(kinds.KindOf))
        {
            ImmutableArray<TileLayer> theirs = [.. group];
            if (theirs.All(l => l.WeightBits == 0) || keep) Keep(chip, group.Key, theirs, kinds, shares);
        }

        var phases = new Dictionary<TileLayer, int>();
        var streamed = layers.Where(l => l.WeightBits > 0 && !shares.ContainsKey(l)).ToHashSet();
        var (phase, used) = (0, new Dictionary<string, long>());
        foreach (var layer in layers)
        {
            if (!shares.ContainsKey(layer) && kinds.NeighbourOf(layer) is null)
            {
                var kind = kinds.KindOf(layer);
                var (count, limit) = (chip.Tiles[kind].Count.Count, Capacity(chip.Tiles[kind]));
                var taken = used.GetValueOrDefault(kind);
                var alone = TileShare.PartsWithin(layer, limit, count) ?? TileShare.MostChannelParts(layer, count);
                if (TileShare.PartsWithin(layer, limit - taken, count) is not { } parts || (parts > alone && layer.Channels / parts < chip.Tiles[kind].Lanes.CountOrNone()))
                {
                    // Not beside the layers before it, or only in slices of channels that leave adders idle: a new phase; and where even then it does not fit as a whole, it comes piece by piece.
                    (phase, taken, parts) = (phase + 1, 0, alone);
                    used.Clear();
                }

                var split = TileShare.Split(layer, count, parts);
                shares[layer] = new([.. Enumerable.Range(0, split.Tiles)], split.ChannelParts);
                used[kind] = taken + Math.Min(limit, TileShare.Weights(layer, split.ChannelParts));
            }

            phases[layer] = phase;
        }

        SpatialPlanner.Follow([.. layers.Where(l => !shares.ContainsKey(l))], kinds, shares);
        // The first layer may not have fitted "beside the layers before it" when there were none.
        var numbers = phases.Values.Distinct().Order().ToList();
        ImmutableArray<PlannedLayer> planned =
            [.. layers.Select(l => new PlannedLayer(l, kinds.KindOf(l), shares[l], numbers.IndexOf(phases[l]), streamed.Contains(l), TileThroughput.Cycles(l, chip.Tiles[kinds.KindOf(l)]) / shares[l].Tiles.Length))];
        return new(planned, Cycles(chip, planned));
    }

    /// <summary>Bits of weights that one tile can hold of a phase.</summary>
    public static long Capacity(TileKind kind) => kind.WeightMemory is null ? SpatialPlanner.ResidentCapacity(kind) : kind.WeightsAtATime.Count;

    /// <summary>Keeps all layers of a kind, each on all of its tiles if that leaves room, if they fit at all.</summary>
    private static void Keep(TileChip chip, string kind, ImmutableArray<TileLayer> layers, TileKindChoice kinds, Dictionary<TileLayer, TileShare> shares)
    {
        var model = chip.Tiles[kind];
        foreach (var width in new[] { double.PositiveInfinity, 1 })
        {
            var found = new Dictionary<TileLayer, TileShare>();
            if (!SpatialPlanner.Resident(chip, kind, layers, kinds, new TileLoads(model.Count.Count, SpatialPlanner.ResidentCapacity(model)), found, width)) continue;
            foreach (var (layer, share) in found) shares.Add(layer, share);
            return;
        }
    }

    /// <summary>
    /// Layers of a phase one after the other; the weights of the next phase, and after the last one those of the first, arrive meanwhile where the tiles that
    /// stream are double buffered, else before.
    /// </summary>
    private static double Cycles(TileChip chip, ImmutableArray<PlannedLayer> layers)
    {
        var phases = layers.IsEmpty ? 0 : layers.Max(l => l.Phase) + 1;
        var (compute, stream) = (new double[phases], new double[phases]);
        var hidden = layers.Where(l => l.Streamed).All(l => chip.Tiles[l.Kind].DoubleBuffered);
        foreach (var layer in layers)
        {
            compute[layer.Phase] += layer.Cycles;
            if (layer.Streamed) stream[layer.Phase] += layer.Layer.WeightBits / chip.DramBitsPerCycle;
        }

        double sum = 0;
        for (var p = 0; p < phases; p++) sum += hidden ? Math.Max(compute[p], stream[(p + 1) % phases]) : compute[p] + stream[p];
        return sum;
    }
}
