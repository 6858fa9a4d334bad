using System.Collections.Immutable;
using System.Runtime.InteropServices;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;
using NeuroChip.Simulator.Engines;

namespace NeuroChip.Cli.Compiling;

/// <summary>
/// Lends the compiler the simulator's fast engine for calibration runs, so that neither has to know the other. Gives what the interpreter would give.
/// </summary>
internal sealed class CalibrationEngine(int threads) : IDisposable
{
    private Module? module;
    private ChipImage? image;
    private ISpikeEngine? engine;

    /// <summary>Runs a module on one sample and records everything.</summary>
    public ModuleRun Run(Module next, IReadOnlyDictionary<string, Tensor> sample)
    {
        if (!ReferenceEquals(next, module))
        {
            engine?.Dispose();
            module = next;
            image = new ChipImage(next.Name, "", next.Arithmetic, next.Steps, next.TicksPerStep, next.Populations, next.Projections, next.Readouts, [], []) { Sites = next.Sites };
            engine = SpikeEngines.Cpu.Create(image, threads);
        }

        return next.Arithmetic.Kind == ArithmeticKind.Integer ? Run<int>(image!, engine!, sample) : Run<float>(image!, engine!, sample);
    }

    /// <inheritdoc/>
    public void Dispose() => engine?.Dispose();

    private static ModuleRun Run<T>(ChipImage image, ISpikeEngine engine, IReadOnlyDictionary<string, Tensor> sample) where T : unmanaged
    {
        var feed = new SampleFeed(image, sample);
        var readouts = image.Readouts.Select(r => new ReadoutAccumulator(image.Populations, image.Arithmetic, r, image.Steps)).ToArray();
        var emissions = image.Populations.Select(p => new T[image.Steps * p.Size]).ToArray();
        var states = image.Populations.Select(p => Enumerable.Range(0, p.Neuron.States).Select(_ => new T[image.Steps * p.Size]).ToArray()).ToArray();
        engine.Reset(feed.Sites);
        for (var step = 0; step < image.Steps; step++)
        {
            engine.Step(feed);
            for (var r = 0; r < readouts.Length; r++) readouts[r].Add([.. image.Readouts[r].Signals.Select(engine.Numbers<T>)]);
            foreach (var p in image.Populations)
            {
                Keep(engine, Signal.Emission(p.Id), p.Size, step, emissions[p.Id.Index]);
                for (var state = 0; state < p.Neuron.States; state++) Keep(engine, new Signal(p.Id, state), p.Size, step, states[p.Id.Index][state]);
            }
        }

        return new ModuleRun(
            image.Readouts.Zip(readouts, (r, a) => KeyValuePair.Create(r.Name, feed.Sites.Rows(image.Populations[r.Signals[0].Population.Index].Sites, a.Finish()))).ToImmutableDictionary(),
            [.. image.Populations.Select(p => Tensor.Of([image.Steps, p.Size], emissions[p.Id.Index]))],
            [.. image.Populations.Select(p => states[p.Id.Index].Select(s => StateTensor(image, p, s)).ToImmutableArray())]);
    }

    private static void Keep<T>(ISpikeEngine engine, Signal signal, int size, int step, T[] into) where T : unmanaged =>
        engine.Numbers<T>(signal).AsSpan(0, size).CopyTo(into.AsSpan(step * size));

    // In an integer image the engine hands out the float32 states of arithmetic neurons as bits.
    private static Tensor StateTensor<T>(ChipImage image, Population population, T[] values) where T : unmanaged =>
        population.Neuron is ArithmeticNeuron && values is int[] bits
            ? Tensor.Of([image.Steps, population.Size], MemoryMarshal.Cast<int, float>(bits).ToArray())
            : Tensor.Of([image.Steps, population.Size], values);
}
