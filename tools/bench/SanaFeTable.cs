using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using NeuroChip.Compiler.SanaFe;
using NeuroChip.HwModels.Pipelines;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir.AddressFunctions;
using NeuroChip.Ir.Pipelines;
using NeuroChip.Simulator.Pipelines;
using NeuroChip.Simulator.Pipelines.Timing;

namespace NeuroChip.Bench;

/// <summary>
/// How long the pipelines of SANA-FE's files take here. With two files, each timing model on them; without, layered networks of leaky neurons (10 layers, fan-out 100,
/// 5 % of the neurons fire in a step, 100 steps) from 10,000 neurons on, on one thread and on two, which must agree.
/// </summary>
internal static class SanaFeTable
{
    private const int Rounds = 3;
    private const int Layers = 10;
    private const int FanOut = 100;
    private const int Steps = 100;

    public static int PrintFiles(string arch, string snn, int steps)
    {
        Console.WriteLine($"{snn} on {arch}, {steps} steps, one thread, best of {Rounds} (the first includes the compiler's warming up)");
        foreach (var timing in PipelineTimings.Names)
        {
            var (load, run) = (new double[Rounds], new double[Rounds]);
            var totals = default(PipelineTotals);
            for (var round = 0; round < Rounds; round++)
            {
                var clock = Stopwatch.StartNew();
                var warnings = new DiagnosticBag();
                var chip = PipelineChipReader.Load(arch, warnings);
                var prepared = new PipelineSimulator(chip, SanaFeNetworkReader.Load(snn, chip, warnings)).Prepare(new(steps, timing));
                load[round] = clock.Elapsed.TotalSeconds;
                clock.Restart();
                totals = prepared.Run().Totals;
                run[round] = clock.Elapsed.TotalSeconds;
            }

            Console.WriteLine($"  {timing,-9} load {load.Min():F3} s (first {load[0]:F3}), run {run.Min():F3} s (first {run[0]:F3}), {totals.Spikes / run.Min() / 1e6:F0} M events/s, chip time {totals.Seconds:E6} s, energy {totals.Energy.Total:E6} J");
        }

        Console.WriteLine($"  peak {PeakMegabytes()} MB");
        return 0;
    }

    public static int PrintLayered(int most)
    {
        Console.WriteLine($"layered networks: {Layers} layers, fan-out {FanOut}, 5 % firing, {Steps} steps, simple timing, best of {Rounds}");
        var status = 0;
        foreach (var neurons in new[] { 10_000, 30_000, 100_000, 300_000, 1_000_000 }.Where(n => n <= most))
        {
            var clock = Stopwatch.StartNew();
            var chip = Chip(neurons);
            var network = Network(chip, neurons);
            var build = clock.Elapsed.TotalSeconds;
            var (one, totals) = Time(chip, network, 1);
            var alone = new PipelineSimulator(chip, network).Prepare(new(Steps, "simple"));
            var bytes = (double)GC.GetTotalMemory(forceFullCollection: true) / network.SynapseCount;
            var busy = Process.GetCurrentProcess().TotalProcessorTime;
            alone.Run();
            busy = Process.GetCurrentProcess().TotalProcessorTime - busy;
            var (two, again) = Time(chip, network, 2);
            if (totals != again) status = 1;
            Console.WriteLine($"  {neurons,9:N0} neurons {network.SynapseCount,11:N0} synapses: built in {build:F2} s, run {one:F3} s on one thread ({totals.Spikes / one / 1e6:F0} M events/s; {busy.TotalSeconds:F3} s of processor time), {two:F3} s on two ({one / two:F2} times as fast, {(totals == again ? "same results" : "DIFFERENT RESULTS")}); {totals.Fired:N0} spikes, {totals.Packets:N0} packets; {bytes:F1} bytes a synapse with everything, peak {PeakMegabytes()} MB");
        }

        return status;
    }

    private static (double Seconds, PipelineTotals Totals) Time(PipelineChip chip, PipelineNetwork network, int threads)
    {
        var (best, totals) = (double.MaxValue, default(PipelineTotals));
        for (var round = 0; round < Rounds; round++)
        {
            var prepared = new PipelineSimulator(chip, network).Prepare(new(Steps, "simple", threads));
            var clock = Stopwatch.StartNew();
            totals = prepared.Run().Totals;
            best = Math.Min(best, clock.Elapsed.TotalSeconds);
        }

        return (best, totals);
    }

    private static long PeakMegabytes() => Process.GetCurrentProcess().PeakWorkingSet64 >> 20;

    /// <summary>Tiles of four cores for 1024 neurons each. The costs are round numbers: what is measured is the simulator.</summary>
    private static PipelineChip Chip(int neurons)
    {
        var tiles = (((neurons + 1023) / 1024) + 3) / 4;
        var side = (int)Math.Ceiling(Math.Sqrt(tiles));
        var hop = new ActionCost(4e-12, 5e-9);
        var type = new PipelineCoreType(
            StepBuffer.BeforeSoma,
            1024,
            [new("synapse", null, new(24e-12, 3e-9))],
            [new("dendrite", null, DendriteModel.Accumulator, default)],
            [new("soma", null, SomaModel.LeakyIntegrateFire, new(50e-12, 6e-9), new(20e-12, 4e-9), new(70e-12, 30e-9))],
            new(0, 16e-9),
            new(110e-12, 5e-9));
        return new(
            "bench",
            "tools/bench",
            new(side, side, 16),
            [.. Enumerable.Range(0, tiles).Select(t => new PipelineTile($"tile[{t}]", t / side, t % side, 4 * t, 4, new(hop, hop, hop, hop)))],
            [.. Enumerable.Range(0, 4 * tiles).Select(c => new PipelineCore($"core[{c % 4}]", c / 4, c % 4, type))],
            new([(0, 1e-6)]));
    }

    /// <summary>Neurons that reach their threshold by a bias every 20 steps, each in its own phase; synapses that hardly disturb it.</summary>
    private static PipelineNetwork Network(PipelineChip chip, int neurons)
    {
        var random = new Random(1);
        var size = neurons / Layers;
        var groups = ImmutableArray.CreateBuilder<NeuronGroup>();
        var connections = ImmutableArray.CreateBuilder<GroupConnection>();
        for (var layer = 0; layer < Layers; layer++)
        {
            var parameters = new NeuronParameters(size);
            parameters.Set(NeuronParameter.Threshold, 64);
            parameters.Set(NeuronParameter.Bias, 64.0 / 20);
            for (var n = 0; n < size; n++) parameters.Set(NeuronParameter.Potential, n, 1, random.Next(64 * 64) / 64.0);
            groups.Add(new($"layer{layer}", layer * size, size, 1, parameters, ImmutableDictionary<int, ImmutableArray<bool>>.Empty));
            if (layer > 0) connections.Add(new(layer - 1, layer, Rows(random, size), Ir.Tensors.Tensor.Vector(Weights(random, size * FanOut)), 0));
        }

        var zeros = new ushort[neurons].ToImmutableArray();
        return new("layered", groups.ToImmutable(), connections.ToImmutable(), new([.. Enumerable.Range(0, neurons)], [.. Enumerable.Range(0, neurons).Select(n => n / 1024)], zeros, zeros, zeros));
    }

    private static CsrMap Rows(Random random, int size)
    {
        var targets = new int[size * FanOut];
        var seen = new HashSet<int>();
        for (var row = 0; row < size; row++)
        {
            seen.Clear();
            var span = targets.AsSpan(row * FanOut, FanOut);
            for (var i = 0; i < FanOut;)
            {
                var target = random.Next(size);
                if (seen.Add(target)) span[i++] = target;
            }

            span.Sort();
        }

        return new([.. Enumerable.Range(0, size + 1).Select(r => r * FanOut)], ImmutableCollectionsMarshal.AsImmutableArray(targets), size);
    }

    private static float[] Weights(Random random, int count)
    {
        var weights = new float[count];
        for (var i = 0; i < count; i++) weights[i] = random.Next(-16, 17) / 16f;
        return weights;
    }
}
