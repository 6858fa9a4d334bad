using System.Numerics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Passes;

/// <summary>
/// How often neurons emit something other than 0: the part of the emissions of a population, over neurons, steps and samples. What the compiler expects events
/// to be where it chooses between forms.
/// </summary>
public sealed class FiringRates
{
    /// <summary>The rate taken where no sample says otherwise: between the 0.1 to 0.3 that trained spiking Transformers show (SpikingJelly and BICLab models, <c>firing_num</c> scripts).</summary>
    public const double Assumed = 0.2;

    /// <summary>Samples that are run: rates hardly differ between samples.</summary>
    private const int MostSamples = 2;

    /// <summary>Synapses per step up to which the interpreter is fast enough to be asked.</summary>
    private const long MostInterpreted = 5_000_000;

    private readonly Dictionary<string, double> measured = [];

    private FiringRates(int samples) => Samples = samples;

    /// <summary>Samples measured on; 0 where rates are assumed.</summary>
    public int Samples { get; }

    /// <summary>On what the rates rest, for the reason of a <see cref="Decision"/>.</summary>
    public string Basis => Samples == 0 ? FormattableString.Invariant($"an assumed rate of {Assumed}") : Samples == 1 ? "the rates of 1 sample" : $"the rates of {Samples} samples";

    /// <summary>The rate of a population; of one that did not exist when the samples were run, and of all without samples, <see cref="Assumed"/> for spikes and 1 for real values.</summary>
    public double Of(Population population) => measured.TryGetValue(population.Name, out var rate) ? rate : population.Domain == SpikeDomain.Real ? 1 : Assumed;

    /// <summary>Runs the samples of the context on a module, or assumes rates where there are none (or the module is too large for the interpreter).</summary>
    public static FiringRates Measure(Module module, PassContext context)
    {
        if (context.Engine is null && module.Projections.Sum(p => p.Map.Total) > MostInterpreted) return new(0);
        var samples = context.Samples.Take(MostSamples).ToArray();
        var rates = new FiringRates(samples.Length);
        var counts = new long[module.Populations.Length];
        foreach (var sample in samples)
        {
            var run = context.Engine is { } engine ? engine(module, sample) : new ModuleInterpreter(module).Run(sample, record: true);
            for (var p = 0; p < counts.Length; p++) counts[p] += run.Emissions[p].Type == DType.Float32 ? Fired(run.Emissions[p].Span<float>()) : Fired(run.Emissions[p].Span<int>());
        }

        if (samples.Length > 0)
            foreach (var p in module.Populations) rates.measured[p.Name] = counts[p.Id.Index] / ((double)p.Size * module.Steps * samples.Length);
        return rates;
    }

    private static long Fired<T>(ReadOnlySpan<T> emissions) where T : unmanaged, INumber<T>
    {
        long count = 0;
        foreach (var e in emissions)
            if (!T.IsZero(e)) count++;
        return count;
    }
}
