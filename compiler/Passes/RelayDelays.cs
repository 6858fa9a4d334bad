using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Passes;

/// <summary>
/// Cuts projections that take more ticks than the chip's ring of pending inputs holds: relay populations in between pass every emission on
/// unchanged, be it events or rows. Projections from one source share its chain of relays. Runs after <see cref="BalanceDelays"/> and keeps its stages.
/// </summary>
public static class RelayDelays
{
    /// <summary>Inserts the relays; the same module if no delay is longer than <paramref name="mostTicks"/>.</summary>
    public static Module Run(Module module, int mostTicks)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mostTicks, 1);
        int Ticks(Projection p) => module[p.Target].Stage - module[p.Source].Stage + (module.TicksPerStep * p.Delay);
        int RowTicks(Projection p) => p.RowsFrom is { } rows ? module[p.Target].Stage - module[rows].Stage : 0;
        if (module.Projections.All(p => Ticks(p) <= mostTicks && RowTicks(p) <= mostTicks)) return module;

        var populations = module.Populations.ToBuilder();
        var projections = module.Projections.ToBuilder();
        var names = module.Populations.Select(p => p.Name).Concat(module.Projections.Select(p => p.Name)).ToHashSet(StringComparer.Ordinal);
        var chains = new Dictionary<PopulationId, List<PopulationId>>();
        for (var k = 0; k < module.Projections.Length; k++)
        {
            var projection = module.Projections[k];
            // Its place in the order of additions stays: float sums must not change.
            projections[k] = projection with
            {
                Source = Later(projection.Source, (Ticks(projection) - 1) / mostTicks),
                RowsFrom = projection.RowsFrom is { } rows ? Later(rows, (RowTicks(projection) - 1) / mostTicks) : null,
            };
        }
        return module with { Populations = populations.ToImmutable(), Projections = projections.ToImmutable() };

        PopulationId Later(PopulationId from, int relays)
        {
            if (relays == 0) return from;
            if (!chains.TryGetValue(from, out var chain)) chains.Add(from, chain = []);
            while (chain.Count < relays) chain.Add(Extend(chain.Count == 0 ? from : chain[^1]));
            return chain[relays - 1];
        }

        PopulationId Extend(PopulationId from)
        {
            var source = populations[from.Index];
            var relay = source with
            {
                Id = new(populations.Count),
                Name = Unused($"{source.Name}.relay"),
                Neuron = new RelayNeuron(new Parameter(module.Arithmetic.Kind == ArithmeticKind.Float32 ? 1 : FixedPoint.One)),
                Bias = [null],
                Stage = source.Stage + mostTicks,
            };
            populations.Add(relay);
            projections.Add(new(
                Unused($"{relay.Name}.in"), from, relay.Id, 0, new IdentityMap(source.Size, 1), One(module.Arithmetic), 0,
                source.Domain == SpikeDomain.Real ? ProjectionKind.Analog : ProjectionKind.Sparse));
            return relay.Id;
        }

        string Unused(string name)
        {
            var unused = name;
            for (var n = 2; !names.Add(unused); n++) unused = $"{name}{n}";
            return unused;
        }
    }

    private static Tensor One(Arithmetic arithmetic) => arithmetic switch
    {
        { Kind: ArithmeticKind.Float32 } => Tensor.Vector(1f),
        { WeightBits: <= 8 } => Tensor.Vector<sbyte>(1),
        _ => Tensor.Vector<short>(1),
    };
}
