using NeuroChip.Ir.Graphs;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Compiler.Lowering;

/// <summary>Products of two emissions: attention, masks, gates.</summary>
public sealed partial class GraphLowering
{
    /// <summary>
    /// A product of two activations: events of one population that add payloads of the other. Null if the operator is none, or neither side is spikes
    /// and the product is element by element (then it is the arithmetic of a neuron).
    /// </summary>
    private LinearForm? Product(GraphNode n, int[] shape)
    {
        if (n.Operands.Any(o => o >= 0 && graph.Nodes[o].Op == "Constant") || ContractionMap.Of(graph, n) is not { } map) return null;
        // The spikes of two layers of one shape, neuron by neuron (SEW's AND), are a neuron with two inputs; a mask over tokens or channels is addressed.
        if (n.Op == "Mul" && !map.Map.Axes.Any(a => a.Source == 0 || a.Row == 0) && !IsSummed(n.Id)) return null;
        var (events, rows) = (ViewOf(Form(n.Operands[0]), n), ViewOf(Form(n.Operands[1]), n));
        if (n.Op == "Mul" && drafts[events.Population].Domain == SpikeDomain.Real && drafts[rows.Population].Domain == SpikeDomain.Real) return null;
        // Whichever is nearer to single spikes are the events: a count that is added per spike needs no multiplication.
        if (drafts[rows.Population].Domain < drafts[events.Population].Domain) (events, rows, map) = (rows, events, map.Swapped());
        if (rows.Delay != 0) rows = ViewOf(Relay(rows.Form, NameOf(n.Name)), n);
        if (map.Moved(ContractionSide.Source, drafts[events.Population].Size, events.AddressOf) is not { } moved)
        {
            events = ViewOf(Relay(events.Form, NameOf(n.Name)), n);
            moved = map;
        }

        if (moved.Moved(ContractionSide.Row, drafts[rows.Population].Size, rows.AddressOf) is not { } both)
        {
            rows = ViewOf(Relay(rows.Form, NameOf(n.Name)), n);
            both = moved;
        }

        return new(shape, [new(events.Population, events.Delay, both with { Factor = both.Factor * events.Factor * rows.Factor }, n.Name) { Rows = rows.Population }], null);
    }

    private bool IsSummed(int node) => shared.ReadersOf(node).Any(n => n.Op is "ReduceSum" or "ReduceMean");

    /// <summary>
    /// One population's emissions, at most moved about and times one factor: what a product can take its events or rows from. Anything else is first emitted by a relay.
    /// </summary>
    private EmissionView ViewOf(LinearForm form, GraphNode near)
    {
        if (form is { Bias: null, Terms: [{ Rows: null } term] })
        {
            if (term.Map is ElementMap { Factor.Length: 1 } all) return new(form, term.Population, term.Delay, all.Factor[0], null);
            if (term.Map is IndexMap { Factor.Length: 1 } index)
            {
                var sourceOf = new int[index.Count];
                Array.Fill(sourceOf, -1);
                for (var a = 0; a < index.TargetOf.Length; a++)
                    if (index.TargetOf[a] >= 0) sourceOf[index.TargetOf[a]] = a;
                return new(form, term.Population, term.Delay, index.Factor[0], sourceOf);
            }
        }

        return ViewOf(Relay(form, NameOf(near.Name)), near);
    }

    /// <summary>
    /// A form whose products have a factor, for a port of a neuron: rows that are payloads have no weights to hold it, so the neuron's gain does; where that
    /// holds for only a part of the port's input, the products are counted by relays of their own and weighted on the way from there.
    /// </summary>
    private LinearForm WithFactorsFolded(PopulationDraft target, int port, LinearForm form)
    {
        var factors = form.Terms.Select(t => t.Map is ContractionMap product ? product.Factor : float.NaN).ToArray();
        if (factors.All(f => float.IsNaN(f) || f == 1)) return form;
        var factor = factors[0];
        if (float.IsFinite(1 / factor) && factors.All(f => f == factor) && NeuronGain.Times(target.Neuron, port, factor) is { } neuron)
        {
            target.Neuron = neuron;
            return form with { Terms = [.. form.Terms.Select(t => t with { Map = ((ContractionMap)t.Map) with { Factor = 1 } })], Bias = form.Bias is null ? null : form.Bias * (1 / factor) };
        }

        var others = form with { Terms = [.. form.Terms.Where(t => t.Map is not ContractionMap { Factor: not 1 })] };
        return form.Terms.Where(t => t.Map is ContractionMap { Factor: not 1 })
            .Select(t => Relay(new(form.Shape, [t], null), target.Name))
            .Aggregate(others, (sum, product) => sum.Plus(product));
    }

    /// <summary>See <see cref="ViewOf"/>: element e is the emission at <see cref="AddressOf"/> times <paramref name="Factor"/>.</summary>
    private sealed record EmissionView(LinearForm Form, int Population, int Delay, float Factor, int[]? SourceOf)
    {
        public int AddressOf(int element) => SourceOf is null ? element : SourceOf[element];
    }
}
