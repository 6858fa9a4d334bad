using System.Collections.Immutable;
using NeuroChip.Ir;

namespace NeuroChip.Simulator.Tiles;

/// <summary>
/// A tile that works spike by spike: an event is taken from the queue and decoded into its taps, and for each of them a row of weights is added to the
/// accumulators, <see cref="Lanes"/> output channels at a time.
/// <code>
/// decode  = events * event cycles                             spikes into stored weights or attention
/// adders  = visits * ceil(N / lanes)                          a visit is an event and a tap: one row of N weights
///         = ceil(additions / lanes)                           attention: only what passed the test is added
///         = ceil(inputs / most lanes)                         elementwise: one input per neuron, by whatever units the tile has most of
/// macs    = visits * ceil(N / mac lanes), ceil(macs / mac lanes)   the same of real payloads
/// probes  = ceil(probes / probe lanes)                        without such lanes every row is added, 0 or not
/// address = lookups of active sites, see <see cref="AddressUnit"/>
/// neurons = ceil(updates / neuron lanes) * neuron cycles
/// cycles  = max(decode, address, adders, macs, probes) + neurons
/// </code>
/// Queue, address unit, adders and membership tests are stages of one pipeline, so the slowest of them counts; a neuron can only be updated when all its inputs have
/// been added, so neurons come after.
/// </summary>
/// <param name="lanes">Adders; 0 if there are none.</param>
/// <param name="macLanes">Multipliers with adder; 0 if there are none.</param>
/// <param name="probeLanes">Membership tests per cycle; 0 if there are none.</param>
/// <param name="eventCycles">Cycles to take an event from the queue and decode it.</param>
/// <param name="neuronLanes">Neurons updated at a time; 0 if there are none.</param>
/// <param name="neuronCycles">Cycles of an update.</param>
/// <param name="addresses">What looks up active sites; null if there is nothing that does.</param>
public sealed class EventDriven(int lanes, int macLanes, int probeLanes, long eventCycles, int neuronLanes, long neuronCycles, AddressUnit? addresses = null) : ITileEngine
{
    /// <summary>Adders.</summary>
    public int Lanes { get; } = lanes;

    /// <inheritdoc/>
    public string Name => "event-driven";

    /// <inheritdoc/>
    public bool NeedsSpikes => false;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Work for a unit the tile does not have.</exception>
    public LayerCycles Time(LayerWork work, (LayerWork Work, LayerCycles Cycles)? before)
    {
        if (work.Kind == LayerKind.Elementwise) return Elementwise(work);
        var stored = work.Kind is LayerKind.Conv or LayerKind.Linear;
        var real = work.Macs > 0;
        var tests = probeLanes > 0 ? work.Probes : 0;
        var decode = real || !(stored || work.Kind == LayerKind.Attention) ? 0 : work.Events * eventCycles;
        var adders = real ? 0 : Sums(work, stored, tests < work.Probes ? work.Probes : work.Additions, Lanes, "adders");
        var macs = real ? Sums(work, stored, work.Macs, macLanes, "multipliers") : 0;
        var probes = Rounds(work, tests, probeLanes, "membership tests");
        var lookups = work.Lookups == 0 ? 0
            : addresses?.Cycles(work.Lookups, work.LookupReads) ?? throw new ArgumentException($"'{work.Name}' needs an address unit, which the tile does not have", nameof(work));
        var neurons = Rounds(work, work.NeuronUpdates, neuronLanes, "neuron units") * neuronCycles;
        var cycles = new Cycles(Math.Max(Math.Max(Math.Max(decode, lookups), adders), Math.Max(macs, probes)) + neurons);
        var units = ImmutableArray.CreateBuilder<UnitCycles>();
        void Unit(string name, long busy)
        {
            if (busy > 0) units.Add(new(name, new(busy)));
        }

        Unit(TileUnits.Events, decode);
        Unit(TileUnits.Addresses, lookups);
        Unit(TileUnits.Adders, adders);
        Unit(TileUnits.Macs, macs);
        Unit(TileUnits.Probes, probes);
        Unit(TileUnits.Neurons, neurons);
        return new LayerCycles(cycles, cycles, units.ToImmutable());
    }

    /// <summary>A factor of an elementwise input is a parameter of the neuron, so no multiplier of its own is needed.</summary>
    private LayerCycles Elementwise(LayerWork work)
    {
        var cycles = new Cycles(Rounds(work, work.Additions + work.Macs, Math.Max(Lanes, Math.Max(macLanes, neuronLanes)), "adders"));
        return new LayerCycles(cycles, cycles, cycles.Count == 0 ? [] : [new(TileUnits.Adders, cycles)]);
    }

    private static long Sums(LayerWork work, bool stored, long operations, int lanes, string unit) =>
        stored && work.Visits > 0 ? work.Visits * Rounds(work, work.Outputs, lanes, unit) : Rounds(work, operations, lanes, unit);

    private static long Rounds(LayerWork work, long count, int lanes, string unit)
    {
        if (count == 0) return 0;
        if (lanes == 0) throw new ArgumentException($"'{work.Name}' needs {unit}, which the tile does not have", nameof(work));
        return CeilingDivision.Of(count, lanes);
    }
}
