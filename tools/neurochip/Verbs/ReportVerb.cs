using System.CommandLine;
using NeuroChip.Cli.Terminal;
using NeuroChip.HwModels;
using NeuroChip.Runtime;
using NeuroChip.Runtime.Energy;
using NeuroChip.Runtime.Reports;
using Spectre.Console;

namespace NeuroChip.Cli.Verbs;

/// <summary><c>report RUN.json ...</c>: other forms of a saved report, a new price for its counts, or several side by side.</summary>
internal static class ReportVerb
{
    public static Command Create()
    {
        var runs = new Argument<string[]>("RUN.json") { Description = "Saved reports (report.json)", Arity = ArgumentArity.OneOrMore };
        var compare = new Option<bool>("--compare") { Description = "Set the runs side by side" };
        var reprice = new Option<string?>("--reprice") { Description = "Price the counts again with this cost table of the chip, without simulating" };
        var chip = new Option<string?>("--chip") { Description = "With --reprice: a chip model other than the one the run was made for" };
        var formats = new Option<string[]>("--format") { Description = "Forms to write beside the terminal's: json, html, csv", AllowMultipleArgumentsPerToken = true }
            .AcceptOnlyFromAmong([.. ReportWriters.All.Select(w => w.Name)]);
        var output = new Option<string>("--output") { Description = "Folder for them", DefaultValueFactory = _ => "." };
        var json = new Option<bool>("--json") { Description = "Print the report as JSON" };
        var command = new Command("report", "Other forms of a run's report, another price for it, or runs side by side") { runs, compare, reprice, chip, formats, output, json };
        command.Validators.Add(result =>
        {
            var count = result.GetValue(runs)?.Length ?? 0;
            if (result.GetValue(compare) ? count < 2 : count > 1) result.AddError(result.GetValue(compare) ? "--compare needs two runs or more" : "several runs need --compare");
            if (result.GetValue(chip) is not null && result.GetValue(reprice) is null) result.AddError("--chip goes with --reprice TABLE");
        });
        command.SetAction(parsed =>
        {
            var reports = parsed.GetRequiredValue(runs).Select(JsonReport.Read).ToArray();
            if (parsed.GetValue(reprice) is { } table) reports = [.. reports.Select(r => Reprice(r, table, parsed.GetValue(chip)))];
            if (parsed.GetValue(compare)) Compare(parsed.GetRequiredValue(runs), reports);
            else Write(reports[0], parsed.GetValue(formats) ?? [], parsed.GetRequiredValue(output), parsed.GetValue(json));
            return ExitCode.Fine;
        });
        return command;
    }

    private static RunReport Reprice(RunReport run, string table, string? chip)
    {
        var model = chip is null ? ChipModelReader.Parse(run.Chip.Yaml, $"chip model of {run.Model.Name}") : ChipModelReader.Load(chip);
        return CostModels.Price(run, model, table);
    }

    private static void Write(RunReport run, string[] formats, string folder, bool json)
    {
        OutputFile.RequireWritable([], formats.Length > 0 ? folder : null);
        foreach (var writer in ReportWriters.All.Where(w => formats.Contains(w.Name)))
            OutputFile.Write(Path.Combine(folder, writer.FileName), stream => writer.Write(run, stream));
        if (json)
        {
            using var stdout = Console.OpenStandardOutput();
            new JsonReport().Write(run, stdout);
            return;
        }

        TerminalReport.Write(run);
    }

    private static void Compare(string[] names, RunReport[] runs)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("");
        foreach (var name in names) table.AddColumn(new TableColumn(Markup.Escape(name)).RightAligned());
        void Row(string what, Func<RunReport, string> text) => table.AddRow([what, .. runs.Select(r => Markup.Escape(text(r)))]);
        Row("model", r => r.Model.Name);
        Row("chip", r => r.Chip.Name);
        Row("arithmetic", r => r.Model.Arithmetic);
        Row("samples", r => ReportText.Count(r.Samples));
        Row("accuracy", r => r.Accuracy is { } a ? ReportText.Percent(a.Fraction) : "-");
        Row("latency", r => ReportText.Si(r.Timing.LatencySeconds, "s"));
        Row("time scale factor", r => ReportText.Factor(r.Timing.TimeScaleFactor));
        Row("energy per inference", r => r.Energy is { } e ? ReportText.Si(e.JoulesPerInference, "J") : "-");
        Row("energy boundary", r => r.Energy?.Boundary ?? "-");
        Row("cost table", r => r.Energy?.Table ?? "-");
        Row("cores", r => ReportText.Count(r.Cores.Length));
        Row("chips", r => ReportText.Count(r.Chip.ChipsInUse));
        Row("mean utilisation", r => ReportText.Percent(r.Timing.MeanUtilisation));
        Row("effective ACs", r => ReportText.Count(r.NeuroBench.EffectiveAcs));
        Row("effective MACs", r => ReportText.Count(r.NeuroBench.EffectiveMacs));
        Row("activation sparsity", r => ReportText.Percent(r.NeuroBench.ActivationSparsity));
        Row("busiest link", r => ReportText.Percent(r.Links.Select(l => l.PeakLoad).DefaultIfEmpty(0).Max()));
        Screen.Out.Write(table);
    }
}
