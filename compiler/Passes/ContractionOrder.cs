using System.Collections.Immutable;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Compiler.Passes;

/// <summary>
/// Chooses in which order the three factors of an attention are multiplied: Q (K^T V) or (Q K^T) V, layer by layer, by the additions that are to be expected.
/// Only where nothing but a relay stands between the two products: a neuron there (SDSA-1, QKFormer) fixes the order.
/// </summary>
/// <remarks>
/// A product of populations A and B over n combinations of indices is expected to add n * rate(A) * rate(B) times; one of its sums, over c of them, is other
/// than 0 with probability 1 - (1 - rate(A) * rate(B))^c, which is the rate of the intermediate result. Spikes are taken to be independent.
/// </remarks>
public sealed class ContractionOrder : IPass
{
    /// <inheritdoc/>
    public string Name => "contraction-order";

    /// <inheritdoc/>
    public string Reason => "after domains are known, since only spikes and counts are free to be added in another order, and before quantisation, which gives intermediate results a unit";

    /// <inheritdoc/>
    public Module Run(Module module, PassContext context)
    {
        if (module.Arithmetic.Kind != ArithmeticKind.Float32) return module;
        foreach (var relay in module.Populations)
            if (TripleProduct.Find(module, relay) is { } triple) module = Reordered(module, triple, context.RatesOf(module));
        return module;
    }

    private static Module Reordered(Module module, TripleProduct triple, FiringRates rates)
    {
        var orders = triple.Orders(module).Select(o => (Order: o, Cost: Cost(module, o, rates))).ToArray();
        // The exporter's order stays unless another is really cheaper.
        var best = orders.MinBy(o => o.Cost);
        if (best.Cost >= orders[0].Cost) best = orders[0];
        var decision = new Decision(
            "contraction order",
            module[triple.Second.Target].Name,
            best.Order.Title(module),
            "additions per step",
            [.. orders.Select(o => new Alternative(o.Order.Title(module), Math.Round(o.Cost)))],
            $"fewest expected additions at {rates.Basis}; the model has {orders[0].Order.Title(module)}");
        if (best.Order != orders[0].Order) module = triple.Rewrite(module, best.Order);
        return module with { Decisions = module.Decisions.Add(decision) };
    }

    private static double Cost(Module module, ProductOrder order, FiringRates rates)
    {
        double Rate(Factor factor) => rates.Of(module[factor.Population]);
        var pair = Rate(order.First) * Rate(order.Second);
        var sums = order.Contracted.Aggregate(1.0, (n, i) => n * i.Extent);
        var between = 1 - Math.Pow(1 - pair, sums);
        return (pair * order.OfPair.Aggregate(1.0, (n, i) => n * i.Extent)) + (between * Rate(order.Last) * order.OfRest.Aggregate(1.0, (n, i) => n * i.Extent));
    }
}
