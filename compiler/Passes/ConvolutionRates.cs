using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.AddressFunctions;

namespace NeuroChip.Compiler.Passes;

/// <summary>How often populations send something: measured on samples, or assumed.</summary>
internal sealed class ConvolutionRates
{
    /// <summary>
    /// Events per neuron and step assumed of spikes without samples: 2.02 of the 6.47 G multiplications slots of one step of Meta-SpikeFormer (15 M parameters, 224x224)
    /// carry a spike in the exported model of the corpus.
    /// </summary>
    public const double AssumedRate = 0.3;

    /// <summary>Samples looked at: rates of a layer hardly vary between images.</summary>
    private const int MostSamples = 4;

    private readonly Module module;
    private readonly ModuleRun[] runs;

    public ConvolutionRates(Module module, PassContext context)
    {
        this.module = module;
        runs = [.. context.Samples.Take(MostSamples).Select(s => context.Engine is { } run ? run(module, s) : new ModuleInterpreter(module).Run(s, record: true))];
    }

    /// <summary>On what the figures rest, for people.</summary>
    public string Basis => runs.Length switch
    {
        0 => $"no samples: {AssumedRate * 100:0} % of spikes and all real values assumed to be sent",
        1 => "rates of 1 sample",
        var n => $"rates of {n} samples",
    };

    /// <summary>Expected operations of a convolution on the emissions of a population in a step: those of its synapses whose source is not silent.</summary>
    public double Operations(PopulationId source, ConvMap map)
    {
        if (runs.Length == 0) return map.Total * (module[source].Domain == SpikeDomain.Real ? 1 : AssumedRate);
        double operations = 0;
        var perPixel = PerPixel(source, map.Channels);
        for (var y = 0; y < map.Y.Input; y++)
        {
            var rows = map.Y.OutputsOf(y);
            for (var x = 0; x < map.X.Input; x++) operations += (double)perPixel[(y * map.X.Input) + x] * rows * map.X.OutputsOf(x) * map.GroupOutputs;
        }

        return operations / (runs.Length * module.Steps);
    }

    /// <summary>
    /// Signed digits that a payload is expected to have, of those that are not 0, where the greatest one takes <paramref name="bits"/> bits with its sign. Without samples the
    /// average over all numbers of that many bits: a third of the digits of the canonical form are not 0.
    /// </summary>
    public double Digits(PopulationId source, int bits)
    {
        var greatest = runs.Length == 0 ? 0 : runs.Max(r => Emissions(r, source).Max(Math.Abs));
        if (greatest == 0) return bits / 3.0;
        var unit = greatest / ((1 << (bits - 1)) - 1);
        long digits = 0, payloads = 0;
        foreach (var run in runs)
        {
            foreach (var value in Emissions(run, source))
            {
                if (value == 0) continue;
                payloads++;
                digits += SignedDigits.Count((int)MathF.Round(value / unit));
            }
        }

        return (double)digits / payloads;
    }

    /// <summary>Emissions other than 0 of all steps and samples, by pixel.</summary>
    private long[] PerPixel(PopulationId source, int channels)
    {
        var counts = new long[module[source].Size / channels];
        foreach (var run in runs)
        {
            var emissions = Emissions(run, source);
            for (var i = 0; i < emissions.Length; i++)
                if (emissions[i] != 0) counts[i % module[source].Size / channels]++;
        }

        return counts;
    }

    private static float[] Emissions(ModuleRun run, PopulationId source) => run.Emissions[source.Index].Array<float>();
}
