using System.CommandLine;
using NeuroChip.Cli.Compiling;
using NeuroChip.Cli.Terminal;
using NeuroChip.Compiler;
using NeuroChip.Compiler.Passes;
using NeuroChip.HwModels;
using NeuroChip.Ir.Diagnostics;
using NeuroChip.Ir.Ncir;
using NeuroChip.Runtime;

namespace NeuroChip.Cli.Verbs;

/// <summary><c>opt FILE.ncir -p PASS ...</c>: runs single passes on text.</summary>
internal static class OptVerb
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE.ncir") { Description = "A module in text form" };
        var passes = new Option<string[]>("--pass", "-p")
        {
            Description = $"Passes to run, in this order: {string.Join(", ", Pipeline.Passes.Select(p => p.Name))}",
            AllowMultipleArgumentsPerToken = true,
        };
        var chip = new Option<string>("--chip") { Description = "The chip whose numbers quantisation uses", DefaultValueFactory = _ => "spinnaker1" };
        var precision = new Option<string>("--precision") { Description = "float32, int8, ...", DefaultValueFactory = _ => "float32" };
        var output = new Option<string?>("--output", "-o") { Description = "Where to write the result; standard output if not given" };
        var forms = new FormOptions();
        var command = new Command("opt", "Runs single passes on text IR") { file, passes, chip, precision, output };
        forms.AddTo(command);
        command.SetAction(parsed =>
        {
            var selected = (parsed.GetValue(passes) ?? []).Select(Pipeline.Find).ToArray();
            OutputFile.RequireWritable([parsed.GetValue(output)]);
            var module = Read(parsed.GetRequiredValue(file));
            var model = ChipModelReader.Load(parsed.GetRequiredValue(chip));
            using var engine = new CalibrationEngine(Environment.ProcessorCount);
            var context = new PassContext { Arithmetic = Pipeline.ArithmeticOf(model, parsed.GetRequiredValue(precision)), DelaySlots = (model as ManyCoreChip)?.Synapse.DelaySlots.Count, Engine = engine.Run, Forms = forms.Read(parsed), Prices = OperationPrices.Of(model) };
            foreach (var pass in selected) module = Verifier.VerifyOrThrow(pass.Run(module, context));
            var text = Printer.Print(module);
            if (parsed.GetValue(output) is { } path) OutputFile.WriteText(path, text);
            else Console.Write(text);
            return ExitCode.Fine;
        });
        return command;
    }

    private static Module Read(string path)
    {
        try
        {
            return Parser.ParseVerified(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(Diagnostic.Error("NC5001", $"'{path}' cannot be read: {(e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : e.Message)}", new Place(path)));
        }
    }
}
