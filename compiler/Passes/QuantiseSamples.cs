using System.Collections.Immutable;
using NeuroChip.Ir.Ncir;
using NeuroChip.Ir.Ncir.Sites;
using NeuroChip.Ir.Neurons;
using NeuroChip.Ir.Tensors;

namespace NeuroChip.Compiler.Passes;

/// <summary>What the float32 module did on the calibration samples: ranges and powers for choosing units, spikes for comparing.</summary>
internal sealed class QuantiseSamples
{
    private readonly Module module;
    private readonly ImmutableArray<ModuleRun> runs;
    private readonly ImmutableArray<SiteBinding> sites;
    private readonly double[]?[] power;
    private readonly double[]?[] mean;
    private readonly double?[] greatest;

    private QuantiseSamples(Module module, ImmutableArray<ModuleRun> runs, ImmutableArray<SiteBinding> sites)
    {
        (this.module, this.runs, this.sites) = (module, runs, sites);
        power = new double[]?[module.Populations.Length];
        mean = new double[]?[module.Populations.Length];
        greatest = new double?[module.Populations.Length];
        foreach (var run in runs)
        {
            for (var p = 0; p < power.Length; p++)
            {
                var sums = power[p] ??= new double[module.Populations[p].Size];
                var means = mean[p] ??= new double[sums.Length];
                var emissions = run.Emissions[p].Array<float>();
                // Neurons of sites that are not there emit 0 and say nothing about those that are.
                var absent = runs.Length * (double)sums.Length / sites.Sum(s => (long)s.Present(module.Populations[p]));
                var most = greatest[p] ?? 0;
                for (var i = 0; i < emissions.Length; i++)
                {
                    sums[i % sums.Length] += (double)emissions[i] * emissions[i];
                    means[i % means.Length] += absent * emissions[i] / (module.Steps * runs.Length);
                    most = Math.Max(most, Math.Abs(emissions[i]));
                }

                greatest[p] = most;
            }
        }
    }

    /// <summary>Runs the samples.</summary>
    public static QuantiseSamples Of(Module module, QuantiseOptions options) =>
        new(module, [.. options.Calibration.Select(sample => Run(module, sample, options))],
            [.. options.Calibration.Select(sample => module.Sites.IsEmpty ? SiteBinding.None : new(module.Sites, sample))]);

    /// <summary>The recorded runs.</summary>
    public IReadOnlyList<ModuleRun> Runs => runs;

    /// <summary>The active sites of each run.</summary>
    public IReadOnlyList<SiteBinding> Sites => sites;

    /// <summary>Sum of squared payloads per address; null without samples.</summary>
    public double[]? Power(PopulationId id) => power[id.Index];

    /// <summary>Mean payload per address; null without samples.</summary>
    public double[]? Mean(PopulationId id) => mean[id.Index];

    /// <summary>
    /// Of a convolution over sites, the mean payload that a target has at each tap and input channel (<c>tap * channels + channel</c>), 0 where the tap finds no site;
    /// null without samples.
    /// </summary>
    public double[]? Mean(Projection projection, SiteConvMap map)
    {
        if (runs.IsEmpty) return null;
        var mean = new double[map.Window.Taps * map.Channels];
        var targets = 0L;
        foreach (var (run, active) in runs.Zip(sites))
        {
            var rulebook = ((RulebookMap)active.Bind(map)).Rulebook;
            var emissions = run.Emissions[projection.Source.Index].Array<float>();
            for (var step = 0; step < module.Steps; step++)
            {
                targets += rulebook.Targets;
                for (var site = 0; site < rulebook.Sources; site++)
                {
                    var row = emissions.AsSpan(((step * map.Sources) + site) * map.Channels, map.Channels);
                    foreach (var (_, tap) in rulebook.TargetsOf(site))
                        for (var c = 0; c < row.Length; c++) mean[(tap * row.Length) + c] += row[c];
                }
            }
        }

        return Array.ConvertAll(mean, m => m / targets);
    }

    /// <summary>Greatest magnitude of a payload; null without samples.</summary>
    public double? Greatest(PopulationId id) => greatest[id.Index];

    /// <summary>
    /// The number of equal levels that all values of an input lie on, from 0 to the greatest magnitude, if that is at most <paramref name="most"/>: pixels of 4 or 8 bits.
    /// Null without samples or such levels.
    /// </summary>
    public int? Levels(PopulationId id, int most)
    {
        if (Greatest(id) is not { } top || top == 0) return null;
        var values = runs.SelectMany(r => r.Emissions[id.Index].Array<float>()).Distinct().Take((2 * most) + 2).ToArray();
        if (values.Length > (2 * most) + 1) return null;
        for (var levels = 1; levels <= most; levels++)
            if (values.All(v => Math.Abs((v / top * levels) - Math.Round(v / top * levels)) < 1e-3)) return levels;
        return null;
    }

    /// <summary>Runs the quantised module on the same samples and compares.</summary>
    public QuantisationReport Report(
        Module quantised, QuantiseOptions options, ImmutableArray<ProjectionQuantisation> projections, QuantisedNeuron[] neurons, (double Most, bool Saturates)[] bounds)
    {
        var tallies = module.Populations.Select(_ => new Tally()).ToArray();
        var (right, quantisedRight, same) = (0, 0, 0);
        for (var s = 0; s < runs.Length; s++)
        {
            var run = Run(quantised, options.Calibration[s], options);
            for (var p = 0; p < tallies.Length; p++)
                tallies[p].Add(runs[s].Emissions[p].Array<float>(), run.Emissions[p].Array<int>(), neurons[p].EmissionUnit, module.Populations[p].Size, sites[s].Present(module.Populations[p]));
            if (module.Readouts.Length == 0) continue;
            var (before, after) = (Class(runs[s]), Class(run));
            if (before == after) same++;
            if (s >= options.Labels.Count) continue;
            if (before == options.Labels[s]) right++;
            if (after == options.Labels[s]) quantisedRight++;
        }

        var labelled = Math.Min(runs.Length, options.Labels.Count);
        var populations = module.Populations.Select((p, i) =>
        {
            var t = tallies[i];
            var isReal = p.Domain == SpikeDomain.Real;
            var isCompared = runs.Length > 0;
            return new PopulationQuantisation(
                p.Name, neurons[i].FractionBits?.Least, neurons[i].FractionBits?.Greatest, bounds[i].Most, bounds[i].Saturates, neurons[i].MayOverflow,
                isCompared && !isReal && p.Neuron is not SourceNeuron ? (double)t.Equal / t.Count : null,
                isCompared && isReal ? (t.Power == 0 ? 0 : Math.Sqrt(t.Error / t.Power)) : null,
                isCompared ? t.Magnitude / t.Count : null,
                isCompared ? t.QuantisedMagnitude / t.Count : null);
        });
        return new(
            options.WeightBits, options.AccumulatorBits, projections, [.. populations], runs.Length,
            labelled > 0 ? (double)right / labelled : null, labelled > 0 ? (double)quantisedRight / labelled : null,
            runs.Length > 0 && module.Readouts.Length > 0 ? (double)same / runs.Length : null);
    }

    private static ModuleRun Run(Module module, IReadOnlyDictionary<string, Tensor> sample, QuantiseOptions options) =>
        options.Run is { } run ? run(module, sample) : new ModuleInterpreter(module).Run(sample, record: true);

    /// <summary>The position of the greatest value of the first output; outputs per step are summed over the steps first.</summary>
    private int Class(ModuleRun run)
    {
        var readout = module.Readouts[0];
        var values = run.Outputs[readout.Name].ToFloats();
        var (steps, inner) = (1, 1);
        if (readout.Time == TimeReduction.Each)
        {
            steps = readout.FrameworkShape[readout.TimeAxis];
            foreach (var extent in readout.FrameworkShape.AsSpan()[(readout.TimeAxis + 1)..]) inner *= extent;
        }

        var sums = new double[values.Length / steps];
        for (var i = 0; i < values.Length; i++) sums[(i / (inner * steps) * inner) + (i % inner)] += values[i];
        return Array.IndexOf(sums, sums.Max());
    }

    private sealed class Tally
    {
        public long Count { get; private set; }

        public long Equal { get; private set; }

        public double Error { get; private set; }

        public double Power { get; private set; }

        public double Magnitude { get; private set; }

        public double QuantisedMagnitude { get; private set; }

        public void Add(float[] before, int[] after, double[]? unit, int size, int present)
        {
            // Recordings are [steps, size], and a unit's length divides the size; the first neurons are there.
            for (var i = 0; i < before.Length; i++)
            {
                if (i % size >= present) continue;
                Count++;
                var value = after[i] * (unit is null ? 1 : unit[i % unit.Length]);
                if (value == before[i]) Equal++;
                Error += (value - before[i]) * (value - before[i]);
                Power += (double)before[i] * before[i];
                Magnitude += Math.Abs(before[i]);
                QuantisedMagnitude += Math.Abs(value);
            }
        }
    }
}
