using NeuroChip.Compiler.SanaFe;
using NeuroChip.HwModels.Pipelines;
using NeuroChip.Ir.Pipelines;
using NeuroChip.Simulator.Pipelines;

namespace NeuroChip.EndToEnd.Tests.SanaFe;

/// <summary>Networks in SANA-FE's files, small enough to be worked out by hand (tests/golden/sanafe).</summary>
public sealed class SanaFeRunTests : Scratch
{
    private const double Exact = 1e-12;

    private static PipelineChip Chip(string name) => PipelineChipReader.Load(Path.Combine(Golden.Folder("sanafe"), name + ".arch.yaml"), new());

    private static PipelineNetwork Network(string name, PipelineChip chip) => SanaFeNetworkReader.Load(Path.Combine(Golden.Folder("sanafe"), name + ".snn.yaml"), chip, new());

    private static PipelineRun Run(string chipName, string network, int steps, string timing = "simple", int threads = 1)
    {
        var chip = Chip(chipName);
        return new PipelineSimulator(chip, Network(network, chip)).Run(new(steps, timing, threads, KeepSteps: true, KeepSpikes: true));
    }

    private static string Spikes(PipelineRun run, PipelineNetwork network, string group)
    {
        var g = network.Groups.Single(x => x.Name == group);
        return string.Join(" ", run.Spikes.Where(s => s.Neuron >= g.First && s.Neuron < g.First + g.Count).Select(s => $"{s.Neuron - g.First}@{s.Step}"));
    }

    /// <summary>
    /// a.0 reaches 1, 2, 3 &gt; 2.5 and fires in steps 3, 6, 9. What arrives at b in the step after holds both neurons updated from step 4 on: a potential that is not zero counts.
    /// </summary>
    [Fact]
    public void CountsAndEnergyOfAChain()
    {
        var totals = Run("mesh", "chain", 9).Totals;
        Assert.Equal(3, totals.Fired);
        Assert.Equal(9 + (2 * 6), totals.Updated);
        Assert.Equal(3, totals.Packets);
        Assert.Equal(3 * 3, totals.Hops);
        Assert.Equal(3 * 2, totals.Spikes);
        Near(6 * 10e-12, totals.Energy.Synapse);
        Near(6 * 1e-12, totals.Energy.Dendrite);
        Near((27 * 40e-12) + (21 * 30e-12) + (3 * 80e-12), totals.Energy.Soma);
        Near(3 * (100e-12 + 5e-12 + (2 * 2e-12) + 1e-12), totals.Energy.Network);
        Near(totals.Energy.Synapse + totals.Energy.Dendrite + totals.Energy.Soma + totals.Energy.Network, totals.Energy.Total);
    }

    /// <summary>Two tiles hold neurons: 2 us between steps. In step 3 the spike takes 60 ns + 5 ns to be sent, 2 * 20 + 10 ns on its way, and 100 + 2 * (3 + 1) ns to be worked off.</summary>
    [Fact]
    public void TimesOfAChain()
    {
        foreach (var timing in Simulator.Pipelines.Timing.PipelineTimings.Names)
        {
            var steps = Run("mesh", "chain", 4, timing).Steps;
            Near(2e-6 + 12e-9, steps[0].Seconds);
            Near(2e-6 + (timing == "simple" ? 108e-9 : 65e-9 + 50e-9 + 108e-9), steps[2].Seconds);
            Near(2e-6 + 20e-9, steps[3].Seconds);
        }
    }

    /// <summary>One convolution, the same as a dense matrix, and edge by edge.</summary>
    [Fact]
    public void FormsOfConnectionsAgree()
    {
        var chip = Chip("mesh");
        var network = Network("forms", chip);
        var run = Run("mesh", "forms", 40);
        var one = Spikes(run, network, "one");
        Assert.True(one.Length > 100, one);
        Assert.Equal(one, Spikes(run, network, "two"));
        Assert.Equal(one, Spikes(run, network, "three"));
        Assert.Equal([1, 32, 32, 64], network.Connections.Select(c => c.Map.Total).Order());
    }

    [Fact]
    public void ConvolutionsAreNotExpanded() =>
        Assert.Equal(16, Network("forms", Chip("mesh")).Connections.Single(c => c.Map is Ir.Ncir.AddressFunctions.ConvMap).Weights.Length);

    /// <summary>A train of given spikes and a spike every fourth step. 'late' hears the train at once and three steps later, the clock one step later.</summary>
    [Fact]
    public void GivenSpikesAndDelays()
    {
        var network = Network("inputs", Chip("waiting"));
        var run = Run("waiting", "inputs", 12);
        Assert.Equal("0@1 0@3 0@4", Spikes(run, network, "train"));
        Assert.Equal("0@4 0@8 0@12", Spikes(run, network, "clock"));
        Assert.Equal("0@2 0@4 0@5 1@5 0@6 1@6 1@7 1@8 0@10 1@10", Spikes(run, network, "late"));
    }

    /// <summary>On a chip whose dendrites do not wait, delays mean nothing.</summary>
    [Fact]
    public void DelaysNeedADendriteThatWaits()
    {
        var network = Network("inputs", Chip("mesh"));
        Assert.Equal("0@2 1@2 0@4 1@4 0@5 1@5 0@9 1@9", Spikes(Run("mesh", "inputs", 12), network, "late"));
    }

    [Fact]
    public void ThreadsChangeNothing()
    {
        foreach (var timing in Simulator.Pipelines.Timing.PipelineTimings.Names)
        {
            var one = Run("mesh", "forms", 60, timing);
            foreach (var threads in new[] { 2, 3, 8 })
            {
                var many = Run("mesh", "forms", 60, timing, threads);
                for (var step = 0; step < one.Steps.Length; step++)
                    Assert.True(one.Steps[step] == many.Steps[step], $"{timing}, {threads} threads, step {step + 1}: {many.Steps[step]}, not {one.Steps[step]}");
                Assert.Equal(one.Spikes.ToArray(), many.Spikes.ToArray());
            }
        }
    }

    [Fact]
    public void TheCommandWritesItsTables()
    {
        var (arch, snn) = (Path.Combine(Golden.Folder("sanafe"), "mesh.arch.yaml"), Path.Combine(Golden.Folder("sanafe"), "chain.snn.yaml"));
        var result = CommandLine.RunWell("sanafe", arch, snn, "--steps", "4", "--timing", "detailed", "--perf", At("perf.csv"), "--spikes", At("spikes.csv"), "--json");
        using var json = System.Text.Json.JsonDocument.Parse(result.Output);
        Assert.Equal([1, 6, 1, 3, 2], new[] { "neurons_fired", "neurons_updated", "packets", "hops", "spikes" }.Select(n => json.RootElement.GetProperty(n).GetInt32()));
        Near(8e-6 + 12e-9 + 12e-9 + 223e-9 + 20e-9, json.RootElement.GetProperty("sim_time").GetDouble());
        Assert.True(json.RootElement.GetProperty("load_seconds").GetDouble() > 0 && json.RootElement.GetProperty("run_seconds").GetDouble() > 0);
        Assert.Equal("neuron,timestep\na.0,3\n", File.ReadAllText(At("spikes.csv")));
        Assert.Equal(
            """
            timestep,fired,updated,packets,hops,spikes,sim_time,synapse_energy,dendrite_energy,soma_energy,network_energy,total_energy
            1,0,1,0,0,0,2.012000e-06,0.000000e+00,0.000000e+00,1.500000e-10,0.000000e+00,1.500000e-10
            2,0,1,0,0,0,2.012000e-06,0.000000e+00,0.000000e+00,1.500000e-10,0.000000e+00,1.500000e-10
            3,1,1,1,3,2,2.223000e-06,2.000000e-11,2.000000e-12,2.300000e-10,1.100000e-10,3.620000e-10
            4,0,3,0,0,0,2.020000e-06,0.000000e+00,0.000000e+00,2.100000e-10,0.000000e+00,2.100000e-10

            """.ReplaceLineEndings("\n"),
            File.ReadAllText(At("perf.csv")));
    }

    private static void Near(double expected, double actual, double relative = Exact) =>
        Assert.True(Math.Abs(actual - expected) <= relative * Math.Abs(expected), $"{actual:R} is not {expected:R}");
}
