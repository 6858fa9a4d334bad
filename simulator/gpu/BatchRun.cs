using System.Collections.Immutable;
using NeuroChip.Ir.Ncir;
using NeuroChip.Simulator.Engines;

namespace NeuroChip.Simulator.Gpu;

/// <summary>What a batch left on the device, brought to the host when it is asked for.</summary>
/// <param name="samples">Samples of the batch.</param>
/// <param name="populations">Populations of the image.</param>
/// <param name="read">Reads a kept signal of a step, of all samples.</param>
/// <param name="tallies">The counters.</param>
internal sealed class BatchRun<T>(int samples, ImmutableArray<Population> populations, Func<Signal, int, T[]> read, Tallies tallies) : IBatchRun
    where T : unmanaged
{
    private readonly Dictionary<(Signal Signal, int Step), T[]> known = [];

    public IStepView At(int sample, int step)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sample, samples);
        return new View(this, sample, step);
    }

    public ReadOnlySpan<long> Tallies(int sample, int step) => tallies.Of(sample, step);

    private T[] Numbers(Signal signal, int sample, int step)
    {
        if (!known.TryGetValue((signal, step), out var all)) known.Add((signal, step), all = read(signal, step));
        var size = populations[signal.Population.Index].Size;
        return all.AsSpan(sample * size, size).ToArray();
    }

    private sealed class View(BatchRun<T> run, int sample, int step) : IStepView
    {
        private readonly Dictionary<PopulationId, int[]> active = [];

        public ReadOnlySpan<int> Active(PopulationId population)
        {
            if (active.TryGetValue(population, out var addresses)) return addresses;
            var payloads = run.Numbers(Signal.Emission(population), sample, step);
            // A float of -0 is no event either.
            addresses = [.. Enumerable.Range(0, payloads.Length).Where(a => payloads[a] is float real ? real != 0 : payloads[a] is not 0)];
            active.Add(population, addresses);
            return addresses;
        }

        public int EventCount(PopulationId population) => Active(population).Length;

        public TOut[] Numbers<TOut>(Signal signal) where TOut : unmanaged => (TOut[])(object)run.Numbers(signal, sample, step);
    }
}
