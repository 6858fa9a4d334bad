using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Neurons;

namespace NeuroChip.Compiler.Passes;

/// <summary>
/// Takes out relays that only pass on a sum, element by element, to neurons: their projections go to the neurons directly. Saves a core, a
/// tick and real-valued packets. A relay whose payloads are the rows of a projection stays: somebody else reads it. Float32 sums of one relay stay in their order, because the relay's bias and projections take its place in
/// the order of the target's; a relay that is not the target's first input is left, since its sum would be added in another order.
/// </summary>
public sealed class BypassRelays : IPass
{
    /// <inheritdoc/>
    public string Name => "bypass-relays";

    /// <inheritdoc/>
    public string Reason => "before domains are inferred: a real-valued relay in between hides that its sources are spikes";

    /// <inheritdoc/>
    public Module Run(Module module, PassContext context)
    {
        while (true)
        {
            var relay = module.Populations.FirstOrDefault(p => CanGo(module, p));
            if (relay is null) return module;
            module = Without(module, relay);
        }
    }

    private static bool CanGo(Module module, Population relay)
    {
        if (relay.Neuron is not RelayNeuron neuron || !neuron.Gain.Is(1) || module.Arithmetic.Kind != ArithmeticKind.Float32) return false;
        if (module.Readouts.Any(r => r.Signals.Any(s => s.Population == relay.Id))) return false;
        var outgoing = module.Projections.Where(p => p.Source == relay.Id).ToArray();
        var incoming = module.Projections.Where(p => p.Target == relay.Id).ToArray();
        if (module.Projections.Any(p => p.RowsFrom == relay.Id)) return false;
        if (incoming.Any(p => p.Reduction != Reduction.Sum || p.Source == relay.Id) || outgoing.Length != 1) return false;
        var only = outgoing[0];
        if (only.Reduction != Reduction.Sum || only.Delay != 0 || only.RowsFrom is not null || only.Map is not IdentityMap || only.Rows.Length != 1 || only.Rows.At(0) != 1) return false;
        var target = module[only.Target];
        return target.Layout.Equals(relay.Layout) && target.Bias[only.Port] is null
            && module.Projections.First(p => p.Target == target.Id && p.Port == only.Port) == only;
    }

    private static Module Without(Module module, Population relay)
    {
        var only = module.Projections.Single(p => p.Source == relay.Id);
        var target = module[only.Target];
        var names = module.Projections.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        var moved = module.Projections.Where(p => p.Target == relay.Id).Select(p => p with { Target = target.Id, Port = only.Port, Name = Unused($"{module[p.Source].Name}->{target.Name} via {relay.Name}") }).ToArray();
        var projections = module.Projections.SelectMany(p => p == only ? moved : p.Target == relay.Id ? [] : [p]);
        var populations = module.Populations.SetItem(target.Id.Index, target with { Bias = target.Bias.SetItem(only.Port, relay.Bias[0]) });
        return RemoveUnread.Keep(module with { Populations = populations, Projections = [.. projections] }, p => p.Id != relay.Id);

        string Unused(string name)
        {
            var unused = name;
            for (var n = 2; !names.Add(unused); n++) unused = $"{name} {n}";
            return unused;
        }
    }
}
