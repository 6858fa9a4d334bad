using System.CommandLine;
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
            Simulate(compile.Read(parsed, parsed.GetRequiredValue(model), workers), run.Read(parsed, workers));
            return ExitCode.Fine;
        });
        return command;
    }

    /// <summary>Compiles and runs.</summary>
    public static void Simulate(CompileRequest compile, RunRequest run)
    {
        var simulation = new Simulation(run);
        simulation.RequireWritable();
        Compilation compiled;
        using (var line = new ProgressLine()) compiled = Toolchain.Compile(compile, line);
        simulation.Run(compiled.Image!);
    }
}
