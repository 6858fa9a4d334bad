using System.Collections.Immutable;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Compiler.Passes;

/// <summary>An index of a product of three populations: how far it steps in each of them and in the result, 0 where it does not occur.</summary>
internal sealed record ProductIndex(int Extent, int Left, int Right, int Outer, int Result);

/// <summary>A factor: a population, its address where all indices are 0, and its stride along an index.</summary>
internal sealed record Factor(PopulationId Population, int Origin, Func<ProductIndex, int> Stride)
{
    public bool Has(ProductIndex index) => Stride(index) != 0;
}

/// <summary>One order of a product of three: first two factors, their sums over the indices nobody else needs, and then the last.</summary>
internal sealed record ProductOrder(Factor First, Factor Second, Factor Last, ImmutableArray<ProductIndex> Indices)
{
    /// <summary>Indices of the first product.</summary>
    public IEnumerable<ProductIndex> OfPair => Indices.Where(i => First.Has(i) || Second.Has(i));

    /// <summary>Those of them that the intermediate result keeps.</summary>
    public ImmutableArray<ProductIndex> Kept => [.. OfPair.Where(i => Last.Has(i) || i.Result != 0)];

    /// <summary>Those that are summed away in it.</summary>
    public IEnumerable<ProductIndex> Contracted => OfPair.Where(i => !Last.Has(i) && i.Result == 0);

    /// <summary>Indices of the second product.</summary>
    public IEnumerable<ProductIndex> OfRest => Indices.Where(i => Last.Has(i) || Kept.Contains(i));

    /// <summary>The order for people, by the last parts of the populations' names.</summary>
    public string Title(Module module)
    {
        string Name(Factor f) => module[f.Population].Name[(module[f.Population].Name.LastIndexOf('.') + 1)..];
        return $"({Name(First)} {Name(Second)}) {Name(Last)}";
    }
}

/// <summary>
/// Two strided products with only a relay between: <c>relay = sum left * rows</c>, <c>result = sum outer * relay</c>, as one product of three populations over
/// common indices.
/// </summary>
internal sealed record TripleProduct(Population Relay, Projection First, Projection Second, ImmutableArray<ProductIndex> Indices, Factor Left, Factor Right, Factor Outer)
{
    /// <summary>The triple product around a relay; null if the relay does anything else.</summary>
    public static TripleProduct? Find(Module module, Population relay)
    {
        if (relay.Neuron is not RelayNeuron gain || !gain.Gain.Is(1) || relay.Bias[0] is not null || relay.Domain == SpikeDomain.Real) return null;
        if (module.Readouts.Any(r => r.Signals.Any(s => s.Population == relay.Id))) return null;
        if (module.Projections.Where(p => p.Target == relay.Id).ToArray() is not [{ Map: StridedMap inner, RowsFrom: { } rows, Delay: 0 } first]) return null;
        if (module.Projections.Where(p => p.Source == relay.Id || p.RowsFrom == relay.Id).ToArray() is not [{ Map: StridedMap outer, RowsFrom: not null, Delay: 0 } second]) return null;
        var asRows = second.RowsFrom == relay.Id;
        if (second.Source == second.RowsFrom || module[asRows ? second.Source : second.RowsFrom!.Value].Domain == SpikeDomain.Real) return null;
        var between = outer.Axes.Select(a => asRows ? (a.Extent, Relay: a.Row, Other: a.Source, a.Target) : (a.Extent, Relay: a.Source, Other: a.Row, a.Target)).ToList();
        if (inner.TargetOrigin != (asRows ? outer.RowOrigin : outer.SourceOrigin) || Match(inner.Axes, between) is not { } indices) return null;
        return new(
            relay, first, second, indices,
            new(first.Source, inner.SourceOrigin, i => i.Left),
            new(rows, inner.RowOrigin, i => i.Right),
            new(asRows ? second.Source : second.RowsFrom!.Value, asRows ? outer.SourceOrigin : outer.RowOrigin, i => i.Outer));
    }

    /// <summary>The order there is, then the others that need no sum over one factor alone and fit addresses of 32 bits.</summary>
    public IEnumerable<ProductOrder> Orders(Module module) =>
        new ProductOrder[] { new(Left, Right, Outer, Indices), new(Outer, Left, Right, Indices), new(Outer, Right, Left, Indices) }
            .Where((order, i) => i == 0 || (Maps(module, order) is var (a, b) && a.Map.Fault() is null && b.Map.Fault() is null));

    /// <summary>The module with the product taken in another order.</summary>
    public Module Rewrite(Module module, ProductOrder order)
    {
        var (pair, rest) = Maps(module, order);
        var shape = order.Kept.Select(i => i.Extent).ToImmutableArray();
        var projections = module.Projections.Select(p =>
            p == First ? p with { Source = pair.Events, RowsFrom = pair.Rows, Map = pair.Map, Kind = Projection.KindOf(module[pair.Events].Domain, module[pair.Rows].Domain) }
            : p == Second ? p with { Source = rest.Events, RowsFrom = rest.Rows, Map = rest.Map, Kind = ProjectionKind.Sparse }
            : p);
        return module with
        {
            Populations = module.Populations.SetItem(Relay.Id.Index, Relay with { Layout = new(shape, false) }),
            Projections = [.. projections],
        };
    }

    private (Product Pair, Product Last) Maps(Module module, ProductOrder order)
    {
        var strides = new Dictionary<ProductIndex, int>();
        long size = 1;
        foreach (var index in order.Kept.Reverse())
        {
            strides[index] = (int)Math.Min(size, int.MaxValue);
            size *= index.Extent;
        }

        var between = new Factor(Relay.Id, 0, i => strides.GetValueOrDefault(i));
        var relaySize = (int)Math.Min(size, int.MaxValue);
        var pair = Map(order.First, order.Second, between.Stride, 0, relaySize, order.OfPair);
        // Spikes are the events, counts the rows that are added.
        var spikesLast = module[order.Last.Population].Domain <= SpikeDomain.Binary;
        var target = (StridedMap)Second.Map;
        var rest = Map(spikesLast ? order.Last : between, spikesLast ? between : order.Last, i => i.Result, target.TargetOrigin, target.Targets, order.OfRest);
        return (pair, rest);

        Product Map(Factor events, Factor rows, Func<ProductIndex, int> result, int origin, int targets, IEnumerable<ProductIndex> indices)
        {
            int Size(Factor f) => f.Population == Relay.Id ? relaySize : module[f.Population].Size;
            ImmutableArray<StridedAxis> axes = [.. indices.Select(i => new StridedAxis(i.Extent, events.Stride(i), result(i), rows.Stride(i)))];
            return new(events.Population, rows.Population, new(Size(events), targets, Size(rows), events.Origin, origin, rows.Origin, axes));
        }
    }

    /// <summary>Indices of both products, those of the relay's addresses matched; an axis of one that is several of the other is split.</summary>
    private static ImmutableArray<ProductIndex>? Match(ImmutableArray<StridedAxis> inner, List<(int Extent, int Relay, int Other, int Target)> outer)
    {
        var indices = ImmutableArray.CreateBuilder<ProductIndex>();
        indices.AddRange(inner.Where(a => a.Target == 0).Select(a => new ProductIndex(a.Extent, a.Source, a.Row, 0, 0)));
        indices.AddRange(outer.Where(a => a.Relay == 0).Select(a => new ProductIndex(a.Extent, 0, 0, a.Other, a.Target)));
        var written = new Stack<StridedAxis>(inner.Where(a => a.Target != 0).OrderByDescending(a => a.Target));
        var read = new Stack<(int Extent, int Relay, int Other, int Target)>(outer.Where(a => a.Relay != 0).OrderByDescending(a => a.Relay));
        while (written.Count > 0 && read.Count > 0)
        {
            var (w, r) = (written.Pop(), read.Pop());
            if (w.Target != r.Relay) return null;
            var extent = Math.Min(w.Extent, r.Extent);
            if (w.Extent % extent != 0 || r.Extent % extent != 0) return null;
            indices.Add(new(extent, w.Source, w.Row, r.Other, r.Target));
            if (w.Extent > extent) written.Push(new(w.Extent / extent, w.Source * extent, w.Target * extent, w.Row * extent));
            if (r.Extent > extent) read.Push((r.Extent / extent, r.Relay * extent, r.Other * extent, r.Target * extent));
        }

        return written.Count == 0 && read.Count == 0 ? indices.ToImmutable() : null;
    }

    private sealed record Product(PopulationId Events, PopulationId Rows, StridedMap Map);
}
