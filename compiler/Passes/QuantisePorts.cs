using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Compiler.Passes;

/// <summary>
/// Gives real-valued inputs a port of their own where they meet spikes in one, and products of payloads where they meet weights. Sharing an accumulator they would share its unit, and the product of payload and weight
/// would have to make do with the bits that the weights of spikes have alone: at 8 bits, a dozen levels each. With two ports each has a unit of its own, and the gains
/// of the neuron bring both to that of the membrane. Integrate-and-fire neurons become affine ones with the same step.
/// </summary>
internal static class QuantisePorts
{
    public static Module Split(Module module)
    {
        var (populations, projections) = (module.Populations, module.Projections);
        foreach (var population in module.Populations)
        {
            for (var port = 0; port < population.Neuron.Ports; port++)
            {
                var all = Enumerable.Range(0, projections.Length).Where(i => projections[i].Target == population.Id && projections[i].Port == port).ToArray();
                var products = all.Where(i => projections[i].RowsFrom is not null).ToArray();

                // A product of payloads is what it is: no weight brings it to the unit that weights of others need.
                if (products.Length < all.Length) Apart(population.Id, port, products);
                var incoming = all.Except(products).ToArray();
                var real = incoming.Where(i => module[projections[i].Source].Domain == SpikeDomain.Real).ToArray();

                // A weight that is the same for all (a shortcut) finds a unit that suits both.
                if (real.Length == incoming.Length || real.All(i => QuantiseScales.Constant(projections[i].Rows) is not null)) continue;
                Apart(population.Id, port, real);
            }
        }

        return populations == module.Populations ? module : module with { Populations = populations, Projections = projections };

        void Apart(PopulationId id, int port, int[] moved)
        {
            var current = populations[id.Index];
            if (moved.Length == 0 || WithCopy(current.Neuron, port) is not { } wider) return;
            populations = populations.SetItem(id.Index, current with { Neuron = wider, Bias = current.Bias.Add(null) });
            foreach (var i in moved) projections = projections.SetItem(i, projections[i] with { Port = wider.Ports - 1 });
        }
    }

    /// <summary>The neuron with one port more that has the gains of <paramref name="port"/>; null for neurons whose inputs have no gains.</summary>
    private static AffineNeuron? WithCopy(Neuron neuron, int port)
    {
        var affine = neuron switch
        {
            AffineNeuron n => n,
            LifNeuron n => new AffineNeuron(
                n.Model, ["h"], [n.Decay], [n.Offset], [n.FiredDecay], [n.FiredOffset], [n.Gain], [Parameter.One], true, n.Threshold, n.Strict, [n.Start]),
            _ => null,
        };
        return affine is null ? null : affine with
        {
            Gain = [.. Enumerable.Range(0, affine.States).SelectMany(i => affine.Gain.Skip(i * affine.Ports).Take(affine.Ports).Append(affine.Gain[(i * affine.Ports) + port]))],
        };
    }
}
