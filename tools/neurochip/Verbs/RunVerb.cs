using System.CommandLine;
using NeuroChip.Cli.Terminal;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Images;

namespace NeuroChip.Cli.Verbs;

/// <summary>
/// <c>run FILE</c>: simulates the chip on an image (.ncimg), on a model that is compiled on the way (.onnx), or on a workload of shapes alone (.json).
/// </summary>
internal static class RunVerb
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A compiled image (.ncimg), a model (.onnx) or a workload (.json)" };
        var threads = new ThreadsOption();
        var compile = new CompileOptionSet();
        var workload = new WorkloadOptions();
        var options = new RunOptions();
        var command = new Command("run", "Simulates the chip on an image, a model or a workload") { file, threads };
        compile.AddTo(command);
        workload.AddTo(command);
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(file);
            var workers = parsed.GetValue(threads);
            var request = options.Read(parsed, workers);
            switch (Path.GetExtension(path).ToLowerInvariant())
            {
                case ".json":
                    Refuse(path, "a workload", parsed, options.OfImages.Concat(compile.All.Where(o => o.Name is not ("--chip" or "--seed"))));
                    workload.Read(parsed, path, compile.ChipOf(parsed), compile.SeedOf(parsed), request).Run();
                    break;
                case ".onnx":
                    Refuse(path, "a model", parsed, workload.All);
                    SimulateVerb.Simulate(compile.Read(parsed, path, workers, request.Labels), request);
                    break;
                default:
                    Refuse(path, "an image", parsed, workload.All.Concat(compile.All));
                    new Simulation(request).Run(ChipImageReader.Load(path));
                    break;
            }

            return ExitCode.Fine;
        });
        return command;
    }

    /// <summary>Options that mean nothing for this kind of file are told, not passed over: the user meant something by them.</summary>
    private static void Refuse(string file, string kind, ParseResult parsed, IEnumerable<Option> foreign)
    {
        var given = foreign.Where(o => parsed.GetResult(o) is { Implicit: false }).Select(o => o.Name).ToArray();
        if (given.Length == 0) return;
        throw new DiagnosticException(Diagnostic.Error("NC5049", $"{string.Join(", ", given)}: not for {kind}", new Place(file)));
    }
}
