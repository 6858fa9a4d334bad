using System.CommandLine;
using System.Text.Json.Nodes;
using NeuroChip.Cli.Compiling;
using NeuroChip.Cli.Terminal;
using NeuroChip.Compiler;
using NeuroChip.Compiler.Mapping;
using NeuroChip.HwModels;
using NeuroChip.Ir.Images;
using NeuroChip.Ir.Ncir;
using NeuroChip.Runtime;
using NeuroChip.Runtime.Reports;

namespace NeuroChip.Cli.Verbs;

/// <summary><c>compile MODEL --chip C -o OUT.ncimg</c>: the compiler.</summary>
internal static class CompileVerb
{
    private static readonly string[] Emissions = ["graph", "ncir", "mapping"];

    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "An exported network (.onnx)" };
        var output = new Option<string?>("--output", "-o") { Description = "The image to write (.ncimg); the model's name if not given" };
        var emit = new Option<string[]>("--emit") { Description = "Write a stage as text: graph=FILE, ncir=FILE or mapping=FILE" };
        var json = new Option<bool>("--json") { Description = "Print a summary as JSON" };
        var threads = new ThreadsOption();
        var options = new CompileOptionSet();
        var command = new Command("compile", "Compiles a model to an image for a chip") { model, output, emit, threads, json };
        options.AddTo(command);
        options.AddStopAfterTo(command);
        emit.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                var at = token.Value.IndexOf('=');
                if (at < 1 || at == token.Value.Length - 1 || !Emissions.Contains(token.Value[..at])) result.AddError($"--emit {token.Value}: write {string.Join(", ", Emissions.Select(e => e + "=FILE"))}");
            }
        });
        command.SetAction(parsed =>
        {
            var request = options.Read(parsed, parsed.GetRequiredValue(model), parsed.GetValue(threads));
            var stages = (parsed.GetValue(emit) ?? []).Select(e => e.Split('=', 2)).Select(e => (Stage: e[0], File: e[1])).ToArray();
            var image = request.Options.StopAfter is null ? parsed.GetValue(output) ?? Path.GetFileNameWithoutExtension(request.Model) + ".ncimg" : null;
            OutputFile.RequireWritable([image, .. stages.Select(s => s.File)]);
            var result = request.Compile();
            foreach (var (stage, file) in stages) Emit(result, stage, file);
            if (image is not null && result.Image is { } compiled) OutputFile.Write(image, stream => ChipImageWriter.Write(compiled, stream));
            if (parsed.GetValue(json)) Console.WriteLine(Summary(result, image).ToJsonString());
            else Print(result, image);
            return ExitCode.Fine;
        });
        return command;
    }

    private static void Emit(CompileResult result, string stage, string file)
    {
        var text = new StringWriter { NewLine = "\n" };
        if (stage == "graph") result.Graph.Write(text);
        else if (stage == "ncir") text.Write(Printer.Print(result.Module));
        else if (result.Image is { Schedule: not null } image) Disassembler.Schedule(image, text);
        else if (result.Mapping is { } mapping) text.Write(Path.GetExtension(file) == ".json" ? MappingText.ToJson(mapping, result.Module) : MappingText.ToText(mapping, result.Module));
        OutputFile.WriteText(file, text.ToString());
    }

    private static void Print(CompileResult result, string? file)
    {
        var module = result.Module;
        Console.WriteLine($"{module.Name}: {ReportText.Plural(module.Populations.Length, "population")}, {ReportText.Count(module.Populations.Sum(p => (double)p.Size))} neurons, "
            + $"{ReportText.Count(module.Projections.Sum(p => (double)p.Map.Total))} synapses, {ReportText.Plural(module.Steps, "step")}, {RunReportBuilder.Describe(module.Arithmetic)}");
        Console.WriteLine($"dense: {MacTable.Line(module)}");
        if (QuantisationSummary.Of(result.Quantisation) is { } quantised) Console.WriteLine("quantised: " + TerminalReport.Quantised(quantised));
        if (result.Mapping is { } mapping) Console.WriteLine($"mapped to {ReportText.Plural(mapping.Slices.Length, "core")} on {ReportText.Plural(mapping.ChipsUsed, "chip")} of {mapping.Chip}");
        if (result.Image is { Schedule: not null } image)
            foreach (var line in ScheduleView.Summary(image, Chip(image))) Console.WriteLine(line);
        if (file is not null && result.Image is not null) Console.WriteLine($"wrote {file} ({ReportText.Bytes(new FileInfo(file).Length)})");
    }

    private static TileChip Chip(ChipImage image) => ChipModelReader.Parse(image.ChipYaml, $"chip model of {image.Name}").As<TileChip>();

    private static JsonObject Summary(CompileResult result, string? file) => new()
    {
        ["name"] = result.Module.Name,
        ["arithmetic"] = RunReportBuilder.Describe(result.Module.Arithmetic),
        ["steps"] = result.Module.Steps,
        ["ticksPerStep"] = result.Module.TicksPerStep,
        ["populations"] = result.Module.Populations.Length,
        ["neurons"] = result.Module.Populations.Sum(p => (long)p.Size),
        ["synapses"] = result.Module.Projections.Sum(p => p.Map.Total),
        ["macs"] = MacTable.Json(result.Module),
        ["cores"] = result.Mapping?.Slices.Length,
        ["chips"] = result.Mapping?.ChipsUsed,
        ["schedule"] = result.Image is { Schedule: not null } image ? ScheduleView.Json(image, Chip(image)) : null,
        ["image"] = file,
        ["bytes"] = file is not null && File.Exists(file) ? new FileInfo(file).Length : null,
        ["leastAgreement"] = result.Quantisation?.LeastAgreement,
        ["floatAccuracy"] = result.Quantisation?.FloatAccuracy,
        ["quantisedAccuracy"] = result.Quantisation?.QuantisedAccuracy,
    };
}
