using NeuroChip.Ir.Ncir;
using NeuroChip.Simulator.Engines;

namespace NeuroChip.Simulator.Gpu;

/// <summary>What a batch left on the device, brought to the host when it is asked for.</summary>
/// <param name="samples">Samples of the batch.</param>
/// <param name="read">Reads a kept signal of a sample and a step.</param>
/// <param name="tallies">The counters.</param>
internal sealed class BatchRun<T>(int samples, Func<Signal, int, int, T[]> read, Tallies tallies) : IBatchRun
    where T : unmanaged
{
    public IStepView At(int sample, int step)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sample, samples);
        return new View(signal => read(signal, sample, step));
    }

    public ReadOnlySpan<long> Tallies(int sample, int step) => tallies.Of(sample, step);

    private sealed class View(Func<Signal, T[]> read) : IStepView
    {
        private readonly Dictionary<Signal, T[]> known = [];
        private readonly Dictionary<PopulationId, int[]> active = [];

        public ReadOnlySpan<int> Active(PopulationId population)
        {
            if (active.TryGetValue(population, out var addresses)) return addresses;
            var payloads = Numbers(Signal.Emission(population));
            // A float of -0 is no event either.
            addresses = [.. Enumerable.Range(0, payloads.Length).Where(a => payloads[a] is float real ? real != 0 : payloads[a] is not 0)];
            active.Add(population, addresses);
            return addresses;
        }

        public int EventCount(PopulationId population) => Active(population).Length;

        public TOut[] Numbers<TOut>(Signal signal) where TOut : unmanaged => (TOut[])(object)Numbers(signal);

        private T[] Numbers(Signal signal)
        {
            if (!known.TryGetValue(signal, out var numbers)) known.Add(signal, numbers = read(signal));
            return numbers;
        }
    }
}
