using System.Globalization;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Targets.TransformerCore;

/// <summary>How often neurons are expected to emit: measured on calibration samples where there are any, else assumed, and said so.</summary>
internal sealed class EventRates
{
    /// <summary>
    /// Part of the neurons of a spiking layer that emit in a step, where nothing is known: trained networks commonly show 0.1 to 0.3 (the implied mean of
    /// the Spike-driven Transformer V2 energies with merged convolutions is 0.25). Only ratios between layers matter for balancing.
    /// </summary>
    public const double Assumed = 0.2;

    /// <summary>Samples that are run: rates of layers hardly differ between samples, and a run takes longer than the mapping.</summary>
    private const int MostSamples = 2;

    /// <summary>Synapse visits that the interpreter is trusted with when no fast engine is at hand.</summary>
    private const double MostWork = 5e7;

    private readonly double[] rates;

    private EventRates(double[] rates, string basis) => (this.rates, Basis) = (rates, basis);

    /// <summary>What the rates rest on, for reports.</summary>
    public string Basis { get; }

    /// <summary>Payloads other than 0 per neuron and step.</summary>
    public double Of(PopulationId id) => rates[id.Index];

    /// <summary>Rates of a module, measured if the context has samples.</summary>
    public static EventRates Of(Module module, PassContext context)
    {
        var work = module.Projections.Sum(p => (double)p.Map.Total) * module.Steps;
        if (context.Samples.Count == 0 || (context.Engine is null && work > MostWork)) return Unmeasured(module);
        var samples = context.Samples.Take(MostSamples).ToArray();
        var active = new double[module.Populations.Length];
        foreach (var sample in samples)
        {
            var run = context.Engine is { } engine ? engine(module, sample) : new ModuleInterpreter(module).Run(sample, record: true);
            for (var p = 0; p < active.Length; p++) active[p] += Active(run.Emissions[p]);
        }

        var rates = module.Populations.Select(p => active[p.Id.Index] / ((double)p.Size * module.Steps * samples.Length)).ToArray();
        return new(rates, $"events measured on {samples.Length} calibration sample{(samples.Length == 1 ? "" : "s")}");
    }

    private static EventRates Unmeasured(Module module) => new(
        [.. module.Populations.Select(p => p.Domain == SpikeDomain.Real ? 1 : Assumed)],
        $"no samples given: {Assumed.ToString(CultureInfo.InvariantCulture)} events per spiking neuron and step are assumed");

    private static long Active(Tensor emissions)
    {
        long count = 0;
        if (emissions.Type == DType.Float32)
        {
            foreach (var value in emissions.Span<float>())
                if (value != 0) count++;
        }
        else
        {
            foreach (var value in emissions.Span<int>())
                if (value != 0) count++;
        }

        return count;
    }
}
