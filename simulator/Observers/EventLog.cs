using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Simulator.Engines;

namespace NeuroChip.Simulator.Observers;

/// <summary>
/// Who sent in every step of one sample, in ascending address, and what an event costs where: for timing models that follow single messages. Four bytes per event, and one more
/// where additions depend on the payload.
/// </summary>
internal sealed class EventLog
{
    private readonly int steps;
    private readonly bool[] inDigits;
    private readonly int[] starts; // by population * (steps + 1) + step
    private readonly int[][] addresses; // by population
    private readonly byte[][] digits;

    public EventLog(ChipImage image)
    {
        steps = image.Steps;
        inDigits = [.. image.Populations.Select(p => image.Projections.Any(i => i.Source == p.Id && i.Kind == ProjectionKind.ShiftAdd))];
        starts = new int[image.Populations.Length * (steps + 1)];
        addresses = [.. image.Populations.Select(_ => Array.Empty<int>())];
        digits = [.. image.Populations.Select(_ => Array.Empty<byte>())];
        Tables = new SynapseTable?[image.Projections.Length];
    }

    /// <summary>Per projection, what an event costs on which core in this sample; null without cores.</summary>
    public SynapseTable?[] Tables { get; }

    /// <summary>Addresses of a population that sent in a step, ascending.</summary>
    public ReadOnlySpan<int> Sent(int population, int step)
    {
        var at = (population * (steps + 1)) + step;
        return addresses[population].AsSpan(starts[at], starts[at + 1] - starts[at]);
    }

    /// <summary>Additions per synapse of each of the events of <see cref="Sent"/> in a projection that adds digit by digit; empty where no projection of the population does.</summary>
    public ReadOnlySpan<byte> Digits(int population, int step)
    {
        if (!inDigits[population]) return default;
        var at = (population * (steps + 1)) + step;
        return digits[population].AsSpan(starts[at], starts[at + 1] - starts[at]);
    }

    /// <summary>Takes the events of the step that <paramref name="view"/> shows.</summary>
    public void Record(PopulationId population, int step, IStepView view)
    {
        var p = population.Index;
        var active = view.Active(population);
        var at = (p * (steps + 1)) + step;
        if (step == 0) starts[at] = 0;
        var (from, to) = (starts[at], starts[at] + active.Length);
        starts[at + 1] = to;
        if (addresses[p].Length < to) Array.Resize(ref addresses[p], Math.Max(to, 2 * addresses[p].Length));
        active.CopyTo(addresses[p].AsSpan(from));
        if (!inDigits[p]) return;
        if (digits[p].Length < addresses[p].Length) Array.Resize(ref digits[p], addresses[p].Length);
        var payloads = view.Numbers<int>(Signal.Emission(population));
        for (var i = 0; i < active.Length; i++) digits[p][from + i] = (byte)SignedDigits.Count(payloads[active[i]]);
    }
}
