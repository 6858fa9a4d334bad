using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using NeuroChip.Cli.Terminal;
using NeuroChip.Compiler.SanaFe;
using NeuroChip.HwModels.Pipelines;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Pipelines;
using NeuroChip.Runtime;
using NeuroChip.Simulator.Pipelines;
using NeuroChip.Simulator.Pipelines.Timing;

namespace NeuroChip.Cli.Verbs;

/// <summary><c>sanafe ARCH SNN</c>: runs SANA-FE's architecture and network files.</summary>
internal static class SanaFeVerb
{
    public static Command Create()
    {
        var arch = new Argument<string>("ARCH") { Description = "Architecture file of SANA-FE (.yaml)" };
        var snn = new Argument<string>("SNN") { Description = "Network file of SANA-FE (.yaml), with its mapping" };
        var steps = new Option<int>("--steps") { Description = "Time steps to run", Required = true };
        steps.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() < 1) r.AddError("--steps must be 1 or more");
        });
        var timing = new Option<string>("--timing") { Description = "What tells how long a step takes", DefaultValueFactory = _ => "detailed" }.AcceptOnlyFromAmong([.. PipelineTimings.Names]);
        var perf = new Option<string?>("--perf") { Description = "Where to write the totals of each step (CSV)" };
        var spikes = new Option<string?>("--spikes") { Description = "Where to write the spikes of neurons with log_spikes (CSV)" };
        var threads = new ThreadsOption();
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var command = new Command("sanafe", "Runs an architecture and a network in SANA-FE's files") { arch, snn, steps, timing, perf, spikes, threads, json };
        command.SetAction(parsed =>
        {
            var files = new OutputFiles(parsed.GetValue(perf), parsed.GetValue(spikes));
            OutputFile.RequireWritable([files.Perf, files.Spikes]);
            var options = new PipelineRunOptions(parsed.GetRequiredValue(steps), parsed.GetRequiredValue(timing), parsed.GetValue(threads), files.Perf is not null, files.Spikes is not null);
            Run(parsed.GetRequiredValue(arch), parsed.GetRequiredValue(snn), options, files, parsed.GetValue(json));
            return ExitCode.Fine;
        });
        return command;
    }

    private static void Run(string arch, string snn, PipelineRunOptions options, OutputFiles files, bool json)
    {
        var clock = Stopwatch.StartNew();
        var warnings = new DiagnosticBag();
        var chip = PipelineChipReader.Load(arch, warnings);
        var network = SanaFeNetworkReader.Load(snn, chip, warnings);
        var prepared = new PipelineSimulator(chip, network).Prepare(options);
        var load = clock.Elapsed.TotalSeconds;
        ExitCode.Print(warnings.Diagnostics);
        clock.Restart();
        var run = prepared.Run();
        var seconds = clock.Elapsed.TotalSeconds;
        if (files.Perf is not null) Write(files.Perf, writer => PipelineCsv.WriteSteps(writer, run));
        if (files.Spikes is not null) Write(files.Spikes, writer => PipelineCsv.WriteSpikes(writer, run, network));
        if (json) Console.WriteLine(Json(chip, network, options, run, load, seconds).ToJsonString());
        else Print(chip, network, options, run, load, seconds);
    }

    private static void Write(string path, Action<TextWriter> content) => OutputFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream);
        content(writer);
    });

    private static JsonObject Json(PipelineChip chip, PipelineNetwork network, PipelineRunOptions options, PipelineRun run, double load, double seconds)
    {
        var (totals, energy) = (run.Totals, run.Totals.Energy);
        return new()
        {
            ["chip"] = chip.Name,
            ["network"] = network.Name,
            ["neurons"] = network.NeuronCount,
            ["synapses"] = network.SynapseCount,
            ["steps"] = options.Steps,
            ["timing"] = options.Timing,
            ["neurons_fired"] = totals.Fired,
            ["neurons_updated"] = totals.Updated,
            ["packets"] = totals.Packets,
            ["hops"] = totals.Hops,
            ["spikes"] = totals.Spikes,
            ["energy"] = energy.Total,
            ["energy_by_unit"] = new JsonObject { ["synapse"] = energy.Synapse, ["dendrite"] = energy.Dendrite, ["soma"] = energy.Soma, ["network"] = energy.Network },
            ["sim_time"] = totals.Seconds,
            ["load_seconds"] = load,
            ["run_seconds"] = seconds,
        };
    }

    private static void Print(PipelineChip chip, PipelineNetwork network, PipelineRunOptions options, PipelineRun run, double load, double seconds)
    {
        var (totals, energy) = (run.Totals, run.Totals.Energy);
        Console.WriteLine($"{network.Name} on {chip.Name} ({chip.Tiles.Length} tiles, {chip.Cores.Length} cores; every number of the chip is from {chip.File})");
        Console.WriteLine($"{network.NeuronCount:N0} neurons, {network.SynapseCount:N0} synapses, {options.Steps:N0} steps, {options.Timing} timing");
        Console.WriteLine($"  neurons fired      {totals.Fired,16:N0}");
        Console.WriteLine($"  neurons updated    {totals.Updated,16:N0}");
        Console.WriteLine($"  packets            {totals.Packets,16:N0}");
        Console.WriteLine($"  hops               {totals.Hops,16:N0}");
        Console.WriteLine($"  synaptic events    {totals.Spikes,16:N0}");
        Console.WriteLine($"  energy             {energy.Total,16:E4} J   synapse {energy.Synapse:E3}, dendrite {energy.Dendrite:E3}, soma {energy.Soma:E3}, network {energy.Network:E3}");
        Console.WriteLine($"  time on the chip   {totals.Seconds,16:E4} s");
        Console.WriteLine($"loaded in {load:F3} s, run in {seconds:F3} s");
    }

    private sealed record OutputFiles(string? Perf, string? Spikes);
}
