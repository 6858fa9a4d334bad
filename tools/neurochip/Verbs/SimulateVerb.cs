using System.CommandLine;
using NeuroChip.Cli.Compiling;
using NeuroChip.Cli.Terminal;

namespace NeuroChip.Cli.Verbs;

/// <summary><c>simulate MODEL --chip C --input X</c>: <c>compile</c> and <c>run</c> in one step.</summary>
internal static class SimulateVerb
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "An exported network (.onnx)" };
        var threads = new ThreadsOption();
        var compile = new CompileOptionSet();
        var run = new RunOptions();
        var command = new Command("simulate", "Compiles a model and simulates the chip on it") { model, threads };
        compile.AddTo(command);
        run.AddTo(command);
        command.SetAction(parsed =>
        {
            var workers = parsed.GetValue(threads);
            var request = run.Read(parsed, workers);
            Simulate(compile.Read(parsed, parsed.GetRequiredValue(model), workers, request.Labels), request);
            return ExitCode.Fine;
        });
        return command;
    }

    /// <summary>Compiles and runs. Without calibration samples of their own, the samples of the run are the best ones there are.</summary>
    public static void Simulate(CompileRequest compile, RunRequest run)
    {
        var simulation = new Simulation(run);
        simulation.RequireWritable();
        var arrays = simulation.Arrays();
        var compiled = compile.Calibrate is null && run.Input is not null ? (compile with { Calibrate = run.Input }).Compile(arrays) : compile.Compile();
        simulation.Run(compiled.Image!, arrays, QuantisationSummary.Of(compiled.Quantisation));
    }
}
