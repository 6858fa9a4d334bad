using System.Collections.Immutable;
using NeuroChip.Ir;

namespace NeuroChip.Simulator.Tiles;

/// <summary>Layers one after the other, each on the tile that does its kind; what one tile keeps is there for the next layer on the same tile.</summary>
public static class TileSequence
{
    /// <summary>Cycles of each layer, in order.</summary>
    /// <param name="layers">Works in order; an engine may change from layer to layer.</param>
    /// <param name="engineOf">The engine of a layer.</param>
    public static ImmutableArray<LayerCycles> Run(IEnumerable<LayerWork> layers, Func<LayerWork, ITileEngine> engineOf)
    {
        var results = ImmutableArray.CreateBuilder<LayerCycles>();
        (LayerWork Work, LayerCycles Cycles)? before = null;
        ITileEngine? last = null;
        foreach (var work in layers)
        {
            var engine = engineOf(work);
            var cycles = engine.Time(work, ReferenceEquals(engine, last) ? before : null);
            results.Add(cycles);
            (before, last) = ((work with { Spikes = [] }, cycles), engine);
        }

        return results.ToImmutable();
    }

    /// <summary>Cycles until the last layer has ended.</summary>
    public static Cycles Total(IEnumerable<LayerCycles> layers) => layers.Aggregate(new Cycles(0), (sum, l) => sum + l.Added);
}
